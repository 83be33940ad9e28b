// SPDX-License-Identifier: Apache-2.0
// Comparing found particles, or labels, with the truth. Scores of different rules cannot be
// compared, so every result says its rule.
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

/// When a predicted particle counts as found. docs/evaluate.md compares them.
enum class MatchRule {
  OneToOne,  ///< the assignment with most pairs, and of those the least total distance; pairs are
             ///< at most the distance apart
  Paper,  ///< the same with pairs closer than 136.8 Å (10 voxels where the voxel size is unknown):
          ///< the DeepFinder paper's distance
  Shrec,  ///< SHREC'19: the particle whose hit box holds the prediction; without hit boxes the
          ///< nearest one within the distance
  Czii,   ///< CZII challenge: each class by itself, within half the particle's radius, F-beta with
          ///< beta 4 and class weights
  DeepFinder,  ///< DeepFinder's Evaluator: a particle is found where exactly one prediction lies
               ///< within the distance
};

/// "one-to-one", "paper", "shrec", "czii", "deepfinder".
std::string match_rule_name(MatchRule rule);
/// Throws a usage `Error` with the choices.
MatchRule parse_match_rule(const std::string& name);

struct EvaluateOptions {
  MatchRule rule = MatchRule::OneToOne;
  std::optional<Length>
      distance;  ///< unset: 10 voxels; 136.8 Å for `Paper`; 8 voxels for `Shrec` without hit boxes
  std::optional<double> radius_share;     ///< distance as a share of the true particle's radius
                                          ///< instead; `Czii` takes 0.5
  std::map<int, Length> radius_of_class;  ///< needed for shares
  std::map<int, double> weight_of_class;  ///< for the mean over classes; 1 where absent
  std::optional<double> beta;             ///< of F-beta; unset: 4 for `Czii`, else 1
};

/// One tomogram's particles, in voxels of the same grid.
struct EvaluationPair {
  std::string name;
  std::vector<Particle> predicted, truth;
  VoxelSize voxel_size;                     ///< for lengths in Å
  const VolumeSource* hit_boxes = nullptr;  ///< for `Shrec`: each voxel holds the 1-based number of
                                            ///< its particle in `truth`, or 0
};

/// Takes lists of several tomograms apart and pairs them by the tomograms' names; two lists of one
/// tomogram each belong together whatever the names. Tomograms without predictions count as missed;
/// predictions in tomograms without truth are left out with a warning. Throws `Error` where no name
/// is in both lists.
std::vector<EvaluationPair> pair_tomograms(const ParticleList& predicted, const ParticleList& truth,
                                           std::vector<std::string>& warnings);

/// Counts and what follows from them. A value that is 0/0 is NaN.
struct Score {
  std::int64_t tp = 0, fp = 0, fn = 0;
  double precision = std::numeric_limits<double>::quiet_NaN();
  double recall = std::numeric_limits<double>::quiet_NaN();
  double f1 = std::numeric_limits<double>::quiet_NaN();
  double fbeta = std::numeric_limits<double>::quiet_NaN();
};

/// Precision tp/(tp+fp), recall tp/(tp+fn), F1 and F-beta. `fp` below 0 (`Czii`) gives a precision
/// above 1, as in the official metric.
Score score_of_counts(std::int64_t tp, std::int64_t fp, std::int64_t fn, double beta = 1);

/// Rows are true classes, columns predicted ones; entry 0 of both is the background.
struct ConfusionMatrix {
  std::vector<int> labels;           ///< 0 first, then ascending
  std::vector<std::int64_t> counts;  ///< labels.size() squared, row by row

  std::int64_t at(int truth, int predicted) const;  ///< by label; 0 for labels that do not occur
};

struct Scores {
  std::int64_t truth = 0, predicted = 0;  ///< particles
  Score localization;                     ///< whatever the class
  std::map<int, Score> classes;           ///< every label that occurs
  Score mean;  ///< counts summed; values weighted means over the classes of the truth, undefined
               ///< ones as 0
  ConfusionMatrix confusion;
  std::int64_t duplicates = 0;  ///< predictions in reach of a true particle that count as false
                                ///< because another one took it
  double mean_distance_voxels = std::numeric_limits<double>::quiet_NaN();  ///< over the pairs
};

struct Evaluation {
  double beta = 1;
  std::map<int, double> distance_of_class_voxels;  ///< in the first tomogram; empty with hit boxes
  Scores all;                                      ///< counts pooled over tomograms
  std::vector<Scores> tomograms;                   ///< in the order of the pairs
};

