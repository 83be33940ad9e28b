// SPDX-License-Identifier: Apache-2.0
// See the header. Templates are at the first corner of the transform, so a result is where the
// corner of the support was; `finish` moves it to the centre.
#include "match/tile.hpp"

#include <algorithm>
#include <cmath>

#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

std::int64_t wrapped(std::int64_t i, std::int64_t n) { return ((i % n) + n) % n; }

std::int32_t* as_ids(const Floats& floats) {
  return reinterpret_cast<std::int32_t*>(floats.data());
}

/// Lower than every score.
constexpr float kNothing = -2;
/// Of the tomogram's standard deviation: what counts as flat.
constexpr double kLeastDeviation = 1e-3;

}  // namespace

NormalizedVolume::NormalizedVolume(VolumeView<const float> tomogram,
                                   VolumeView<const std::uint8_t> valid, Edge edge)
    : tomogram_(tomogram), valid_(valid), edge_(edge) {
  const std::int64_t n = tomogram.extent.voxels();
  std::int64_t count = 0;
  double sum = 0, squares = 0;
  const auto counts = [&](std::int64_t i) { return !valid.data || valid.data[i] != 0; };
  for (std::int64_t i = 0; i < n; ++i)
    if (counts(i)) {
      ++count;
      sum += static_cast<double>(tomogram.data[i]);
    }
  if (count == 0)
    throw Error("match", "", "no voxel of the tomogram is valid", "check the validity mask");
  mean_ = sum / static_cast<double>(count);
  for (std::int64_t i = 0; i < n; ++i)
    if (counts(i)) {
      const double d = static_cast<double>(tomogram.data[i]) - mean_;
      squares += d * d;
    }
  all_valid_ = count == n;
  const double deviation = std::sqrt(squares / static_cast<double>(count));
  if (!std::isfinite(deviation))
    throw Error("match", "", "the tomogram has voxels that are not numbers",
                "replace NaN and infinities, or leave them out by the validity mask");
  if (!(deviation > 0))
    throw Error("match", "", "all voxels of the tomogram are equal", "choose another tomogram");
  scale_ = 1 / deviation;
}

float NormalizedVolume::at(std::int64_t z, std::int64_t y, std::int64_t x, bool& valid) const {
  const Extent3 n = tomogram_.extent;
  if (edge_ == Edge::Periodic) {
    z = wrapped(z, n.z);
    y = wrapped(y, n.y);
    x = wrapped(x, n.x);
  }
  valid = z >= 0 && z < n.z && y >= 0 && y < n.y && x >= 0 && x < n.x &&
          (!valid_.data || valid_(z, y, x) != 0);
  return valid ? static_cast<float>((static_cast<double>(tomogram_(z, y, x)) - mean_) * scale_)
               : 0.0f;
}

Tile::Tile(const NormalizedVolume& volume, const TurnedTemplates& templates, const Extent3& box,
           const TilePlan& plan, const Index3& begin, ThreadPool& pool,
           const FourierKernels& kernels)
    : grid_(plan.transform, pool, kernels), support_(templates.support()), begin_(begin) {
  const Extent3 n = volume.extent();
  const Box3& s = support_;
  reach_ = {axis_reach(s.begin.z, s.extent.z, box.z), axis_reach(s.begin.y, s.extent.y, box.y),
            axis_reach(s.begin.x, s.extent.x, box.x)};
  // A lone tile along an axis begins at its first voxel: what is before it is at the end of the
  // transform.
  const auto read = [](std::int64_t first, std::int64_t core, std::int64_t size, bool lone,
                       const AxisReach& reach, std::int64_t& low, std::int64_t& occupied) {
    low = lone ? 0 : first - reach.before;
    occupied = lone ? size : core + reach.before + reach.behind;
  };
  core_ = {std::min(plan.core.z, n.z - begin.z), std::min(plan.core.y, n.y - begin.y),
           std::min(plan.core.x, n.x - begin.x)};
  read(begin.z, core_.z, n.z, plan.tiles.z == 1, reach_[0], low_.z, occupied_.z);
  read(begin.y, core_.y, n.y, plan.tiles.y == 1, reach_[1], low_.y, occupied_.y);
  read(begin.x, core_.x, n.x, plan.tiles.x == 1, reach_[2], low_.x, occupied_.x);
  spectrum_ = Floats(grid_.spectrum_floats());
  planes_ = Floats(grid_.plane_floats(plan.transform.z));
  box_ = Floats(grid_.plane_floats(s.extent.z));
  scale_ = Floats(grid_.field_floats());
  best_ = Floats(grid_.field_floats());
  ids_ = Floats(grid_.field_floats());
  find_scale(volume, templates);
  pack_volume(volume, false, false);
  std::fill_n(best_.data(), best_.size(), kNothing);
  std::fill_n(as_ids(ids_), ids_.size(), 0);
}

