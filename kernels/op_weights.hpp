// SPDX-License-Identifier: Apache-2.0
// Whether parameters fit an op, asked wherever an op takes some. In the header, because the CUDA
// module asks too and shares no objects with the program.
#pragma once

#include <string>

#include "dfengine/error.hpp"
#include "dfengine/weights.hpp"
#include "kernels/ops.hpp"

namespace dfe {

/// `before` and the shape: "kernel is (3,3,3,32,48)".
inline std::string with_shape(std::string before, const KernelShape& shape) {
  before.append(1, '(');
  for (const std::int64_t n : shape) before.append(std::to_string(n)).append(1, ',');
  before.back() = ')';
  return before;
}

/// Throws `Error` "area: 'object': ..." unless `weights` are a kernel of this shape and a bias of
/// as many values as it has outputs.
inline void check_weights(const std::string& area, const std::string& object,
                          const KernelShape& expected, const LayerWeights& weights) {
  if (weights.kernel_shape != expected)
    throw Error(area, object, with_shape("kernel is ", weights.kernel_shape),
                with_shape("expected ", expected).append(" (kz, ky, kx, in, out)"));
  const auto count = static_cast<std::int64_t>(weights.kernel.size());
  if (count != expected[0] * expected[1] * expected[2] * expected[3] * expected[4] ||
      static_cast<std::int64_t>(weights.bias.size()) != expected[4])
    throw Error(area, object, with_shape("number of values does not fit the shape ", expected),
                "the weights were put together wrongly");
}

}  // namespace dfe