/// Scores predictions against the truth. Deterministic. Throws a usage `Error` for distances that
/// cannot be known (Å without a voxel size, a share without a radius), `Error` for distances so
/// large that every particle neighbours every other in long lists, and for hit boxes that do not
/// fit the truth. Cost: some milliseconds for 2,500 particles.
Evaluation evaluate(const std::vector<EvaluationPair>& tomograms, const EvaluateOptions& options);

/// What a threshold is put on.
enum class SweepValue { ClusterSize, Score };

struct SweepPoint {
  double threshold = 0;  ///< predictions with at least this value stay
  Score localization, mean;
  std::map<int, Score> classes;
};

struct Sweep {
  std::vector<SweepPoint> points;  ///< ascending thresholds, the lowest keeps all
  std::size_t best_localization =
      0;  ///< the point with the highest F-beta, the lowest threshold of equals
  std::map<int, std::size_t> best_of_class;
};

/// Scores at up to `max_points` thresholds: all values that occur, or evenly spaced ranks of them.
/// Throws a usage `Error` where a prediction has no such value.
Sweep sweep_thresholds(const std::vector<EvaluationPair>& tomograms, const EvaluateOptions& options,
                       SweepValue value, std::size_t max_points = 200,
                       Observer* observer = nullptr);

/// The middle 95 % of a value over resamplings; NaN where it was never defined.
struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN(),
         high = std::numeric_limits<double>::quiet_NaN();
};

struct ScoreInterval {
  Interval precision, recall, f1, fbeta;
};

struct Bootstrap {
  ScoreInterval localization, mean;
  std::map<int, ScoreInterval> classes;
};

/// Percentile intervals from `resamplings` draws, with replacement, of as many objects as there
/// are: true particles with what was found for them, and predictions that found nothing. The same
/// seed gives the same numbers.
Bootstrap bootstrap_scores(const std::vector<EvaluationPair>& tomograms,
                           const EvaluateOptions& options, std::int64_t resamplings,
                           std::uint64_t seed);

/// Two lists of one tomogram as sets: particles of either, paired one to one within a distance,
/// whatever their class.
struct ListOverlap {
  ParticleList both;  ///< as the first list has them
  ParticleList only_a;
  ParticleList only_b;
};

/// Tomograms are paired by name as `pair_tomograms` does. Each list gets the column `confidence`: 1
/// for particles of both lists, 0.5 for those of one.
ListOverlap overlap(const ParticleList& a, const ParticleList& b, double distance_voxels);

/// Scores of one class of a label volume.
struct VoxelScore {
  Score score;  ///< its f1 is the Dice coefficient
  double iou = std::numeric_limits<double>::quiet_NaN();
};

struct VoxelScores {
  VoxelScore foreground;  ///< every label above 0 as one
  std::map<int, VoxelScore> classes;
  VoxelScore mean;  ///< over the classes of the truth
  ConfusionMatrix confusion;
};

/// Compares labels voxel by voxel. Throws `Error` where the extents differ.
VoxelScores evaluate_voxels(VolumeView<const std::uint8_t> predicted,
                            VolumeView<const std::uint8_t> truth);

/// Sums counts over volumes.
VoxelScores pool_voxels(const std::vector<VoxelScores>& volumes);

/// Counts of values in bins [i * width, (i + 1) * width).
struct Histogram {
  double width = 1;
  std::vector<std::int64_t> counts;

  double mode() const;  ///< middle of the fullest bin, the first of equals; NaN where all are empty
};

/// NaN is left out, values below 0 go to the first bin.
Histogram histogram_of(const std::vector<double>& values, double width);

/// Distance in voxels of each particle's voxel from the nearest voxel that has `label` (0: any
/// label above 0): the exact Euclidean one between voxel centres. NaN for particles outside the
/// volume. Throws `Error` where no voxel has the label. Memory: 4 bytes per voxel.
std::vector<double> distances_to_label(VolumeView<const std::uint8_t> labels, int label,
                                       const std::vector<Particle>& particles, int threads = 0);

/// Heights of the local maxima (26 neighbours, values above 0) of a class's score map, in `bins`
/// bins from 0 to 1. Three planes are in memory at a time.
Histogram local_maxima(const ScoreLookup& scores, const Extent3& extent, int class_label, int bins);

}  // namespace dfe
