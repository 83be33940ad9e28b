// SPDX-License-Identifier: Apache-2.0
// Sums over the mask at every voxel and orientation, see the header and docs/design/match.md.
#include "match/reference.hpp"

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "core/math/interpolation.hpp"
#include "core/math/rotation.hpp"
#include "core/math/spline.hpp"

namespace dfe::match {

namespace {

using Complex = std::complex<double>;

std::int64_t wrapped(std::int64_t i, std::int64_t n) { return ((i % n) + n) % n; }

/// Cubic B-spline at a place, coefficients mirrored at the faces.
double spline_at(VolumeView<const float> c, const Point3& q) {
  const auto mirrored = [](std::int64_t i, std::int64_t n) {
    i = std::abs(i) % std::max<std::int64_t>(2 * n - 2, 1);
    return i < n ? i : 2 * n - 2 - i;
  };
  const auto basis = [](double d) {
    d = std::abs(d);
    return d < 1   ? (4 - 6 * d * d + 3 * d * d * d) / 6
           : d < 2 ? (2 - d) * (2 - d) * (2 - d) / 6
                   : 0;
  };
  const auto z0 = static_cast<std::int64_t>(std::floor(q.z)),
             y0 = static_cast<std::int64_t>(std::floor(q.y)),
             x0 = static_cast<std::int64_t>(std::floor(q.x));
  double sum = 0;
  for (std::int64_t z = z0 - 1; z <= z0 + 2; ++z)
    for (std::int64_t y = y0 - 1; y <= y0 + 2; ++y)
      for (std::int64_t x = x0 - 1; x <= x0 + 2; ++x)
        sum += static_cast<double>(
                   c(mirrored(z, c.extent.z), mirrored(y, c.extent.y), mirrored(x, c.extent.x))) *
               basis(q.z - static_cast<double>(z)) * basis(q.y - static_cast<double>(y)) *
               basis(q.x - static_cast<double>(x));
  return sum;
}

/// The turned density: out(p) = density(centre + rᵀ (p - centre)), 0 from outside.
std::vector<double> turned(const MatchTemplate& t, VolumeView<const float> values,
                           const Rotation& r) {
  const Extent3 n = values.extent;
  const auto inside = [](double q, std::int64_t size) {
    return q >= -1e-9 && q <= static_cast<double>(size - 1) + 1e-9;
  };
  std::vector<double> out;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) {
        Point3 q = math::rotate_back(
            r, {static_cast<double>(z - n.z / 2), static_cast<double>(y - n.y / 2),
                static_cast<double>(x - n.x / 2)});
        q = {q.z + static_cast<double>(n.z / 2), q.y + static_cast<double>(n.y / 2),
             q.x + static_cast<double>(n.x / 2)};
        const bool in = inside(q.z, n.z) && inside(q.y, n.y) && inside(q.x, n.x);
        out.push_back(!in ? 0
                      : t.interpolation == Interpolation::Cubic
                          ? spline_at(values, q)
                          : math::at_or_zero(values, q.z, q.y, q.x));
      }
  return out;
}

/// Along the middle axis of data[outer][n][inner], by the definition.
void transform_axis(std::vector<Complex>& data, std::int64_t outer, std::int64_t n,
                    std::int64_t inner, double sign) {
  std::vector<Complex> line(static_cast<std::size_t>(n));
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t i = 0; i < inner; ++i) {
      Complex* const first = data.data() + o * n * inner + i;
      for (std::int64_t f = 0; f < n; ++f) {
        Complex sum = 0;
        for (std::int64_t k = 0; k < n; ++k)
          sum += first[k * inner] *
                 std::polar(1.0, sign * 2 * std::numbers::pi * static_cast<double>(f * k % n) /
                                     static_cast<double>(n));
        line[static_cast<std::size_t>(f)] = sum;
      }
      for (std::int64_t f = 0; f < n; ++f) first[f * inner] = line[static_cast<std::size_t>(f)];
    }
}

void weigh(std::vector<double>& values, VolumeView<const float> weights) {
  const Extent3 n = weights.extent;
  std::vector<Complex> data(values.begin(), values.end());
  const auto transform = [&](double sign) {
    transform_axis(data, n.z * n.y, n.x, 1, sign);
    transform_axis(data, n.z, n.y, n.x, sign);
    transform_axis(data, 1, n.z, n.y * n.x, sign);
  };
  transform(-1);
  std::size_t i = 0;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        data[i++] *=
            (static_cast<double>(weights(z, y, x)) +
             static_cast<double>(weights(wrapped(-z, n.z), wrapped(-y, n.y), wrapped(-x, n.x)))) /
            2;
  transform(1);
  for (i = 0; i < values.size(); ++i)
    values[i] = data[i].real() / static_cast<double>(values.size());
}

