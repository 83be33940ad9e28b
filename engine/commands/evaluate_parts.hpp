// SPDX-License-Identifier: Apache-2.0
// The pieces of `evaluate`: reading what is compared, and saying what came out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/api/commands.hpp"
#include "engine/api/evaluate.hpp"
#include "engine/commands/json_text.hpp"
#include "io/run_record.hpp"

namespace dfe {

/// Predictions and truth with one numbering of the classes.
struct EvaluationInput {
  ParticleList predicted, truth;
  std::vector<EvaluationPair> pairs;
  std::vector<std::string> class_names;  ///< index = label
};

/// Reads all lists of a request, brings their classes to one numbering (by name where both sides have names), applies the shift, and pairs
/// tomograms. Warnings go to the observer and the record.
EvaluationInput read_evaluation(const EvaluateRequest& request, io::RunRecord& record, Observer* observer);

/// The options with radii and weights by label, and the known ones of the CZII challenge filled in.
EvaluateOptions resolve_options(const EvaluateRequest& request, const EvaluationInput& input);

/// What came out, for every way of saying it.
struct EvaluationResult {
  EvaluateOptions options;
  std::vector<std::string> class_names, tomograms;
  Evaluation evaluation;
  std::optional<Sweep> sweep;
  SweepValue sweep_value = SweepValue::ClusterSize;
  std::optional<Bootstrap> bootstrap;
  std::vector<std::string> notes;  ///< one sentence each: what must be known to read the numbers
};

/// "one-to-one, at most 10 voxels apart".
std::string rule_text(const EvaluationResult& result);

Json score_json(const Score& score);
Json confusion_json(const ConfusionMatrix& matrix, const std::vector<std::string>& names);
Json evaluation_json(const EvaluationResult& result);
std::string evaluation_text(const EvaluationResult& result);
std::string evaluation_csv(const EvaluationResult& result);

/// NaN as null.
Json json_number(double value);

/// Tables of voxel scores.
Json voxels_json(const VoxelScores& scores, const std::vector<std::string>& names);
std::string voxels_text(const VoxelScores& scores, const std::vector<std::string>& names);
std::string voxels_csv(const VoxelScores& scores, const std::vector<std::string>& names);

}  // namespace dfe
