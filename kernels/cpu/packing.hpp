// SPDX-License-Identifier: Apache-2.0
// Weights as the direct kernels want them: for each group of output blocks (input block, kd, kh,
// kw, channel of the block, 16·group), channels that do not exist filled with zeros.
#pragma once

#include <vector>

#include "core/arena.hpp"
#include "kernels/cpu/isa_table.hpp"
#include "kernels/ops.hpp"

namespace dfe::cpu {

constexpr std::int64_t blocks_of(std::int64_t channels) { return (channels + kBlock - 1) / kBlock; }

/// Input channels per block in memory: the network's one-channel input is stored plainly,
/// everything else in blocks of 16.
constexpr std::int64_t block_channels(std::int64_t channels) { return channels == 1 ? 1 : kBlock; }

/// Zeros that start on a cache line, many of them on 2 MB pages where the system gives these.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t count) : size_(count) {
    constexpr std::size_t kLarge = std::size_t{2} << 20;
    const std::size_t bytes = count * sizeof(float);
    if (bytes < kLarge / 4)  // a quarter of a large page is worth a whole one
      few_.assign(count + 64 / sizeof(float), 0.0f);
    else
      many_ = Arena((bytes + kLarge - 1) / kLarge * kLarge);
  }
  float* data() {
    if (many_.data()) return reinterpret_cast<float*>(many_.data());
    const std::uintptr_t at = reinterpret_cast<std::uintptr_t>(few_.data());
    return few_.data() + (64 - at % 64) % 64 / sizeof(float);
  }
  const float* data() const { return const_cast<AlignedFloats*>(this)->data(); }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return few_.size() * sizeof(float) + many_.bytes(); }

 private:
  std::size_t size_ = 0;
  std::vector<float> few_;
  Arena many_;
};

/// Some neighbouring blocks of output channels, computed together.
struct OutputGroup {
  std::int64_t first_block = 0;
  int blocks = 1;
  AlignedFloats weights, bias;
};

/// Blocks of the largest group that pack_weights makes.
int largest_group(std::int64_t co, int widest_group);

/// Packs a kernel (taps z, taps y, taps x, c0 + c1, co) and its bias. `absent_bias` is the bias of
/// output channels that do not exist.
std::vector<OutputGroup> pack_weights(const float* kernel, const float* bias, const Extent3& taps,
                                      std::int64_t c0, std::int64_t c1, std::int64_t co,
                                      int widest_group, float absent_bias = 0);

}  // namespace dfe::cpu
