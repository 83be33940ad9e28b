// SPDX-License-Identifier: Apache-2.0
// A box is (z, y / 16, x) of points: 16 rows as lanes, the first orientation as real and the second
// as imaginary parts. The weights are real and even, so the two never mix.
#include "match/turned_templates.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/math/interpolation.hpp"
#include "core/math/rotation.hpp"
#include "core/math/spline.hpp"

namespace dfe::match {

namespace {

/// What a turned mask has below it counts as 0.
constexpr float kLeastMask = 1e-3f;

std::int64_t blocks_of(std::int64_t n) { return (n + kFourierLanes - 1) / kFourierLanes; }

/// A place beyond a face, mirrored at the outermost voxel.
std::int64_t mirrored(std::int64_t i, std::int64_t n) {
  if (n == 1) return 0;
  i = std::abs(i) % (2 * n - 2);
  return i < n ? i : 2 * n - 2 - i;
}

/// Spline coefficients with one more before and two behind each axis (three along x).
std::vector<float> bordered(VolumeView<const float> c) {
  const Extent3 n = c.extent;
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>((n.z + 3) * (n.y + 3) * (n.x + 4)));
  for (std::int64_t z = -1; z < n.z + 2; ++z)
    for (std::int64_t y = -1; y < n.y + 2; ++y)
      for (std::int64_t x = -1; x < n.x + 3; ++x)
        values.push_back(c(mirrored(z, n.z), mirrored(y, n.y), mirrored(x, n.x)));
  return values;
}

/// Rows: where a step by one voxel along z, y and x leads in the source.
struct Source {
  double from[9], origin[3];
};

Source source_of(const Rotation& r, const Extent3& n) {
  Source s{{r[8], r[7], r[6], r[5], r[4], r[3], r[2], r[1], r[0]}, {}};
  const Index3 middle{n.z / 2, n.y / 2, n.x / 2};
  const double centre[3] = {static_cast<double>(middle.z), static_cast<double>(middle.y),
                            static_cast<double>(middle.x)};
  for (std::size_t a = 0; a < 3; ++a)
    s.origin[a] =
        centre[a] - (s.from[a] * centre[0] + s.from[3 + a] * centre[1] + s.from[6 + a] * centre[2]);
  return s;
}

/// The weights, mean of k and -k, where the transforms leave the frequencies.
Floats ordered_weights(VolumeView<const float> weights, const FourierTransform (&axes)[3]) {
  const Extent3 n = weights.extent;
  const std::int64_t x_blocks = blocks_of(n.x);
  const std::vector<std::int64_t> oz = axes[0].order(), oy = axes[1].order(), ox = axes[2].order();
  Floats ordered(n.z * x_blocks * n.y * kFourierLanes);
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) {
        const std::int64_t kz = oz[static_cast<std::size_t>(z)],
                           ky = oy[static_cast<std::size_t>(y)],
                           kx = ox[static_cast<std::size_t>(x)];
        const float both =
            weights(kz, ky, kx) + weights((n.z - kz) % n.z, (n.y - ky) % n.y, (n.x - kx) % n.x);
        ordered.data()[((z * x_blocks + x / kFourierLanes) * n.y + y) * kFourierLanes +
                       x % kFourierLanes] = both / 2;
      }
  return ordered;
}

}  // namespace

TurnedTemplates::TurnedTemplates(const MatchTemplate& t, const FourierKernels& kernels)
    : kernels_(kernels),
      interpolation_(t.interpolation),
      normalization_(t.normalization),
      n_(t.density.extent()),
      x_blocks_(blocks_of(n_.x)),
      y_blocks_(blocks_of(n_.y)),
      z_step_(y_blocks_ * x_blocks_ * kFourierLanes * kFourierPoint),
      z_(n_.z),
      y_(n_.y),
      x_(n_.x),
      turns_mask_(match::turns_mask(t)),
      support_(support_of(t)) {
  const auto prepared = [&](const Volume<float>& volume, bool filtered) {
    if (interpolation_ == Interpolation::Trilinear)
      return std::vector<float>(volume.data(), volume.data() + volume.voxels());
    Volume<float> c = volume.clone();
    if (filtered) math::spline_coefficients(c.view());
    return bordered(c.view());
  };
  values_ = prepared(t.density, true);
  if (turns_mask_) mask_values_ = prepared(t.mask, false);
  for (std::int64_t y = 0; y < n_.y; ++y)
    y_place_.push_back(y / kFourierLanes * x_blocks_ * kFourierLanes * kFourierPoint +
                       y % kFourierLanes);
  if (t.weights.voxels() > 0)
    weights_ = ordered_weights(
        t.weights.view(), {FourierTransform(n_.z), FourierTransform(n_.y), FourierTransform(n_.x)});
  const Box3& s = support_;
  for (std::int64_t z = 0; z < s.extent.z; ++z)
    for (std::int64_t y = 0; y < s.extent.y; ++y)
      for (std::int64_t x = 0; x < s.extent.x; ++x)
        mask_.push_back(t.mask(s.begin.z + z, s.begin.y + y, s.begin.x + x));
}

