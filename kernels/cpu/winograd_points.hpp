// SPDX-License-Identifier: Apache-2.0
// Weights under Winograd's minimal filtering, for the points that isa_winograd.hpp uses. Formed in
// double and rounded once.
#pragma once

#include <cstdint>
#include <vector>

#include "dfengine/extent.hpp"
#include "kernels/cpu/isa_table.hpp"

namespace dfe::cpu {

/// The matrix that turns 3 weights into the points of 2, 4 or 6 `outputs`, two more than these, row
/// by row.
std::vector<double> winograd_filter_matrix(int outputs);

/// Weights of all points of F(outputs, 3x3x3) from a kernel (3, 3, 3, ci·co = `channels`): (point,
/// channels), points numbered as WinogradInput says.
std::vector<float> winograd_weights(const IsaTable& table, const float* kernel,
                                    std::int64_t channels, const Extent3& outputs);

/// Weights of the up-convolution's 8 products from its kernel (2, 2, 2, `channels`): (product,
/// channels). Along an axis a difference meets the second weight, a value the sum of both: y[2i] =
/// (w0 + w1)·x[i], y[2i+1] = y[2i] + w1·(x[i+1] - x[i]).
std::vector<float> up_conv_product_weights(const float* kernel, std::int64_t channels);

}  // namespace dfe::cpu
