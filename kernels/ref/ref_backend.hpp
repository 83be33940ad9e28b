// SPDX-License-Identifier: Apache-2.0
// The reference backend: every op as its definition says, in double. Slow, and the oracle of the
// others.
#pragma once

#include <memory>

#include "kernels/backend.hpp"

namespace dfe {

/// `threads` of 0 takes all.
std::unique_ptr<Backend> make_ref_backend(int threads = 0);

}  // namespace dfe
