// SPDX-License-Identifier: Apache-2.0
// Voxel sizes from columns in both units, see the header. How they follow from the numbers is in
// size_fit.hpp; here are columns, tomograms and what the user is told.
#include "io/lists/csv_sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/tomogram_names.hpp"
#include "io/lists/place.hpp"
#include "io/lists/size_fit.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

using Coordinates = std::vector<BothUnits>;

constexpr double kShare = 0.01;       // beyond it two statements contradict each other
constexpr double kMostOpen = 0.2;     // a size that may be this much off is none
constexpr double kFloatShare = 1e-6;  // of numbers that went through float32

/// Digits after the point; fewer than 0 for 1e5.
int decimals_of(std::string_view text) {
  const std::size_t exponent = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, exponent);
  const std::size_t point = mantissa.find('.');
  const auto digits = point == std::string_view::npos ? 0 : mantissa.size() - point - 1;
  const auto power =
      exponent == std::string_view::npos ? 0 : parse_integer(text.substr(exponent + 1)).value_or(0);
  return static_cast<int>(digits) - static_cast<int>(std::clamp<std::int64_t>(power, -99, 99));
}

/// Programs leave out zeros at the end, so the longest number of a column shows its digits.
class WrittenColumn {
 public:
  WrittenColumn(const Table& table, int column) : table_(table), column_(column) {
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (const auto text = trim(table.cell(row, column)); parse_number(text))
        decimals_ = std::max(decimals_, decimals_of(text));
  }

  WrittenNumber number(std::size_t row) const {
    const double value = table_.number(row, column_);
    return {value, std::max(0.5 * std::pow(10, -decimals_), kFloatShare * std::abs(value))};
  }

 private:
  const Table& table_;
  int column_;
  int decimals_ = -99;
};

/// With as many digits as are certain: 10, not 10.00003.
double rounded(double value, const SizeRange& range) {
  const double open = std::max(range.open(), 1e-9);
  const double step = std::pow(10, std::floor(std::log10(value * open)));
  const double near = std::round(value / step) * step;
  return range.has(near, 0) ? near : value;
}

/// Coordinates of each tomogram; -1: of particles without.
std::map<int, Coordinates> coordinates_of(const Table& table,
                                          const std::array<AxisColumns, 3>& columns,
                                          const ParticleList& list) {
  std::map<int, Coordinates> by_tomogram;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const AxisColumns& of_axis = columns[axis];
    if (of_axis.voxels < 0 || of_axis.angstrom < 0) continue;
    const WrittenColumn voxels(table, of_axis.voxels), angstrom(table, of_axis.angstrom);
    const auto empty = [&](std::size_t row, int column) {
      return column < 0 || trim(table.cell(row, column)).empty();
    };
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (empty(row, of_axis.voxels) || empty(row, of_axis.angstrom)) continue;
      if (!empty(row, of_axis.shift) && table.number(row, of_axis.shift) != 0) continue;
      by_tomogram[list.particles[row].tomogram.value_or(-1)].push_back(
          {row, axis, voxels.number(row), angstrom.number(row)});
    }
  }
  return by_tomogram;
}

class SizeTaker {
 public:
  SizeTaker(const Table& table, const char* used, const ListOptions& options, ParticleList& list)
      : table_(table), used_(used), options_(options), list_(list) {}

  void take(int tomogram, const Coordinates& coordinates) {
    ListTomogram& t =
        tomogram < 0 ? list_.unnamed : list_.tomograms[static_cast<std::size_t>(tomogram)];
    const std::optional<SizeFit> fit = fit_sizes(coordinates);
    if (t.voxel_size.known()) {
      if (!explains(t.voxel_size, fit, coordinates)) refuse(coordinates, t.voxel_size);
    } else if (const auto offered = offered_size(t, fit, coordinates)) {
      set(t, *offered);
    } else if (!fit) {
      refuse(coordinates);
    } else {
      take_fit(t, *fit, coordinates);
    }
    if (fit) note_offset(t, *fit);
  }

  void warn() {
    for (const auto& [fact, tomograms] : notes_) {
      const std::string more =
          tomograms.size() > 1 ? fmt::format(" and {} more", tomograms.size() - 1) : std::string();
      list_.warnings.push_back(
          list_.tomograms.size() > 1
              ? fmt::format("{} (tomogram '{}'{})", fact, tomograms.front(), more)
              : fact);
    }
  }

 private:
  static void set(ListTomogram& t, const VoxelSize& size) {
    t.voxel_size = size;
    t.voxel_size_from = FactSource::Columns;
  }

  static double edge_of(const VoxelSize& v, std::size_t axis) {
    return axis == 0 ? v.x_angstrom : axis == 1 ? v.y_angstrom : v.z_angstrom;
  }

