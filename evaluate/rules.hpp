// SPDX-License-Identifier: Apache-2.0
// The five rules. Each turns one tomogram's particles into outcomes, one per object, from which all
// counts follow by adding up: so pooling over tomograms, confusion matrices and resampling are the
// same for every rule.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "dfengine/evaluate.hpp"

namespace dfe {

/// What became of one object. A true particle with or without what was found for it, or a
/// prediction that found nothing.
struct Outcome {
  int truth_class = 0;           ///< 0: no true particle
  int predicted_class = 0;       ///< 0: nothing found
  std::int64_t extra_false = 0;  ///< more false positives of `predicted_class` than this pairing
                                 ///< says, by the `Czii` count; -1 possible
};

/// Where a prediction found a true particle.
struct Found {
  std::size_t truth = 0, predicted = 0;
};

struct MatchResult {
  std::vector<Outcome> outcomes;      ///< with classes
  std::vector<Outcome> localization;  ///< whatever the class; empty where `outcomes` say it too
  std::vector<Found> found;
  std::int64_t duplicates = 0;
};

/// How far a prediction may be from a true particle of a class. Throws a usage `Error` where the
/// class has no radius of which it could be a share.
Length distance_of_class(int label, const EvaluateOptions& options, const VoxelSize& voxel_size);

/// The same in voxels along each axis. Throws a usage `Error` where they cannot be known.
Point3 reach_of_class(int label, const EvaluateOptions& options, const VoxelSize& voxel_size);

/// Whether a class's precision counts predictions that found nothing. Not so in SHREC's log, whose
/// confusion matrix has found particles only.
bool precision_counts_background(MatchRule rule);

double beta_of(const EvaluateOptions& options);

MatchResult match(const EvaluationPair& pair, const EvaluateOptions& options);

}  // namespace dfe
