// SPDX-License-Identifier: Apache-2.0
// Backward kernels on the compilers' vector types, compiled for each instruction set. A filter
// gradient keeps (taps x input channels) vectors of output channels in registers over many rows:
// each input value is broadcast once for all taps along W.
#include "kernels/cpu/backward_table.hpp"
#include "kernels/cpu/isa_filtering.hpp"

namespace dfe::cpu {
namespace {

/// Input channels whose sums are held together: taps * channels accumulators, taps vectors of dy
/// and one broadcast fit the registers.
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
        for (int c = 0; c < kTile;
             ++c) {  // added at the end: short chains of additions keep the errors small
          float* const dw = r.dw + (k * kStep + first + c) * kBlock + part * kLanes;
          store(dw, r.add ? load(dw) + sums[k][c] : sums[k][c]);
        }
    }
}

/// The transpose of Filtering<m>::output: m gradients of outputs to m + 2 points.
DFE_INLINE void output_transposed(const Vec (&y)[2], Vec* m) {
  m[0] = y[0];
  m[1] = y[0] + y[1];
  m[2] = y[0] - y[1];
  m[3] = -y[1];
}
DFE_INLINE void output_transposed(const Vec (&y)[4], Vec* m) {
  const Vec even_a = y[0] + y[2] * broadcast(0.5f),
            odd_a = (y[1] + y[3] * broadcast(0.5f)) * broadcast(Filtering<4>::kA);
  const Vec even_b = y[0] + y[2] * broadcast(2.0f),
            odd_b = (y[1] + y[3] * broadcast(2.0f)) * broadcast(Filtering<4>::kB);
  m[0] = y[0];
  m[1] = even_a + odd_a;
  m[2] = even_a - odd_a;
  m[3] = even_b + odd_b;
  m[4] = even_b - odd_b;
  m[5] = y[3];
}

/// The values of one row of a tile along W.
template <int kCount>
DFE_INLINE void load_row(const FilterTile& tile, int y, int part, Vec (&row)[kCount]) {
  const float* const a = tile.a[y] + part * kLanes;
  const Vec sign = broadcast(tile.sign);
#pragma GCC unroll 8
  for (int x = 0; x < kCount; ++x) {
    row[x] = x < tile.columns ? load(a + x * kBlock) : Vec{};
    if (tile.b && x < tile.columns) row[x] += sign * load(tile.b[y] + part * kLanes + x * kBlock);
  }
}

template <int kM>
void filter_x(const FilterTile& tile) {
  constexpr int kN = kM + 2;
  for (int part = 0; part < kParts; ++part) {
    Vec t[kN][kN];
#pragma GCC unroll 8
    for (int y = 0; y < kN; ++y) {
      Vec row[kN];
      load_row(tile, y, part, row);
      Filtering<kM>::input(row, t[y]);
    }
#pragma GCC unroll 8
    for (int x = 0; x < kN; ++x) {
      Vec d[kN], o[kN];
#pragma GCC unroll 8
      for (int y = 0; y < kN; ++y) d[y] = t[y][x];
      Filtering<kM>::input(d, o);
#pragma GCC unroll 8
      for (int y = 0; y < kN; ++y)
        store(tile.v + (y * kN + x) * tile.v_stride + part * kLanes, o[y]);
    }
  }
}

template <int kM>
void filter_dy(const FilterTile& tile) {
  constexpr int kN = kM + 2;
  for (int part = 0; part < kParts; ++part) {
    Vec t[kM][kN];
#pragma GCC unroll 4
    for (int y = 0; y < kM; ++y) {
      Vec row[kM];
      load_row(tile, y, part, row);
      output_transposed(row, t[y]);
    }
#pragma GCC unroll 8
    for (int x = 0; x < kN; ++x) {
      Vec d[kM], o[kN];
#pragma GCC unroll 4
      for (int y = 0; y < kM; ++y) d[y] = t[y][x];
      output_transposed(d, o);
#pragma GCC unroll 8
      for (int y = 0; y < kN; ++y)
        store(tile.v + (y * kN + x) * tile.v_stride + part * kLanes, o[y]);
    }
  }
}

void filter_taps(const FilterTaps& f) {
  constexpr int kDoubles = kLanes / 2;
  using Floats = float
      __attribute__((vector_size(kDoubles * sizeof(float)), aligned(kDoubles * sizeof(float))));
  using Doubles = double
      __attribute__((vector_size(kDoubles * sizeof(double)), aligned(kDoubles * sizeof(double))));
  for (std::int64_t first = 0; first < kBlock; first += kDoubles) {
    Doubles taps[9] = {};
    for (std::int64_t h = 0; h < f.n; ++h) {
      Doubles row[3] = {};  // kw
      for (std::int64_t w = 0; w < f.n; ++w) {
        const Floats sums =
            *reinterpret_cast<const Floats*>(f.sums + (h * f.n + w) * f.stride + first);
        const Doubles point = __builtin_convertvector(sums, Doubles);
#pragma GCC unroll 3
        for (int kw = 0; kw < 3; ++kw) row[kw] += f.g[3 * w + kw] * point;
      }
#pragma GCC unroll 9
      for (int tap = 0; tap < 9; ++tap) taps[tap] += f.g[3 * h + tap / 3] * row[tap % 3];
    }
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap)
      *reinterpret_cast<Doubles*>(f.taps + tap * kBlock + first) = taps[tap];
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

void unpool_row(const float* const x[4], float* const dx[4], const float* y, const float* dy,
                std::int64_t count) {
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

/// The transpose of the sums at the end of up_conv_output.
void up_conv_dy(const float* const dy[4], float* u, std::int64_t u_stride, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    for (int part = 0; part < kParts; ++part) {
      Vec m[8];
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p)
        m[p] = load(dy[p >> 1] + (2 * i + (p & 1)) * kBlock + part * kLanes);
#pragma GCC unroll 3
      for (int bit = 1; bit < 8; bit <<= 1)
#pragma GCC unroll 8
        for (int p = 0; p < 8; ++p)
          if (p & bit) m[p ^ bit] = m[p ^ bit] + m[p];
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p) store(u + p * u_stride + i * kBlock + part * kLanes, m[p]);
    }
}

void up_conv_dx(const UpConvGather& g) {
  for (std::int64_t x = 0; x < g.count * kBlock; x += kLanes) {
    Vec sum{};
#pragma GCC unroll 9
    for (int i = 0; i < 9; ++i) {
      const float* const along = g.rows[i][1] + x;
      sum += broadcast(g.sign[i]) * (load(g.rows[i][0] + x) + load(along - kBlock) - load(along));
    }
    store(g.dx + x, sum);
  }
}

constexpr BackwardTable kTable{
    DFE_ISA_NAME,
    {nullptr, filter_rows<1, kBlock>, filter_rows<2, kBlock>, filter_rows<3, kBlock>},
    {nullptr, filter_rows<1, 1>, filter_rows<2, 1>, filter_rows<3, 1>},
    {filter_x<2>, filter_x<4>},
    {filter_dy<2>, filter_dy<4>},
    filter_taps,
    mask_row,
    up_conv_dy,
    up_conv_dx,
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
