// SPDX-License-Identifier: Apache-2.0
// The vector of one instruction set and what is done with it. Included only by files that are
// compiled once per instruction set (isa_*.cpp); everything is in an unnamed namespace and always
// inlined, so that nothing leaves such a file.
#pragma once

#include "kernels/cpu/isa_table.hpp"

namespace dfe::cpu {
namespace {

#if defined(DFE_ISA_AVX512)
constexpr int kLanes = 16;
constexpr int kVoxels[kMaxGroup + 1] = {
    0, 14, 13, 9, 6};  // registers: voxels * group accumulators + group weights <= 31
constexpr int kWidestGroup = 4;
#define DFE_ISA_NAME "avx512"
#define DFE_ISA_FUNCTION avx512_table
#elif defined(DFE_ISA_AVX2)
constexpr int kLanes = 8;
constexpr int kVoxels[kMaxGroup + 1] = {
    0, 6, 0, 0, 0};  // 16 registers: 6 voxels * 2 vectors + 2 weights + 1 broadcast
constexpr int kWidestGroup = 1;
#define DFE_ISA_NAME "avx2"
#define DFE_ISA_FUNCTION avx2_table
#else
constexpr int kLanes = 4;
constexpr int kVoxels[kMaxGroup + 1] = {0, 2, 0, 0, 0};  // 2 voxels * 4 vectors + 4 weights
constexpr int kWidestGroup = 1;
#define DFE_ISA_NAME "portable"
#define DFE_ISA_FUNCTION portable_table
#endif

constexpr int kParts = static_cast<int>(kBlock) / kLanes;  // vectors per block of 16 channels
using Vec =
    float __attribute__((vector_size(kLanes * sizeof(float)), aligned(kLanes * sizeof(float))));
using IntVec = std::int32_t __attribute__((vector_size(kLanes * sizeof(std::int32_t))));

#define DFE_INLINE inline __attribute__((always_inline))

DFE_INLINE Vec broadcast(float s) {
  return s - Vec{};
}  // s - 0 is s, so one broadcast is left; filling the lanes in a loop is not
DFE_INLINE Vec load(const float* p) { return *reinterpret_cast<const Vec*>(p); }
DFE_INLINE void store(float* p, Vec v) { *reinterpret_cast<Vec*>(p) = v; }
DFE_INLINE Vec larger(Vec a, Vec b) { return a > b ? a : b; }

/// Lane l is that of a and b, one after the other, whose number is which[l].
DFE_INLINE Vec shuffled(Vec a, Vec b, IntVec which) {
#if defined(__clang__)
  Vec out{};
  for (int l = 0; l < kLanes; ++l) out[l] = which[l] < kLanes ? a[which[l]] : b[which[l] - kLanes];
  return out;
#else
  return __builtin_shuffle(a, b, which);
#endif
}

/// Whether a lane of a comparison's result is true.
DFE_INLINE bool any(IntVec truth) {
#if defined(DFE_ISA_AVX512)
  return __builtin_ia32_cvtd2mask512(truth) != 0;
#elif defined(DFE_ISA_AVX2)
  return __builtin_ia32_movmskps256(reinterpret_cast<Vec>(truth)) != 0;
#else
  return (truth[0] | truth[1] | truth[2] | truth[3]) != 0;
#endif
}

}  // namespace
}  // namespace dfe::cpu
