// SPDX-License-Identifier: Apache-2.0
// Backward ops of the reference backend: the definition in double.
#pragma once

#include <memory>

#include "kernels/backward.hpp"

namespace dfe {

/// For tensors of make_ref_backend. `threads` of 0 takes all.
std::unique_ptr<BackwardPlanner> make_ref_backward(int threads = 0);

}  // namespace dfe
