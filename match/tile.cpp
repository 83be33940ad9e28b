// SPDX-License-Identifier: Apache-2.0
// See the header. Templates are at the first corner of the transform, so a result is where the
// corner of the support was; `finish` moves it to the centre.
#include "match/tile.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

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

void NormalizedVolume::row(std::int64_t z, std::int64_t y, std::int64_t x,
                           std::vector<float>& values, std::vector<std::uint8_t>& valid) const {
  const Extent3 n = tomogram_.extent;
  const bool periodic = edge_ == Edge::Periodic;
  if (periodic) {
    z = wrapped(z, n.z);
    y = wrapped(y, n.y);
    x = wrapped(x, n.x);
  }
  const bool outside = z < 0 || z >= n.z || y < 0 || y >= n.y;
  for (std::size_t i = 0; i < values.size(); ++i, ++x) {
    if (periodic && x == n.x) x = 0;
    const bool counts = !outside && x >= 0 && x < n.x && (!valid_.data || valid_(z, y, x) != 0);
    valid[i] = counts ? 1 : 0;
    values[i] = counts
                    ? static_cast<float>((static_cast<double>(tomogram_(z, y, x)) - mean_) * scale_)
                    : 0.0f;
  }
}

Tile::Tile(const NormalizedVolume& volume, const TurnedTemplates& templates, const Extent3& box,
           const TilePlan& plan, const Box3& core, ThreadPool& pool, const FourierKernels& kernels)
    : pool_(pool),
      grid_(plan.transform, pool, kernels),
      support_(templates.support()),
      begin_(core.begin),
      core_(core.extent),
      turns_mask_(templates.turns_mask()),
      all_valid_(volume.all_valid()) {
  const Extent3 n = volume.extent();
  const Box3& s = support_;
  reach_ = {axis_reach(s.begin.z, s.extent.z, box.z), axis_reach(s.begin.y, s.extent.y, box.y),
            axis_reach(s.begin.x, s.extent.x, box.x)};
  // A lone tile along an axis begins at its first voxel: what is before it is at the end of the
  // transform.
  const auto read = [](std::int64_t first, std::int64_t count, std::int64_t size,
                       const AxisReach& reach, std::int64_t& low, std::int64_t& occupied) {
    const bool lone = count == size;
    low = lone ? 0 : first - reach.before;
    occupied = lone ? size : count + reach.before + reach.behind;
  };
  read(begin_.z, core_.z, n.z, reach_[0], low_.z, occupied_.z);
  read(begin_.y, core_.y, n.y, reach_[1], low_.y, occupied_.y);
  read(begin_.x, core_.x, n.x, reach_[2], low_.x, occupied_.x);
  spectrum_ = Floats(grid_.spectrum_floats());
  planes_ = Floats(grid_.plane_floats(plan.transform.z));
  box_ = Floats(grid_.plane_floats(s.extent.z));
  for (Floats* const field : {&scale_[0], &best_, &ids_}) *field = Floats(grid_.field_floats());
  if (turns_mask_) {
    squares_spectrum_ = Floats(grid_.spectrum_floats());
    transform_volume(volume, Content::Squares, squares_spectrum_);
    for (Floats* const field : {&scale_[1], &means_[0], &means_[1]})
      *field = Floats(grid_.field_floats());
    if (!all_valid_) {
      valid_spectrum_ = Floats(grid_.spectrum_floats());
      transform_volume(volume, Content::Validity, valid_spectrum_);
      for (Floats& field : shares_) field = Floats(grid_.field_floats());
    }
  } else {
    find_scale(volume, templates);
  }
  transform_volume(volume, Content::Values, spectrum_);
  std::fill_n(best_.data(), best_.size(), kNothing);
  std::fill_n(as_ids(ids_), ids_.size(), 0);
}

void Tile::transform_volume(const NormalizedVolume& volume, Content content,
                            const Floats& spectrum) {
  const RowPacker pack = [&](std::int64_t z, std::int64_t first_row, float* points) {
    const std::int64_t rows = std::min(kFourierLanes, occupied_.y - first_row);
    std::vector<float> values(static_cast<std::size_t>(occupied_.x));
    std::vector<std::uint8_t> valid(values.size());
    for (std::int64_t row = 0; row < rows; ++row) {
      volume.row(low_.z + z, low_.y + first_row + row, low_.x, values, valid);
      float* p = points + row;
      for (std::size_t x = 0; x < values.size(); ++x, p += kFourierPoint) {
        const float v = values[x];
        p[0] = content == Content::Validity  ? static_cast<float>(valid[x])
               : content == Content::Squares ? v * v
                                             : v;
        if (content == Content::ValuesAndSquares) p[kFourierLanes] = v * v;
      }
    }
  };
  grid_.forward_planes(occupied_, pack, planes_);
  grid_.spectrum(planes_, occupied_.z, spectrum);
}