TurnedTemplates::Workspace TurnedTemplates::workspace() const {
  return {Floats(n_.z * z_step_), Floats(x_blocks_ * y_blocks_ * kFourierLanes * kFourierPoint),
          Floats(turns_mask_ ? n_.z * z_step_ : 0), std::vector<float>(mask_.size()),
          std::vector<float>(mask_.size())};
}

void TurnedTemplates::turn(const std::vector<float>& values, const Rotation& r, float* out) const {
  if (interpolation_ == Interpolation::Trilinear) return turn_trilinear(values, r, out);
  const Source source = source_of(r, n_);
  SplineTurn turn{};
  turn.coefficients = values.data();
  turn.z = n_.z;
  turn.y = n_.y;
  turn.x = n_.x;
  std::copy_n(source.from, 9, turn.from);
  std::copy_n(source.origin, 3, turn.origin);
  turn.out = out;
  turn.z_step = z_step_;
  turn.x_step = kFourierPoint;
  turn.y_place = y_place_.data();
  kernels_.turn(turn);
}

void TurnedTemplates::turn_trilinear(const std::vector<float>& values, const Rotation& r,
                                     float* out) const {
  const Source s = source_of(r, n_);
  const VolumeView<const float> volume{values.data(), n_};
  const double last[3] = {static_cast<double>(n_.z - 1), static_cast<double>(n_.y - 1),
                          static_cast<double>(n_.x - 1)};
  for (std::int64_t z = 0; z < n_.z; ++z)
    for (std::int64_t y = 0; y < n_.y; ++y)
      for (std::int64_t x = 0; x < n_.x; ++x) {
        double q[3];
        bool inside = true;
        for (std::size_t a = 0; a < 3; ++a) {
          q[a] = s.origin[a] + s.from[a] * static_cast<double>(z) +
                 s.from[3 + a] * static_cast<double>(y) + s.from[6 + a] * static_cast<double>(x);
          inside = inside && q[a] >= -1e-9 && q[a] <= last[a] + 1e-9;
        }
        out[z * z_step_ + y_place_[static_cast<std::size_t>(y)] + x * kFourierPoint] =
            inside ? static_cast<float>(math::at_or_zero(volume, q[0], q[1], q[2])) : 0.0f;
      }
}

void TurnedTemplates::weigh(Workspace& work) const {
  const std::int64_t row_block = x_blocks_ * kFourierLanes * kFourierPoint;
  const auto x_lines = [&](std::int64_t from, std::int64_t to, bool forward) {
    for (std::int64_t z = from; z < to; ++z)
      for (std::int64_t b = 0; b < y_blocks_; ++b) {
        float* const points = work.box.data() + z * z_step_ + b * row_block;
        if (forward)
          kernels_.forward(x_.plan(), {points, kFourierPoint, n_.x}, points, kFourierPoint);
        else
          kernels_.backward(x_.plan(), points, kFourierPoint, points, kFourierPoint);
      }
  };
  const auto z_lines = [&](bool forward) {
    for (std::int64_t b = 0; b < y_blocks_; ++b)
      for (std::int64_t x = 0; x < n_.x; ++x) {
        float* const points = work.box.data() + b * row_block + x * kFourierPoint;
        if (forward)
          kernels_.forward(z_.plan(), {points, z_step_, n_.z}, points, z_step_);
        else
          kernels_.backward(z_.plan(), points, z_step_, points, z_step_);
      }
  };
  const auto exchange = [&](const float* from, std::int64_t blocks_from, float* to,
                            std::int64_t blocks_to) {
    const std::int64_t square = kFourierLanes * kFourierPoint;
    for (std::int64_t i = 0; i < blocks_from; ++i)
      for (std::int64_t j = 0; j < blocks_to; ++j)
        kernels_.transpose(from + (i * blocks_to + j) * square, kFourierPoint,
                           to + (j * blocks_from + i) * square, kFourierPoint);
  };
  x_lines(0, n_.z, true);
  z_lines(true);
  const std::int64_t column_block = y_blocks_ * kFourierLanes * kFourierPoint;
  for (std::int64_t z = 0; z < n_.z; ++z) {
    float* const rows = work.box.data() + z * z_step_;
    exchange(rows, y_blocks_, work.plane.data(), x_blocks_);
    for (std::int64_t b = 0; b < x_blocks_; ++b) {
      float* const points = work.plane.data() + b * column_block;
      kernels_.forward(y_.plan(), {points, kFourierPoint, n_.y}, points, kFourierPoint);
      kernels_.weigh(points, weights_.data() + (z * x_blocks_ + b) * n_.y * kFourierLanes, n_.y);
      kernels_.backward(y_.plan(), points, kFourierPoint, points, kFourierPoint);
    }
    exchange(work.plane.data(), x_blocks_, rows, y_blocks_);
  }
  z_lines(false);
  x_lines(support_.begin.z, support_.begin.z + support_.extent.z, false);
}

