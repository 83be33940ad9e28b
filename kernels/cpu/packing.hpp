// SPDX-License-Identifier: Apache-2.0
// Weights as the direct kernels want them: for each group of output blocks (input block, kd, kh, kw, channel of the block, 16·group),
// channels that do not exist filled with zeros.
#pragma once

#include <vector>

#include "kernels/cpu/isa_table.hpp"
#include "kernels/ops.hpp"

namespace dfe::cpu {

constexpr std::int64_t blocks_of(std::int64_t channels) { return (channels + kBlock - 1) / kBlock; }

/// Input channels per block in memory: the network's one-channel input is stored plainly, everything else in blocks of 16.
constexpr std::int64_t block_channels(std::int64_t channels) { return channels == 1 ? 1 : kBlock; }

/// A vector whose data starts on a cache line.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t count) : storage_(count + 16, 0.0f) {}
  float* data() {
    const std::uintptr_t at = reinterpret_cast<std::uintptr_t>(storage_.data());
    return storage_.data() + (64 - at % 64) % 64 / sizeof(float);
  }
  const float* data() const { return const_cast<AlignedFloats*>(this)->data(); }
  std::size_t bytes() const { return storage_.size() * sizeof(float); }

 private:
  std::vector<float> storage_;
};

/// Some neighbouring blocks of output channels, computed together.
struct OutputGroup {
  std::int64_t first_block = 0;
  int blocks = 1;
  AlignedFloats weights, bias;
};

/// Blocks of the largest group that pack_weights makes.
int largest_group(std::int64_t co, int widest_group);

/// Packs a kernel (taps z, taps y, taps x, c0 + c1, co) and its bias. `absent_bias` is the bias of output channels that do not exist.
std::vector<OutputGroup> pack_weights(const float* kernel, const float* bias, const Extent3& taps, std::int64_t c0, std::int64_t c1,
                                      std::int64_t co, int widest_group, float absent_bias = 0);

}  // namespace dfe::cpu
