// SPDX-License-Identifier: Apache-2.0
// Backward ops of the cpu backend.
#pragma once

#include <memory>
#include <string>

#include "dfengine/compute.hpp"
#include "kernels/backward.hpp"

namespace dfe {

/// For tensors of `forward`, which is make_cpu_backend(threads, instruction_set, convolution) and
/// outlives the planner: dx of a convolution is planned there as the convolution that it is.
/// `convolution` says how dw is computed.
std::unique_ptr<BackwardPlanner> make_cpu_backward(Backend& forward,
                                                   const std::string& instruction_set = "auto",
                                                   Convolution convolution = Convolution::Direct);

}  // namespace dfe
