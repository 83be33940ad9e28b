// SPDX-License-Identifier: Apache-2.0
// The annotated tomograms of a training run: files opened, targets painted where there are none,
// lists brought to the classes of the run, and a tomogram that is in training and validation
// refused.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "commands/common/job.hpp"
#include "dfengine/commands.hpp"
#include "engine/training/settings.hpp"
#include "engine/training/validation.hpp"

namespace dfe {

struct TrainingData {
  std::vector<sampling::TrainingVolume> train;
  std::vector<ValidationTomogram> valid;
  double voxel_size_angstrom = 0;  ///< 0 where no tomogram tells
};

/// Opens everything and checks that it fits together, then paints the targets that are missing.
/// They go to `folder`/targets, so that a training set larger than memory trains. Throws `Error`
/// for files that cannot be read or do not fit together.
TrainingData open_training_data(const TrainSettings& settings, const std::filesystem::path& folder,
                                int threads, Job& job);

/// Where the target of an entry ("train_0") without one is painted.
std::filesystem::path painted_target(const std::filesystem::path& folder, const std::string& entry,
                                     const TrainingFiles& files);

}  // namespace dfe
