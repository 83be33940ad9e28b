// SPDX-License-Identifier: Apache-2.0
// Elements of a GPU's tensors and their conversion to float, the same on host and GPU: the GPU's
// instructions and the host's integer arithmetic both round to nearest even.
#pragma once

#include <cstdint>

#include "core/half.hpp"

#ifdef __CUDACC__
#define DFE_HOST_DEVICE __host__ __device__
#else
#define DFE_HOST_DEVICE
#endif

namespace dfe::card {

struct Fp16 {
  std::uint16_t bits;
};
struct Bf16 {
  std::uint16_t bits;
};

DFE_HOST_DEVICE inline float to_float(float x) { return x; }
DFE_HOST_DEVICE inline float to_float(Fp16 x) {
#ifdef __CUDA_ARCH__
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(x.bits));
  return value;
#else
  return half_to_float(x.bits);
#endif
}
DFE_HOST_DEVICE inline float to_float(Bf16 x) {
#ifdef __CUDA_ARCH__
  return __uint_as_float(static_cast<unsigned>(x.bits) << 16);
#else
  return bfloat16_to_float(x.bits);
#endif
}

DFE_HOST_DEVICE inline void from_float(float value, float& y) { y = value; }
DFE_HOST_DEVICE inline void from_float(float value, Fp16& y) {
#ifdef __CUDA_ARCH__
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(value));
#else
  y.bits = float_to_half(value);
#endif
}
DFE_HOST_DEVICE inline void from_float(float value, Bf16& y) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(value));
#else
  y.bits = float_to_bfloat16(value);
#endif
}

/// What one thread loads or stores at once: 16 bytes of consecutive channels.
template <class T>
struct alignas(16) Pack {
  static constexpr int kSize = 16 / sizeof(T);
  T v[kSize];
};

template <class T>
constexpr std::int64_t kPackSize = Pack<T>::kSize;

/// Channels as they lie in memory: whole packs, those beyond the tensor's own are zero.
constexpr std::int64_t whole_packs(std::int64_t channels, std::int64_t pack) {
  return (channels + pack - 1) / pack * pack;
}

}  // namespace dfe::card
