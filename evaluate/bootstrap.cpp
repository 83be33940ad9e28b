// SPDX-License-Identifier: Apache-2.0
// Bootstrap over objects: outcomes are drawn, not predictions and truth apart, so that a particle
// and what was found for it stay together and no matching is repeated.
#include <algorithm>
#include <cmath>

#include "core/cancel.hpp"
#include "core/philox.hpp"
#include "evaluate/scores.hpp"

namespace dfe {

namespace {

/// Values of the resamplings of one score.
struct Samples {
  std::vector<double> precision, recall, f1, fbeta;

  void add(const Score& score) {
    const auto keep = [](std::vector<double>& values, double value) {
      if (!std::isnan(value)) values.push_back(value);
    };
    keep(precision, score.precision);
    keep(recall, score.recall);
    keep(f1, score.f1);
    keep(fbeta, score.fbeta);
  }
};

/// Linear between order statistics, as numpy.percentile does.
double percentile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

Interval interval(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {percentile(values, 0.025), percentile(values, 0.975)};
}

ScoreInterval intervals(Samples& samples) {
  return {interval(std::move(samples.precision)), interval(std::move(samples.recall)),
          interval(std::move(samples.f1)), interval(std::move(samples.fbeta))};
}

void draw(const std::vector<Outcome>& from, const Philox& random, std::uint32_t step,
          std::vector<Outcome>& to) {
  to.clear();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto words = random.at(step, i);
    const std::uint64_t bits = (std::uint64_t{words[0]} << 32) | words[1];
    to.push_back(
        from[static_cast<std::size_t>(bits % from.size())]);  // 64 bits: the bias is below 1e-15
  }
}

}  // namespace

Bootstrap bootstrap_scores(const std::vector<EvaluationPair>& tomograms,
                           const EvaluateOptions& options, std::int64_t resamplings,
                           std::uint64_t seed, Observer* observer) {
  std::vector<Outcome> outcomes, localization;
  for (const EvaluationPair& pair : tomograms) {
    const MatchResult result = match(pair, options);
    outcomes.insert(outcomes.end(), result.outcomes.begin(), result.outcomes.end());
    const std::vector<Outcome>& blind = localization_of(result);
    localization.insert(localization.end(), blind.begin(), blind.end());
  }
  const std::set<int> labels = labels_of(outcomes);
  const Philox random(seed, RandomPurpose::Bootstrap);
  std::map<int, Samples> samples;
  Samples mean;
  std::vector<Outcome> drawn, drawn_blind;
  for (std::int64_t i = 0; i < resamplings; ++i) {
    stop_if_cancelled(observer, "evaluate");
    draw(outcomes, random, static_cast<std::uint32_t>(i), drawn);
    draw(localization, random, static_cast<std::uint32_t>(i), drawn_blind);
    Counts counts = count(drawn, drawn_blind, labels, options.rule);
    finish(counts, beta_of(options));
    for (const auto& [label, score] : counts) samples[label].add(score);
    mean.add(mean_score(counts, options.weight_of_class));
    if (observer) observer->progress("bootstrap", i + 1, resamplings);
  }
  Bootstrap result;
  for (auto& [label, values] : samples)
    (label == 0 ? result.localization : result.classes[label]) = intervals(values);
  result.mean = intervals(mean);
  return result;
}

}  // namespace dfe