  static bool is_certain(const SizeFit& fit) {
    return std::all_of(fit.ranges.begin(), fit.ranges.end(), [](const SizeRange& range) {
      return !range.bounded() || range.open() <= kShare;
    });
  }

  /// Whether a size agrees with the coordinates: with what they state together, or, where that is
  /// not certain, with each of them.
  static bool explains(const VoxelSize& size, const std::optional<SizeFit>& fit,
                       const Coordinates& coordinates) {
    if (fit) {
      bool agrees = true;
      for (std::size_t axis = 0; axis < 3; ++axis)
        agrees = agrees && fit->ranges[axis].has(edge_of(size, axis), kShare);
      if (agrees) return true;
      if (is_certain(*fit)) return false;
    }
    return std::all_of(coordinates.begin(), coordinates.end(), [&](const BothUnits& both) {
      return sizes_of(both).has(edge_of(size, both.axis), kShare);
    });
  }

  /// The sizes of the list's pixels that the tomograms of this name stand for. Names may differ
  /// where the list has one tomogram only.
  std::vector<VoxelSize> offers(const ListTomogram& t) const {
    std::vector<VoxelSize> named, all;
    for (const ListTomogram& known : options_.tomograms) {
      if (!known.voxel_size.known()) continue;
      std::vector<double> factors{options_.binning.value_or(1)};
      if (is_unbinned(known)) factors = {1};
      if (!options_.binning && known.binning > 0) factors.push_back(known.binning);
      for (const double b : factors) {
        all.push_back(scaled(known.voxel_size, 1 / b));
        if (tomogram_id(known.name) == tomogram_id(t.name)) named.push_back(all.back());
      }
    }
    return named.empty() && list_.tomograms.size() <= 1 ? all : named;
  }

  std::optional<VoxelSize> offered_size(const ListTomogram& t, const std::optional<SizeFit>& fit,
                                        const Coordinates& coordinates) const {
    const std::vector<VoxelSize> sizes = offers(t);
    for (const VoxelSize& size : sizes)
      if (explains(size, fit, coordinates)) return size;
    const bool states = fit && *std::max_element(fit->edges.begin(), fit->edges.end()) > 0;
    if (!sizes.empty() && !states) refuse(coordinates, sizes.front());
    return std::nullopt;
  }

