// SPDX-License-Identifier: Apache-2.0
// Images as PNG. Written here over zlib, which the project has anyway: an encoder of plain RGB
// images is one page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dfe::io::report {

/// Red, green, blue; rows from the top.
struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  ///< 3 * width * height
};

/// Images below one another, with white beside narrower ones.
Image stacked(const std::vector<Image>& images);

/// The bytes of a PNG file. Source: Portable Network Graphics, W3C, second edition.
std::string encode_png(const Image& image);

}  // namespace dfe::io::report
