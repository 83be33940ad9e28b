// SPDX-License-Identifier: Apache-2.0
// The direct kernels, written once on the compilers' vector types and compiled for each instruction
// set. The terms of every output voxel are summed in the same order at every position in a row
// (bias, then taps, then channels). Kernels always compute full vectors; values beyond the row's
// end are unspecified and not stored. So slabs, tiles and threads cannot change a bit.
#include "core/half.hpp"
#include "kernels/cpu/isa_table.hpp"
#include "kernels/cpu/isa_vector.hpp"
#include "kernels/cpu/isa_winograd.hpp"

namespace dfe::cpu {
namespace {

// Weights may come from the third-level cache, and hardware follows them to the end of a page only.
constexpr int kWeightsAhead = 1024;  // floats

/// Adds to kVoxels sums what one input channel brings: x (one value every kStep floats) by w
/// (kGroup · 16).
template <int kGroup, int kStep>
DFE_INLINE void add_channel(const float* x, const float* w,
                            Vec (&sums)[kVoxels[kGroup]][kGroup * kParts]) {
  constexpr int kVecs = kGroup * kParts;
  Vec weights[kVecs];
#pragma GCC unroll 16
  for (int v = 0; v < kVecs; ++v) weights[v] = load(w + v * kLanes);
#pragma GCC unroll 4
  for (int b = 0; b < kGroup; ++b) __builtin_prefetch(w + kWeightsAhead + b * kBlock);
#pragma GCC unroll 16
  for (int t = 0; t < kVoxels[kGroup]; ++t) {
    const Vec value = broadcast(x[t * kStep]);
#pragma GCC unroll 16
    for (int v = 0; v < kVecs; ++v) sums[t][v] += value * weights[v];
  }
}

// kStep = input channels per block. A compile-time constant, so that voxels and channels become
// displacements of one address.
template <int kGroup, int kStep>
DFE_INLINE void conv_row_of_step(const RowConv& r) {
  constexpr int kWide = kVoxels[kGroup];
  constexpr int kVecs = kGroup * kParts;
  for (std::int64_t first = 0; first < r.count; first += kWide) {
    Vec sums[kWide][kVecs];
#pragma GCC unroll 16
    for (int t = 0; t < kWide; ++t)
#pragma GCC unroll 16
      for (int v = 0; v < kVecs; ++v) sums[t][v] = load(r.bias + v * kLanes);
    const float* w = r.weights;
    for (std::int64_t row = 0; row < r.row_count; ++row) {
      const float* x = r.rows[row] + first * kStep;
      for (std::int64_t tap = 0; tap < r.kw; ++tap, x += kStep)
#pragma GCC unroll 2
        for (int c = 0; c < kStep; ++c, w += kGroup * kBlock)
          add_channel<kGroup, kStep>(x + c, w, sums);
    }
    const Vec zero{};
#pragma GCC unroll 16
    for (int t = 0; t < kWide; ++t)
      if (first + t < r.count) {
        float* const y = r.y + (first + t) * r.y_step;
#pragma GCC unroll 16
        for (int v = 0; v < kVecs; ++v)
          store(y + (v / kParts) * r.y_block_stride + (v % kParts) * kLanes,
                r.relu ? larger(sums[t][v], zero) : sums[t][v]);
      }
  }
}

template <int kGroup>
void conv_row(const RowConv& r) {
  if (r.x_step == kBlock)
    conv_row_of_step<kGroup, kBlock>(r);
  else
    conv_row_of_step<kGroup, 1>(r);
}

// One kernel for all products of a point: calls, and the ends of sums that overlap nothing, would
// cost several per cent.
template <int kGroup>
void products(const Products& r) {
  constexpr int kWide = kVoxels[kGroup];
  constexpr int kVecs = kGroup * kParts;
  for (std::int64_t p = 0; p < r.products; ++p)
    for (std::int64_t first = 0; first < r.count; first += kWide) {
      const float* w = r.weights + p * r.blocks * kBlock * kGroup * kBlock;
      const float* soon = r.soon && r.soon[p] && first == 0 ? r.soon[p] : w;
      Vec sums[kWide][kVecs] = {};
      for (std::int64_t block = 0; block < r.blocks; ++block) {
        const float* const v = r.v + p * r.v_stride + block * r.v_block_stride + first * kBlock;
#pragma GCC unroll 2
        for (int c = 0; c < kBlock; ++c, w += kGroup * kBlock, soon += kBlock) {
          add_channel<kGroup, kBlock>(v + c, w, sums);
          __builtin_prefetch(soon, 0, 2);
        }
      }
      float* const m = r.m + p * r.m_stride + first * kBlock;
#pragma GCC unroll 16
      for (int t = 0; t < kWide; ++t)
        if (first + t < r.count)
#pragma GCC unroll 16
          for (int i = 0; i < kVecs; ++i)
            store(m + (i / kParts) * r.m_block_stride + t * kBlock + (i % kParts) * kLanes,
                  sums[t][i]);
    }
}

void pool_row(const float* const x[4], float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    for (int part = 0; part < kParts; ++part) {
      const std::int64_t at = 2 * i * kBlock + part * kLanes;
      Vec best = larger(load(x[0] + at), load(x[0] + at + kBlock));
      for (int row = 1; row < 4; ++row)
        best = larger(best, larger(load(x[row] + at), load(x[row] + at + kBlock)));
      store(y + i * kBlock + part * kLanes, best);
    }
}

// e^v for v <= 0: v = n·ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r (Cephes' expf
// coefficients, about 1 ulp), then the exponent by integer addition. Below -87 the result is 0.
DFE_INLINE Vec exp_of_nonpositive(Vec v) {
  const Vec lowest = broadcast(-87.0f);
  const auto vanishes = v < lowest;
  v = larger(v, lowest);
  const Vec shifted = v * broadcast(1.44269504088896341f) +
                      broadcast(12582912.0f);  // 1.5·2^23: rounds to the nearest integer
  const Vec n = shifted - broadcast(12582912.0f);
  Vec r = v - n * broadcast(0.693359375f);
  r = r - n * broadcast(-2.12194440e-4f);
  Vec p = broadcast(1.9875691500e-4f);
  p = p * r + broadcast(1.3981999507e-3f);
  p = p * r + broadcast(8.3334519073e-3f);
  p = p * r + broadcast(4.1665795894e-2f);
  p = p * r + broadcast(1.6666665459e-1f);
  p = p * r + broadcast(5.0000001201e-1f);
  p = p * r * r + r + broadcast(1.0f);
  union {
    Vec f;
    IntVec i;
  } bits{p};
  bits.i += __builtin_convertvector(n, IntVec) << 23;
  return vanishes ? Vec{} : bits.f;
}

/// 0 to kCount - 1 as a parameter pack, for shuffles, whose lanes must be constants; the standard
/// library's has no place in this file.
template <int... kLane>
struct Lanes {};
template <int kCount, int... kLane>
struct LanesBelow : LanesBelow<kCount - 1, kCount - 1, kLane...> {};
template <int... kLane>
struct LanesBelow<0, kLane...> {
  using Type = Lanes<kLane...>;
};

/// Exchanges, in every 2 x 2 blocks of kHalf lanes, the upper right with the lower left one.
template <int kHalf, int... kLane>
DFE_INLINE void exchange(Vec& upper, Vec& lower, Lanes<kLane...>) {
  const Vec left =
      __builtin_shufflevector(upper, lower, (kLane & kHalf ? kLanes + kLane - kHalf : kLane)...);
  lower =
      __builtin_shufflevector(upper, lower, (kLane & kHalf ? kLanes + kLane : kLane + kHalf)...);
  upper = left;
}

/// Exchanges rows and columns of kLanes vectors, by halves, quarters and so on.
template <int kHalf = kLanes / 2>
DFE_INLINE void transpose(Vec (&rows)[kLanes]) {
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i)
    if (!(i & kHalf)) exchange<kHalf>(rows[i], rows[i + kHalf], LanesBelow<kLanes>::Type{});
  if constexpr (kHalf > 1) transpose<kHalf / 2>(rows);
}

/// First class with the largest logit, of kLanes voxels or of the `count` there are.
DFE_INLINE void best_classes(const float* logits, std::int64_t block_stride, std::int64_t classes,
                             std::int64_t count, std::uint8_t* labels) {
  Vec highest{};
  IntVec best{};
  for (std::int64_t c = 0; c < classes; c += kLanes) {
    Vec rows[kLanes];
#pragma GCC unroll 16
    for (int t = 0; t < kLanes; ++t)
      rows[t] =
          t < count ? load(logits + (c / kBlock) * block_stride + t * kBlock + c % kBlock) : Vec{};
    transpose(rows);
    if (c == 0) highest = rows[0];
    for (int i = c == 0; i < kLanes && c + i < classes; ++i) {
      const IntVec higher = rows[i] > highest;
      highest = higher ? rows[i] : highest;
      best = higher ? IntVec{} + static_cast<std::int32_t>(c + i) : best;
    }
  }
  for (int t = 0; t < kLanes && t < count; ++t) labels[t] = static_cast<std::uint8_t>(best[t]);
}

/// exp(logits - highest) of all classes to `e`, and their sum. Absent classes add zero.
DFE_INLINE float exponentials(const float* logits, std::int64_t block_stride, std::int64_t blocks,
                              float highest, float* e) {
  Vec sums{};
  for (std::int64_t b = 0; b < blocks; ++b)
    for (int part = 0; part < kParts; ++part) {
      const Vec value =
          exp_of_nonpositive(load(logits + b * block_stride + part * kLanes) - broadcast(highest));
      store(e + b * kBlock + part * kLanes, value);
      sums += value;
    }
  alignas(64) float lanes[kLanes];
  store(lanes, sums);
  for (int half = kLanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return lanes[0];
}

void head_row(const RowHead& r) {
  const std::int64_t block_stride = r.count * kBlock;
  for (std::int64_t first = 0; first < r.count; first += kLanes)
    best_classes(r.logits + first * kBlock, block_stride, r.classes, r.count - first,
                 r.labels + first);
  if (!r.scores) return;
  constexpr std::int64_t kTile =
      16;  // voxels whose scores are collected before they are written, class by class
  constexpr std::int64_t kMostLanes = 256;
  alignas(64) float e[kTile][kMostLanes];
  float scale[kTile];
  for (std::int64_t first = 0; first < r.count; first += kTile) {
    const std::int64_t count = r.count - first < kTile ? r.count - first : kTile;
    for (std::int64_t t = 0; t < count; ++t) {
      const float* const logits = r.logits + (first + t) * kBlock;
      const std::int64_t best = r.labels[first + t];
      scale[t] = 1 / exponentials(logits, block_stride, r.blocks,
                                  logits[(best / kBlock) * block_stride + best % kBlock], e[t]);
    }
    for (std::int64_t c = 0; c < r.classes; ++c)
      for (std::int64_t t = 0; t < count; ++t)
        r.scores[c * r.score_stride + first + t] = e[t][c] * scale[t];
  }
}

void narrow_row(const float* x, std::uint16_t* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = float_to_half(x[i]);
}

void widen_row(const std::uint16_t* x, float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = half_to_float(x[i]);
}

double fma_gflops(std::int64_t repeats) {
  constexpr int kChains =
      kLanes == 16
          ? 24
          : 12;  // enough independent sums to hide the latency, few enough for the registers
  Vec sums[kChains];
#pragma GCC unroll 32
  for (int i = 0; i < kChains; ++i) sums[i] = broadcast(static_cast<float>(i));
  Vec factor = broadcast(0.999f), addend = broadcast(0.001f);
  for (std::int64_t n = 0; n < repeats; ++n) {
    asm volatile("" : "+m"(factor), "+m"(addend));  // opaque: the loop must stay
    const Vec f = factor, a = addend;
#pragma GCC unroll 8
    for (int k = 0; k < 8; ++k)
#pragma GCC unroll 32
      for (int i = 0; i < kChains; ++i) sums[i] = sums[i] * f + a;
  }
  Vec total{};
  for (int i = 0; i < kChains; ++i) total += sums[i];
  asm volatile("" : : "m"(total));
  return 2e-9 * static_cast<double>(repeats) * 8 * kChains * kLanes;
}

constexpr auto kConvRow = []<int kGroup>() -> void (*)(const RowConv&) { return conv_row<kGroup>; };
constexpr auto kProducts = []<int kGroup>() -> void (*)(const Products&) {
  return products<kGroup>;
};

/// The kernel for groups of so many blocks, or null where they do not fit the registers.
template <int kGroup, class KernelFor>
constexpr auto or_null(KernelFor kernel_for) -> decltype(kernel_for.template operator()<1>()) {
  if constexpr (kGroup <= kWidestGroup)
    return kernel_for.template operator()<kGroup>();
  else
    return nullptr;
}

constexpr IsaTable kTable{
    DFE_ISA_NAME,
    kWidestGroup,
    {kVoxels[0], kVoxels[1], kVoxels[2], kVoxels[3], kVoxels[4]},
    {nullptr, or_null<1>(kConvRow), or_null<2>(kConvRow), or_null<3>(kConvRow),
     or_null<4>(kConvRow)},
    {nullptr, or_null<1>(kProducts), or_null<2>(kProducts), or_null<3>(kProducts),
     or_null<4>(kProducts)},
    pool_row,
    head_row,
    narrow_row,
    widen_row,
    {{2, 2, 2, winograd_input<2, 2, 2>, winograd_depth<2>, winograd_output<2, 2>},
     {2, 4, 4, winograd_input<2, 4, 4>, winograd_depth<2>, winograd_output<4, 4>},
     {4, 4, 4, winograd_input<4, 4, 4>, winograd_depth<4>, winograd_output<4, 4>},
     {4, 4, 6, winograd_input<4, 4, 6>, winograd_depth<4>, winograd_output<4, 6>}},
    weights_axis,
    up_conv_input,
    up_conv_output,
    finish_streams,
    fma_gflops};

}  // namespace

const IsaTable& DFE_ISA_FUNCTION() { return kTable; }

}  // namespace dfe::cpu