/// m · (t - mean) / standard deviation, and Σ m.
std::vector<double> normalized(std::vector<double> values, const std::vector<double>& mask,
                               Normalization kind, double& total) {
  std::vector<double> weights = mask;
  if (kind == Normalization::Counted)
    for (double& w : weights) w = w > 0 ? 1 : 0;
  double sum = 0, squares = 0, weight = 0;
  total = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    total += mask[i];
    weight += weights[i];
    sum += weights[i] * values[i];
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] -= sum / weight;
    squares += weights[i] * values[i] * values[i];
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] *= squares > 0 ? mask[i] / std::sqrt(squares / weight) : 0;
  return values;
}

/// A tomogram's voxels with mean 0 and standard deviation 1 over the valid ones.
struct Field {
  Extent3 n;
  Edge edge;
  std::vector<double> values;
  std::vector<bool> valid;

  Field(VolumeView<const float> tomogram, const ScoreOptions& options)
      : n(tomogram.extent), edge(options.edge), values(tomogram.data, tomogram.data + n.voxels()) {
    double sum = 0, squares = 0, count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      valid.push_back(!options.valid.data || options.valid.data[i] != 0);
      if (valid[i]) sum += values[i], count += 1;
    }
    for (std::size_t i = 0; i < values.size(); ++i)
      if (valid[i]) squares += std::pow(values[i] - sum / count, 2);
    for (double& v : values) v = (v - sum / count) / std::sqrt(squares / count);
  }
  /// The index of a voxel, -1 where none is valid.
  std::int64_t index(std::int64_t z, std::int64_t y, std::int64_t x) const {
    if (edge == Edge::Periodic) z = wrapped(z, n.z), y = wrapped(y, n.y), x = wrapped(x, n.x);
    if (z < 0 || y < 0 || x < 0 || z >= n.z || y >= n.y || x >= n.x) return -1;
    const std::int64_t i = (z * n.y + y) * n.x + x;
    return valid[static_cast<std::size_t>(i)] ? i : -1;
  }
};

/// The score of one normalized template at one voxel.
double score_at(const Field& field, const Index3& p, const Extent3& box,
                const std::vector<double>& mask, const std::vector<double>& t, double weight) {
  double product = 0, sum = 0, squares = 0, share = 0;
  for (std::int64_t z = 0, i = 0; z < box.z; ++z)
    for (std::int64_t y = 0; y < box.y; ++y)
      for (std::int64_t x = 0; x < box.x; ++x, ++i) {
        const double m = mask[static_cast<std::size_t>(i)];
        if (m == 0) continue;
        const std::int64_t at =
            field.index(p.z + z - box.z / 2, p.y + y - box.y / 2, p.x + x - box.x / 2);
        if (at < 0) continue;
        const double v = field.values[static_cast<std::size_t>(at)];
        product += t[static_cast<std::size_t>(i)] * v;
        sum += m * v;
        squares += m * v * v;
        share += m;
      }
  if (share < weight / 2) return 0;
  const double variance = squares / share - sum * sum / (share * share);
  return variance > 1e-6 ? product / (weight * std::sqrt(variance)) : 0;
}

}  // namespace

ScoreMap reference_scores(VolumeView<const float> tomogram, const MatchTemplate& t,
                          std::span<const Rotation> orientations, const ScoreOptions& options) {
  const Field field(tomogram, options);
  const Extent3 n = tomogram.extent;
  ScoreMap map{Volume<float>(n, -2.0f), Volume<std::int32_t>(n, 0)};
  Volume<float> values = t.density.clone();
  if (t.interpolation == Interpolation::Cubic) math::spline_coefficients(values.view());
  for (std::size_t id = 0; id < orientations.size(); ++id) {
    std::vector<double> shape = turned(t, values.view(), orientations[id]);
    if (t.weights.voxels() > 0) weigh(shape, t.weights.view());
    std::vector<double> mask(t.mask.data(), t.mask.data() + t.mask.voxels());
    if (turns_mask(t)) {
      // The mask itself as coefficients: smoother than it, and never below 0.
      mask = turned(t, t.mask.view(), orientations[id]);
      for (double& m : mask) m = m < 1e-3 ? 0 : m;
    }
    double weight = 0;
    shape = normalized(std::move(shape), mask, t.normalization, weight);
    for (std::int64_t z = 0; z < n.z; ++z)
      for (std::int64_t y = 0; y < n.y; ++y)
        for (std::int64_t x = 0; x < n.x; ++x) {
          const auto score =
              static_cast<float>(score_at(field, {z, y, x}, t.mask.extent(), mask, shape, weight));
          if (score <= map.scores(z, y, x)) continue;
          map.scores(z, y, x) = score;
          map.ids(z, y, x) = static_cast<std::int32_t>(id);
        }
  }
  return map;
}

}  // namespace dfe::match
