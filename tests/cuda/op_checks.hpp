// SPDX-License-Identifier: Apache-2.0
// Every op of a card's backend against another backend, by numbers: how many results of small integers differ, how far reals are apart, and
// whether a repeat gives the same bits. The tests run it on the card's stand-in, bench/gpu on a card.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/kernels/cases.hpp"
#include "tests/kernels/fill.hpp"
#include "tests/kernels/op_runner.hpp"

namespace dfe::test {

struct OpCheck {
  std::string name;
  std::int64_t differing = 0;  ///< results of small integers that are not exact
  double relative_l2 = 0;      ///< of reals; scores of a head
  bool repeats = true;         ///< a second run gave the same bits
};

inline double relative_l2(const Floats& values, const Floats& reference) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double r = static_cast<double>(reference[i]), d = static_cast<double>(values[i]) - r;
    difference += d * d;
    norm += r * r;
  }
  return norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
}

/// -1, 0 and 1, one in eight of them not 0, so that the sums of a convolution stay below 256: exact in every precision.
inline Floats sparse_signs(std::int64_t count, std::uint64_t seed) {
  Floats values = small_integers(count, seed, 8);
  for (float& v : values) v = v == 8.0f ? 1.0f : v == -8.0f ? -1.0f : 0.0f;
  return values;
}

inline std::int64_t count_differing(const Floats& a, const Floats& b) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += !(a[i] == b[i]);
  return count;
}

/// `slabs`: planes a run computes, each tried. Ops without a kernel on the card (one channel, other than 3x3x3) are left out.
inline std::vector<OpCheck> check_ops(Backend& card, Backend& reference, const std::vector<std::int64_t>& slabs) {
  std::vector<OpCheck> checks;
  const auto add = [&](const std::string& name, std::int64_t planes, const std::function<Floats(Backend&, bool, std::int64_t)>& run) {
    OpCheck check{name, 0, 0, true};
    const Floats exact = run(reference, true, planes), reals = run(reference, false, planes);
    for (const std::int64_t slab : slabs) {
      check.differing += count_differing(run(card, true, slab), exact);
      const Floats first = run(card, false, slab);
      check.relative_l2 = std::max(check.relative_l2, relative_l2(first, reals));
      check.repeats &= run(card, false, slab) == first;
    }
    checks.push_back(check);
  };
  for (const auto& [op, extent] : conv3d_cases()) {
    if (op.c0 == 1 && op.kernel != Extent3{3, 3, 3}) continue;
    add("conv " + std::to_string(op.c0) + "+" + std::to_string(op.c1) + " to " + std::to_string(op.co) + " on " + extent.to_string(),
        extent.z, [op = op, extent = extent](Backend& on, bool exact, std::int64_t slab) {
          const auto w = make_weights(op.kernel, op.c0 + op.c1, op.co, 3, exact ? sparse_signs : uniform_reals);
          const auto fill = [&](std::int64_t c, std::uint64_t seed) {
            return exact ? small_integers(elements(extent, c), seed, 1) : uniform_reals(elements(extent, c), seed);
          };
          return run_conv3d(on, op, w, fill(op.c0, 1), fill(op.c1, 2), extent, slab);
        });
  }
  for (const auto& [op, extent] : up_conv_cases())
    add("up " + std::to_string(op.ci) + " to " + std::to_string(op.co) + " on " + extent.to_string(), 2 * extent.z,
        [op = op, extent = extent](Backend& on, bool exact, std::int64_t slab) {
          const auto w = make_weights({2, 2, 2}, op.ci, op.co, 5, exact ? sparse_signs : uniform_reals);
          const Floats x = exact ? small_integers(elements(extent, op.ci), 6, 1) : uniform_reals(elements(extent, op.ci), 6);
          return run_up_conv(on, op, w, x, extent, slab);
        });
  for (const auto& [op, extent] : max_pool_cases())
    add("pool " + std::to_string(op.channels) + " to " + extent.to_string(), extent.z,
        [op = op, extent = extent](Backend& on, bool exact, std::int64_t slab) {
          const std::int64_t n = 8 * elements(extent, op.channels);
          return run_max_pool(on, op, exact ? small_integers(n, 7, 100) : uniform_reals(n, 7), extent, slab);
        });
  for (const auto& [op, extent] : head_cases())
    add("head " + std::to_string(op.ci) + " to " + std::to_string(op.classes) + " on " + extent.to_string(), extent.z,
        [op = op, extent = extent](Backend& on, bool exact, std::int64_t slab) {
          const auto w = make_weights({1, 1, 1}, op.ci, op.classes, 8, [&](std::int64_t n, std::uint64_t seed) {
            return exact ? small_integers(n, seed, 2) : uniform_reals(n, seed);
          });
          const std::int64_t n = elements(extent, op.ci);
          const HeadResult result = run_head(on, op, w, exact ? small_integers(n, 9, 3) : uniform_reals(n, 9), extent, slab, !exact);
          if (!exact) return result.scores;
          return Floats(result.labels.begin(), result.labels.end());
        });
  return checks;
}

}  // namespace dfe::test
