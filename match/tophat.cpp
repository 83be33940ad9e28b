// SPDX-License-Identifier: Apache-2.0
// White tophat, see the header.
#include "match/tophat.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "dfengine/error.hpp"
#include "match/thresholds.hpp"

namespace dfe::match {

namespace {

/// The lowest or highest value of each voxel's neighbourhood, as far as it is inside.
template <class Better>
Volume<float> extreme(VolumeView<const float> from, int connectivity, Better better,
                      ThreadPool& pool) {
  std::vector<Index3> steps;
  for (std::int64_t z = -1; z <= 1; ++z)
    for (std::int64_t y = -1; y <= 1; ++y)
      for (std::int64_t x = -1; x <= 1; ++x)
        if (const auto far = std::abs(z) + std::abs(y) + std::abs(x);
            far > 0 && far <= connectivity)
          steps.push_back({z, y, x});
  const Extent3 n = from.extent;
  Volume<float> result(n);
  parallel_for(pool, 0, n.z, 1, [&](std::int64_t first, std::int64_t last, int) {
    for (std::int64_t z = first; z < last; ++z)
      for (std::int64_t y = 0; y < n.y; ++y) {
        float* const row = &result(z, y, 0);
        std::copy_n(&from(z, y, 0), n.x, row);
        for (const Index3& s : steps) {
          if (z + s.z < 0 || z + s.z >= n.z || y + s.y < 0 || y + s.y >= n.y) continue;
          const float* const other = &from(z + s.z, y + s.y, 0);
          const std::int64_t begin = std::max<std::int64_t>(0, -s.x),
                             end = std::min(n.x, n.x - s.x);
          for (std::int64_t x = begin; x < end; ++x) row[x] = better(row[x], other[x + s.x]);
        }
      }
  });
  return result;
}

/// Differences as numpy.gradient has them: central, at the ends one-sided.
std::vector<double> slopes(const std::vector<double>& y) {
  std::vector<double> result(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t before = i > 0 ? i - 1 : 0, after = std::min(i + 1, y.size() - 1);
    result[i] = (y[after] - y[before]) / static_cast<double>(after - before);
  }
  return result;
}

/// How many bins the first descent has: three at least.
std::size_t descent(const std::vector<double>& logarithms) {
  const std::vector<double> bend = slopes(slopes(logarithms));
  double last = 0;  // not 0 once a bend is known
  std::size_t last_at = 0;
  for (std::size_t i = 2; i < bend.size(); ++i) {  // the first two know too little
    if (bend[i] == 0) continue;
    if (last < 0 && bend[i] > 0) return last_at + 1;
    last = bend[i];
    last_at = i;
  }
  return 3;
}

/// Least squares of a + b·x + c·x² with equal weights. False where the points are too few.
bool fit_parabola(const std::vector<double>& x, const std::vector<double>& y,
                  std::array<double, 3>& abc) {
  if (x.size() < 3) return false;
  std::array<std::array<double, 4>, 3> m{};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::array<double, 3> powers{1, x[i], x[i] * x[i]};
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c) m[r][c] += powers[r] * powers[c];
      m[r][3] += powers[r] * y[i];
    }
  }
  for (std::size_t p = 0; p < 3; ++p) {  // positive definite: no pivoting
    if (!(m[p][p] > 0)) return false;
    for (std::size_t r = 0; r < 3; ++r) {
      if (r == p) continue;
      const double factor = m[r][p] / m[p][p];
      for (std::size_t c = p; c < 4; ++c) m[r][c] -= factor * m[p][c];
    }
  }
  for (std::size_t r = 0; r < 3; ++r) abc[r] = m[r][3] / m[r][r];
  return true;
}

}  // namespace

Volume<float> white_tophat(VolumeView<const float> scores, int connectivity, ThreadPool& pool) {
  if (connectivity < 1 || connectivity > 3)
    throw Error(ErrorKind::Usage, "match", "connectivity", "is not 1, 2 or 3");
  const Volume<float> lowest = extreme(
      scores, connectivity, [](float a, float b) { return std::min(a, b); }, pool);
  Volume<float> opened = extreme(
      lowest.view(), connectivity, [](float a, float b) { return std::max(a, b); }, pool);
  for (std::int64_t i = 0; i < opened.voxels(); ++i)
    opened.data()[i] = scores.data[i] - opened.data()[i];
  return opened;
}

TophatFit fit_tophat(const ScoreHistogram& histogram, double expected) {
  constexpr std::size_t kLeftOut = 2;  // tophats are mostly 0
  const auto refuse = [] {
    throw Error("match", "tophat of the scores", "its histogram does not begin like a Gaussian",
                "leave the tophat out, or mask what is not noise");
  };
  if (histogram.counts.size() < kLeftOut + 5) refuse();
  std::vector<double> logarithms;
  for (std::size_t i = kLeftOut; i < histogram.counts.size(); ++i)
    logarithms.push_back(
        histogram.counts[i] > 0 ? std::log(static_cast<double>(histogram.counts[i])) : 0);
  // In widths of a bin, so that the sums are of one size.
  std::vector<double> x, y;
  for (std::size_t i = 0; i < descent(logarithms); ++i)
    if (histogram.counts[i + kLeftOut] > 0) {
      x.push_back(static_cast<double>(i + kLeftOut) + 0.5);
      y.push_back(logarithms[i]);
    }
  std::array<double, 3> abc{};
  if (!fit_parabola(x, y, abc) || !(abc[2] < 0)) refuse();
  const double width = histogram.width(), middle = -abc[1] / (2 * abc[2]);
  TophatFit fit;
  fit.amplitude = std::exp(abc[0] + abc[1] * middle / 2);
  fit.mean = histogram.low + width * middle;
  fit.deviation = width * std::sqrt(-1 / (2 * abc[2]));
  const double searched = fit.amplitude / (fit.deviation * std::sqrt(2 * std::numbers::pi));
  fit.cut_off = fit.mean + false_positive_threshold(expected, searched, fit.deviation);
  return fit;
}

Volume<std::uint8_t> above(VolumeView<const float> tophat, double cut_off, ThreadPool& pool) {
  Volume<std::uint8_t> mask(tophat.extent);
  parallel_for(pool, 0, tophat.extent.voxels(), std::int64_t{1} << 16,
               [&](std::int64_t first, std::int64_t last, int) {
                 for (std::int64_t i = first; i < last; ++i)
                   mask.data()[i] = static_cast<double>(tophat.data[i]) > cut_off ? 1 : 0;
               });
  return mask;
}

}  // namespace dfe::match
