// SPDX-License-Identifier: Apache-2.0
// The backend on a GPU, or on its stand-in: which machine it is decides whoever makes it.
#pragma once

#include <memory>

#include "kernels/backend.hpp"
#include "kernels/cuda/machine/machine.hpp"

namespace dfe::card {

/// Tensors are (planes, H, W, channels in whole packs of 16 bytes); the one-channel input is plain
/// floats. Tf32 stores floats.
std::unique_ptr<Backend> make_card_backend(std::unique_ptr<Machine> machine, Precision precision);

}  // namespace dfe::card
