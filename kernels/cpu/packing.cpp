// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/packing.hpp"

#include <algorithm>
#include <utility>

namespace dfe::cpu {

std::vector<BlockGroup> output_groups(std::int64_t co, int widest_group) {
  const std::int64_t blocks = blocks_of(co), count = (blocks + widest_group - 1) / widest_group;
  std::vector<BlockGroup> groups;
  for (std::int64_t left = count, first = 0; left > 0; --left) {
    groups.push_back({first, static_cast<int>((blocks - first + left - 1) / left)});
    first += groups.back().blocks;
  }
  return groups;
}

int largest_group(std::int64_t co, int widest_group) {
  return output_groups(co, widest_group).front().blocks;
}

PackedWeights::PackedWeights(const Extent3& taps, std::int64_t c0, std::int64_t c1, std::int64_t co,
                             int widest_group, float absent_bias)
    : taps_(taps), c0_(c0), c1_(c1), co_(co) {
  std::int64_t padded_ci = 0;
  for (const std::int64_t channels : {c0, c1})
    padded_ci += blocks_of(channels) * block_channels(channels);
  for (const BlockGroup& blocks : output_groups(co, widest_group)) {
    const std::int64_t wide = blocks.blocks * kBlock;
    groups_.push_back({blocks,
                       AlignedFloats(static_cast<std::size_t>(taps.voxels() * padded_ci * wide)),
                       AlignedFloats(static_cast<std::size_t>(wide))});
    std::fill_n(groups_.back().bias.data(), wide, absent_bias);
  }
}

void PackedWeights::set(const float* kernel, const float* bias) {
  for (OutputGroup& group : groups_) {
    const std::int64_t wide = group.blocks * kBlock, first_co = group.first_block * kBlock,
                       present = std::min(co_ - first_co, wide);
    std::copy_n(bias + first_co, present, group.bias.data());
    float* to = group.weights.data();
    for (const auto& [channels, offset] : {std::pair{c0_, std::int64_t{0}}, std::pair{c1_, c0_}})
      for (std::int64_t block = 0; block < blocks_of(channels); ++block)
        for (std::int64_t tap = 0; tap < taps_.voxels(); ++tap)
          for (std::int64_t c = block * kBlock; c < block * kBlock + block_channels(channels);
               ++c, to += wide)
            if (c < channels)
              std::copy_n(kernel + (tap * (c0_ + c1_) + offset + c) * co_ + first_co, present, to);
  }
}

std::size_t PackedWeights::bytes() const {
  std::size_t sum = 0;
  for (const OutputGroup& group : groups_) sum += group.weights.bytes() + group.bias.bytes();
  return sum;
}

}  // namespace dfe::cpu
