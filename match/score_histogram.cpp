// SPDX-License-Identifier: Apache-2.0
// Histograms of scores, see the header. Counts are whole numbers, so the order in which planes are
// added does not matter.
#include "match/score_histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

/// Calls visit(score) for what counts in a plane.
template <class Visit>
void visit_plane(VolumeView<const float> scores, VolumeView<const std::uint8_t> mask,
                 std::int64_t z, Visit&& visit) {
  const std::int64_t plane = scores.extent.y * scores.extent.x;
  for (std::int64_t i = z * plane; i < (z + 1) * plane; ++i)
    if (std::isfinite(scores.data[i]) && (mask.data == nullptr || mask.data[i] != 0))
      visit(static_cast<double>(scores.data[i]));
}

constexpr std::int64_t kPlanes = 8;  // of a piece

}  // namespace

std::int64_t ScoreHistogram::total() const {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

double ScoreHistogram::quantile(double share) const {
  const std::int64_t all = total();
  if (all == 0) throw Error("match", "scores", "there are none", "check the mask");
  const double wanted = share * static_cast<double>(all);
  double below = 0;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    const auto count = static_cast<double>(counts[bin]);
    if (count > 0 && below + count >= wanted)
      return low + width() * (static_cast<double>(bin) + (wanted - below) / count);
    below += count;
  }
  return high;
}

ScoreHistogram score_histogram(VolumeView<const float> scores, VolumeView<const std::uint8_t> mask,
                               std::size_t bins, ThreadPool& pool) {
  const std::int64_t planes = scores.extent.z;
  const auto pieces = static_cast<std::size_t>((planes + kPlanes - 1) / kPlanes);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<std::pair<double, double>> ranges(pieces, {kInfinity, -kInfinity});
  parallel_for(pool, 0, planes, kPlanes, [&](std::int64_t first, std::int64_t last, int) {
    auto& [lowest, highest] = ranges[static_cast<std::size_t>(first / kPlanes)];
    for (std::int64_t z = first; z < last; ++z)
      visit_plane(scores, mask, z, [&, &low = lowest, &high = highest](double score) {
        low = std::min(low, score);
        high = std::max(high, score);
      });
  });
  ScoreHistogram result{kInfinity, -kInfinity, std::vector<std::int64_t>(bins)};
  for (const auto& [low, high] : ranges) {
    result.low = std::min(result.low, low);
    result.high = std::max(result.high, high);
  }
  if (!(result.low <= result.high))
    throw Error("match", "scores", "none is finite and inside the mask", "check the mask");
  if (result.low == result.high) result.high = result.low + 1;
  std::vector<std::vector<std::int64_t>> counts(static_cast<std::size_t>(pool.threads()),
                                                std::vector<std::int64_t>(bins));
  const double per_score = static_cast<double>(bins) / (result.high - result.low);
  parallel_for(pool, 0, planes, kPlanes, [&](std::int64_t first, std::int64_t last, int worker) {
    std::vector<std::int64_t>& mine = counts[static_cast<std::size_t>(worker)];
    for (std::int64_t z = first; z < last; ++z)
      visit_plane(scores, mask, z, [&](double score) {
        ++mine[std::min(bins - 1, static_cast<std::size_t>((score - result.low) * per_score))];
      });
  });
  for (const std::vector<std::int64_t>& mine : counts)
    for (std::size_t bin = 0; bin < bins; ++bin) result.counts[bin] += mine[bin];
  return result;
}

ScoreSpread spread_of(const ScoreHistogram& histogram) {
  constexpr double kOneDeviation = 0.15865525393145705;  // of a Gaussian, below -1
  return {histogram.quantile(0.5),
          (histogram.quantile(1 - kOneDeviation) - histogram.quantile(kOneDeviation)) / 2};
}

}  // namespace dfe::match
