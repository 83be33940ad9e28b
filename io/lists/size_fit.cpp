// SPDX-License-Identifier: Apache-2.0
// The search for the simplest explanation, see the header.
#include "io/lists/size_fit.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace dfe::io::lists {

namespace {

using Coordinates = std::vector<BothUnits>;

/// Which axes have the same size.
using Groups = std::array<std::size_t, 3>;
constexpr Groups kCubic{0, 0, 0};
constexpr std::array<Groups, 3> kGroups{{kCubic, {0, 0, 1}, {0, 1, 2}}};

/// Where programs have voxel 0, in voxels from the place where the Å begin: at its centre; inside
/// the volume's faces, also by numbers that are cut off to whole voxels; the same in x and y only,
/// as in IMOD's models.
using Shift = std::array<double, 3>;
constexpr std::array<Shift, 5> kShifts{
    {{0, 0, 0}, {0.5, 0.5, 0.5}, {-0.5, -0.5, -0.5}, {0.5, 0.5, 0}, {-0.5, -0.5, 0}}};

constexpr double kShare = 0.01;                    // of sizes that agree
constexpr double kSmallest = 0.5, kLargest = 100;  // Å; others are unusual for a tomogram
constexpr double kHalfVoxel = 0.5;                 // as far as conventions differ

void meet(SizeRange& range, const SizeRange& other) {
  range.low = std::max(range.low, other.low);
  range.high = std::min(range.high, other.high);
}

/// The slope of Å over voxels that leaves the least squares, for each group.
std::array<double, 3> slopes(const Coordinates& coordinates, const Groups& groups) {
  std::array<double, 3> xa{}, xx{}, slope{};
  for (const BothUnits& both : coordinates) {
    const std::size_t group = groups.at(both.axis);
    xa.at(group) += both.voxels.value * both.angstrom.value;
    xx.at(group) += both.voxels.value * both.voxels.value;
  }
  for (std::size_t group = 0; group < 3; ++group)
    if (xx[group] > 0) slope[group] = xa[group] / xx[group];
  return slope;
}

/// An axis at voxel 0, or at 0 Å, states a limit only: another axis must have such a size.
bool limits_hold(const SizeFit& fit) {
  double largest = 0, smallest = std::numeric_limits<double>::infinity();
  for (const double edge : fit.edges)
    if (edge > 0) {
      largest = std::max(largest, edge);
      smallest = std::min(smallest, edge);
    }
  if (largest == 0) {
    largest = kLargest;
    smallest = kSmallest;
  }
  return std::all_of(fit.ranges.begin(), fit.ranges.end(), [&](const SizeRange& range) {
    return range.bounded() ||
           (range.low <= largest * (1 + kShare) && range.high >= smallest * (1 - kShare));
  });
}

/// Sizes from `coordinates`, with the best of `squares`, which may be the same. An axis that states
/// no size has the limits of its own coordinates.
std::optional<SizeFit> fit_groups(const Coordinates& coordinates, const Coordinates& squares,
                                  const Groups& groups, double slack = 0) {
  SizeFit fit;
  std::array<SizeRange, 3> of_group;
  for (const BothUnits& both : coordinates) {
    SizeRange range = sizes_of(both);
    range.low *= 1 - slack;
    range.high *= 1 + slack;
    meet(fit.ranges.at(both.axis), range);
    meet(of_group.at(groups.at(both.axis)), range);
  }
  const std::array<double, 3> slope = slopes(squares, groups);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const SizeRange& range = of_group.at(groups[axis]);
    if (range.empty()) return std::nullopt;
    if (!fit.ranges[axis].bounded()) continue;
    fit.ranges[axis] = range;
    fit.edges[axis] = std::clamp(slope.at(groups[axis]), range.low, range.high);
  }
  if (!limits_hold(fit)) return std::nullopt;
  return fit;
}

Coordinates shifted(Coordinates coordinates, const Shift& shift) {
  for (BothUnits& both : coordinates) both.voxels.value += shift.at(both.axis);
  return coordinates;
}

double largest_edge(const SizeFit& fit) {
  return *std::max_element(fit.edges.begin(), fit.edges.end());
}

void shift_back(SizeFit& fit, const Shift& shift) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    fit.offset_angstrom[axis] = shift[axis] * largest_edge(fit);
}

/// Whole voxels are often exact, not rounded, and then state the size much better. Several that are
/// multiples of one size are no accident: a rounded one is within the digits of Å with a chance of
/// the ratio of the two roundings.
std::optional<SizeFit> fit_exact(const Coordinates& coordinates, const Shift& shift) {
  constexpr double kAccident = 0.02;
  Coordinates exact = shifted(coordinates, shift);
  std::set<double> different;
  double voxels = 0, angstrom = 0;
  for (BothUnits& both : exact) {
    voxels = std::max(voxels, both.voxels.half);
    angstrom = std::max(angstrom, both.angstrom.half);
    both.voxels.half = 0;
    if (both.voxels.value != 0) different.insert(std::abs(both.voxels.value));
  }
  std::optional<SizeFit> fit = fit_groups(exact, exact, kCubic);
  if (!fit || different.size() < 3) return std::nullopt;
  const double chance = std::min(1.0, angstrom / (voxels * largest_edge(*fit)));
  if (std::pow(chance, static_cast<double>(different.size() - 1)) > kAccident) return std::nullopt;
  shift_back(*fit, shift);
  return fit;
}

