// SPDX-License-Identifier: Apache-2.0
// Counts and scores, see the header.
#include "evaluate/scores.hpp"

#include <cmath>

namespace dfe {

namespace {

double ratio(double part, double whole) {
  return whole != 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
}

double defined(double value) { return std::isnan(value) ? 0 : value; }

}  // namespace

Score score_of_counts(std::int64_t tp, std::int64_t fp, std::int64_t fn, double beta) {
  Score score{tp, fp, fn};
  const auto t = static_cast<double>(tp), p = static_cast<double>(fp), n = static_cast<double>(fn);
  score.precision = ratio(t, t + p);
  score.recall = ratio(t, t + n);
  score.f1 = ratio(2 * t, 2 * t + p + n);
  const double b = beta * beta;
  score.fbeta = ratio(
      (1 + b) * t, (1 + b) * t + p +
                       b * n);  // the same as from precision and recall, defined where they are not
  return score;
}

Counts count(const std::vector<Outcome>& outcomes, const std::vector<Outcome>& localization,
             const std::set<int>& labels, MatchRule rule) {
  Counts counts;
  Score& all = counts[0];
  for (const int label : labels) counts[label];
  for (const Outcome& o : localization) {
    if (o.truth_class != 0 && o.predicted_class != 0) ++all.tp;
    if (o.truth_class != 0 && o.predicted_class == 0) ++all.fn;
    if (o.truth_class == 0) ++all.fp;
    all.fp += o.extra_false;
  }
  const bool background = precision_counts_background(rule);
  for (const Outcome& o : outcomes) {
    if (o.truth_class == o.predicted_class) {
      ++counts[o.truth_class].tp;
    } else {
      if (o.truth_class != 0) ++counts[o.truth_class].fn;
      if (o.predicted_class != 0 && (o.truth_class != 0 || background))
        ++counts[o.predicted_class].fp;
    }
    if (o.extra_false != 0) counts[o.predicted_class].fp += o.extra_false;
  }
  return counts;
}

void finish(Counts& counts, double beta) {
  for (auto& [label, score] : counts) score = score_of_counts(score.tp, score.fp, score.fn, beta);
}

Score mean_score(const Counts& counts, const std::map<int, double>& weights) {
  Score mean;
  double precision = 0, recall = 0, f1 = 0, fbeta = 0, total = 0;
  for (const auto& [label, score] : counts) {
    if (label == 0) continue;
    mean.tp += score.tp;
    mean.fp += score.fp;
    mean.fn += score.fn;
    if (score.tp + score.fn == 0) continue;
    const auto given = weights.find(label);
    const double weight = given == weights.end() ? 1 : given->second;
    total += weight;
    precision += weight * defined(score.precision);
    recall += weight * score.recall;
    f1 += weight * defined(score.f1);
    fbeta += weight * defined(score.fbeta);
  }
  mean.precision = ratio(precision, total);
  mean.recall = ratio(recall, total);
  mean.f1 = ratio(f1, total);
  mean.fbeta = ratio(fbeta, total);
  return mean;
}

std::set<int> labels_of(const std::vector<Outcome>& outcomes) {
  std::set<int> labels;
  for (const Outcome& o : outcomes) {
    labels.insert(o.truth_class);
    labels.insert(o.predicted_class);
  }
  labels.erase(0);
  return labels;
}

const std::vector<Outcome>& localization_of(const MatchResult& result) {
  return result.localization.empty() ? result.outcomes : result.localization;
}

}  // namespace dfe
