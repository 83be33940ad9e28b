// SPDX-License-Identifier: Apache-2.0
// Weights under Winograd's minimal filtering, for the points that isa_winograd.hpp uses. Formed in double and rounded once.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/cpu/isa_table.hpp"

namespace dfe::cpu {

/// The matrix that turns 3 weights into m + 2 points, row by row, for m = 2 or 4.
std::vector<double> winograd_filter_matrix(int m);

/// Weights of all points of F(p, m, m) from a kernel (3, 3, 3, ci·co = `channels`): (point, channels), points numbered as WinogradInput
/// says.
std::vector<float> winograd_weights(const IsaTable& table, const float* kernel, std::int64_t channels, int p, int m);

/// Weights of the up-convolution's 8 products from its kernel (2, 2, 2, `channels`): (product, channels). Along an axis a difference meets
/// the second weight, a value the sum of both: y[2i] = (w0 + w1)·x[i], y[2i+1] = y[2i] + w1·(x[i+1] - x[i]).
std::vector<float> up_conv_product_weights(const float* kernel, std::int64_t channels);

}  // namespace dfe::cpu
