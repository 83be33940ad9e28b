// SPDX-License-Identifier: Apache-2.0
// The 16-bit floats of engine/core under io's name.
#pragma once

#include "engine/core/half.hpp"

namespace dfe::io {

using dfe::bfloat16_to_float;
using dfe::float_to_half;
using dfe::half_to_float;

}  // namespace dfe::io
