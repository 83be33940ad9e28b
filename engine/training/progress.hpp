// SPDX-License-Identifier: Apache-2.0
// Everything that a run of training is, between two batches: saved bit for bit, it leads to the
// same weights as a run that never stopped. The sampler has no state of its own: batch n is a
// function of the seed and n.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/training/history.hpp"
#include "engine/training/train_step.hpp"

namespace dfe {

/// What the batches of the epoch that is running add up to.
struct EpochSums {
  double loss = 0, gradient_norm = 0;  ///< over the good batches
  std::int64_t good = 0, bad = 0;  ///< batches used, and left out because something was not finite
  ClassSums sums;
};

struct TrainProgress {
  TrainingState state;
  std::int64_t batches = 0;  ///< drawn so far, which is the sampler's step
  std::int64_t bad_in_row = 0;
  EpochSums epoch;
  History history;                                             ///< of the finished epochs
  double best = -std::numeric_limits<double>::infinity();      ///< score of the best epoch
  double best_loss = std::numeric_limits<double>::infinity();  ///< and its validation loss, which
                                                               ///< decides between equal scores
  std::int64_t best_epoch = 0;                                 ///< counted from 1; 0: none yet
  std::string config;                                          ///< effective configuration
  std::string config_anywhere;  ///< the same with absolute paths and the folder that was used
  std::vector<std::string> overrides;  ///< settings that were given besides the file
};

}  // namespace dfe
