// SPDX-License-Identifier: Apache-2.0
// Thresholds, see the header.
#include "match/thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

/// The score, in standard deviations, that the best of `orientations` stays below with probability
/// `share`.
double best_quantile(double share, double orientations) {
  const double above = -std::expm1(std::log(share) / orientations);  // 1 - share^(1 / orientations)
  return std::numbers::sqrt2 * inverse_erfc(2 * above);
}

}  // namespace

double inverse_erfc(double y) {
  if (!(y > 0 && y < 2))
    throw Error(ErrorKind::Usage, "match", "erfc", "has values between 0 and 2");
  if (y > 1) return -inverse_erfc(2 - y);
  // Abramowitz and Stegun 26.2.23 with error below 4.5e-4, then Halley's steps.
  const double t = std::sqrt(-2 * std::log(y / 2));
  double x = (t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                      (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))) /
             std::numbers::sqrt2;
  for (int step = 0; step < 3; ++step) {
    const double slope = 2 * std::numbers::inv_sqrtpi * std::exp(-x * x);
    const double newton = (std::erfc(x) - y) / slope;
    x += newton / (1 - x * newton);
  }
  return x;
}

double false_positive_threshold(double expected, double searched, double deviation) {
  if (!(expected > 0) || !(expected <= searched / 2) || !std::isfinite(searched))
    throw Error(ErrorKind::Usage, "match", "false positives",
                "must be above 0 and at most half of the scores searched");
  if (!(deviation > 0) || !std::isfinite(deviation))
    throw Error(ErrorKind::Usage, "match", "standard deviation of the scores", "is not above 0",
                "give a threshold");
  return std::numbers::sqrt2 * deviation * inverse_erfc(2 * expected / searched);
}

NoiseFit fit_noise(const ScoreHistogram& histogram) {
  const double low = histogram.quantile(0.25), high = histogram.quantile(0.75);
  // The more orientations, the narrower is the distribution of the best score beside its height, so
  // the quotient of two quantiles has one number of orientations.
  constexpr double kFewest = 2.01, kMost = 1e15;  // of 2 the lower quartile is 0
  const auto quotient = [](double orientations) {
    return best_quantile(0.75, orientations) / best_quantile(0.25, orientations);
  };
  double few = std::log(kFewest), many = std::log(kMost);
  if (!(low > 0) || !(high / low < quotient(kFewest)) || !(high / low > quotient(kMost)))
    throw Error("match", "scores", "are not distributed like the best of Gaussian noise",
                "give a threshold, or a mask without empty regions");
  for (int step = 0; step < 60; ++step) {
    const double middle = (few + many) / 2;
    (quotient(std::exp(middle)) > high / low ? few : many) = middle;
  }
  const double orientations = std::exp((few + many) / 2);
  return {high / best_quantile(0.75, orientations), orientations};
}

double expected_above(const NoiseFit& noise, double voxels, double score) {
  const double one = std::erfc(score / (std::numbers::sqrt2 * noise.deviation)) / 2;
  return -voxels * std::expm1(noise.orientations * std::log1p(-one));
}

std::vector<double> q_values(std::span<const Candidate> candidates, double decoys_per_target) {
  if (!(decoys_per_target > 0))
    throw Error(ErrorKind::Usage, "match", "decoys per target", "is not above 0");
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return candidates[a].score != candidates[b].score ? candidates[a].score > candidates[b].score
                                                      : a < b;
  });
  std::vector<double> q(candidates.size(), 1);
  double targets = 0, decoys = 0;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    for (; end < order.size() && candidates[order[end]].score == candidates[order[i]].score; ++end)
      (candidates[order[end]].decoy ? decoys : targets) += 1;
    const double rate =
        targets > 0 ? std::min(1.0, (1 + decoys) / (decoys_per_target * targets)) : 1;
    for (; i < end; ++i) q[order[i]] = rate;
  }
  // A longer list may have a lower rate: the candidate is in that one, too.
  double least = 1;
  for (std::size_t i = order.size(); i-- > 0;) least = q[order[i]] = std::min(least, q[order[i]]);
  return q;
}

}  // namespace dfe::match
