// SPDX-License-Identifier: Apache-2.0
#include "core/voxel_size.hpp"

#include <cmath>
#include <cstdio>

#include "dfengine/error.hpp"

namespace dfe {

namespace {

constexpr double kRounding = 1e-3;  // of edges that are meant to be equal

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string three(double z, double y, double x, const char* unit) {
  return number(z) + " x " + number(y) + " x " + number(x) + " " + unit + " (z, y, x)";
}

}  // namespace

std::string voxel_size_text(const VoxelSize& v) {
  if (!v.known()) return "unknown";
  if (v.cubic_within(kRounding)) return number(v.mean_angstrom()) + " Å";
  return three(v.z_angstrom, v.y_angstrom, v.x_angstrom, "Å");
}

std::string lengths_text(const Point3& l) {
  if (l.z == l.x && l.y == l.x) return number(l.x) + " voxels";
  return three(l.z, l.y, l.x, "voxels");
}

bool same_voxel_size(const VoxelSize& a, const VoxelSize& b, double share) {
  const auto near = [share](double p, double q) { return std::abs(p / q - 1) <= share; };
  return near(a.z_angstrom, b.z_angstrom) && near(a.y_angstrom, b.y_angstrom) &&
         near(a.x_angstrom, b.x_angstrom);
}

void refuse_uneven_voxels(const VoxelSize& voxel_size, std::string_view format,
                          std::string_view area, std::string_view file) {
  if (voxel_size.is_anisotropic())
    throw Error(ErrorKind::Usage, area, file,
                std::string(format) + " knows cubic voxels only, and these are of " +
                    voxel_size_text(voxel_size),
                "write .csv or .xml, or resample the tomogram to cubic voxels");
}

}  // namespace dfe
