// SPDX-License-Identifier: Apache-2.0
// Four warps that multiply matrices in shared memory (`wgmma`, GPUs of capability 9.0), as a value
// like Warp: on a GPU each of 128 threads keeps its own registers, on the host one thread keeps
// those of all and the product is done by the definition of its operands.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "kernels/common/warp.hpp"

namespace dfe::card {

/// Where an operand lies in shared memory, for `wgmma`: PTX ISA, "Matrix Descriptor". Plain, it is
/// made of pieces of 8 rows of 16 bytes, 128 bytes in one piece; `k_stride` bytes lead to the piece
/// with the next 16 bytes of the rows, `row_stride` to the next 8 rows.
DFE_HOST_DEVICE constexpr std::uint64_t plain_matrix(std::uint32_t address, std::uint32_t k_stride,
                                                     std::uint32_t row_stride) {
  return (address & 0x3FFFFu) >> 4 | static_cast<std::uint64_t>(k_stride >> 4) << 16 |
         static_cast<std::uint64_t>(row_stride >> 4) << 32;
}

/// The same of whole rows of 32 bytes, one behind the other, in whose every second 128 bytes the
/// two halves of a row are exchanged (swizzled_32): 8 rows then meet each bank once. What is
/// exchanged depends on the address alone, so a matrix may begin at any row.
DFE_HOST_DEVICE constexpr std::uint64_t matrix_of_32_byte_rows(std::uint32_t address,
                                                               std::uint32_t row_stride) {
  return plain_matrix(address, 0, row_stride) | std::uint64_t{3} << 62;
}
DFE_HOST_DEVICE constexpr std::uint32_t swizzled_32(std::uint32_t address) {
  return address ^ (address >> 7 & 1) << 4;
}

/// Thread t's share of a product of 64 rows and N columns of floats: element 4n + 2h + i is row
/// t/32·16 + t%32/4 + 8h, column 8n + t%4·2 + i.
template <int N>
struct Sums {
  float v[N / 2];
};

/// Two neighbouring channels of a result: their bias, ReLU, 16 bits.
template <class T>
DFE_HOST_DEVICE std::uint32_t finished_pair(float low, float high, const float* bias, bool relu) {
  low += bias[0];
  high += bias[1];
  if (relu) low = low < 0 ? 0.0f : low, high = high < 0 ? 0.0f : high;
  T values[2];
  from_float(low, values[0]);
  from_float(high, values[1]);
  return pair_of(values[0], values[1]);
}

struct HostGroup {
  const std::byte* shared;  ///< where address 0 lies

  template <class R>
  struct Register {
    R thread[128];
    R& operator[](int i) { return thread[i]; }
    const R& operator[](int i) const { return thread[i]; }
  };

  template <class Body>
  void for_threads(Body&& body) const {
    for (int thread = 0; thread < 128; ++thread) body(thread);
  }

  void begin() const {}
  void commit() const {}
  void wait() const {}

  /// sums = a (64 rows, 16) · b (N columns, 16), with `add` sums += it.
  template <class T, int N>
  void multiply_add(Register<Sums<N>>& sums, std::uint64_t a, std::uint64_t b,
                    bool add = true) const {
    const auto element = [&](std::uint64_t matrix, int row, int k) {
      const auto field = [&](int at) {
        return static_cast<std::uint32_t>(matrix >> at & 0x3FFF) << 4;
      };
      const auto r = static_cast<std::uint32_t>(row), c = static_cast<std::uint32_t>(k);
      const std::uint32_t eight = field(0) + field(32) * (r / 8);
      T value;
      std::memcpy(
          &value,
          shared + (matrix >> 62 == 3 ? swizzled_32(eight + r % 8 * 32 + c * 2)
                                      : eight + field(16) * (c / 8) + r % 8 * 16 + c % 8 * 2),
          sizeof value);
      return to_float(value);
    };
    float left[64][16], right[N][16];
    for (int k = 0; k < 16; ++k) {
      for (int row = 0; row < 64; ++row) left[row][k] = element(a, row, k);
      for (int column = 0; column < N; ++column) right[column][k] = element(b, column, k);
    }
    for (int thread = 0; thread < 128; ++thread)
      for (int i = 0; i < N / 2; ++i) {
        const int row = thread / 32 * 16 + thread % 32 / 4 + i / 2 % 2 * 8,
                  column = i / 4 * 8 + thread % 4 * 2 + i % 2;
        float sum = 0;
        for (int k = 0; k < 16; ++k) sum += left[row][k] * right[column][k];
        sums[thread].v[i] = add ? sums[thread].v[i] + sum : sum;
      }
  }

  void transpose_quads(Register<QuadWords>& words) const {
    for (int warp = 0; warp < 4; ++warp) {
      HostWarp::Register<QuadWords> part;
      std::copy_n(words.thread + 32 * warp, 32, part.lane);
      HostWarp::transpose_quads(part);
      std::copy_n(part.lane, 32, words.thread + 32 * warp);
    }
  }
};

}  // namespace dfe::card
