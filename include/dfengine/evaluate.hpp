// SPDX-License-Identifier: Apache-2.0
// Evaluation: comparing predicted particles, or labels, with the truth. Scores of different
// matching rules cannot be compared with each other.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cluster.hpp"
#include "label_map.hpp"
#include "length.hpp"
#include "observer.hpp"
#include "particle.hpp"
#include "volume_source.hpp"

namespace dfe {

/// The matching rule decides which predicted particles count as correct. docs/evaluate.md compares
/// the rules.
enum class MatchRule {
  OneToOne,  ///< one-to-one assignment with the most pairs and, among those, the smallest total
             ///< distance; the particles of a pair are at most `distance` apart
  Paper,  ///< the same with the distance of the DeepFinder paper, 136.8 Å (10 voxels if the voxel
          ///< size is unknown); pairs must be closer than that
  Shrec,  ///< SHREC'19: a prediction finds the particle whose hit box contains it; without hit
          ///< boxes, the nearest particle within the distance
  Czii,   ///< CZII challenge: each class separately, within half the particle's radius; F-beta with
          ///< beta = 4 and class weights
  DeepFinder,  ///< DeepFinder's Evaluator: a particle is found if exactly one prediction is within
               ///< the distance
};

/// "one-to-one", "paper", "shrec", "czii", "deepfinder".
std::string match_rule_name(MatchRule rule);
/// The inverse of `match_rule_name`. Throws a usage `Error` that lists the choices for any other
/// text.
MatchRule parse_match_rule(const std::string& name);

struct EvaluateOptions {
  MatchRule rule = MatchRule::OneToOne;
  std::optional<Length>
      distance;  ///< unset: 10 voxels; 136.8 Å for `Paper`; 8 voxels for `Shrec` without hit boxes
  std::optional<double> radius_share;     ///< distance as a fraction of the true particle's radius,
                                          ///< instead of `distance`; neither set: 0.5 for `Czii`
  std::map<int, Length> radius_of_class;  ///< by class label; needed for `radius_share`
  std::map<int, double> weight_of_class;  ///< for the mean over classes; 1 if absent
  std::optional<double> beta;             ///< of F-beta; unset: 4 for `Czii`, else 1
};

/// The particles of one tomogram. Predictions and truth are in voxels of the same grid.
struct EvaluationPair {
  std::string name;
  std::vector<Particle> predicted, truth;
  VoxelSize voxel_size;  ///< for lengths in Å, which are measured along each axis if voxels are not
                         ///< cubic; lengths in voxels are measured in voxels
  const VolumeSource* hit_boxes = nullptr;  ///< for `Shrec`: a voxel is the number of its particle
                                            ///< in `truth`, counted from 1, or 0; may be null
};

/// Splits lists by tomogram and pairs the parts by the tomograms' names. Two lists of one tomogram
/// each are paired for any names. Particles of tomograms without predictions count as missed.
/// Predictions in tomograms without truth are ignored, with a warning. Throws `Error` if no name is
/// in both lists.
std::vector<EvaluationPair> pair_tomograms(const ParticleList& predicted, const ParticleList& truth,
                                           std::vector<std::string>& warnings);

/// Numbers of true positives, false positives and false negatives, and the scores that follow from
/// them. A score that is 0/0 is NaN.
struct Score {
  std::int64_t tp = 0, fp = 0, fn = 0;
  double precision = std::numeric_limits<double>::quiet_NaN();
  double recall = std::numeric_limits<double>::quiet_NaN();
  double f1 = std::numeric_limits<double>::quiet_NaN();
  double fbeta = std::numeric_limits<double>::quiet_NaN();
};

/// Computes precision P = tp/(tp+fp), recall R = tp/(tp+fn), F1 and F-beta = (1+β²)·P·R/(β²·P+R).
/// A negative `fp` (possible with `Czii`) gives a precision above 1, as in the official metric.
Score score_of_counts(std::int64_t tp, std::int64_t fp, std::int64_t fn, double beta = 1);

/// Confusion matrix. Rows are true classes, columns predicted classes; entry 0 of both is the
/// background, which stands for "no particle".
struct ConfusionMatrix {
  std::vector<int> labels;           ///< 0 first, then ascending
  std::vector<std::int64_t> counts;  ///< labels.size() squared, row by row

