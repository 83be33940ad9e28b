// SPDX-License-Identifier: Apache-2.0
// Boxes are cut on a grid of cells. Each part shrinks to the cells that are occupied, so a cut pays
// where nothing is between two bodies, and also along an oblique slab, whose bounding box is mostly
// empty. See the header.
#include "match/search_boxes.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

constexpr std::int64_t kCell = 4;
/// Cuts within cuts. Few masks need more than five.
constexpr int kMostCuts = 8;

using Triple = std::array<std::int64_t, 3>;

/// Cells from `low` to below `high`; empty where they are not ordered.
struct CellBox {
  Triple low, high;

  bool empty() const { return high[0] <= low[0]; }
  void add(const CellBox& other) {
    if (other.empty()) return;
    if (empty()) {
      *this = other;
      return;
    }
    for (std::size_t a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], other.low[a]);
      high[a] = std::max(high[a], other.high[a]);
    }
  }
};

constexpr CellBox kNoCells{{0, 0, 0}, {0, 0, 0}};

struct Parts {
  double cost = 0;
  std::vector<Box3> boxes;
};

class Cutter {
 public:
  Cutter(VolumeView<const std::uint8_t> searched, const BoxCost& cost)
      : n_{searched.extent.z, searched.extent.y, searched.extent.x}, cost_(cost) {
    for (std::size_t a = 0; a < 3; ++a) cells_[a] = (n_[a] + kCell - 1) / kCell;
    occupied_.resize(static_cast<std::size_t>(cells_[0] * cells_[1] * cells_[2]));
    for (std::int64_t z = 0; z < n_[0]; ++z)
      for (std::int64_t y = 0; y < n_[1]; ++y)
        for (std::int64_t x = 0; x < n_[2]; ++x)
          if (searched(z, y, x) != 0) mark(z, y, x);
  }

  Parts cut(const CellBox& asked, int cuts_left) const {
    const CellBox whole = shrunk(asked);
    if (whole.empty()) return {};
    const Box3 box = voxels(whole);
    Parts parts{cost_(box), {box}};
    const CellBox corner{whole.low, {whole.low[0] + 1, whole.low[1] + 1, whole.low[2] + 1}};
    if (cuts_left == 0 || 2 * cost_(voxels(corner)) >= parts.cost) return parts;
    const auto [axis, place] = best_cut(whole, parts.cost);
    CellBox before = whole, behind = whole;
    before.high[axis] = behind.low[axis] = place;
    Parts cut_before = cut(before, cuts_left - 1);
    const Parts cut_behind = cut(behind, cuts_left - 1);
    if (cut_before.cost + cut_behind.cost >= parts.cost) return parts;
    cut_before.cost += cut_behind.cost;
    cut_before.boxes.insert(cut_before.boxes.end(), cut_behind.boxes.begin(),
                            cut_behind.boxes.end());
    return cut_before;
  }

  CellBox all() const { return {{0, 0, 0}, cells_}; }

 private:
  struct Cut {
    std::size_t axis;
    std::int64_t place;
  };

  /// The cells of a voxel and of its neighbours.
  void mark(std::int64_t z, std::int64_t y, std::int64_t x) {
    const Triple at{z, y, x};
    Triple low, high;
    for (std::size_t a = 0; a < 3; ++a) {
      low[a] = std::max<std::int64_t>(at[a] - 1, 0) / kCell;
      high[a] = std::min(at[a] + 1, n_[a] - 1) / kCell;
    }
    for (std::int64_t k = low[0]; k <= high[0]; ++k)
      for (std::int64_t j = low[1]; j <= high[1]; ++j)
        for (std::int64_t i = low[2]; i <= high[2]; ++i) occupied_[place_of(k, j, i)] = 1;
  }

  std::size_t place_of(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return static_cast<std::size_t>((z * cells_[1] + y) * cells_[2] + x);
  }

  Box3 voxels(const CellBox& c) const {
    const auto size = [&](std::size_t a) {
      return std::min(c.high[a] * kCell, n_[a]) - c.low[a] * kCell;
    };
    return {{c.low[0] * kCell, c.low[1] * kCell, c.low[2] * kCell}, {size(0), size(1), size(2)}};
  }

  /// The occupied cells of every slice across an axis.
  std::array<std::vector<CellBox>, 3> slices(const CellBox& c) const {
    std::array<std::vector<CellBox>, 3> result;
    for (std::size_t a = 0; a < 3; ++a)
      result[a].assign(static_cast<std::size_t>(c.high[a] - c.low[a]), kNoCells);
    for (std::int64_t z = c.low[0]; z < c.high[0]; ++z)
      for (std::int64_t y = c.low[1]; y < c.high[1]; ++y)
        for (std::int64_t x = c.low[2]; x < c.high[2]; ++x) {
          if (occupied_[place_of(z, y, x)] == 0) continue;
          const CellBox cell{{z, y, x}, {z + 1, y + 1, x + 1}};
          for (std::size_t a = 0; a < 3; ++a)
            result[a][static_cast<std::size_t>(cell.low[a] - c.low[a])].add(cell);
        }
    return result;
  }

  CellBox shrunk(const CellBox& c) const {
    const auto by_axis = slices(c);
    CellBox result = kNoCells;
    for (const CellBox& slice : by_axis[0]) result.add(slice);
    return result;
  }

  /// The cut that alone saves most; the middle of the longest axis where none saves anything, since
  /// the next cuts may.
  Cut best_cut(const CellBox& c, double cost) const {
    const Triple size{c.high[0] - c.low[0], c.high[1] - c.low[1], c.high[2] - c.low[2]};
    const auto longest =
        static_cast<std::size_t>(std::max_element(size.begin(), size.end()) - size.begin());
    Cut best{longest, c.low[longest] + size[longest] / 2};
    double least = cost;
    const auto by_axis = slices(c);
    for (std::size_t a = 0; a < 3; ++a) {
      const std::vector<CellBox>& slice = by_axis[a];
      std::vector<CellBox> behind(slice.size() + 1, kNoCells);
      for (std::size_t i = slice.size(); i-- > 0;) {
        behind[i] = behind[i + 1];
        behind[i].add(slice[i]);
      }
      CellBox before = kNoCells;
      for (std::size_t i = 1; i < slice.size(); ++i) {
        before.add(slice[i - 1]);
        const double both = cost_(voxels(before)) + cost_(voxels(behind[i]));
        if (both < least) {
          least = both;
          best = {a, c.low[a] + static_cast<std::int64_t>(i)};
        }
      }
    }
    return best;
  }

  Triple n_, cells_{};
  const BoxCost& cost_;
  std::vector<std::uint8_t> occupied_;
};

}  // namespace

std::vector<Box3> search_boxes(VolumeView<const std::uint8_t> searched, const BoxCost& cost) {
  const Cutter cutter(searched, cost);
  Parts parts = cutter.cut(cutter.all(), kMostCuts);
  if (parts.boxes.empty())
    throw Error(ErrorKind::Usage, "match", "", "the search mask has no voxel above 0",
                "check the mask, or leave it out");
  std::stable_sort(parts.boxes.begin(), parts.boxes.end(),
                   [&](const Box3& a, const Box3& b) { return cost(a) > cost(b); });
  return parts.boxes;
}

}  // namespace dfe::match
