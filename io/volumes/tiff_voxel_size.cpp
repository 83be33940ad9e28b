// SPDX-License-Identifier: Apache-2.0
// ImageJ's text and the resolution tags, see the header.
#include "io/volumes/tiff_voxel_size.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "core/text.hpp"

namespace dfe::io {
namespace {

/// ImageJ writes letters beyond ASCII as \uXXXX.
double angstrom_per(std::string_view unit) {
  static const std::array<std::pair<const char*, double>, 17> kUnits{{{"angstrom", 1},
                                                                      {"Angstrom", 1},
                                                                      {"A", 1},
                                                                      {"Å", 1},
                                                                      {"\\u00C5", 1},
                                                                      {"nm", 10},
                                                                      {"nanometer", 10},
                                                                      {"um", 1e4},
                                                                      {"µm", 1e4},
                                                                      {"\\u00B5m", 1e4},
                                                                      {"micron", 1e4},
                                                                      {"microns", 1e4},
                                                                      {"mm", 1e7},
                                                                      {"cm", 1e8},
                                                                      {"inch", 2.54e8},
                                                                      {"pm", 0.01},
                                                                      {"m", 1e10}}};
  for (const auto& [known, angstrom] : kUnits)
    if (unit == known) return angstrom;
  return 0;
}

/// Resolutions pass through floats in libtiff; six digits are what is left of them.
double six_digits(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return std::strtod(text.data(), nullptr);
}

bool plausible(double angstrom) { return angstrom >= 0.5 && angstrom <= 100; }

}  // namespace

ImageJText parse_imagej(const std::string& description) {
  constexpr std::int64_t kMostImages = 1 << 30;
  ImageJText text;
  text.present = description.starts_with("ImageJ=");
  if (!text.present) return text;
  for (std::string_view rest = description; !rest.empty();) {
    const std::string_view line = next_line(rest);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, equals), value = trim(line.substr(equals + 1));
    for (const auto& [name, number] :
         {std::pair{"images", &text.images}, std::pair{"channels", &text.channels},
          std::pair{"slices", &text.slices}, std::pair{"frames", &text.frames}})
      if (key == name)
        if (const auto count = parse_whole(value); count && *count >= 1 && *count <= kMostImages)
          *number = *count;
    if (key == "unit") text.unit_angstrom = angstrom_per(value);
    if (key == "spacing") {
      const auto spacing = parse_as<double>(value);
      if (spacing && std::isfinite(*spacing)) text.spacing = std::abs(*spacing);
    }
  }
  return text;
}

void set_tiff_voxel_size(VolumeInfo& info, const ImageJText& text, const Resolution& resolution,
                         std::int64_t images) {
  if (!(resolution.x > 0 && resolution.y > 0)) return;
  const double unit = text.present ? text.unit_angstrom : resolution.unit_angstrom;
  const double x = six_digits(unit / resolution.x), y = six_digits(unit / resolution.y);
  if (!(x > 0 && y > 0) || (!text.present && !(plausible(x) && plausible(y)))) return;
  double z = text.spacing * unit;
  if (z == 0) {
    z = x;
    if (images > 1)
      info.warnings.push_back(
          "The file has no distance between images; the voxel size in z is taken from x.");
  }
  info.geometry.voxel_size = {z, y, x};
}

std::string imagej_description(std::int64_t images, const VoxelSize& voxel_size) {
  std::string text = "ImageJ=1.11a\nimages=" + std::to_string(images) +
                     "\nslices=" + std::to_string(images) + "\nloop=false\n";
  if (voxel_size.known()) {
    std::array<char, 64> spacing{};
    std::snprintf(spacing.data(), spacing.size(), "unit=angstrom\nspacing=%.9g\n",
                  voxel_size.z_angstrom);
    text += spacing.data();
  }
  return text;
}

}  // namespace dfe::io
