// SPDX-License-Identifier: Apache-2.0
// Weights of many small matrix products of one shape, in one piece of memory and in the order in
// which they are used: they are more than the second-level cache holds, so they stream through it,
// and the kernel prefetches what comes next. Products are done some at a time, a set.
#pragma once

#include <vector>

#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/packing.hpp"

namespace dfe::cpu {

/// Some neighbouring blocks of input channels.
struct Blocks {
  std::int64_t first, count;
};

class ProductWeights {
 public:
  /// For products of `some_blocks` blocks of input channels at a time. Zeros until set is called.
  ProductWeights(const IsaTable& table, std::int64_t sets, std::int64_t set_products,
                 std::int64_t c0, std::int64_t c1, std::int64_t co, std::int64_t some_blocks);

  /// Takes over `weights` (sets, products of a set, c0 + c1, co).
  void set(const std::vector<float>& weights);

  /// Matrices of which one after another belong to the products of a set, and of each the first
  /// `count` of `tiles` rows.
  struct Operands {
    const float* v;  ///< (block of `some`, tiles, 16)
    std::int64_t v_stride;
    float* m;  ///< (output block, tiles, 16)
    std::int64_t m_stride;
    std::int64_t tiles, count;
    const float* const* soon;  ///< see Products
  };

  /// m = v times the weights of a set.
  void multiply(std::int64_t set, Blocks some, const Operands& x) const;

  std::size_t bytes() const { return weights_.bytes(); }

 private:
  /// Where the weights of a set begin for some blocks of input channels: (group, product of the
  /// set, block of `some`, 16, 16 · group).
  std::int64_t place(std::int64_t set, Blocks some) const {
    return (some.first * sets_ + set * some.count) * set_products_ * kBlock * out_blocks_ * kBlock;
  }

  /// Copies input channels [first, first + 16) of those at `from` (channels, co), as far as there
  /// are some, to the products of `group`.
  void copy_block(const float* from, std::int64_t first, std::int64_t channels,
                  const BlockGroup& group, float* to) const;

  const IsaTable& table_;
  std::int64_t sets_, set_products_, c0_, c1_, co_, some_blocks_, out_blocks_;
  std::vector<BlockGroup> groups_;
  AlignedFloats weights_;
};

}  // namespace dfe::cpu
