// SPDX-License-Identifier: Apache-2.0
// Backward kernels on the compilers' vector types, compiled for each instruction set. A filter gradient keeps (taps x input channels)
// vectors of output channels in registers over many rows: each input value is broadcast once for all taps along W.
#include "kernels/cpu/backward_table.hpp"
#include "kernels/cpu/isa_vector.hpp"

namespace dfe::cpu {
namespace {

/// Input channels whose sums are held together: taps * channels accumulators, taps vectors of dy and one broadcast fit the registers.
constexpr int tile_channels(int taps) { return (taps == 1 ? 2 : 1) * (kLanes == 16 ? 8 : 4); }

// kStep = input channels per block, 16 or 1.
template <int kTaps, int kStep>
void filter_rows(const RowsFilter& r) {
  constexpr int kTile = kStep == 1 ? 1 : tile_channels(kTaps);
  for (int first = 0; first < kStep; first += kTile)
    for (int part = 0; part < kParts; ++part) {
      Vec sums[kTaps][kTile];
#pragma GCC unroll 3
      for (int k = 0; k < kTaps; ++k)
#pragma GCC unroll 16
        for (int c = 0; c < kTile; ++c) sums[k][c] = Vec{};
      for (std::int64_t row = 0; row < r.rows; ++row) {
        const float* x = r.x[row] + first;
        const float* dy = r.dy[row] + part * kLanes;
        for (std::int64_t i = 0; i < r.count; ++i, x += kStep, dy += kBlock) {
          Vec gradient[kTaps];
#pragma GCC unroll 3
          for (int k = 0; k < kTaps; ++k) gradient[k] = load(dy - k * kBlock);
#pragma GCC unroll 16
          for (int c = 0; c < kTile; ++c) {
            const Vec value = broadcast(x[c]);
#pragma GCC unroll 3
            for (int k = 0; k < kTaps; ++k) sums[k][c] += value * gradient[k];
          }
        }
      }
#pragma GCC unroll 3
      for (int k = 0; k < kTaps; ++k)
#pragma GCC unroll 16
        for (int c = 0; c < kTile; ++c) store(r.dw + (k * kStep + first + c) * kBlock + part * kLanes, sums[k][c]);
    }
}

void mask_row(const float* y, float* dy, std::int64_t count, float* db) {
  const Vec zero{};
  for (int part = 0; part < kParts; ++part) {
    Vec sum{};
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t at = i * kBlock + part * kLanes;
      Vec gradient = load(dy + at);
      if (y) store(dy + at, gradient = load(y + at) > zero ? gradient : zero);
      sum += gradient;
    }
    store(db + part * kLanes, sum);
  }
}

void unpool_row(const float* const x[4], float* const dx[4], const float* y, const float* dy, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    for (int part = 0; part < kParts; ++part) {
      const std::int64_t to = i * kBlock + part * kLanes;
      const Vec best = load(y + to), gradient = load(dy + to);
      IntVec open = ~IntVec{};  // lanes whose maximum was not met yet
      for (int row = 0; row < 4; ++row)
        for (int k = 0; k < 2; ++k) {
          const std::int64_t at = (2 * i + k) * kBlock + part * kLanes;
          const IntVec here = (load(x[row] + at) == best) & open;
          store(dx[row] + at, load(dx[row] + at) + (here ? gradient : Vec{}));
          open &= ~here;
        }
    }
}

constexpr BackwardTable kTable{DFE_ISA_NAME,
                               {nullptr, filter_rows<1, kBlock>, filter_rows<2, kBlock>, filter_rows<3, kBlock>},
                               {nullptr, filter_rows<1, 1>, filter_rows<2, 1>, filter_rows<3, 1>},
                               mask_row,
                               unpool_row};

}  // namespace

#if defined(DFE_ISA_AVX512)
const BackwardTable& avx512_backward_table() { return kTable; }
#elif defined(DFE_ISA_AVX2)
const BackwardTable& avx2_backward_table() { return kTable; }
#else
const BackwardTable& portable_backward_table() { return kTable; }
#endif

}  // namespace dfe::cpu
