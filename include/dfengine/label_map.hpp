// SPDX-License-Identifier: Apache-2.0
// The result of segmentation: one class label per voxel, lying where its tomogram lies.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "geometry.hpp"
#include "volume.hpp"

namespace dfe {

/// Labels of 0 (background) to 255.
struct LabelMap {
  Volume<std::uint8_t> labels;
  VolumeGeometry geometry;
  std::vector<std::string> class_names;  ///< index = label; may be empty
};

}  // namespace dfe