void TurnedTemplates::cut(const float* box, std::vector<float>& values) const {
  const Box3& s = support_;
  std::size_t count = 0;
  for (std::int64_t z = 0; z < s.extent.z; ++z)
    for (std::int64_t y = 0; y < s.extent.y; ++y) {
      const float* const row = box + (s.begin.z + z) * z_step_ +
                               y_place_[static_cast<std::size_t>(s.begin.y + y)] +
                               s.begin.x * kFourierPoint;
      for (std::int64_t x = 0; x < s.extent.x; ++x) values[count++] = row[x * kFourierPoint];
    }
}

void TurnedTemplates::normalize(const std::vector<float>& mask, const std::vector<float>& values,
                                double factor, float* out) const {
  const bool counted = normalization_ == Normalization::Counted;
  const auto weight_of = [counted](float m) {
    return counted ? (m > 0 ? 1.0 : 0.0) : static_cast<double>(m);
  };
  double sum = 0, squares = 0, weight = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    weight += weight_of(mask[i]);
    sum += weight_of(mask[i]) * static_cast<double>(values[i]);
  }
  const double mean = weight > 0 ? sum / weight : 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const double d = static_cast<double>(values[i]) - mean;
    squares += weight_of(mask[i]) * d * d;
  }
  const double total = counted ? std::accumulate(mask.begin(), mask.end(), 0.0) : weight;
  const double scale = squares > 0 ? factor / (std::sqrt(squares / weight) * total) : 0;
  for (std::size_t i = 0; i < mask.size(); ++i)
    out[i] = static_cast<float>(static_cast<double>(mask[i]) *
                                (static_cast<double>(values[i]) - mean) * scale);
}

void TurnedTemplates::make(const Rotation& first, const Rotation& second, double factor,
                           Workspace& work, float* out) const {
  const Rotation* const rotations[2] = {&first, &second};
  // The transforms leave values in lanes and points where the box has none: they must be 0 again.
  if (weights_.size() > 0) std::fill_n(work.box.data(), work.box.size(), 0.0f);
  for (std::size_t i = 0; i < 2; ++i)
    turn(values_, *rotations[i], work.box.data() + i * kFourierLanes);
  if (weights_.size() > 0) weigh(work);
  const std::size_t size = mask_.size();
  for (std::size_t i = 0; i < 2; ++i) {
    cut(work.box.data() + i * kFourierLanes, work.values);
    if (!turns_mask_) {
      normalize(mask_, work.values, factor, out + i * size);
      continue;
    }
    turn(mask_values_, *rotations[i], work.mask_box.data());
    cut(work.mask_box.data(), work.mask);
    for (float& m : work.mask) m = m < kLeastMask ? 0 : m;
    normalize(work.mask, work.values, factor, out + i * size);
    const double sum = std::accumulate(work.mask.begin(), work.mask.end(), 0.0);
    for (std::size_t k = 0; k < size; ++k)
      out[(2 + i) * size + k] =
          static_cast<float>(static_cast<double>(work.mask[k]) * factor / std::max(sum, 1e-30));
  }
}

}  // namespace dfe::match
