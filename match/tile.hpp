// SPDX-License-Identifier: Apache-2.0
// One tile of a tomogram: what is transformed once, and what each pair of orientations adds.
#pragma once

#include <functional>

#include "match/exact.hpp"
#include "match/grid.hpp"
#include "match/turned_templates.hpp"

namespace dfe::match {

/// Voxels that a template covers before and behind its centre.
struct AxisReach {
  std::int64_t before, behind;
};
AxisReach axis_reach(std::int64_t support_begin, std::int64_t support, std::int64_t box);

/// A tomogram's normalized voxels: mean 0 and standard deviation 1 over those that are valid, which
/// the others have as 0.
class NormalizedVolume {
 public:
  NormalizedVolume(VolumeView<const float> tomogram, VolumeView<const std::uint8_t> valid,
                   Edge edge);

  /// The values of a row at any place, from column `x` on, and whether they are valid.
  void row(std::int64_t z, std::int64_t y, std::int64_t x, std::vector<float>& values,
           std::vector<std::uint8_t>& valid) const;
  bool all_valid() const { return all_valid_ && edge_ == Edge::Periodic; }
  const Extent3& extent() const { return tomogram_.extent; }

 private:
  VolumeView<const float> tomogram_;
  VolumeView<const std::uint8_t> valid_;
  Edge edge_;
  bool all_valid_ = true;
  double mean_ = 0, scale_ = 1;
};

/// A box of a tomogram that is matched: at most as large as the plan's tiles.
class Tile {
 public:
  Tile(const NormalizedVolume& volume, const TurnedTemplates& templates, const Extent3& box,
       const TilePlan& plan, const Box3& core, ThreadPool& pool, const FourierKernels& kernels);

  /// Adds the orientations `id` and `id` + 1, as `TurnedTemplates::make` writes them.
  void add(const float* pair, std::int32_t id);
  /// Writes the tile's part of the result; ids above `last_id` become it. Nothing can be added
  /// after it.
  void finish(ScoreMap& map, std::int32_t last_id);

 private:
  /// What of the tomogram is transformed.
  enum class Content { Values, ValuesAndSquares, Squares, Validity };
  void transform_volume(const NormalizedVolume& volume, Content content, const Floats& spectrum);
  /// Transforms real - i · imaginary over the support; the second may be null.
  void transform_box(const float* real, const float* imaginary);
  void correlate(const Floats& spectrum) {
    grid_.correlate_columns(box_, support_.extent.z, spectrum, planes_);
  }
  void find_scale(const NormalizedVolume& volume, const TurnedTemplates& templates);
  void find_scales(const float* masks);
  /// From the local mean and mean square in `scale`, and the valid share, if not null, to 1 / σ.
  void to_scale(const Floats& means, const Floats& shares, const Floats& scale);

  ThreadPool& pool_;
  Grid grid_;
  Box3 support_;
  Index3 begin_, low_;       ///< the first voxel of the core, and of what is read
  Extent3 core_, occupied_;  ///< `occupied_`: voxels that are read
  std::array<AxisReach, 3> reach_;
  bool turns_mask_, all_valid_;
  Floats spectrum_, planes_, box_, best_, ids_;
  Floats squares_spectrum_, valid_spectrum_;  ///< where masks turn
  Floats scale_[2], means_[2], shares_[2];    ///< of the second template only where masks turn
};

}  // namespace dfe::match
