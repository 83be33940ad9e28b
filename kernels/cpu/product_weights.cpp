// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/product_weights.hpp"

#include <algorithm>

#include "kernels/cpu/planes.hpp"

namespace dfe::cpu {

ProductWeights::ProductWeights(const IsaTable& table, const std::vector<float>& weights, std::int64_t count, std::int64_t c0,
                               std::int64_t c1, std::int64_t co, std::int64_t some_blocks)
    : table_(table), products_(count), out_blocks_(blocks_of(co)), zeros_(static_cast<std::size_t>(out_blocks_ * kBlock)) {
  const std::int64_t in_blocks = blocks_of(c0) + blocks_of(c1);
  weights_ = AlignedFloats(static_cast<std::size_t>(count * in_blocks * kBlock * out_blocks_ * kBlock));
  const std::vector<float> no_bias(static_cast<std::size_t>(co), 0.0f);
  for (std::int64_t p = 0; p < count; ++p) {
    const std::vector<OutputGroup> packed =
        pack_weights(weights.data() + p * (c0 + c1) * co, no_bias.data(), {1, 1, 1}, c0, c1, co, table.widest_group);
    if (p == 0)
      for (const OutputGroup& group : packed) groups_.push_back({group.first_block, group.blocks});
    for (std::int64_t block = 0; block < in_blocks; block += some_blocks) {
      const Blocks some{block, std::min(some_blocks, in_blocks - block)};
      float* to = weights_.data() + place(p, some);
      for (const OutputGroup& group : packed) {
        const std::int64_t floats = kBlock * group.blocks * kBlock;  // of one input block
        to = std::copy_n(group.weights.data() + some.first * floats, some.count * floats, to);
      }
    }
  }
}

void ProductWeights::multiply(std::int64_t product, const float* v, Blocks some, float* m, std::int64_t tiles, std::int64_t count) const {
  const float* rows[kMostRows];
  for (std::int64_t b = 0; b < some.count; ++b) rows[b] = v + b * tiles * kBlock;
  const float* weights = weights_.data() + place(product, some);
  for (const Group& group : groups_) {
    table_.conv_row[group.blocks]({rows, some.count, 1, kBlock, weights, zeros_.data(), m + group.first_block * tiles * kBlock,
                                   tiles * kBlock, kBlock, count, false});
    weights += some.count * kBlock * group.blocks * kBlock;
  }
}

}  // namespace dfe::cpu