  /// The size that the columns state. One that few digits leave open is taken only where a tomogram
  /// contradicts it, which is reported where lists and tomograms are compared.
  void take_fit(ListTomogram& t, const SizeFit& fit, const Coordinates& coordinates) {
    std::array<double, 3> edges{};
    bool open = false;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (fit.edges[axis] <= 0) continue;
      edges[axis] = rounded(fit.edges[axis], fit.ranges[axis]);
      open = open || fit.ranges[axis].open() > kMostOpen;
    }
    const double most = *std::max_element(edges.begin(), edges.end());
    const bool any = most > 0;
    const bool says_something = std::any_of(
        coordinates.begin(), coordinates.end(),
        [](const BothUnits& both) { return both.voxels.value != 0 || both.angstrom.value != 0; });
    std::string missing;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (edges[axis] > 0) continue;
      missing += (missing.empty() ? "" : " and ") + std::string(1, "xyz"[axis]);
      edges[axis] = most;
    }
    const bool one_edge = std::all_of(edges.begin(), edges.end(), [&](double edge) {
      return std::abs(edge / most - 1) <= kShare;
    });
    const bool usable = any && (missing.empty() || one_edge) && (!open || !offers(t).empty());
    if (usable)
      set(t, {edges[2], edges[1], edges[0]});
    else if (says_something)
      note(t,
           "the columns in voxels and Å do not state the voxel size exactly enough, so it is "
           "unknown and those in Å are not used");
    if (usable && !missing.empty())
      note(t, fmt::format("the columns in voxels and Å do not state the voxel size along {}; it is "
                          "taken to be {:.6g} Å, as along the other axes",
                          missing, most));
  }

  void note_offset(const ListTomogram& t, const SizeFit& fit) {
    const auto& o = fit.offset_angstrom;
    if (o == std::array<double, 3>{}) return;
    note(t, fmt::format("the columns in Å have the centre of voxel 0 at {}, {}, {} Å (x, y, z), "
                        "not at 0; the positions in {} are used",
                        format_number(o[0], 2, true), format_number(o[1], 2, true),
                        format_number(o[2], 2, true), used_));
  }

  void note(const ListTomogram& t, const std::string& fact) { notes_[fact].push_back(t.name); }

  [[noreturn]] void fail(const BothUnits& both, const std::string& fact) const {
    table_.fail(both.row,
                fmt::format("{} is {:.6g} Å in the Å column, but {}", "xyz"[both.axis],
                            both.angstrom.value, fact),
                fmt::format("give {} if the positions in voxels are right, or remove the wrong "
                            "columns",
                            options_.settings.voxel_size));
  }

  /// Names the first coordinate that contradicts a voxel size, or the farthest if each might fit.
  [[noreturn]] void refuse(const Coordinates& coordinates, const VoxelSize& size) const {
    const auto distance = [&](const BothUnits& both) {
      return std::abs(both.voxels.value * edge_of(size, both.axis) - both.angstrom.value);
    };
    auto wrong = std::find_if(coordinates.begin(), coordinates.end(), [&](const BothUnits& both) {
      return !sizes_of(both).has(edge_of(size, both.axis), kShare);
    });
    if (wrong == coordinates.end())
      wrong = std::max_element(
          coordinates.begin(), coordinates.end(),
          [&](const BothUnits& a, const BothUnits& b) { return distance(a) < distance(b); });
    const double edge = edge_of(size, wrong->axis);
    fail(*wrong, fmt::format("voxel {:.6g} is at {:.6g} Å with voxels of {:.6g} Å",
                             wrong->voxels.value, wrong->voxels.value * edge, edge));
  }

  /// Names a coordinate that no voxel size explains, alone or with another one of its axis.
  [[noreturn]] void refuse(const Coordinates& coordinates) const {
    for (const BothUnits& both : coordinates)
      if (sizes_of(both).empty()) fail(both, in_voxels(both));
    std::array<const BothUnits*, 3> least{}, most{};
    for (const BothUnits& both : coordinates) {
      const BothUnits *&low = least.at(both.axis), *&high = most.at(both.axis);
      if (!low || sizes_of(both).high < sizes_of(*low).high) low = &both;
      if (!high || sizes_of(both).low > sizes_of(*high).low) high = &both;
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (!least[axis] || sizes_of(*least[axis]).has(sizes_of(*most[axis]).low, kShare)) continue;
      const auto& [wrong, other] = odd_one(coordinates, *least[axis], *most[axis]);
      fail(wrong, in_voxels(wrong) + fmt::format(", and line {} has voxel {:.6g} at {:.6g} Å",
                                                 table_.lines[other.row], other.voxels.value,
                                                 other.angstrom.value));
    }
    const BothUnits& farthest = *std::max_element(
        coordinates.begin(), coordinates.end(),
        [](const BothUnits& a, const BothUnits& b) { return limit(a) < limit(b); });
    fail(farthest, in_voxels(farthest));
  }

  /// How much a place at 0 in one unit only limits the size; 0 where it states one.
  static double limit(const BothUnits& both) {
    const SizeRange range = sizes_of(both);
    return range.bounded() ? 0 : std::max(range.low, 1 / range.high);
  }

  static std::string in_voxels(const BothUnits& both) {
    return fmt::format("{:.6g} in the one in voxels", both.voxels.value);
  }

  /// Of two that contradict each other, the one that fewer of the others agree with comes first.
  static std::pair<const BothUnits&, const BothUnits&> odd_one(const Coordinates& coordinates,
                                                               const BothUnits& a,
                                                               const BothUnits& b) {
    const auto friends = [&](const BothUnits& one) {
      const SizeRange range = sizes_of(one);
      return std::count_if(coordinates.begin(), coordinates.end(), [&](const BothUnits& other) {
        const SizeRange its = sizes_of(other);
        return its.low <= range.high * (1 + kShare) && its.high >= range.low * (1 - kShare);
      });
    };
    const auto of_a = friends(a), of_b = friends(b);
    const bool a_is_odd = of_a != of_b ? of_a < of_b : a.row > b.row;
    return a_is_odd ? std::pair<const BothUnits&, const BothUnits&>(a, b)
                    : std::pair<const BothUnits&, const BothUnits&>(b, a);
  }

  const Table& table_;
  const char* used_;  // the unit of the positions
  const ListOptions& options_;
  ParticleList& list_;
  std::map<std::string, std::vector<std::string>> notes_;  // tomograms of each warning
};

}  // namespace

void take_column_sizes(const Table& table, const std::array<AxisColumns, 3>& columns,
                       const ListOptions& options, ParticleList& list) {
  if (options.voxel_size) return;  // which decides
  const bool voxels = std::all_of(columns.begin(), columns.end(),
                                  [](const AxisColumns& axis) { return axis.voxels >= 0; });
  SizeTaker taker(table, voxels ? "voxels" : "Å", options, list);
  for (const auto& [tomogram, coordinates] : coordinates_of(table, columns, list))
    taker.take(tomogram, coordinates);
  taker.warn();
}

}  // namespace dfe::io::lists
