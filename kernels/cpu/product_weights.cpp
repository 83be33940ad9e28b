// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/product_weights.hpp"

#include <algorithm>

namespace dfe::cpu {

ProductWeights::ProductWeights(const IsaTable& table, std::int64_t sets, std::int64_t set_products,
                               std::int64_t c0, std::int64_t c1, std::int64_t co,
                               std::int64_t some_blocks)
    : table_(table),
      sets_(sets),
      set_products_(set_products),
      c0_(c0),
      c1_(c1),
      co_(co),
      some_blocks_(some_blocks),
      out_blocks_(blocks_of(co)),
      groups_(output_groups(co, table.widest_group)),
      weights_(static_cast<std::size_t>(sets * set_products * (blocks_of(c0) + blocks_of(c1)) *
                                        kBlock * out_blocks_ * kBlock)) {}

void ProductWeights::set(const std::vector<float>& weights) {
  const std::int64_t first_of_second = blocks_of(c0_), in_blocks = first_of_second + blocks_of(c1_);
  for (std::int64_t product = 0; product < sets_ * set_products_; ++product) {
    const float* const from = weights.data() + product * (c0_ + c1_) * co_;
    for (std::int64_t block = 0; block < in_blocks; block += some_blocks_) {
      const Blocks some{block, std::min(some_blocks_, in_blocks - block)};
      float* to = weights_.data() + place(product / set_products_, some);
      for (const BlockGroup& group : groups_) {
        const std::int64_t floats = kBlock * group.blocks * kBlock;  // of one input block
        for (std::int64_t i = 0; i < some.count; ++i) {
          const std::int64_t b = some.first + i;
          float* const at = to + (product % set_products_ * some.count + i) * floats;
          if (b < first_of_second)
            copy_block(from, b * kBlock, c0_, group, at);
          else
            copy_block(from + c0_ * co_, (b - first_of_second) * kBlock, c1_, group, at);
        }
        to += set_products_ * some.count * floats;
      }
    }
  }
}

void ProductWeights::copy_block(const float* from, std::int64_t first, std::int64_t channels,
                                const BlockGroup& group, float* to) const {
  const std::int64_t wide = group.blocks * kBlock, first_co = group.first_block * kBlock,
                     present = std::min(co_ - first_co, wide);
  for (std::int64_t c = first; c < std::min(first + kBlock, channels); ++c, to += wide)
    std::copy_n(from + c * co_ + first_co, present, to);
}

void ProductWeights::multiply(std::int64_t set, Blocks some, const Operands& x) const {
  const float* weights = weights_.data() + place(set, some);
  for (const BlockGroup& group : groups_) {
    table_.products[group.blocks]({x.v, x.v_stride, x.tiles * kBlock, some.count, weights,
                                   x.m + group.first_block * x.tiles * kBlock, x.m_stride,
                                   x.tiles * kBlock, set_products_, x.count, x.soon});
    weights += set_products_ * some.count * kBlock * group.blocks * kBlock;
  }
}

}  // namespace dfe::cpu
