// SPDX-License-Identifier: Apache-2.0
// `wgmma` for the widths that the kernels use: PTX ISA, "wgmma.mma_async". Its sums are written
// out, register by register, as the assembler wants them; each list continues where the shorter one
// ends.
#pragma once

#include <type_traits>

#include "kernels/common/warpgroup.hpp"

namespace dfe::card {

// clang-format off
#define DFE_NAMES_24 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11" \
  ", %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23"
#define DFE_SUMS_24 \
  "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), \
  "+f"(d[6]), "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), \
  "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), \
  "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23])
#define DFE_NAMES_36 DFE_NAMES_24 ", %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35"
#define DFE_SUMS_36 DFE_SUMS_24, \
  "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), \
  "+f"(d[30]), "+f"(d[31]), "+f"(d[32]), "+f"(d[33]), "+f"(d[34]), "+f"(d[35])
#define DFE_NAMES_48 DFE_NAMES_36 ", %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47"
#define DFE_SUMS_48 DFE_SUMS_36, \
  "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]), "+f"(d[40]), "+f"(d[41]), \
  "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47])
#define DFE_NAMES_72 DFE_NAMES_48 ", %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59" \
  ", %60, %61, %62, %63, %64, %65, %66, %67, %68, %69, %70, %71"
#define DFE_SUMS_72 DFE_SUMS_48, \
  "+f"(d[48]), "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), \
  "+f"(d[54]), "+f"(d[55]), "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), \
  "+f"(d[60]), "+f"(d[61]), "+f"(d[62]), "+f"(d[63]), "+f"(d[64]), "+f"(d[65]), \
  "+f"(d[66]), "+f"(d[67]), "+f"(d[68]), "+f"(d[69]), "+f"(d[70]), "+f"(d[71])
#define DFE_WGMMA(COLUMNS, SUMS, A, B, ADD, TYPE) \
  asm volatile("{\n.reg .pred p;\nsetp.ne.s32 p, %" #ADD ", 0;\n" \
               "wgmma.mma_async.sync.aligned.m64n" #COLUMNS "k16.f32." TYPE "." TYPE \
               " {" DFE_NAMES_##SUMS "}, %" #A ", %" #B ", p, 1, 1, 0, 0;\n}" \
               : DFE_SUMS_##SUMS : "l"(a), "l"(b), "r"(static_cast<int>(add)))
#define DFE_WGMMA_OF(COLUMNS, SUMS, A, B, ADD)                 \
  if constexpr (kColumns == COLUMNS) {                         \
    if constexpr (std::is_same_v<T, Fp16>)                     \
      DFE_WGMMA(COLUMNS, SUMS, A, B, ADD, "f16");              \
    else                                                       \
      DFE_WGMMA(COLUMNS, SUMS, A, B, ADD, "bf16");             \
  }
// clang-format on

/// d = a (64 rows, 16) · b (kColumns columns, 16), with `add` d += it; both in shared memory.
template <class T, int kColumns>
__device__ __forceinline__ void wgmma(float (&d)[kColumns / 2], std::uint64_t a, std::uint64_t b,
                                      bool add) {
  static_assert(kColumns == 48 || kColumns == 72 || kColumns == 96 || kColumns == 144);
  DFE_WGMMA_OF(48, 24, 24, 25, 26)
  DFE_WGMMA_OF(72, 36, 36, 37, 38)
  DFE_WGMMA_OF(96, 48, 48, 49, 50)
  DFE_WGMMA_OF(144, 72, 72, 73, 74)
}

/// One thread of a group of 128; a group begins at a thread whose number is a multiple of 128.
struct CardGroup {
  template <class R>
  using Register = CardWarp::Register<R>;

  template <class Body>
  __device__ void for_threads(Body&& body) const {
    body(static_cast<int>(threadIdx.x % 128));
  }

  /// Before products, when sums were touched by something else; after them; until they are done.
  __device__ void begin() const { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
  __device__ void commit() const { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
  __device__ void wait() const { asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory"); }

  template <class T, int N>
  __device__ void multiply_add(Register<Sums<N>>& sums, std::uint64_t a, std::uint64_t b,
                               bool add = true) const {
    wgmma<T, N>(sums.own.v, a, b, add);
  }

  __device__ void transpose_quads(Register<QuadWords>& words) const {
    CardWarp::transpose_quads(words);
  }
};

}  // namespace dfe::card
