// SPDX-License-Identifier: Apache-2.0
// The loop of training: batches, epochs, validation. It reads and writes no files of its own; what
// is to be kept goes to TrainEvents.
#pragma once

#include <functional>
#include <vector>

#include "engine/training/progress.hpp"
#include "engine/training/settings.hpp"
#include "engine/training/validation.hpp"

namespace dfe {

/// The weights that are validated and saved: the moving average where there is one.
Weights weights_to_use(const TrainingState& state);

struct TrainEvents {
  std::function<void(const TrainProgress&)> checkpoint;  ///< keep this
  std::function<void(const TrainProgress&, const Weights&)>
      best;  ///< these weights are the best so far
  std::function<void(const TrainProgress&, const std::string&)>
      epoch;  ///< an epoch is over; its results in words
  Observer* observer = nullptr;
};

enum class TrainEnd { Finished, Stopped };

/// Trains from `progress` to the last epoch, or until the observer asks to stop. Every state that
/// `checkpoint` gets can be resumed. Throws `Error` where too many batches in a row are not
/// finite, after a checkpoint of the last good state.
TrainEnd train(const TrainSettings& settings, const sampling::Sampler& sampler,
               const std::vector<ValidationTomogram>& validation, const ComputeOptions& compute,
               Communicator& communicator, TrainProgress& progress, const TrainEvents& events);

}  // namespace dfe
