// SPDX-License-Identifier: Apache-2.0
// The forward transformations of minimal filtering, on 16 channels at a time: of inputs, of
// products, and of the 8-product up-convolution.
#pragma once

#include "kernels/cpu/isa_filtering.hpp"

namespace dfe::cpu {
namespace {

constexpr std::int64_t kColumnsAhead =
    6;  // columns further on are fetched; 16 and they are gone again when they are wanted

/// Stores a whole cache line past the caches: tensors are larger than these, and a line that will
/// be overwritten need not be read before. Other threads see it after finish_streams(). Where a
/// vector is no whole line, and where sanitizers should see it, an ordinary store.
#if defined(DFE_ISA_AVX512) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
DFE_INLINE void stream(float* p, Vec v) {
#ifdef __clang__
  __builtin_nontemporal_store(v, reinterpret_cast<Vec*>(p));
#else
  __builtin_ia32_movntps512(p, v);
#endif
}
void finish_streams() { __builtin_ia32_sfence(); }
#else
DFE_INLINE void stream(float* p, Vec v) { store(p, v); }
void finish_streams() {}
#endif

/// Some points along H of one column of a tile, kP + 2 planes of kH + 2 rows, then all along D: to
/// (kP + 2, kH + 2). Fetches what lies `ahead` floats further on to the second-level cache: so many
/// rows at once are more streams than the hardware follows.
template <int kP, int kH, int kPart>
DFE_INLINE void winograd_column(const float* const* rows, std::int64_t offset, std::int64_t ahead,
                                Vec* to) {
  constexpr int kN = kH + 2, kSome = Filtering<kH>::kSome;
  Vec d[kSome][kP + 2];
#pragma GCC unroll 8
  for (int z = 0; z < kP + 2; ++z) {
    Vec plane[kN], o[kSome];
#pragma GCC unroll 8
    for (int y = 0; y < kN; ++y) {
      const float* const at = rows[z * kN + y] + offset;
      plane[y] = load(at);
      if (kPart == 0) __builtin_prefetch(at + ahead, 0, 2);
    }
    Filtering<kH>::template points<kPart>(plane, o);
#pragma GCC unroll 4
    for (int y = 0; y < kSome; ++y) d[y][z] = o[y];
  }
#pragma GCC unroll 4
  for (int y = 0; y < kSome; ++y) {
    Vec o[kP + 2];
    Filtering<kP>::input(d[y], o);
#pragma GCC unroll 8
    for (int z = 0; z < kP + 2; ++z) to[z * kN + kPart * kSome + y] = o[z];
  }
}

// Along H and D first, column by column: neighbouring tiles share two columns, which are
// transformed once, and half the points of a column fit the registers, so that every value is
// stored twice in all. Stores are what this costs.
template <int kP, int kH, int kW>
void winograd_input(const WinogradInput& in) {
  constexpr int kN = kH + 2, kD = kP + 2, kX = kW + 2;
  const std::int64_t end = kW * in.tiles + 2 < in.columns ? kW * in.tiles + 2 : in.columns;
  alignas(64) Vec columns[kParts][kX][kD * kN];  // column x of the row is at x modulo kX
  for (std::int64_t t = 0; t < in.tiles; ++t)
    for (int part = 0; part < kParts; ++part) {
      for (std::int64_t x = t == 0 ? 0 : kW * t + 2; x < kW * t + kX; ++x) {
        Vec* const column = columns[part][x % kX];
        if (x < end) {
          const std::int64_t at = x * kBlock + part * kLanes;
          winograd_column<kP, kH, 0>(
              in.rows, at,
              kColumnsAhead * kBlock + (x + kColumnsAhead < end ? 0 : in.next - end * kBlock),
              column);
          if constexpr (Filtering<kH>::kSome < kN) {
            asm volatile(
                ""
                :
                :
                : "memory");  // the second half loads again what would be spilled if it were kept
            winograd_column<kP, kH, 1>(in.rows, at, 0, column);
          }
        } else {
          for (int i = 0; i < kD * kN; ++i) column[i] = Vec{};
        }
      }
      const Vec* at[kX];
#pragma GCC unroll 8
      for (int x = 0; x < kX; ++x) at[x] = columns[part][(kW * t + x) % kX];
      float* const v = in.v + t * kBlock + part * kLanes;
      for (int y = 0; y < kN; ++y)
        for (int z = 0; z < kD; ++z) {
          Vec d[kX], o[kX];
#pragma GCC unroll 8
          for (int x = 0; x < kX; ++x) d[x] = at[x][z * kN + y];
          Filtering<kW>::input(d, o);
#pragma GCC unroll 8
          for (int x = 0; x < kX; ++x) store(v + (y * kX + x) * in.place + z * in.v_stride, o[x]);
        }
    }
}

template <int kP>
void winograd_depth(const WinogradDepth& w) {
  for (std::int64_t i = 0; i < w.count; i += kLanes) {
    Vec m[kP + 2], y[kP];
#pragma GCC unroll 8
    for (int d = 0; d < kP + 2; ++d) m[d] = load(w.m + d * w.m_stride + i);
    Filtering<kP>::output(m, y);
#pragma GCC unroll 4
    for (int k = 0; k < kP; ++k) {
      float* const to = w.y + k * w.y_stride + i;
      store(to, w.add ? load(to) + y[k] : y[k]);
    }
  }
}

/// Every second row of outputs of one tile, beginning with row kHalf: half of what is between the
/// transformations fits the registers.
template <int kH, int kW, int kHalf>
DFE_INLINE void winograd_rows(const WinogradOutput& w, std::int64_t tile, int part, Vec bias) {
  constexpr int kX = kW + 2;
  const Vec zero{};
  const float* const from = w.m + tile * kBlock + part * kLanes;
  Vec t[kH / 2][kX];
#pragma GCC unroll 8
  for (int x = 0; x < kX; ++x) {
    Vec m[kH + 2], y[kH / 2];
#pragma GCC unroll 8
    for (int h = 0; h < kH + 2; ++h) m[h] = load(from + (h * kX + x) * w.m_stride);
    Filtering<kH>::template outputs<kHalf>(m, y);
#pragma GCC unroll 2
    for (int h = 0; h < kH / 2; ++h) t[h][x] = y[h];
  }
#pragma GCC unroll 2
  for (int h = 0; h < kH / 2; ++h) {
    if (2 * h + kHalf >= w.row_count) break;
    float* const row = w.y + (2 * h + kHalf) * w.y_row + tile * kW * kBlock + part * kLanes;
    Vec y[kW];
    Filtering<kW>::output(t[h], y);
#pragma GCC unroll 8
    for (int x = 0; x < kW; ++x) {
      // where it is an ordinary store, it waits for the rest of its line: that of the next tile is
      // fetched
      if (kParts > 1) __builtin_prefetch(row + (kW + x) * kBlock, 1);
      if (tile * kW + x < w.columns)
        stream(row + x * kBlock, w.relu ? larger(y[x] + bias, zero) : y[x] + bias);
    }
  }
}

template <int kH, int kW>
void winograd_output(const WinogradOutput& w) {
  for (int part = 0; part < kParts; ++part) {
    const Vec bias = load(w.bias + part * kLanes);
    for (std::int64_t tile = 0; tile < w.tiles; ++tile) {
      winograd_rows<kH, kW, 0>(w, tile, part, bias);
      asm volatile(
          ""
          :
          :
          : "memory");  // the second half loads again what would be spilled if it were kept
      winograd_rows<kH, kW, 1>(w, tile, part, bias);
    }
  }
}

/// x over all corners of a unit cube becomes its finite differences: product p = (dz, dy, dx) sees
/// the difference along each axis whose bit is set.
void up_conv_input(const UpConvInput& in) {
  for (std::int64_t i = 0; i < in.count; ++i)
    for (int part = 0; part < kParts; ++part) {
      const std::int64_t at = i * kBlock + part * kLanes;
      Vec c[8];
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p) c[p] = load(in.rows[p >> 1] + at + (p & 1) * kBlock);
#pragma GCC unroll 3
      for (int bit = 1; bit < 8; bit <<= 1)
#pragma GCC unroll 8
        for (int p = 0; p < 8; ++p)
          if (p & bit) c[p] = c[p] - c[p ^ bit];
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p)
        store(in.v + p * in.v_stride + i * in.v_step + part * kLanes, c[p]);
    }
}

