// SPDX-License-Identifier: Apache-2.0
// A backend with its planner of backward ops, from what the user typed after --device.
#pragma once

#include <memory>

#include "engine/api/segment.hpp"
#include "kernels/backend.hpp"
#include "kernels/backward.hpp"

namespace dfe {

struct TrainingBackend {
  std::unique_ptr<Backend> forward;
  std::unique_ptr<BackwardPlanner> backward;  ///< for tensors of `forward`
};

/// As make_backend: device, threads and instruction set are taken from the options.
TrainingBackend make_training_backend(const SegmentOptions& options);

}  // namespace dfe
