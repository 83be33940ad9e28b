// SPDX-License-Identifier: Apache-2.0
// Whether parameters fit an op, asked wherever an op takes some. In the header, because the CUDA
// module asks too and shares no objects with the program.
#pragma once

#include <string>

#include "dfengine/error.hpp"
#include "dfengine/weights.hpp"
#include "kernels/ops.hpp"

namespace dfe {

/// "(3,3,3,32,48)".
inline std::string shape_text(const KernelShape& shape) {
  std::string s = "(";
  for (const std::int64_t n : shape) s += (s.size() > 1 ? "," : "") + std::to_string(n);
  return s + ")";
}

/// Throws `Error` "area: 'object': ..." unless `weights` are a kernel of this shape and a bias of
/// as many values as it has outputs.
inline void check_weights(const std::string& area, const std::string& object,
                          const KernelShape& expected, const LayerWeights& weights) {
  if (weights.kernel_shape != expected)
    throw Error(area, object, "kernel is " + shape_text(weights.kernel_shape),
                "expected " + shape_text(expected) + " (kz, ky, kx, in, out)");
  const auto count = static_cast<std::int64_t>(weights.kernel.size());
  if (count != expected[0] * expected[1] * expected[2] * expected[3] * expected[4] ||
      static_cast<std::int64_t>(weights.bias.size()) != expected[4])
    throw Error(area, object, "number of values does not fit the shape " + shape_text(expected),
                "the weights were put together wrongly");
}

}  // namespace dfe