  std::int64_t at(int truth, int predicted) const;  ///< by label; 0 for a label that does not occur
};

/// Scores of one tomogram, or of all together.
struct Scores {
  std::int64_t truth = 0, predicted = 0;  ///< numbers of particles
  Score localization;                     ///< the class is ignored
  std::map<int, Score> classes;           ///< for every label that occurs
  Score mean;  ///< counts are sums over classes; scores are weighted means over the classes of the
               ///< truth, with undefined scores as 0
  ConfusionMatrix confusion;
  std::int64_t duplicates = 0;  ///< false positives within reach of a true particle that another
                                ///< prediction was matched with
  double mean_distance_voxels = std::numeric_limits<double>::quiet_NaN();    ///< over matched pairs
  double mean_distance_angstrom = std::numeric_limits<double>::quiet_NaN();  ///< the same in Å; NaN
                                                                             ///< if a voxel size is
                                                                             ///< unknown
};

/// Result of `evaluate`.
struct Evaluation {
  double beta = 1;                                 ///< of F-beta
  std::map<int, Length> distance_of_class;         ///< as it was given; empty with hit boxes
  std::map<int, Point3> distance_of_class_voxels;  ///< along z, y, x, in the first tomogram that
                                                   ///< has the class; empty with hit boxes
  std::vector<std::map<int, Point3>>
      distance_of_tomogram_voxels;  ///< the same for each tomogram: voxel sizes may differ
  Scores all;                       ///< counts summed over tomograms
  std::vector<Scores> tomograms;    ///< in the order of the pairs
};

/// Scores predictions against the truth. The result is deterministic. Throws a usage `Error` for
/// distances that are not known (Å without a voxel size, a share without a radius); `Error` for
/// distances so large that too many particles of a long list are neighbours, and for hit boxes that
/// do not fit the truth. Cost: some milliseconds for 2,500 particles.
Evaluation evaluate(const std::vector<EvaluationPair>& tomograms, const EvaluateOptions& options);

/// The value that a threshold applies to.
enum class SweepValue { ClusterSize, Score };

/// Scores at one threshold.
struct SweepPoint {
  double threshold = 0;  ///< predictions with at least this value are kept
  Score localization, mean;
  std::map<int, Score> classes;
};

/// Result of a threshold sweep. The best points are those with the highest F-beta; if several are
/// equal, the one with the lowest threshold.
struct Sweep {
  std::vector<SweepPoint> points;            ///< ascending thresholds; the lowest keeps everything
  std::size_t best_localization = 0;         ///< index into `points`
  std::map<int, std::size_t> best_of_class;  ///< index into `points` by class label
};

/// Evaluates at up to `max_points` thresholds: at all values that occur, or at evenly spaced ranks
/// of them. Every threshold is matched anew. Throws what `evaluate` throws, a usage `Error` if a
/// prediction has no such value, and `Error` if the observer cancels.
Sweep sweep_thresholds(const std::vector<EvaluationPair>& tomograms, const EvaluateOptions& options,
                       SweepValue value, std::size_t max_points = 200,
                       Observer* observer = nullptr);

/// The range from the 2.5th to the 97.5th percentile over the resamplings; NaN if the score was
/// never defined.
struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN(),
         high = std::numeric_limits<double>::quiet_NaN();
};

/// Intervals of the scores of one class.
struct ScoreInterval {
  Interval precision, recall, f1, fbeta;
};

/// Result of `bootstrap_scores`: intervals of the scores in `Scores`.
struct Bootstrap {
  ScoreInterval localization, mean;
  std::map<int, ScoreInterval> classes;
};

/// Percentile bootstrap. Each resampling draws, with replacement, as many objects as there are. An
/// object is a true particle with its prediction, if any, or a prediction without a true particle.
/// The same seed gives the same result. Throws what `evaluate` throws, and `Error` if the observer
/// cancels.
Bootstrap bootstrap_scores(const std::vector<EvaluationPair>& tomograms,
                           const EvaluateOptions& options, std::int64_t resamplings,
                           std::uint64_t seed, Observer* observer = nullptr);

/// Intersection and differences of two particle lists.
struct ListOverlap {
  ParticleList both;    ///< particles of both lists, as the first list has them
  ParticleList only_a;  ///< particles of the first list only
  ParticleList only_b;  ///< particles of the second list only
};

/// Compares two lists as sets: particles that are at most `distance` apart are paired one to one,
/// and classes are ignored. A distance in Å needs the voxel size of a list. Tomograms are paired by
/// name as in `pair_tomograms`. Each resulting list has the extra column `confidence`: 1 for
/// particles of both lists, 0.5 for the others.
ListOverlap overlap(const ParticleList& a, const ParticleList& b, const Length& distance);

/// Scores of one class of a label map.
struct VoxelScore {
  Score score;                                            ///< f1 is the Dice coefficient
  double iou = std::numeric_limits<double>::quiet_NaN();  ///< intersection over union
};

/// Scores of a label map.
struct VoxelScores {
  VoxelScore foreground;              ///< all labels above 0 as one class
  std::map<int, VoxelScore> classes;  ///< by class label
  VoxelScore mean;                    ///< over the classes of the truth
  ConfusionMatrix confusion;
};

/// Compares labels voxel by voxel. Throws `Error` if the extents differ.
VoxelScores evaluate_voxels(VolumeView<const std::uint8_t> predicted,
                            VolumeView<const std::uint8_t> truth);

/// Scores of several volumes together: counts are summed.
VoxelScores pool_voxels(const std::vector<VoxelScores>& volumes);

/// Histogram with bins [i * width, (i + 1) * width).
struct Histogram {
  double width = 1;
  std::vector<std::int64_t> counts;

  double mode() const;  ///< centre of the fullest bin, the first of equals; NaN if all are empty
};

/// Histogram of `values`. NaN is ignored; values below 0 are counted in the first bin.
Histogram histogram_of(const std::vector<double>& values, double width);

/// Distance from each particle's voxel to the nearest voxel with `label` (0: any label above 0),
/// between voxel centres; NaN for particles outside the volume. `edges` are those of a voxel along
/// z, y, x in the unit of the result: ones for a distance in voxels, which is exact; other edges
/// give it in single precision. Throws `Error` if no voxel has the label or an axis has more than
/// 26,000 voxels. Memory: 4 bytes per voxel.
std::vector<double> distances_to_label(VolumeView<const std::uint8_t> labels, int label,
                                       const std::vector<Particle>& particles, int threads = 0,
                                       const Point3& edges = {1, 1, 1});

/// Histogram of the local maxima of a class's score map, in `bins` bins from 0 to 1. A local
/// maximum is above 0 and compared with its 26 neighbours. Three planes are in memory at a time.
Histogram local_maxima(const ScoreLookup& scores, const Extent3& extent, int class_label, int bins);

}  // namespace dfe
