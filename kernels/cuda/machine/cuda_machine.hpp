// SPDX-License-Identifier: Apache-2.0
// The GPU: CUDA's runtime for memory and queues, cuDNN for convolutions, kernels.cu for the rest.
#pragma once

#include <memory>
#include <string>

#include "kernels/cuda/machine/machine.hpp"

namespace dfe::card {

/// `plan_cache`: the file of PlanCache. Throws `Error` where the GPU cannot be used.
std::unique_ptr<Machine> make_cuda_machine(int index, const std::string& plan_cache);

/// "13.0" from CUDA's 13000.
std::string cuda_version_text(int version);

}  // namespace dfe::card
