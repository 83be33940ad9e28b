// SPDX-License-Identifier: Apache-2.0
// Weights of many small matrix products of one shape, in one piece of memory and in the order in which they are used: they are more than
// the second-level cache holds, so they stream through it, and the kernel prefetches what comes next.
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
  /// From `weights` (product, c0 + c1, co), for products of `some_blocks` blocks of input channels at a time.
  ProductWeights(const IsaTable& table, const std::vector<float>& weights, std::int64_t count, std::int64_t c0, std::int64_t c1,
                 std::int64_t co, std::int64_t some_blocks);

  /// m (output block, `tiles`, 16) = v (block of `some`, `tiles`, 16) times the weights of `product`, for the first `count` of the tiles.
  void multiply(std::int64_t product, const float* v, Blocks some, float* m, std::int64_t tiles, std::int64_t count) const;

  std::size_t bytes() const { return weights_.bytes() + zeros_.bytes(); }

 private:
  struct Group {
    std::int64_t first_block;
    int blocks;
  };

  /// Where the weights of a product begin for some blocks of input channels; groups follow each other.
  std::int64_t place(std::int64_t product, Blocks some) const {
    return (some.first * products_ + product * some.count) * kBlock * out_blocks_ * kBlock;
  }

  const IsaTable& table_;
  std::int64_t products_, out_blocks_;
  std::vector<Group> groups_;
  AlignedFloats weights_, zeros_;
};

}  // namespace dfe::cpu
