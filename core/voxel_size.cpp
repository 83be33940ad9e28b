// SPDX-License-Identifier: Apache-2.0
#include "core/voxel_size.hpp"

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

double single_voxel_size(const VoxelSize& voxel_size, std::string_view area,
                         std::string_view file) {
  if (voxel_size.is_anisotropic())
    throw Error(area, file,
                "the format has one voxel size for all axes, but the voxels are " +
                    voxel_size_text(voxel_size),
                "write CSV, which has positions in Å along each axis, or resample the tomogram to "
                "cubic voxels");
  return voxel_size.mean_angstrom();
}

}  // namespace dfe
