// SPDX-License-Identifier: Apache-2.0
// The seam between clustering and a GPU: the steps of mean shift that touch voxels. What works on
// thousands of points (which seeds are too many, which modes are kept, who won a vote) is the
// caller's and the same for every device.
#pragma once

#include <array>
#include <bitset>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "dfengine/volume.hpp"
#include "kernels/mean_shift_math.hpp"

namespace dfe {

/// Holds a label map, and of the voxels that were taken one bit each. One caller at a time; the
/// order of calls is that of the functions.
class MeanShiftDevice {
 public:
  virtual ~MeanShiftDevice() = default;

  /// For people: "NVIDIA H100 80GB HBM3, ...".
  virtual std::string description() const = 0;

  /// Why a map cannot be clustered here, a clause; empty where it can. `most_clusters`: an upper
  /// bound.
  virtual std::string refusal(const Extent3& extent, std::int64_t most_clusters) const = 0;

  /// Brings the map here. loaded(planes) is called as planes go; what it throws ends the loading.
  virtual void load(ThreadPool& pool, VolumeView<const std::uint8_t> labels,
                    const std::function<void(std::int64_t)>& loaded) = 0;

  struct Taken {
    std::int64_t voxels = 0;
    std::bitset<256> labels;  ///< bit c: label c occurs among them
  };
  /// Takes the voxels labelled `class_label`, or all that are not 0 where it is 0.
  virtual Taken take(int class_label) = 0;

  /// Where the cells along z, y, x begin, and the axis' end behind the last.
  using Cells = std::array<std::vector<std::int32_t>, 3>;
  /// The seeds are from now on the first voxel of each cell that holds any; or, without cells, all
  /// voxels taken. Returns how many.
  virtual std::int64_t mark_seeds(const Cells* cells) = 0;

  /// Coordinates from which a seed of a place along z, y, x climbs.
  using SeedPlaces = std::array<std::vector<double>, 3>;
  /// Climbs from seeds `first`, `first` + 1, ..., counted in memory order, one for each of `ends`.
  virtual void climb(const SeedPlaces& places, const Bandwidth& bandwidth, std::int64_t first,
                     std::span<Mode> ends) = 0;

  /// Centres and the grid they lie in.
  struct Centres {
    std::span<const Point3> points;
    PointGridView grid;  ///< `starts` holds one more than cells, `order` one per point
    Bandwidth spacing;   ///< about their distance, where the search begins; in its unit the nearest
                         ///< is found
  };
  /// Every voxel taken goes to its nearest centre, of equally near ones to the first. `sums`
  /// (centre; count, z, y, x), where not empty, gets the sums of members; `votes` (centre, slot)
  /// their number per slot_of_label[256], where that is not negative. Both are overwritten.
  virtual void count_members(const Centres& centres, std::span<const std::int16_t> slot_of_label,
                             std::span<std::int64_t> sums, std::span<std::int64_t> votes) = 0;
};

}  // namespace dfe
