// SPDX-License-Identifier: Apache-2.0
// 16-bit floats as bits: IEEE binary16 and bfloat16. Integer arithmetic and exact or correctly
// rounded sums alone, so the result is the same on every machine. Selections instead of branches,
// so that loops over these become vector code.
#pragma once

#include <bit>
#include <cstdint>

namespace dfe {

// always inlined: a copy that was compiled for one instruction set must not serve callers on
// another
#define DFE_HALF_INLINE [[gnu::always_inline]] constexpr

/// Exact value of an IEEE binary16; NaN payloads are kept.
DFE_HALF_INLINE float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t rest = half & 0x7FFFu;
  const std::uint32_t small =
      std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(rest)) * 0x1p-24f);
  const std::uint32_t normal = (rest << 13) + (112u << 23);
  const std::uint32_t special = (rest << 13) | 0x7F800000u;
  return std::bit_cast<float>(sign | (rest < 0x0400u ? small : rest < 0x7C00u ? normal : special));
}

/// Nearest IEEE binary16, ties to even; beyond 65504 (rounded) infinity.
DFE_HALF_INLINE std::uint16_t float_to_half(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t rest = bits & 0x7FFFFFFFu;
  // the spacing of floats from 0.5 on is the smallest half, so that adding 0.5 rounds to a multiple
  // of it
  const std::uint32_t small =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(rest) + 0.5f) - 0x3F000000u;
  // the carry of the rounding may run into the exponent, as it should
  const std::uint32_t normal = (rest + 0x0FFFu + ((rest >> 13) & 1u) - (112u << 23)) >> 13;
  const std::uint32_t special = rest > 0x7F800000u ? 0x7E00u | ((rest >> 13) & 0x3FFu) : 0x7C00u;
  return static_cast<std::uint16_t>(sign | (rest >= 0x47800000u   ? special
                                            : rest >= 0x38800000u ? normal
                                                                  : small));
}

/// Exact value of a bfloat16.
constexpr float bfloat16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

/// Nearest bfloat16, ties to even. NaN stays NaN.
constexpr std::uint16_t float_to_bfloat16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace dfe
