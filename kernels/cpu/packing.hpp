// SPDX-License-Identifier: Apache-2.0
// Weights as the direct kernels want them: for each group of output blocks (input block, kd, kh,
// kw, channel of the block, 16·group). What belongs to channels that do not exist is written once
// and never touched again, so new weights are a copy.
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
struct BlockGroup {
  std::int64_t first_block = 0;
  int blocks = 1;
};

/// All blocks of `co` output channels in groups of at most `widest_group`, as even as can be.
std::vector<BlockGroup> output_groups(std::int64_t co, int widest_group);

/// Blocks of the largest of them, the first.
int largest_group(std::int64_t co, int widest_group);

/// A group with its part of an op's weights.
struct OutputGroup : BlockGroup {
  AlignedFloats weights, bias;
};

/// A kernel (taps z, taps y, taps x, c0 + c1, co) and its bias, packed. New ones take the place of
/// the old.
class PackedWeights {
 public:
  /// `absent_bias` is the bias of output channels that do not exist. Zeros until set is called.
  PackedWeights(const Extent3& taps, std::int64_t c0, std::int64_t c1, std::int64_t co,
                int widest_group, float absent_bias = 0);

  void set(const float* kernel, const float* bias);

  const std::vector<OutputGroup>& groups() const { return groups_; }
  std::size_t bytes() const;

 private:
  Extent3 taps_;
  std::int64_t c0_, c1_, co_;
  std::vector<OutputGroup> groups_;
};

}  // namespace dfe::cpu
