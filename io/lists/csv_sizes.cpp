// SPDX-License-Identifier: Apache-2.0
// Voxel sizes from coordinates in both units, see the header.
#include "io/lists/csv_sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr double kShare = 0.01;  // beyond it two statements contradict each other

[[noreturn]] void refuse(const Table& table, const BothUnits& both, double voxel_angstrom) {
  const char name = "xyz"[both.axis];
  table.fail(both.row,
             fmt::format("{} is {:.6g} Å in the Å column, but voxel {:.6g} is at {:.6g} Å with "
                         "voxels of {:.6g} Å",
                         name, both.angstrom.value, both.voxels.value,
                         both.voxels.value * voxel_angstrom, voxel_angstrom),
             "give --voxel-size if the positions in voxels are right, or remove the wrong columns");
}

/// How far a voxel size from these two numbers may be off, as a share.
double open_share(const BothUnits& both) {
  return both.voxels.half / std::abs(both.voxels.value) +
         both.angstrom.half / std::max(std::abs(both.angstrom.value), both.angstrom.half);
}

bool states_a_size(const BothUnits& both) {
  return std::abs(both.voxels.value) > both.voxels.half && both.angstrom.value != 0;
}

/// With as many digits as the coordinates leave certain: 10, not 10.00003.
double rounded(double value, double open) {
  const double step = std::pow(10, std::floor(std::log10(value * std::max(open, 1e-9))));
  return std::round(value / step) * step;
}

}  // namespace

WrittenNumber written_number(std::string_view text) {
  text = trim(text);
  const double value = parse_number(text).value_or(0);
  if (text.find_first_of("eE") != std::string_view::npos) return {value, std::abs(value) * 1e-6};
  const std::size_t point = text.find('.');
  const std::size_t digits = point == std::string_view::npos ? 0 : text.size() - point - 1;
  return {value, 0.5 * std::pow(10, -static_cast<double>(digits))};
}

void check_coordinate(const Table& table, const BothUnits& both, const VoxelSize& voxel_size) {
  const std::array<double, 3> edges{voxel_size.x_angstrom, voxel_size.y_angstrom,
                                    voxel_size.z_angstrom};
  const double voxel_angstrom = edges.at(static_cast<std::size_t>(both.axis));
  const double difference = both.voxels.value * voxel_angstrom - both.angstrom.value;
  const double allowed = kShare * std::abs(both.angstrom.value) + both.angstrom.half +
                         both.voxels.half * voxel_angstrom;
  if (std::abs(difference) > allowed) refuse(table, both, voxel_angstrom);
}

StatedSize stated_size(const Table& table, const std::vector<BothUnits>& coordinates) {
  std::array<const BothUnits*, 3> best{};
  for (const BothUnits& both : coordinates) {
    const BothUnits*& of_axis = best[static_cast<std::size_t>(both.axis)];
    if (states_a_size(both) && (!of_axis || open_share(both) < open_share(*of_axis)))
      of_axis = &both;
  }
  std::array<double, 3> edges{};
  StatedSize stated;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!best[axis]) continue;
    const double open = open_share(*best[axis]);
    const double edge = best[axis]->angstrom.value / best[axis]->voxels.value;
    if (edge <= 0)
      table.fail(best[axis]->row,
                 fmt::format("{} is {:.6g} in voxels and {:.6g} in Å", "xyz"[axis],
                             best[axis] -> voxels.value, best[axis]->angstrom.value),
                 "give --voxel-size if the positions in voxels are right, or remove the wrong "
                 "columns");
    for (BothUnits both : coordinates) {
      if (both.axis != static_cast<int>(axis)) continue;
      both.angstrom.half += std::abs(both.voxels.value) * edge * open;
      check_coordinate(table, both, VoxelSize::cubic(edge));
    }
    edges[axis] = rounded(edge, open);
    stated.open = std::max(stated.open, open);
  }
  if (edges[0] > 0 && edges[1] > 0 && edges[2] > 0)
    stated.voxel_size = {edges[2], edges[1], edges[0]};
  return stated;
}

}  // namespace dfe::io::lists
