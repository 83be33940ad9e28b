// SPDX-License-Identifier: Apache-2.0
// A warp as a value: code for its 32 lanes is written once, against a Warp type. On a GPU every
// lane runs it and keeps its own registers; on the host one thread runs it and keeps those of all
// lanes, so that kernels with matrix instructions are tested without a GPU.
#pragma once

#include <type_traits>
#include <utility>

#include "kernels/common/element.hpp"

#ifdef __CUDA_ARCH__
#define DFE_UNROLL _Pragma("unroll")
#define DFE_NO_UNROLL _Pragma("unroll 1")
#else
#define DFE_UNROLL
#define DFE_NO_UNROLL
#endif

namespace dfe::card {

/// A lane's share of the operands of one m16n8k16 product, two 16-bit elements a word: PTX ISA,
/// "mma.m16n8k16 with floating point type".
struct FragmentA {
  std::uint32_t r[4];
};
struct FragmentB {
  std::uint32_t r[2];
};
struct FragmentC {
  float r[4];
};

/// A quad's 4x4 words: results of a product, of which each of 4 neighbouring lanes has pieces of
/// several packs of channels.
struct QuadWords {
  std::uint32_t v[4];
};
struct alignas(16) SixteenBytes {
  QuadWords words;
};

template <class T>
DFE_HOST_DEVICE std::uint32_t pair_of(T low, T high) {
  return low.bits | static_cast<std::uint32_t>(high.bits) << 16;
}

/// All lanes in one thread.
struct HostWarp {
  template <class R>
  struct Register {
    R lane[32];
    R& operator[](int i) { return lane[i]; }
    const R& operator[](int i) const { return lane[i]; }
  };

  template <class Body>
  static void for_lanes(Body&& body) {
    for (int lane = 0; lane < 32; ++lane) body(lane);
  }

  /// c += a·b
  template <class T>
  static void multiply_add(Register<FragmentC>& c, const Register<FragmentA>& a,
                           const Register<FragmentB>& b) {
    const auto element = [](std::uint32_t word, int half) {
      return to_float(T{static_cast<std::uint16_t>(word >> (16 * half))});
    };
    float rows[16][16], columns[16][8];
    for (int lane = 0; lane < 32; ++lane)
      for (int i = 0; i < 8; ++i) {
        // words 0 and 2 belong to row lane/4, words 1 and 3 to the row 8 below; words 2 and 3 to
        // the upper 8 of k
        const int word = i / 2, k = lane % 4 * 2 + i % 2;
        rows[lane / 4 + 8 * (word % 2)][k + 8 * (word / 2)] = element(a[lane].r[word], i % 2);
        if (i < 4) columns[k + 8 * word][lane / 4] = element(b[lane].r[word], i % 2);
      }
    for (int lane = 0; lane < 32; ++lane)
      for (int i = 0; i < 4; ++i) {
        const int row = lane / 4 + 8 * (i / 2), column = lane % 4 * 2 + i % 2;
        float sum = 0;
        for (int k = 0; k < 16; ++k) sum += rows[row][k] * columns[k][column];
        c[lane].r[i] += sum;
      }
  }

  /// Word i of lane j of each quad becomes word j of lane i.
  static void transpose_quads(Register<QuadWords>& words) {
    for (int quad = 0; quad < 32; quad += 4)
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < i; ++j) std::swap(words[quad + j].v[i], words[quad + i].v[j]);
  }

  /// The sum of part(value) over the lanes, known to all of them.
  template <class R, class Part>
  static std::int64_t sum(const Register<R>& values, Part&& part) {
    std::int64_t total = 0;
    for (int lane = 0; lane < 32; ++lane) total += part(values[lane]);
    return total;
  }

  /// The first lane of which test(value) is true, or 32; known to all of them.
  template <class R, class Test>
  static int first_lane(const Register<R>& values, Test&& test) {
    for (int lane = 0; lane < 32; ++lane)
      if (test(values[lane])) return lane;
    return 32;
  }
};

#ifdef __CUDACC__
/// One lane per thread; a block is a row of threads.
struct CardWarp {
  template <class R>
  struct Register {
    R own;
    __device__ R& operator[](int) { return own; }
    __device__ const R& operator[](int) const { return own; }
  };

  template <class Body>
  static __device__ void for_lanes(Body&& body) {
    body(static_cast<int>(threadIdx.x % 32));
  }

  template <class T>
  static __device__ void multiply_add(Register<FragmentC>& c, const Register<FragmentA>& a,
                                      const Register<FragmentB>& b) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    float* const d = c.own.r;
    const std::uint32_t* const p = a.own.r;
    const std::uint32_t* const q = b.own.r;
    if constexpr (std::is_same_v<T, Fp16>)
      asm volatile(
          "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
          "{%8,%9}, {%0,%1,%2,%3};"
          : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
          : "r"(p[0]), "r"(p[1]), "r"(p[2]), "r"(p[3]), "r"(q[0]), "r"(q[1]));
    else
      asm volatile(
          "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
          "{%8,%9}, {%0,%1,%2,%3};"
          : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
          : "r"(p[0]), "r"(p[1]), "r"(p[2]), "r"(p[3]), "r"(q[0]), "r"(q[1]));
#else
    __trap();  // GPUs before 8.0 are given other kernels
#endif
  }

  static __device__ void transpose_quads(Register<QuadWords>& words) {
    std::uint32_t(&v)[4] = words.own.v;
    DFE_UNROLL
    for (unsigned distance = 1; distance <= 2; distance *= 2) {
      const bool upper = threadIdx.x & distance;
      DFE_UNROLL
      for (unsigned i = 0; i < 4; ++i)
        if (!(i & distance)) {
          const std::uint32_t got =
              __shfl_xor_sync(0xFFFFFFFFu, upper ? v[i] : v[i + distance], distance);
          (upper ? v[i] : v[i + distance]) = got;
        }
    }
  }

  template <class R, class Part>
  static __device__ std::int64_t sum(const Register<R>& values, Part&& part) {
    long long total = part(values.own);
    for (int distance = 16; distance > 0; distance /= 2)
      total += __shfl_xor_sync(0xFFFFFFFFu, total, distance);
    return total;
  }

  template <class R, class Test>
  static __device__ int first_lane(const Register<R>& values, Test&& test) {
    const unsigned lanes = __ballot_sync(0xFFFFFFFFu, test(values.own));
    return lanes == 0 ? 32 : __ffs(static_cast<int>(lanes)) - 1;
  }
};
#endif

}  // namespace dfe::card
