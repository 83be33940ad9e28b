// SPDX-License-Identifier: Apache-2.0
// Random choices for one sample. Every kind of choice has a purpose of its own, so that switching
// one augmentation on changes no other choice, and any thread can make any sample.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/philox.hpp"

namespace dfe::sampling {

/// The choices of one purpose for sample (step, index), one after another.
class Draws {
 public:
  Draws(std::uint64_t seed, RandomPurpose purpose, std::uint32_t step, std::uint64_t index)
      : random_(seed, purpose), step_(step), base_(index << 12) {}

  /// In [0, 1), 53 bits.
  double uniform() {
    const auto words = random_.at(step_, base_ + count_++);
    return (static_cast<double>(words[0] >> 5) * 67108864.0 + static_cast<double>(words[1] >> 6)) *
           0x1p-53;
  }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// A whole number from 0 to below `n`.
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(uniform() * static_cast<double>(n));
  }
  bool chance(double probability) { return uniform() < probability; }

 private:
  Philox random_;
  std::uint32_t step_;
  std::uint64_t base_, count_ = 0;  // up to 4096 choices
};

}  // namespace dfe::sampling