void Tile::transform_box(const float* real, const float* imaginary) {
  const Extent3 n = support_.extent;
  const RowPacker pack = [&](std::int64_t z, std::int64_t first_row, float* points) {
    const std::int64_t rows = std::min(kFourierLanes, n.y - first_row);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t from = (z * n.y + first_row + row) * n.x;
      for (std::int64_t x = 0; x < n.x; ++x) {
        float* const p = points + x * kFourierPoint + row;
        p[0] = real[from + x];
        if (imaginary) p[kFourierLanes] = -imaginary[from + x];
      }
    }
  };
  grid_.forward_planes(n, pack, box_);
}

void Tile::to_scale(const Floats& means, const Floats& shares, const Floats& scale) {
  const Extent3 n = grid_.extent();
  const std::int64_t plane = grid_.field_floats() / n.z;
  parallel_for(pool_, 0, n.z, 1, [&](std::int64_t z, std::int64_t, int) {
    for (std::int64_t i = z * plane; i < (z + 1) * plane; ++i) {
      const double share = shares.size() > 0 ? static_cast<double>(shares.data()[i]) : 1;
      const double mean = static_cast<double>(means.data()[i]) / share;
      const double variance = static_cast<double>(scale.data()[i]) / share - mean * mean;
      scale.data()[i] = share >= 0.5 && variance > kLeastDeviation * kLeastDeviation
                            ? static_cast<float>(1 / std::sqrt(variance))
                            : 0.0f;
    }
    // The lanes beyond the last row have no voxel.
    for (std::int64_t y = n.y; y % kFourierLanes != 0; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) scale.data()[grid_.field_place(z, y, x)] = 0;
  });
}

void Tile::find_scale(const NormalizedVolume& volume, const TurnedTemplates& templates) {
  std::vector<float> mask = templates.mask();
  const double total =
      static_cast<double>(grid_.extent().voxels()) * std::accumulate(mask.begin(), mask.end(), 0.0);
  for (float& m : mask) m = static_cast<float>(static_cast<double>(m) / total);
  transform_box(mask.data(), nullptr);
  // Fields that are not in use yet.
  transform_volume(volume, Content::ValuesAndSquares, spectrum_);
  correlate(spectrum_);
  grid_.fields(planes_, best_.data(), scale_[0].data());
  if (all_valid_) return to_scale(best_, Floats(), scale_[0]);
  transform_volume(volume, Content::Validity, spectrum_);
  correlate(spectrum_);
  grid_.fields(planes_, ids_.data(), nullptr);
  to_scale(best_, ids_, scale_[0]);
}

void Tile::find_scales(const float* masks) {
  transform_box(masks, masks + support_.extent.voxels());
  correlate(spectrum_);
  grid_.fields(planes_, means_[0].data(), means_[1].data());
  correlate(squares_spectrum_);
  grid_.fields(planes_, scale_[0].data(), scale_[1].data());
  if (!all_valid_) {
    correlate(valid_spectrum_);
    grid_.fields(planes_, shares_[0].data(), shares_[1].data());
  }
  for (int i = 0; i < 2; ++i) to_scale(means_[i], shares_[i], scale_[i]);
}

void Tile::add(const float* pair, std::int32_t id) {
  const std::int64_t size = support_.extent.voxels();
  if (turns_mask_) find_scales(pair + 2 * size);
  // The conjugate of a - ib, which the columns take, is a + ib.
  transform_box(pair, pair + size);
  correlate(spectrum_);
  grid_.best_scores(planes_, {scale_[0].data(), scale_[turns_mask_ ? 1 : 0].data(), best_.data(),
                              as_ids(ids_), id});
}

void Tile::finish(ScoreMap& map, std::int32_t last_id) {
  // The result takes its memory now.
  for (Floats* const done :
       {&spectrum_, &planes_, &box_, &squares_spectrum_, &valid_spectrum_, &scale_[0], &scale_[1],
        &means_[0], &means_[1], &shares_[0], &shares_[1]})
    *done = Floats();
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