std::optional<SizeFit> fit_shifted(const Coordinates& coordinates, const Shift& shift,
                                   const Groups& groups, double slack = 0) {
  const Coordinates at = shifted(coordinates, shift);
  std::optional<SizeFit> fit = fit_groups(at, at, groups, slack);
  if (fit) shift_back(*fit, shift);
  return fit;
}

/// Coordinates without their offsets.
class FreeOrigin {
 public:
  explicit FreeOrigin(const Coordinates& coordinates) : coordinates_(coordinates) {
    std::array<double, 3> count{};
    for (const BothUnits& both : coordinates) {
      const BothUnits*& first = first_.at(both.axis);
      if (!first) first = &both;
      spread_.at(both.axis) |=
          std::abs(both.voxels.value - first->voxels.value) > both.voxels.half + first->voxels.half;
      ++count.at(both.axis);
      voxels_.at(both.axis) += both.voxels.value;
      angstrom_.at(both.axis) += both.angstrom.value;
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      voxels_[axis] /= std::max(1.0, count[axis]);
      angstrom_[axis] /= std::max(1.0, count[axis]);
    }
    for (const BothUnits& both : coordinates) subtract(both);
  }

  std::optional<SizeFit> fit(const Groups& groups) const {
    std::array<int, 3> sharp{};
    for (const BothUnits& both : differences_)
      sharp.at(groups.at(both.axis)) += sizes_of(both).bounded() && sizes_of(both).open() < 0.1;
    std::optional<SizeFit> fit = fit_groups(differences_, centred_, groups);
    for (std::size_t axis = 0; fit && axis < 3; ++axis) {
      if (spread_[axis] && sharp.at(groups[axis]) < 2) return std::nullopt;  // any line fits two
      fit->offset_angstrom[axis] = angstrom_[axis] - fit->edges[axis] * voxels_[axis];
    }
    return fit;
  }

 private:
  /// Where all places along an axis are one, at most half a voxel is left to the convention.
  void subtract(const BothUnits& both) {
    BothUnits difference = both;
    if (spread_.at(both.axis)) {
      const BothUnits& first = *first_.at(both.axis);
      difference.voxels = {both.voxels.value - first.voxels.value,
                           both.voxels.half + first.voxels.half};
      difference.angstrom = {both.angstrom.value - first.angstrom.value,
                             both.angstrom.half + first.angstrom.half};
      BothUnits& centred = centred_.emplace_back(both);
      centred.voxels.value -= voxels_.at(both.axis);
      centred.angstrom.value -= angstrom_.at(both.axis);
    } else {
      difference.voxels.half += kHalfVoxel;
    }
    differences_.push_back(difference);
  }

  const Coordinates& coordinates_;
  std::array<const BothUnits*, 3> first_{};
  std::array<bool, 3> spread_{};
  std::array<double, 3> voxels_{}, angstrom_{};  // means
  Coordinates differences_, centred_;
};

}  // namespace

SizeRange sizes_of(const BothUnits& both) {
  const double sign = both.voxels.value < 0 ? -1 : 1;
  const double x = sign * both.voxels.value, a = sign * both.angstrom.value;
  const double nearest = x - both.voxels.half, farthest = x + both.voxels.half;
  const double low = a - both.angstrom.half, high = a + both.angstrom.half;
  constexpr double kNone = std::numeric_limits<double>::infinity();
  if (low <= 0 && high >= 0 && nearest <= 0) return {};
  if (nearest > 0) {
    if (high < 0) return {kNone, 0};
    return {std::max(0.0, low) / farthest, high / nearest};
  }
  if (low > 0) return farthest > 0 ? SizeRange{low / farthest, kNone} : SizeRange{kNone, 0};
  return nearest < 0 ? SizeRange{high / nearest, kNone} : SizeRange{kNone, 0};
}

std::optional<SizeFit> fit_sizes(const std::vector<BothUnits>& coordinates) {
  for (const Shift& shift : kShifts)
    if (auto fit = fit_exact(coordinates, shift)) return fit;
  for (const Shift& shift : kShifts)
    if (auto fit = fit_shifted(coordinates, shift, kCubic)) return fit;
  for (const Groups& groups : kGroups)
    if (auto fit = fit_shifted(coordinates, kShifts[0], groups)) return fit;
  const FreeOrigin free(coordinates);
  for (const Groups& groups : kGroups)
    if (auto fit = free.fit(groups)) return fit;
  for (const Groups& groups : kGroups)
    if (auto fit = fit_shifted(coordinates, kShifts[0], groups, kShare / 2)) return fit;
  return std::nullopt;
}

}  // namespace dfe::io::lists
