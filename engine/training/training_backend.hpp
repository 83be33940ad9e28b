// SPDX-License-Identifier: Apache-2.0
// A backend with its planner of backward ops, from what the user typed after --device.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dfengine/compute.hpp"
#include "kernels/backend.hpp"
#include "kernels/backward.hpp"

namespace dfe {

struct TrainingBackend {
  std::unique_ptr<Backend> forward;
  std::unique_ptr<BackwardPlanner> backward;  ///< for tensors of `forward`
};

/// As make_backend: device, threads and instruction set are taken from the options.
TrainingBackend make_training_backend(const ComputeOptions& options);

/// Backends that work side by side on a sample each, with the threads of `options` shared out among
/// them: patches are too small to keep many threads busy within one. At most `most` of them, and no
/// more than there are threads.
std::vector<TrainingBackend> make_training_lanes(const ComputeOptions& options, std::int64_t most);

}  // namespace dfe
