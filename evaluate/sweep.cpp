// SPDX-License-Identifier: Apache-2.0
// Scores against a threshold. Every threshold is matched anew: which prediction takes a particle
// depends on which others are there.
#include <algorithm>
#include <cmath>

#include "core/cancel.hpp"
#include "evaluate/scores.hpp"

namespace dfe {

namespace {

double value_of(const Particle& particle, SweepValue value) {
  if (value == SweepValue::ClusterSize && particle.cluster_size)
    return static_cast<double>(*particle.cluster_size);
  if (value == SweepValue::Score && particle.score && !std::isnan(*particle.score))
    return *particle.score;
  throw Error(ErrorKind::Usage, "evaluate", "--sweep",
              value == SweepValue::Score ? "a predicted particle has no score"
                                         : "a predicted particle has no cluster size",
              "sweep the other value, or give a list with this value for every particle");
}

/// All values, or as many evenly spaced ranks as allowed, the lowest included.
std::vector<double> thresholds_of(const std::vector<EvaluationPair>& tomograms, SweepValue value,
                                  std::size_t max_points) {
  std::vector<double> values;
  for (const EvaluationPair& pair : tomograms)
    for (const Particle& particle : pair.predicted) values.push_back(value_of(particle, value));
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() <= max_points) return values;
  std::vector<double> chosen;
  for (std::size_t i = 0; i < max_points; ++i)
    chosen.push_back(values[i * values.size() / max_points]);
  return chosen;
}

bool better(double value, double best) {
  return !std::isnan(value) && (std::isnan(best) || value > best);
}

}  // namespace

Sweep sweep_thresholds(const std::vector<EvaluationPair>& tomograms, const EvaluateOptions& options,
                       SweepValue value, std::size_t max_points, Observer* observer) {
  const std::vector<double> thresholds =
      thresholds_of(tomograms, value, std::max<std::size_t>(1, max_points));
  Sweep sweep;
  std::vector<EvaluationPair> kept = tomograms;
  for (const double threshold : thresholds) {
    stop_if_cancelled(observer, "evaluate");
    for (EvaluationPair& pair : kept)
      pair.predicted.erase(std::remove_if(pair.predicted.begin(), pair.predicted.end(),
                                          [&](const Particle& particle) {
                                            return value_of(particle, value) < threshold;
                                          }),
                           pair.predicted.end());
    Scores all = evaluate(kept, options).all;
    sweep.points.push_back({threshold, all.localization, all.mean, std::move(all.classes)});
    const SweepPoint& point = sweep.points.back();
    const std::size_t here = sweep.points.size() - 1;
    if (better(point.localization.fbeta, sweep.points[sweep.best_localization].localization.fbeta))
      sweep.best_localization = here;
    for (const auto& [label, score] : point.classes) {
      const std::size_t best = sweep.best_of_class.try_emplace(label, here).first->second;
      const auto& before = sweep.points[best].classes;
      if (better(score.fbeta, before.at(label).fbeta)) sweep.best_of_class[label] = here;
    }
    if (observer)
      observer->progress("sweep", static_cast<std::int64_t>(sweep.points.size()),
                         static_cast<std::int64_t>(thresholds.size()));
  }
  return sweep;
}

}  // namespace dfe
