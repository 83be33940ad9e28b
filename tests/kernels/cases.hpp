// SPDX-License-Identifier: Apache-2.0
// The shapes every op is tested and measured on: one table per op. Extents straddle the vector and register-block widths (1, 6, 13, 14,
// 16), channels the block of 16.
#pragma once

#include <vector>

#include "kernels/ops.hpp"

namespace dfe::test {

struct Conv3dCase {
  Conv3dDesc op;
  Extent3 extent;
};

inline std::vector<Conv3dCase> conv3d_cases() {
  std::vector<Conv3dCase> cases;
  // the network's own layers, at its default widths
  for (const auto& [c0, c1, co] : std::vector<std::array<std::int64_t, 3>>{
           {1, 0, 32}, {32, 0, 32}, {32, 0, 48}, {48, 0, 48}, {48, 0, 64}, {64, 0, 64}, {64, 48, 48}, {48, 32, 32}})
    for (const Extent3 extent : {Extent3{4, 6, 16}, Extent3{3, 5, 29}, Extent3{2, 26, 35}})
      cases.push_back({{.c0 = c0, .c1 = c1, .co = co}, extent});
  // more input channels than minimal filtering transforms at a time
  cases.push_back({{.c0 = 112, .c1 = 64, .co = 48}, {3, 5, 29}});
  // odd channels and extents, from one voxel up
  for (const auto& [c0, c1, co] : std::vector<std::array<std::int64_t, 3>>{{2, 0, 2}, {5, 3, 7}, {17, 0, 33}, {28, 20, 36}, {1, 0, 81}})
    for (const Extent3 extent :
         {Extent3{1, 1, 1}, Extent3{2, 1, 3}, Extent3{1, 3, 6}, Extent3{3, 2, 13}, Extent3{2, 3, 14}, Extent3{1, 2, 15}})
      cases.push_back({{.c0 = c0, .c1 = c1, .co = co, .relu = co % 2 == 0}, extent});
  // other kernels: 1x1x1, and 2x2x2 padded at the high end
  cases.push_back({{.kernel = {1, 1, 1}, .pad_lo = {0, 0, 0}, .pad_hi = {0, 0, 0}, .c0 = 20, .co = 18}, {2, 3, 17}});
  cases.push_back({{.kernel = {2, 2, 2}, .pad_lo = {0, 0, 0}, .pad_hi = {1, 1, 1}, .c0 = 20, .co = 18}, {3, 4, 17}});
  cases.push_back({{.kernel = {1, 2, 3}, .pad_lo = {0, 0, 1}, .pad_hi = {0, 1, 1}, .c0 = 16, .co = 16}, {3, 4, 9}});
  return cases;
}

struct UpConvCase {
  UpConvDesc op;
  Extent3 extent;  ///< of the small tensor
};

inline std::vector<UpConvCase> up_conv_cases() {
  return {{{64, 64}, {2, 3, 8}}, {{48, 48}, {3, 2, 15}}, {{48, 48}, {2, 11, 19}},
          {{5, 7}, {1, 1, 1}},   {{17, 33}, {2, 1, 3}},  {{36, 28, false}, {1, 4, 13}}};
}

struct MaxPoolCase {
  MaxPoolDesc op;
  Extent3 extent;  ///< of the result
};

inline std::vector<MaxPoolCase> max_pool_cases() { return {{{32}, {2, 3, 8}}, {{48}, {1, 2, 15}}, {{5}, {1, 1, 1}}, {{33}, {3, 1, 7}}}; }

struct HeadCase {
  HeadDesc op;
  Extent3 extent;
};

inline std::vector<HeadCase> head_cases() {
  return {{{32, 13}, {2, 3, 17}}, {{32, 1}, {1, 2, 5}},   {{7, 2}, {1, 1, 1}},   {{20, 16}, {2, 2, 6}},
          {{32, 17}, {1, 3, 14}}, {{28, 40}, {2, 1, 13}}, {{16, 256}, {1, 1, 3}}};
}

}  // namespace dfe::test
