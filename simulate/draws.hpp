// SPDX-License-Identifier: Apache-2.0
// Random quantities of a simulation. What is drawn for an object or an image depends on the seed,
// the purpose and its number alone.
#pragma once

#include <array>

#include "core/philox.hpp"

namespace dfe::simulate {

/// Four uniform numbers in [0, 1), 32 bits each.
inline std::array<double, 4> uniforms(const Philox& random, std::uint32_t step,
                                      std::uint64_t index) {
  const auto words = random.at(step, index);
  return {words[0] * 0x1p-32, words[1] * 0x1p-32, words[2] * 0x1p-32, words[3] * 0x1p-32};
}

}  // namespace dfe::simulate
