// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: Philox4x32-10. A number depends on (seed, purpose, step, index)
// alone, so any thread can make any of them and a run can be resumed anywhere. Source: Salmon et
// al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "core/random_purpose.hpp"

namespace dfe {

/// Ten rounds of Philox4x32.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {
        static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
        static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

/// A family of random numbers for one purpose; `at` gives the four 32-bit words of (step, index).
class Philox {
 public:
  constexpr Philox(std::uint64_t seed, RandomPurpose purpose) : seed_(seed), purpose_(purpose) {}

  constexpr std::array<std::uint32_t, 4> at(std::uint32_t step, std::uint64_t index) const {
    return philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                       step, static_cast<std::uint32_t>(purpose_)},
                      {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
  }

  /// Uniform in [0, 1), 24 bits: exact in float.
  constexpr float uniform(std::uint32_t step, std::uint64_t index) const {
    return static_cast<float>(at(step, index)[0] >> 8) * 0x1p-24f;
  }

  /// Standard normal by Box and Muller's transform.
  double normal(std::uint32_t step, std::uint64_t index) const {
    const auto words = at(step, index);
    const double u = (words[0] + 1.0) * 0x1p-32,
                 v = words[1] * 0x1p-32;  // u in (0, 1]: the logarithm is finite
    return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
  }

 private:
  std::uint64_t seed_;
  RandomPurpose purpose_;
};

}  // namespace dfe
