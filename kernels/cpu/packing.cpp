// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/packing.hpp"

#include <algorithm>

namespace dfe::cpu {

namespace {

std::int64_t groups_of(std::int64_t blocks, int widest_group) {
  return (blocks + widest_group - 1) / widest_group;
}

}  // namespace

int largest_group(std::int64_t co, int widest_group) {
  const std::int64_t blocks = blocks_of(co), groups = groups_of(blocks, widest_group);
  return static_cast<int>((blocks + groups - 1) / groups);
}

std::vector<OutputGroup> pack_weights(const float* kernel, const float* bias, const Extent3& taps,
                                      std::int64_t c0, std::int64_t c1, std::int64_t co,
                                      int widest_group, float absent_bias) {
  const std::int64_t ci = c0 + c1, blocks = blocks_of(co);
  const std::int64_t group_count = groups_of(blocks, widest_group);
  std::vector<OutputGroup> groups;
  for (std::int64_t g = 0, first = 0; g < group_count; ++g) {
    OutputGroup group;
    group.first_block = first;
    group.blocks = static_cast<int>((blocks - first + group_count - g - 1) /
                                    (group_count - g));  // as even as can be
    first += group.blocks;
    const std::int64_t wide = group.blocks * kBlock, first_co = group.first_block * kBlock;
    const std::int64_t present = std::clamp<std::int64_t>(co - first_co, 0, wide);
    group.bias = AlignedFloats(static_cast<std::size_t>(wide));
    std::fill_n(group.bias.data(), wide, absent_bias);
    std::copy_n(bias + first_co, present, group.bias.data());

    const std::int64_t padded_ci =
        blocks_of(c0) * block_channels(c0) + (c1 > 0 ? blocks_of(c1) * block_channels(c1) : 0);
    group.weights = AlignedFloats(static_cast<std::size_t>(taps.voxels() * padded_ci * wide));
    float* to = group.weights.data();
    for (const auto& [channels, offset] : {std::pair{c0, std::int64_t{0}}, std::pair{c1, c0}})
      for (std::int64_t block = 0; block < blocks_of(channels); ++block)
        for (std::int64_t tap = 0; tap < taps.voxels(); ++tap)
          for (std::int64_t c = block * kBlock; c < block * kBlock + block_channels(channels);
               ++c, to += wide)
            if (c < channels)
              std::copy_n(kernel + (tap * ci + offset + c) * co + first_co, present, to);
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace dfe::cpu
