// SPDX-License-Identifier: Apache-2.0
// Mean shift on a GPU, or on its stand-in: which machine it is decides whoever makes it.
#pragma once

#include <memory>

#include "kernels/cuda/machine/machine.hpp"
#include "kernels/mean_shift.hpp"

namespace dfe::card {

std::unique_ptr<MeanShiftDevice> make_card_mean_shift(std::unique_ptr<Machine> machine);

}  // namespace dfe::card
