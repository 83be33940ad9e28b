// SPDX-License-Identifier: Apache-2.0
// Lengths become factors and twiddles, see kernels/fourier_transform.hpp. The arithmetic is in
// isa_fourier.cpp.
#include "kernels/fourier_transform.hpp"

#include <cmath>
#include <numbers>

#include "dfengine/error.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/fourier_table.hpp"

namespace dfe {

namespace {

/// Large factors first: fewer steps, and the registers hold 8 points.
std::vector<std::int64_t> factors_of(std::int64_t points) {
  std::vector<std::int64_t> factors;
  for (const std::int64_t radix : {8, 4, 2, 5, 3})
    for (; points % radix == 0 && points > 1; points /= radix) {
      // 16 is 4 · 4, not 8 · 2.
      if (radix == 8 && points % 16 == 0 && points % 32 != 0 && points % 64 != 0) break;
      factors.push_back(radix);
    }
  for (std::int64_t radix = 7; points > 1; radix += 2) {
    if (radix * radix > points) radix = points;
    for (; points % radix == 0; points /= radix) factors.push_back(radix);
  }
  return factors;
}

std::vector<float> twiddles_of(std::int64_t radix, std::int64_t span) {
  std::vector<float> table;
  for (std::int64_t j = 0; j < span; ++j)
    for (std::int64_t q = 1; q < radix; ++q) {
      const double angle = -2 * std::numbers::pi * static_cast<double>(j * q % (radix * span)) /
                           static_cast<double>(radix * span);
      table.push_back(static_cast<float>(std::cos(angle)));
      table.push_back(static_cast<float>(std::sin(angle)));
    }
  return table;
}

std::vector<float> roots_of(std::int64_t radix) {
  std::vector<float> table;
  for (std::int64_t q = 1; 2 * q < radix; ++q)
    for (std::int64_t k = 1; 2 * k < radix; ++k) {
      const double angle =
          2 * std::numbers::pi * static_cast<double>(k * q % radix) / static_cast<double>(radix);
      table.push_back(static_cast<float>(std::cos(angle)));
      table.push_back(static_cast<float>(std::sin(angle)));
    }
  return table;
}

}  // namespace

FourierTransform::FourierTransform(std::int64_t points) {
  const std::vector<std::int64_t> factors = points >= 1 && points < std::int64_t{1} << 24
                                                ? factors_of(points)
                                                : std::vector<std::int64_t>{};
  if (points < 1 || points >= std::int64_t{1} << 24 || factors.size() > std::size(plan_.stage) ||
      (!factors.empty() && factors.back() > kLargestRadix))
    throw Error("fourier", "", "a transform of " + std::to_string(points) + " points",
                "use a length without prime factors above " + std::to_string(kLargestRadix));
  plan_.points = points;
  std::int64_t span = points;
  for (const std::int64_t radix : factors) {
    span /= radix;
    tables_.push_back(twiddles_of(radix, span));
    const float* const twiddles = tables_.back().data();
    tables_.push_back(radix > 5 && radix != 8 ? roots_of(radix) : std::vector<float>{});
    plan_.stage[plan_.stages++] = {radix, span, twiddles, tables_.back().data()};
  }
}

std::vector<std::int64_t> FourierTransform::order() const {
  // After a step with radix r and span s, place q · s of a block has the frequencies q + r · what
  // the following steps find.
  std::vector<std::int64_t> order{0};
  for (int i = plan_.stages - 1; i >= 0; --i) {
    const std::int64_t radix = plan_.stage[i].radix;
    std::vector<std::int64_t> longer;
    for (std::int64_t q = 0; q < radix; ++q)
      for (const std::int64_t f : order) longer.push_back(q + radix * f);
    order = std::move(longer);
  }
  return order;
}

std::int64_t fast_fourier_length(std::int64_t points) {
  for (std::int64_t n = points;; ++n) {
    std::int64_t left = n;
    for (const std::int64_t prime : {2, 3, 5})
      while (left % prime == 0) left /= prime;
    if (left == 1) return n;
  }
}

const FourierKernels& fourier_kernels(const std::string& instruction_set) {
  const std::string name = cpu::choose_table(instruction_set).name;
#ifdef DFE_CPU_X86
  if (name == "avx512") return cpu::avx512_fourier_table();
  if (name == "avx2") return cpu::avx2_fourier_table();
#endif
  return cpu::portable_fourier_table();
}

}  // namespace dfe
