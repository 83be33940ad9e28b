// SPDX-License-Identifier: Apache-2.0
// Whether parameters fit an op, asked wherever an op takes some.
#pragma once

#include <string>

#include "dfengine/weights.hpp"
#include "kernels/ops.hpp"

namespace dfe {

/// Throws `Error` "area: 'object': ..." unless `weights` are a kernel of this shape and a bias of
/// as many values as it has outputs.
void check_weights(const std::string& area, const std::string& object, const KernelShape& expected,
                   const LayerWeights& weights);

}  // namespace dfe