void up_conv_output(const UpConvOutput& w) {
  const Vec zero{};
  for (int part = 0; part < kParts; ++part) {
    const Vec bias = load(w.bias + part * kLanes);
    for (std::int64_t i = 0; i < w.count; ++i) {
      Vec y[8];
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p) y[p] = load(w.m + p * w.m_stride + i * w.m_step + part * kLanes);
#pragma GCC unroll 3
      for (int bit = 1; bit < 8; bit <<= 1)
#pragma GCC unroll 8
        for (int p = 0; p < 8; ++p)
          if (p & bit) y[p] = y[p] + y[p ^ bit];
#pragma GCC unroll 8
      for (int p = 0; p < 8; ++p) {
        const Vec value = y[p] + bias;
        stream(w.rows[p >> 1] + (2 * i + (p & 1)) * kBlock + part * kLanes,
               w.relu ? larger(value, zero) : value);
      }
    }
  }
}

void weights_axis(const WeightsAxis& t) {
  for (std::int64_t o = 0; o < t.outer; ++o)
    for (std::int64_t p = 0; p < t.points; ++p) {
      const double a = t.g[3 * p], b = t.g[3 * p + 1], c = t.g[3 * p + 2];
      const double* const from = t.in + 3 * o * t.inner;
      double* __restrict const to = t.out + (o * t.points + p) * t.inner;
      for (std::int64_t i = 0; i < t.inner; ++i)
        to[i] = a * from[i] + b * from[t.inner + i] + c * from[2 * t.inner + i];
    }
}

}  // namespace
}  // namespace dfe::cpu
