// SPDX-License-Identifier: Apache-2.0
// The lists that `evaluate` compares, read so that a tomogram has one name and one grid on both
// sides.
#pragma once

#include <vector>

#include "commands/common/job.hpp"
#include "dfengine/commands.hpp"

namespace dfe {

/// Lists of both sides, positions in voxels of the same tomograms.
struct EvaluationLists {
  std::vector<ParticleList> predicted, truth;
  bool in_pairs = false;  ///< the n-th prediction is for the n-th truth, whatever their names
};

/// Reads all lists of a request. True lists are placed on the tomograms of the predictions, so a
/// contradiction of voxel sizes is an error that names both. Where every list of predictions is of
/// one tomogram, true particles of other tomograms are left out, with a warning.
EvaluationLists read_evaluation_lists(const EvaluateRequest& request, Job& job);

/// The first voxel size that a list knows.
VoxelSize any_voxel_size(const ParticleList& list);

}  // namespace dfe
