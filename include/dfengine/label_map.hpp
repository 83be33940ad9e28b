// SPDX-License-Identifier: Apache-2.0
// The result of segmentation: one class label per voxel, with the geometry of the tomogram.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "geometry.hpp"
#include "volume.hpp"

namespace dfe {

/// Class labels from 0 (background) to 255.
struct LabelMap {
  Volume<std::uint8_t> labels;
  VolumeGeometry geometry;
  std::vector<std::string> class_names;  ///< index = label, entry 0 is the background; may be empty
};

}  // namespace dfe
