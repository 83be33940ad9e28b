// SPDX-License-Identifier: Apache-2.0
// Backward ops of the cpu backend.
#pragma once

#include <memory>
#include <string>

#include "kernels/backward.hpp"

namespace dfe {

/// For tensors of `forward`, which is make_cpu_backend(threads, instruction_set) and outlives the planner: dx of a convolution is planned
/// there as the convolution that it is, by the fastest algorithm the backend has.
std::unique_ptr<BackwardPlanner> make_cpu_backward(Backend& forward, const std::string& instruction_set = "auto");

}  // namespace dfe
