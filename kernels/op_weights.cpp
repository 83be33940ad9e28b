// SPDX-License-Identifier: Apache-2.0
#include "kernels/op_weights.hpp"

#include "dfengine/error.hpp"

namespace dfe {
namespace {

std::string text(const KernelShape& shape) {
  std::string s = "(";
  for (const std::int64_t n : shape) s += (s.size() > 1 ? "," : "") + std::to_string(n);
  return s + ")";
}

}  // namespace

void check_weights(const std::string& area, const std::string& object, const KernelShape& expected,
                   const LayerWeights& weights) {
  if (weights.kernel_shape != expected)
    throw Error(area, object, "kernel is " + text(weights.kernel_shape),
                "expected " + text(expected) + " (kz, ky, kx, in, out)");
  const auto count = static_cast<std::int64_t>(weights.kernel.size());
  if (count != expected[0] * expected[1] * expected[2] * expected[3] * expected[4] ||
      static_cast<std::int64_t>(weights.bias.size()) != expected[4])
    throw Error(area, object, "number of values does not fit the shape " + text(expected),
                "the weights were put together wrongly");
}

}  // namespace dfe
