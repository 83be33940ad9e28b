// SPDX-License-Identifier: Apache-2.0
// Scores of tomograms one by one and pooled.
#include <cmath>

#include "evaluate/scores.hpp"

namespace dfe {

namespace {

ConfusionMatrix confusion_of(const std::vector<Outcome>& outcomes, const std::set<int>& classes) {
  ConfusionMatrix matrix;
  matrix.labels = {0};
  matrix.labels.insert(matrix.labels.end(), classes.begin(), classes.end());
  std::map<int, std::size_t> place;
  for (std::size_t i = 0; i < matrix.labels.size(); ++i) place[matrix.labels[i]] = i;
  const std::size_t n = matrix.labels.size();
  matrix.counts.assign(n * n, 0);
  for (const Outcome& o : outcomes) {
    ++matrix.counts[place[o.truth_class] * n + place[o.predicted_class]];
    matrix.counts[place[o.predicted_class]] += o.extra_false;
  }
  return matrix;
}

void append(std::vector<Outcome>& to, const std::vector<Outcome>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

Scores scores_of(const std::vector<Outcome>& outcomes, const std::vector<Outcome>& localization,
                 const std::set<int>& labels, const EvaluateOptions& options) {
  Scores scores;
  Counts counts = count(outcomes, localization, labels, options.rule);
  finish(counts, beta_of(options));
  scores.mean = mean_score(counts, options.weight_of_class);
  scores.localization = counts[0];
  counts.erase(0);
  scores.classes = std::move(counts);
  scores.confusion = confusion_of(outcomes, labels);
  return scores;
}

/// Sum of the distances of matched pairs.
struct Distances {
  double voxels = 0, angstrom = 0;
  std::size_t pairs = 0;

  void add(const EvaluationPair& pair, const Found& found) {
    const Point3 &a = pair.truth[found.truth].position_voxels,
                 &b = pair.predicted[found.predicted].position_voxels;
    const double z = b.z - a.z, y = b.y - a.y, x = b.x - a.x;
    const VoxelSize& v = pair.voxel_size;
    voxels += std::hypot(z, y, x);
    angstrom += v.known() ? std::hypot(z * v.z_angstrom, y * v.y_angstrom, x * v.x_angstrom)
                          : std::numeric_limits<double>::quiet_NaN();
    ++pairs;
  }
  void add(const Distances& more) {
    voxels += more.voxels;
    angstrom += more.angstrom;
    pairs += more.pairs;
  }
  void write_means(Scores& scores) const {
    if (pairs == 0) return;
    scores.mean_distance_voxels = voxels / static_cast<double>(pairs);
    scores.mean_distance_angstrom = angstrom / static_cast<double>(pairs);
  }
};

}  // namespace

std::int64_t ConfusionMatrix::at(int truth, int predicted) const {
  for (std::size_t row = 0; row < labels.size(); ++row)
    for (std::size_t column = 0; column < labels.size(); ++column)
      if (labels[row] == truth && labels[column] == predicted)
        return counts[row * labels.size() + column];
  return 0;
}

Evaluation evaluate(const std::vector<EvaluationPair>& tomograms, const EvaluateOptions& options) {
  Evaluation evaluation;
  evaluation.beta = beta_of(options);
  std::vector<MatchResult> results;
  std::vector<Outcome> outcomes, localization;
  Distances total;
  for (const EvaluationPair& pair : tomograms) {
    results.push_back(match(pair, options));
    append(outcomes, results.back().outcomes);
    append(localization, localization_of(results.back()));
    std::map<int, Point3>& reaches = evaluation.distance_of_tomogram_voxels.emplace_back();
    if (pair.hit_boxes) continue;
    for (const Particle& particle : pair.truth) {
      const int label = particle.class_label;
      if (reaches.count(label)) continue;
      reaches[label] = reach_of_class(label, options, pair.voxel_size);
      evaluation.distance_of_class.try_emplace(label,
                                               distance_of_class(label, options, pair.voxel_size));
      evaluation.distance_of_class_voxels.try_emplace(label, reaches[label]);
    }
  }
  const std::set<int> labels = labels_of(outcomes);
  evaluation.all = scores_of(outcomes, localization, labels, options);
  for (std::size_t i = 0; i < results.size(); ++i) {
    Scores& scores = evaluation.tomograms.emplace_back(
        scores_of(results[i].outcomes, localization_of(results[i]), labels, options));
    scores.truth = static_cast<std::int64_t>(tomograms[i].truth.size());
    scores.predicted = static_cast<std::int64_t>(tomograms[i].predicted.size());
    scores.duplicates = results[i].duplicates;
    Distances distances;
    for (const Found& found : results[i].found) distances.add(tomograms[i], found);
    distances.write_means(scores);
    total.add(distances);
    evaluation.all.truth += scores.truth;
    evaluation.all.predicted += scores.predicted;
    evaluation.all.duplicates += scores.duplicates;
  }
  total.write_means(evaluation.all);
  return evaluation;
}

}  // namespace dfe
