// SPDX-License-Identifier: Apache-2.0
// Headers of CSV lists, see the header.
#include "io/lists/csv_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "dfengine/error.hpp"
#include "io/lists/csv.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr std::int64_t kVolumeAxes = 3, kMostAxes = 16;

/// The number in napari's "axis-3".
std::optional<std::int64_t> axis_of(std::string_view column) {
  constexpr std::string_view kAxis = "axis-";
  const std::string name = to_lower(trim(column));
  if (!name.starts_with(kAxis)) return std::nullopt;
  const auto axis = parse_integer(std::string_view(name).substr(kAxis.size()));
  return axis && *axis >= 0 && *axis < kMostAxes ? axis : std::nullopt;
}

void refuse_several_values(const Table& table, int column) {
  for (std::size_t row = 1; row < table.rows(); ++row)
    if (table.number(row, column) != table.number(0, column))
      table.fail(row,
                 fmt::format("{} is {}, but {} in the first row",
                             table.columns[static_cast<std::size_t>(column)],
                             table.cell(row, column), table.cell(0, column)),
                 "the points are in several volumes; save those of each volume as a list");
}

bool has(const Table& table, CsvRole role) {
  const auto& names = kCsvNames[static_cast<std::size_t>(role)].names;
  return std::any_of(table.columns.begin(), table.columns.end(), [&](const std::string& column) {
    std::string name = to_lower(trim(column));
    if (name.starts_with('_')) name.erase(0, 1);
    return !name.empty() && std::find(names.begin(), names.end(), name) != names.end();
  });
}

}  // namespace

void skip_leading_axes(Table& table) {
  std::int64_t axes = 0;
  for (const std::string& column : table.columns)
    if (const auto axis = axis_of(column)) axes = std::max(axes, *axis + 1);
  const std::int64_t leading = axes - kVolumeAxes;
  if (leading <= 0) return;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto axis = axis_of(table.columns[c]);
    if (!axis) continue;
    if (*axis < leading) refuse_several_values(table, static_cast<int>(c));
    table.columns[c] = *axis < leading ? fmt::format("leading_axis_{}", *axis)
                                       : fmt::format("axis-{}", *axis - leading);
  }
}

void refuse_part_of_angles(const Table& table) {
  const bool rot = has(table, CsvRole::Rot), tilt = has(table, CsvRole::Tilt),
             psi = has(table, CsvRole::Psi), phi = has(table, CsvRole::Phi),
             the = has(table, CsvRole::The);
  const bool any = rot || tilt || psi || phi || the;
  if (!any || (rot && tilt && psi) || (phi && psi && the)) return;
  std::vector<std::string> found;
  for (const auto& [there, name] :
       {std::pair(rot, "rot"), std::pair(tilt, "tilt"), std::pair(psi, "psi"),
        std::pair(phi, "phi"), std::pair(the, "the")})
    if (there) found.emplace_back(name);
  throw Error(
      table.format, table.file, "has the angles " + join(found) + " only, which are no orientation",
      "expected the columns rot, tilt and psi, or phi, the and psi; rename them if they are "
      "something else");
}

bool is_cryocat(const Table& table) {
  const auto written = [&](std::string_view name) { return table.find(name) >= 0; };
  return written("tomo_id") && written("x") && written("y") && written("z") &&
         (written("subtomo_id") || written("geom1"));
}

}  // namespace dfe::io::lists
