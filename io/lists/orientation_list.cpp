// SPDX-License-Identifier: Apache-2.0
// Every format becomes rows of numbers and the meaning of a row, see the header.
#include "io/lists/orientation_list.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "dfengine/error.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr double kDegrees = 180 / std::numbers::pi;
/// Radians of a list of angles; some programs let them run a little over a full turn.
constexpr double kMostRadians = 2 * std::numbers::pi + 0.01;

enum class Meaning { Matrix, Zxz, Zyz, ZxzRadians };

/// What the columns of a row are, and where they stand in it.
struct Columns {
  Meaning meaning = Meaning::Zxz;
  std::vector<std::size_t> places;
  std::size_t width = 3;
};

std::vector<std::string_view> cells_of(std::string_view line, bool commas) {
  if (!commas) return words_of(line);
  std::vector<std::string_view> cells = split(line, ',');
  for (std::string_view& cell : cells) cell = trim(cell);
  return cells;
}

std::optional<std::vector<std::size_t>> places_of(const std::vector<std::string_view>& header,
                                                  const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end()) return std::nullopt;
    places.push_back(static_cast<std::size_t>(found - header.begin()));
  }
  return places;
}

/// The columns that a line of names has.
std::optional<Columns> named_columns(const std::vector<std::string_view>& header) {
  const std::vector<std::pair<Meaning, std::vector<std::string>>> known{
      {Meaning::Matrix, {"r11", "r12", "r13", "r21", "r22", "r23", "r31", "r32", "r33"}},
      {Meaning::Zxz, {"phi", "psi", "the"}},
      {Meaning::Zxz, {"phi", "psi", "theta"}},
      {Meaning::Zyz, {"rot", "tilt", "psi"}}};
  for (const auto& [meaning, names] : known)
    if (const auto places = places_of(header, names))
      return Columns{meaning, *places, header.size()};
  return std::nullopt;
}

bool is_rotation(const Rotation& r) {
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < 3; ++k) product += r[3 * i + k] * r[3 * j + k];
      if (!(std::abs(product - (i == j ? 1 : 0)) < 1e-3)) return false;
    }
  const double volume = r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
                        r[2] * (r[3] * r[7] - r[4] * r[6]);
  return volume > 0;
}

/// Nothing where the values cannot be meant so.
std::optional<Rotation> rotation_of(Meaning meaning, const std::vector<double>& v) {
  if (meaning == Meaning::Matrix) {
    Rotation r;
    std::copy_n(v.begin(), 9, r.begin());
    if (!is_rotation(r)) return std::nullopt;
    return r;
  }
  const double most = meaning == Meaning::ZxzRadians ? kMostRadians : 360.01;
  if (std::any_of(v.begin(), v.end(), [&](double a) { return std::abs(a) > most; }))
    return std::nullopt;
  if (meaning == Meaning::Zyz) return from_zyz({v[0], v[1], v[2]});
  if (meaning == Meaning::Zxz) return from_zxz({v[0], v[1], v[2]});
  return from_zxz({v[0] * kDegrees, v[2] * kDegrees, v[1] * kDegrees});
}

std::string expected(Meaning meaning) {
  switch (meaning) {
    case Meaning::Matrix:
      return "expected a rotation matrix r11 to r33";
    case Meaning::ZxzRadians:
      return "expected three angles in radians, at most 2 pi; a list in degrees is comma-separated "
             "or "
             "names its columns";
    default:
      return "expected angles from -360 to 360 degrees";
  }
}

Rotation parse_row(const std::vector<std::string_view>& cells, const Columns& columns,
                   const std::string& name, std::int64_t line) {
  std::vector<double> values;
  if (cells.size() == columns.width)
    for (const std::size_t place : columns.places)
      if (const auto value = parse_number(cells[place])) values.push_back(*value);
  if (values.size() == columns.places.size())
    if (const auto rotation = rotation_of(columns.meaning, values)) return *rotation;
  throw Error("angles", name, "line " + std::to_string(line) + " is no orientation",
              expected(columns.meaning));
}

}  // namespace

std::vector<Rotation> parse_orientations(std::string_view text, const std::string& name) {
  std::vector<Rotation> list;
  std::optional<Columns> columns;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::string_view line = trim(next_line(text));
    if (line.empty() || line.front() == '#') continue;
    const bool commas = line.find(',') != std::string_view::npos;
    const std::vector<std::string_view> cells = cells_of(line, commas);
    if (!columns) {
      columns = named_columns(cells);
      if (columns) continue;
      columns = Columns{commas ? Meaning::Zxz : Meaning::ZxzRadians, {0, 1, 2}, 3};
    }
    list.push_back(parse_row(cells, *columns, name, number));
  }
  if (list.empty())
    throw Error("angles", name, "no orientations in the file", "expected one per line");
  return list;
}

std::vector<Rotation> orientations_of(VolumeView<const float> angles, const std::string& name) {
  const Extent3 n = angles.extent;
  const std::int64_t rows = n.voxels() / std::max<std::int64_t>(n.x, 1);
  if (n.x != 3 || rows < 1 || (n.z != 1 && n.y != 1))
    throw Error("angles", name, "a volume of " + n.to_string() + " voxels is no list of angles",
                "expected three angles per row: phi, psi, theta");
  std::vector<Rotation> list;
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* const v = angles.data + 3 * row;
    // phi, psi, theta become the order of the turns.
    const std::vector<double> turns{static_cast<double>(v[0]), static_cast<double>(v[2]),
                                    static_cast<double>(v[1])};
    const bool finite =
        std::all_of(turns.begin(), turns.end(), [](double a) { return std::isfinite(a); });
    const auto rotation = finite ? rotation_of(Meaning::ZxzRadians, turns) : std::nullopt;
    if (!rotation)
      throw Error("angles", name, "row " + std::to_string(row + 1) + " is no orientation",
                  "expected phi, psi, theta in radians, at most 2 pi");
    list.push_back(*rotation);
  }
  return list;
}

}  // namespace dfe::io::lists
