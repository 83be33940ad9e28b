// SPDX-License-Identifier: Apache-2.0
// Validation, see the header. Probabilities arrive in boxes whose order depends on the memory
// limit. They are summed as whole numbers, of 2^-30 and 2^-24, because sums of integers do not
// depend on the order.
#include "engine/training/validation.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>

namespace dfe {

namespace {

constexpr double kProbabilityUnit = 0x1p-30, kLogarithmUnit = 0x1p-24;

/// Sums over voxels by class, as whole numbers: ClassSums without its rounding.
struct WholeSums {
  std::vector<std::int64_t> voxels, probability, overlap, cross_entropy, predicted, correct;

  explicit WholeSums(std::size_t classes) {
    for (auto* row : {&voxels, &probability, &overlap, &cross_entropy, &predicted, &correct})
      row->assign(classes, 0);
  }

  /// `scores` are (class, voxel), `truth` labels below the number of classes.
  void add(std::size_t count, const float* scores, const float* truth) {
    const std::size_t classes = voxels.size();
    for (std::size_t v = 0; v < count; ++v) {
      const auto label = static_cast<std::size_t>(truth[v]);
      std::size_t most = 0;
      for (std::size_t c = 0; c < classes; ++c) {
        const float p = scores[c * count + v];
        probability[c] += std::llround(p / kProbabilityUnit);
        if (p > scores[most * count + v]) most = c;
      }
      const float p = scores[label * count + v];
      ++voxels[label];
      overlap[label] += std::llround(p / kProbabilityUnit);
      cross_entropy[label] += std::llround(-std::log(std::max(p, FLT_MIN)) / kLogarithmUnit);
      ++predicted[most];
      if (most == label) ++correct[most];
    }
  }

  ClassSums sums() const {
    ClassSums sums(static_cast<std::int64_t>(voxels.size()));
    const auto put = [](const std::vector<std::int64_t>& from, double unit,
                        std::vector<double>& to) {
      for (std::size_t c = 0; c < from.size(); ++c) to[c] = static_cast<double>(from[c]) * unit;
    };
    put(voxels, 1, sums.voxels);
    put(probability, kProbabilityUnit, sums.probability);
    put(overlap, kProbabilityUnit, sums.overlap);
    put(cross_entropy, kLogarithmUnit, sums.cross_entropy);
    put(predicted, 1, sums.predicted);
    put(correct, 1, sums.correct);
    return sums;
  }
};

}  // namespace

ValidationResult validate(const Weights& weights, const std::vector<ValidationTomogram>& tomograms,
                          const ValidationSettings& settings, const SegmentOptions& options,
                          Observer* observer) {
  WholeSums sums(static_cast<std::size_t>(weights.classes));
  ClusterOptions clustering = settings.cluster;
  clustering.compute = options.compute;
  std::vector<EvaluationPair> pairs;
  for (const ValidationTomogram& t : tomograms) {
    std::vector<float> truth;
    const ScoreSink compare = [&](const Box3& box, std::int64_t, const float* scores) {
      truth.resize(static_cast<std::size_t>(box.extent.voxels()));
      t.target->read_box(box, truth.data());
      sums.add(truth.size(), scores, truth.data());
    };
    const LabelMap map = segment(*t.tomogram, weights, options, compare, observer);
    if (!t.objects || settings.cluster.radius.value <= 0) continue;
    EvaluationPair pair;
    pair.name = t.name;
    pair.truth = *t.objects;
    pair.voxel_size = map.geometry.voxel_size;
    pair.predicted = cluster(map, clustering, nullptr, observer).particles;
    pairs.push_back(std::move(pair));
  }
  ValidationResult result{sums.sums(), std::nullopt};
  if (!pairs.empty()) result.objects = evaluate(pairs, settings.match).all;
  return result;
}

Score voxel_score(const ClassSums& sums, std::size_t label) {
  const auto count = [](double value) { return static_cast<std::int64_t>(value); };
  const std::int64_t correct = count(sums.correct[label]);
  return score_of_counts(correct, count(sums.predicted[label]) - correct,
                         count(sums.voxels[label]) - correct);
}

double mean_voxel_f1(const ClassSums& sums) {
  double total = 0;
  int classes = 0;
  for (std::size_t c = 1; c < sums.voxels.size(); ++c)
    if (sums.voxels[c] > 0) {
      total += voxel_score(sums, c).f1;
      ++classes;
    }
  return classes > 0 ? total / classes : std::numeric_limits<double>::quiet_NaN();
}

double voxel_accuracy(const ClassSums& sums) {
  double correct = 0, all = 0;
  for (std::size_t c = 0; c < sums.voxels.size(); ++c) {
    correct += sums.correct[c];
    all += sums.voxels[c];
  }
  return correct / all;
}

}  // namespace dfe
