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
  /// From `weights` (sets, products of a set, c0 + c1, co), for products of `some_blocks` blocks of
  /// input channels at a time.
  ProductWeights(const IsaTable& table, const std::vector<float>& weights, std::int64_t sets,
                 std::int64_t set_products, std::int64_t c0, std::int64_t c1, std::int64_t co,
                 std::int64_t some_blocks);

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
  struct Group {
    std::int64_t first_block;
    int blocks;
  };

  /// Where the weights of a set begin for some blocks of input channels: (group, product of the
  /// set, block of `some`, 16, 16 · group).
  std::int64_t place(std::int64_t set, Blocks some) const {
    return (some.first * sets_ + set * some.count) * set_products_ * kBlock * out_blocks_ * kBlock;
  }

  const IsaTable& table_;
  std::int64_t sets_, set_products_, out_blocks_;
  std::vector<Group> groups_;
  AlignedFloats weights_;
};

}  // namespace dfe::cpu
