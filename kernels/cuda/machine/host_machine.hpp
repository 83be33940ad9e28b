// SPDX-License-Identifier: Apache-2.0
// A stand-in for the GPU on the CPU: the same kernels as plain loops, convolutions by their
// definition, and queues that do nothing until someone waits for it. A wait that is missing above
// therefore shows, every time, as it would on a GPU on a bad day.
#pragma once

#include <memory>

#include "kernels/cuda/machine/machine.hpp"

namespace dfe::card {

/// Memory is poisoned with NaN, reads and writes beyond an allocation throw, and so does a run in a
/// workspace that is too small. `card_bytes`: what it claims to have.
std::unique_ptr<Machine> make_host_machine(std::int64_t card_bytes = std::int64_t{1} << 34);

}  // namespace dfe::card
