// SPDX-License-Identifier: Apache-2.0
// Convolutions with fewer multiplications: F(p, h, w) for 3x3x3 kernels and the 8-product
// up-convolution. Both are small matrix products between cheap transformations, done for a chunk of
// tiles at a time so that everything between input and output stays in the cache.
#pragma once

#include <memory>

#include "kernels/cpu/planes.hpp"

namespace dfe::cpu {

/// F(p, h, w) with `outputs` = (4, 4, 6): 9 times fewer multiplications; (4, 4, 4): 8 times fewer;
/// (2, 4, 4): 6 times fewer, for layers that should wait for two planes only; (2, 2, 2): 3.4 times
/// fewer, as accurate as direct convolution.
std::unique_ptr<PlannedOp> make_winograd_conv(Context& context, const Conv3dDesc& op,
                                              const LayerWeights& weights, std::int64_t widest,
                                              const Extent3& outputs);

/// Computes two output planes from one plane of the small tensor and the next.
std::unique_ptr<PlannedOp> make_product_up_conv(Context& context, const UpConvDesc& op,
                                                const LayerWeights& weights, std::int64_t widest);

}  // namespace dfe::cpu
