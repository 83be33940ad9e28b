// SPDX-License-Identifier: Apache-2.0
// The pieces of `evaluate`: reading what is compared, and saying what came out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/common/job.hpp"
#include "commands/common/json_text.hpp"
#include "dfengine/commands.hpp"
#include "dfengine/evaluate.hpp"
#include "io/report/png.hpp"

namespace dfe {

/// Predictions and truth with one numbering of the classes.
struct EvaluationInput {
  ParticleList predicted, truth;
  std::vector<EvaluationPair> pairs;
  std::vector<std::string> class_names;  ///< index = label
};

/// Reads all lists of a request, brings their classes to one numbering (by name where both sides
/// have names), applies the shift, and pairs tomograms.
EvaluationInput read_evaluation(const EvaluateRequest& request, Job& job);

/// Says how labels are taken where only one side names its classes.
void warn_of_names(bool in_truth, const std::vector<std::string>& names, Job& job);

/// The options with radii and weights by label, and the known ones of the CZII challenge filled in.
EvaluateOptions resolve_options(const EvaluateRequest& request, const EvaluationInput& input);

/// How far particles are from a labelled structure.
struct MembraneDistances {
  Histogram predicted, truth;  ///< bins of one voxel, or of its shortest edge if it is not cubic
  std::int64_t outside = 0;    ///< particles outside the volume
  double voxel_angstrom = 0;   ///< width of a bin in Å, 0 where unknown
  bool cubic = true;           ///< whether a bin is one voxel
};

/// What came out, for every way of saying it.
struct EvaluationResult {
  EvaluateOptions options;
  std::vector<std::string> class_names, tomograms;
  Evaluation evaluation;
  std::optional<Sweep> sweep;
  SweepValue sweep_value = SweepValue::ClusterSize;
  std::optional<Bootstrap> bootstrap;
  std::optional<MembraneDistances> membrane;
  std::map<int, Histogram> maxima;  ///< local maxima of score maps, by class
  std::vector<std::string> notes;   ///< one sentence each: what must be known to read the numbers
};

/// "0.8 voxels"; in Å where distances were measured in Å on voxels that are not cubic.
std::string mean_distance_text(const EvaluationResult& result);

/// "one-to-one, at most 10 voxels apart".
std::string rule_text(const EvaluationResult& result);

Json score_json(const Score& score);
Json confusion_json(const ConfusionMatrix& matrix, const std::vector<std::string>& names);
Json evaluation_json(const EvaluationResult& result);
std::string evaluation_text(const EvaluationResult& result);
std::string evaluation_csv(const EvaluationResult& result);

/// Whether a class has the same longest distance in voxels in every tomogram.
bool same_in_tomograms(const Evaluation& evaluation);

/// The longest distance of a pair in voxels along z, y, x where all classes have the same in all
/// tomograms.
std::optional<Point3> common_distance(const Evaluation& evaluation);

/// NaN as null.
Json json_number(double value);

/// A plot, and what its file's name ends with.
struct Plot {
  std::string suffix;  ///< "_f1.png"
  io::report::Image image;
  std::string description;
};

/// Endings of the plots that a request gives, known before any work.
std::vector<std::string> plot_suffixes(const EvaluateRequest& request, bool volumes);

/// In the order of `plot_suffixes`.
std::vector<Plot> evaluation_plots(const EvaluationResult& result);
std::vector<Plot> voxel_plots(const VoxelScores& scores, const std::vector<std::string>& names);

std::string evaluation_page(const EvaluationResult& result, const std::vector<Plot>& plots);
std::string voxels_page(const VoxelScores& scores, const std::vector<std::string>& names,
                        const std::vector<Plot>& plots);

/// "0.8133", or "-" for NaN.
std::string score_text(double value);

const char* sweep_value_name(SweepValue value);

/// Name of a class in tables that have the background too.
std::string class_or_background(const std::vector<std::string>& names, int label);

/// Distances of the predicted and true particles from the request's membrane. Throws `Error` where
/// its voxels are not those of the tomogram, which has `size` voxels (0: unknown).
MembraneDistances measure_membrane(const EvaluateRequest& request, const EvaluationPair& pair,
                                   const Point3& size);

/// Throws `Error` where a volume that goes with the lists is not on the grid of their tomogram,
/// which has `size` voxels (0: unknown).
void check_grid_of_lists(const std::string& file, const Extent3& extent,
                         const VoxelSize& voxel_size, const EvaluationPair& pair,
                         const Point3& size);

/// The same for score maps.
void check_score_maps(const std::string& score_maps, const EvaluationPair& pair,
                      const Point3& size);

/// Local maxima of every class of the score maps, background left out, by the classes of the lists:
/// those of the same name, if both have names. Others are added to `class_names`.
std::map<int, Histogram> count_maxima(const std::string& score_maps,
                                      std::vector<std::string>& class_names);

/// Tables of voxel scores.
Json voxels_json(const VoxelScores& scores, const std::vector<std::string>& names);
std::string voxels_text(const VoxelScores& scores, const std::vector<std::string>& names);
std::string voxels_csv(const VoxelScores& scores, const std::vector<std::string>& names);

}  // namespace dfe
