// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/product_weights.hpp"

#include <algorithm>

namespace dfe::cpu {

ProductWeights::ProductWeights(const IsaTable& table, const std::vector<float>& weights,
                               std::int64_t sets, std::int64_t set_products, std::int64_t c0,
                               std::int64_t c1, std::int64_t co, std::int64_t some_blocks)
    : table_(table), sets_(sets), set_products_(set_products), out_blocks_(blocks_of(co)) {
  const std::int64_t in_blocks = blocks_of(c0) + blocks_of(c1);
  weights_ = AlignedFloats(
      static_cast<std::size_t>(sets * set_products * in_blocks * kBlock * out_blocks_ * kBlock));
  const std::vector<float> no_bias(static_cast<std::size_t>(co), 0.0f);
  for (std::int64_t product = 0; product < sets * set_products; ++product) {
    const std::vector<OutputGroup> packed =
        pack_weights(weights.data() + product * (c0 + c1) * co, no_bias.data(), {1, 1, 1}, c0, c1,
                     co, table.widest_group);
    if (product == 0)
      for (const OutputGroup& group : packed) groups_.push_back({group.first_block, group.blocks});
    for (std::int64_t block = 0; block < in_blocks; block += some_blocks) {
      const Blocks some{block, std::min(some_blocks, in_blocks - block)};
      float* to = weights_.data() + place(product / set_products, some);
      for (const OutputGroup& group : packed) {
        const std::int64_t floats = kBlock * group.blocks * kBlock;  // of one input block
        std::copy_n(group.weights.data() + some.first * floats, some.count * floats,
                    to + product % set_products * some.count * floats);
        to += set_products * some.count * floats;
      }
    }
  }
}

void ProductWeights::multiply(std::int64_t set, Blocks some, const Operands& x) const {
  const float* weights = weights_.data() + place(set, some);
  for (const Group& group : groups_) {
    table_.products[group.blocks]({x.v, x.v_stride, x.tiles * kBlock, some.count, weights,
                                   x.m + group.first_block * x.tiles * kBlock, x.m_stride,
                                   x.tiles * kBlock, set_products_, x.count, x.soon});
    weights += set_products_ * some.count * kBlock * group.blocks * kBlock;
  }
}

}  // namespace dfe::cpu