void Tile::pack_volume(const NormalizedVolume& volume, bool squares, bool validity) {
  const RowPacker pack = [&](std::int64_t z, std::int64_t first_row, float* points) {
    const std::int64_t rows = std::min(kFourierLanes, occupied_.y - first_row);
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t x = 0; x < occupied_.x; ++x) {
        bool valid = false;
        const float v = volume.at(low_.z + z, low_.y + first_row + row, low_.x + x, valid);
        float* const p = points + x * kFourierPoint + row;
        p[0] = validity ? (valid ? 1.0f : 0.0f) : v;
        if (squares) p[kFourierLanes] = v * v;
      }
  };
  grid_.forward_planes(occupied_, pack, planes_);
  grid_.spectrum(planes_, occupied_.z, spectrum_);
}

void Tile::transform_box(const float* real, const float* imaginary, float imaginary_sign) {
  const Extent3 n = support_.extent;
  const RowPacker pack = [&](std::int64_t z, std::int64_t first_row, float* points) {
    const std::int64_t rows = std::min(kFourierLanes, n.y - first_row);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t from = (z * n.y + first_row + row) * n.x;
      for (std::int64_t x = 0; x < n.x; ++x) {
        float* const p = points + x * kFourierPoint + row;
        p[0] = real[from + x];
        if (imaginary) p[kFourierLanes] = imaginary_sign * imaginary[from + x];
      }
    }
  };
  grid_.forward_planes(n, pack, box_);
}

void Tile::find_scale(const NormalizedVolume& volume, const TurnedTemplates& templates) {
  const double points = static_cast<double>(grid_.extent().voxels());
  std::vector<float> mask = templates.mask();
  for (float& m : mask)
    m = static_cast<float>(static_cast<double>(m) / (templates.mask_sum() * points));
  transform_box(mask.data(), nullptr, 0);
  float* const means = best_.data();
  float* const squares = scale_.data();
  float* const shares = ids_.data();
  pack_volume(volume, true, false);
  grid_.correlate_columns(box_, support_.extent.z, spectrum_, planes_);
  grid_.fields(planes_, means, squares);
  if (volume.all_valid()) {
    std::fill_n(shares, ids_.size(), 1.0f);
  } else {
    pack_volume(volume, false, true);
    grid_.correlate_columns(box_, support_.extent.z, spectrum_, planes_);
    grid_.fields(planes_, shares, nullptr);
  }
  for (std::int64_t i = 0; i < scale_.size(); ++i) {
    const double share = static_cast<double>(shares[i]);
    const double mean = static_cast<double>(means[i]) / share;
    const double variance = static_cast<double>(squares[i]) / share - mean * mean;
    scale_.data()[i] = share >= 0.5 && variance > kLeastDeviation * kLeastDeviation
                           ? static_cast<float>(1 / std::sqrt(variance))
                           : 0.0f;
  }
  // The lanes beyond the last row have no voxel.
  const Extent3 n = grid_.extent();
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = n.y; y % kFourierLanes != 0; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) scale_.data()[grid_.field_place(z, y, x)] = 0;
}

void Tile::add(const float* pair, std::int32_t id) {
  // The conjugate of a - ib, which the columns take, is a + ib.
  transform_box(pair, pair + support_.extent.voxels(), -1);
  grid_.correlate_columns(box_, support_.extent.z, spectrum_, planes_);
  grid_.best_scores(planes_, {scale_.data(), best_.data(), as_ids(ids_), id});
}

void Tile::finish(ScoreMap& map, std::int32_t last_id) {
  // The result takes its memory now.
  for (Floats* const done : {&spectrum_, &planes_, &box_, &scale_}) *done = Floats();
  const Extent3 n = grid_.extent();
  for (std::int64_t z = 0; z < core_.z; ++z)
    for (std::int64_t y = 0; y < core_.y; ++y)
      for (std::int64_t x = 0; x < core_.x; ++x) {
        const std::int64_t from =
            grid_.field_place(wrapped(begin_.z + z - low_.z - reach_[0].before, n.z),
                              wrapped(begin_.y + y - low_.y - reach_[1].before, n.y),
                              wrapped(begin_.x + x - low_.x - reach_[2].before, n.x));
        map.scores(begin_.z + z, begin_.y + y, begin_.x + x) = best_.data()[from];
        map.ids(begin_.z + z, begin_.y + y, begin_.x + x) = std::min(as_ids(ids_)[from], last_id);
      }
}

}  // namespace dfe::match
