// SPDX-License-Identifier: Apache-2.0
// Numbers for tests: small integers, whose sums are exact in float, and uniform reals. Both depend on (seed, index) alone.
#pragma once

#include <vector>

#include "dfengine/weights.hpp"
#include "core/philox.hpp"

namespace dfe::test {

/// Whole numbers from -limit to limit.
inline std::vector<float> small_integers(std::int64_t count, std::uint64_t seed, int limit) {
  const Philox random(seed, 100);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(static_cast<int>(random.at(0, i)[0] % static_cast<unsigned>(2 * limit + 1)) - limit);
  return values;
}

/// Uniform in [-1, 1).
inline std::vector<float> uniform_reals(std::int64_t count, std::uint64_t seed) {
  const Philox random(seed, 101);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 2 * random.uniform(0, i) - 1;
  return values;
}

/// Kernel (kz, ky, kx, ci, co) and bias filled by `fill(count, seed)`.
template <class Fill>
LayerWeights make_weights(Extent3 taps, std::int64_t ci, std::int64_t co, std::uint64_t seed, Fill fill) {
  return {{taps.z, taps.y, taps.x, ci, co}, fill(taps.voxels() * ci * co, seed), fill(co, seed + 1)};
}

}  // namespace dfe::test
