// SPDX-License-Identifier: Apache-2.0
// What the text of a TIFF stack says in the way of ImageJ: how many images it has, and the voxel
// size. Source: ij.io.TiffEncoder and ij.io.TiffDecoder of ImageJ 1.
#pragma once

#include <cstdint>
#include <string>

#include "dfengine/geometry.hpp"

namespace dfe::io {

struct ImageJText {
  bool present = false;
  std::int64_t images = 1, channels = 1, slices = 1, frames = 1;
  double spacing = 0;        ///< between images, in units; 0 where it is not said
  double unit_angstrom = 0;  ///< 0 where the unit is missing or no known length
};

ImageJText parse_imagej(const std::string& description);

/// Pixels per unit along x and y, and what TIFF itself says of the unit.
struct Resolution {
  double x = 0, y = 0;
  double unit_angstrom = 0;  ///< of inch or centimetre; 0 where the tag says "none"
};

/// Sets the voxel size of `info` as far as its unit is clear. Resolutions per inch or centimetre
/// count only where they give a tomogram's voxel size: most are dots for a printer.
void set_tiff_voxel_size(VolumeInfo& info, const ImageJText& text, const Resolution& resolution,
                         std::int64_t images);

/// The text that `parse_imagej` reads. `voxel_size` may be unknown.
std::string imagej_description(std::int64_t images, const VoxelSize& voxel_size);

}  // namespace dfe::io
