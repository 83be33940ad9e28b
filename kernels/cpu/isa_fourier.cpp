// SPDX-License-Identifier: Apache-2.0
// Transforms of 16 lines together on the compilers' vector types, compiled for each instruction
// set. Forward by decimation in frequency and backward by decimation in time, both in place: the
// order in which the one leaves the frequencies is the order in which the other takes them. Every
// line sees the same operations wherever it lies, so threads cannot change a bit.
#include "kernels/cpu/fourier_table.hpp"
#include "kernels/cpu/isa_butterflies.hpp"
#include "kernels/cpu/isa_spline.hpp"

namespace dfe::cpu {
namespace {

DFE_INLINE Cx load_point(const float* p) { return {load(p), load(p + kBlock)}; }
DFE_INLINE void store_point(float* p, const Cx& x) {
  store(p, x.re);
  store(p + kBlock, x.im);
}

/// Points that a step reads and writes.
struct InPlace {
  float* points;
  std::int64_t stride;
  DFE_INLINE Cx get(std::int64_t i, int lane) const {
    return load_point(points + i * stride + lane);
  }
  DFE_INLINE void put(std::int64_t i, int lane, const Cx& x) const {
    store_point(points + i * stride + lane, x);
  }
};

/// Points of which only the first are there.
struct Begun {
  FourierPoints from;
  DFE_INLINE Cx get(std::int64_t i, int lane) const {
    return i < from.count ? load_point(from.points + i * from.stride + lane) : Cx{};
  }
};

/// Points that become scores.
struct Scored {
  FourierScores to;
  DFE_INLINE void put(std::int64_t i, int lane, const Cx& x) const {
    const std::int64_t at = i * kBlock + lane;
    const Vec first = x.re * load(to.scale + at), second = x.im * load(to.second_scale + at);
    const Vec old = load(to.best + at);
    const IntVec better = (first > old) | (second > old);
    if (!any(better)) return;
    const Vec most = first > old ? first : old;
    IntVec* const ids = reinterpret_cast<IntVec*>(to.ids + at);
    const IntVec id = first > old ? to.id - IntVec{} : *ids;
    *ids = second > most ? to.id + 1 - IntVec{} : id;
    store(to.best + at, second > most ? second : most);
  }
};

template <bool kForward, bool kTwiddle, int kRadix, class From, class To>
DFE_INLINE void step_of(const FourierStage& s, std::int64_t points, const From& from,
                        const To& to) {
  for (std::int64_t block = 0; block < points; block += s.span * kRadix) {
    const float* twiddle = s.twiddles;
    for (std::int64_t j = 0; j < s.span; ++j, twiddle += 2 * (kRadix - 1))
#pragma GCC unroll 4
      for (int lane = 0; lane < kBlock; lane += kLanes) {
        Cx x[kRadix];
#pragma GCC unroll 8
        for (int q = 0; q < kRadix; ++q) {
          x[q] = from.get(block + j + q * s.span, lane);
          if (!kForward && kTwiddle && q > 0) x[q] = twiddled<false>(x[q], twiddle + 2 * (q - 1));
        }
        small_transform<kForward>(x);
#pragma GCC unroll 8
        for (int q = 0; q < kRadix; ++q) {
          if (kForward && kTwiddle && q > 0) x[q] = twiddled<true>(x[q], twiddle + 2 * (q - 1));
          to.put(block + j + q * s.span, lane, x[q]);
        }
      }
  }
}

/// One small transform of any odd length, by its definition with the pairs of conjugate roots
/// joined.
template <bool kForward, class From, class To>
DFE_INLINE void odd_transform(const FourierStage& s, const float* twiddle, std::int64_t first,
                              int lane, const From& from, const To& to) {
  const std::int64_t half = (s.radix - 1) / 2;
  Cx sums[kLargestRadix / 2], differences[kLargestRadix / 2];
  const auto twiddled_here = [&](std::int64_t q, const Cx& x) {
    return q > 0 && twiddle ? twiddled<kForward>(x, twiddle + 2 * (q - 1)) : x;
  };
  const auto get = [&](std::int64_t q) {
    const Cx x = from.get(first + q * s.span, lane);
    return kForward ? x : twiddled_here(q, x);
  };
  const auto put = [&](std::int64_t q, const Cx& x) {
    to.put(first + q * s.span, lane, kForward ? twiddled_here(q, x) : x);
  };
  const Cx zeroth = get(0);
  Cx total = zeroth;
  for (std::int64_t k = 0; k < half; ++k) {
    const Cx a = get(k + 1), b = get(s.radix - 1 - k);
    sums[k] = a + b;
    differences[k] = a - b;
    total = total + sums[k];
  }
  put(0, total);
  const float* root = s.roots;
  for (std::int64_t q = 1; q <= half; ++q) {
    Cx even = zeroth, odd{};
    for (std::int64_t k = 0; k < half; ++k, root += 2) {
      even = even + sums[k] * broadcast(root[0]);
      odd = odd + differences[k] * broadcast(root[1]);
    }
    const Cx turned = quarter<kForward>(odd);
    put(q, even + turned);
    put(s.radix - q, even - turned);
  }
}

template <bool kForward, bool kTwiddle, class From, class To>
void step(const FourierStage& s, std::int64_t points, const From& from, const To& to) {
  switch (s.radix) {
    case 2:
      return step_of<kForward, kTwiddle, 2>(s, points, from, to);
    case 3:
      return step_of<kForward, kTwiddle, 3>(s, points, from, to);
    case 4:
      return step_of<kForward, kTwiddle, 4>(s, points, from, to);
    case 5:
      return step_of<kForward, kTwiddle, 5>(s, points, from, to);
    case 8:
      return step_of<kForward, kTwiddle, 8>(s, points, from, to);
    default:
      break;
  }
  for (std::int64_t block = 0; block < points; block += s.span * s.radix)
    for (std::int64_t j = 0; j < s.span; ++j)
      for (int lane = 0; lane < kBlock; lane += kLanes)
        odd_transform<kForward>(s, kTwiddle ? s.twiddles + 2 * j * (s.radix - 1) : nullptr,
                                block + j, lane, from, to);
}

/// The twiddles of the last step are 1.
template <bool kForward, class From, class To>
void any_step(const FourierPlan& plan, int index, const From& from, const To& to) {
  if (index == plan.stages - 1)
    step<kForward, false>(plan.stage[index], plan.points, from, to);
  else
    step<kForward, true>(plan.stage[index], plan.points, from, to);
}

void forward(const FourierPlan& plan, const FourierPoints& x, float* out, std::int64_t out_stride) {
  const InPlace to{out, out_stride};
  if (plan.stages == 0) {
    for (int lane = 0; lane < kBlock; lane += kLanes) to.put(0, lane, Begun{x}.get(0, lane));
    return;
  }
  if (x.count >= plan.points)
    any_step<true>(plan, 0, InPlace{const_cast<float*>(x.points), x.stride}, to);
  else
    any_step<true>(plan, 0, Begun{x}, to);
  for (int i = 1; i < plan.stages; ++i) any_step<true>(plan, i, to, to);
}

/// All steps of a backward transform but the last.
DFE_INLINE void begin_backward(const FourierPlan& plan, const InPlace& x) {
  for (int i = plan.stages - 1; i > 0; --i) any_step<false>(plan, i, x, x);
}

template <class To>
DFE_INLINE void end_backward(const FourierPlan& plan, const InPlace& x, const To& to) {
  if (plan.stages > 0) return any_step<false>(plan, 0, x, to);
  for (int lane = 0; lane < kBlock; lane += kLanes) to.put(0, lane, x.get(0, lane));
}

void backward(const FourierPlan& plan, float* x, std::int64_t x_stride, float* out,
              std::int64_t out_stride) {
  const InPlace from{x, x_stride};
  begin_backward(plan, from);
  end_backward(plan, from, InPlace{out, out_stride});
}

/// v · conj(t)
DFE_INLINE Cx with_conjugate(const Cx& v, const Cx& t) {
  return {v.re * t.re + v.im * t.im, v.im * t.re - v.re * t.im};
}

/// The last step forward, the product with the spectrum and the first step backward: they work on
/// the same neighbouring points, which stay in registers.
template <int kRadix>
DFE_INLINE void turning_point_of(const FourierColumn& c, std::int64_t points) {
  for (std::int64_t block = 0; block < points * kFourierPoint; block += kRadix * kFourierPoint)
#pragma GCC unroll 4
    for (int lane = 0; lane < kBlock; lane += kLanes) {
      float* const p = c.scratch + block + lane;
      const float* const v = c.spectrum + block + lane;
      Cx x[kRadix];
#pragma GCC unroll 8
      for (int q = 0; q < kRadix; ++q) x[q] = load_point(p + q * kFourierPoint);
      small_transform<true>(x);
#pragma GCC unroll 8
      for (int q = 0; q < kRadix; ++q)
        x[q] = with_conjugate(load_point(v + q * kFourierPoint), x[q]);
      small_transform<false>(x);
#pragma GCC unroll 8
      for (int q = 0; q < kRadix; ++q) store_point(p + q * kFourierPoint, x[q]);
    }
}

void multiply(const FourierColumn& c, std::int64_t points) {
  for (std::int64_t i = 0; i < points * kFourierPoint; i += kFourierPoint)
    for (int lane = 0; lane < kBlock; lane += kLanes)
      store_point(c.scratch + i + lane, with_conjugate(load_point(c.spectrum + i + lane),
                                                       load_point(c.scratch + i + lane)));
}

void turning_point(const FourierPlan& plan, const FourierColumn& c) {
  const InPlace x{c.scratch, kFourierPoint};
  const int last = plan.stages - 1;
  switch (plan.stage[last].radix) {
    case 2:
      return turning_point_of<2>(c, plan.points);
    case 3:
      return turning_point_of<3>(c, plan.points);
    case 4:
      return turning_point_of<4>(c, plan.points);
    case 5:
      return turning_point_of<5>(c, plan.points);
    case 8:
      return turning_point_of<8>(c, plan.points);
    default:
      any_step<true>(plan, last, x, x);
      multiply(c, plan.points);
      any_step<false>(plan, last, x, x);
  }
}

void column(const FourierPlan& plan, const FourierColumn& c) {
  const InPlace x{c.scratch, kFourierPoint}, y{c.y, c.y_stride};
  if (plan.stages < 2) {
    forward(plan, c.x, c.scratch, kFourierPoint);
    multiply(c, plan.points);
    return backward(plan, c.scratch, kFourierPoint, c.y, c.y_stride);
  }
  any_step<true>(plan, 0, Begun{c.x}, x);
  for (int i = 1; i < plan.stages - 1; ++i) any_step<true>(plan, i, x, x);
  turning_point(plan, c);
  for (int i = plan.stages - 2; i > 0; --i) any_step<false>(plan, i, x, x);
  any_step<false>(plan, 0, x, y);
}

void scores(const FourierPlan& plan, float* x, const FourierScores& to) {
  const InPlace from{x, kFourierPoint};
  begin_backward(plan, from);
  end_backward(plan, from, Scored{to});
}

/// A square of kLanes x kLanes floats: in each round the lanes and rows whose numbers differ in one
/// bit change places.
DFE_INLINE void transpose_square(const float* from, std::int64_t from_stride, float* to,
                                 std::int64_t to_stride) {
  Vec rows[kLanes];
#pragma GCC unroll 16
  for (int r = 0; r < kLanes; ++r) rows[r] = load(from + r * from_stride);
#pragma GCC unroll 4
  for (int bit = 1; bit < kLanes; bit *= 2) {
    IntVec low{}, high{};
#pragma GCC unroll 16
    for (int l = 0; l < kLanes; ++l) {
      low[l] = l & bit ? kLanes + l - bit : l;
      high[l] = l & bit ? kLanes + l : l + bit;
    }
#pragma GCC unroll 16
    for (int r = 0; r < kLanes; ++r)
      if (!(r & bit)) {
        const Vec a = rows[r], b = rows[r + bit];
        rows[r] = shuffled(a, b, low);
        rows[r + bit] = shuffled(a, b, high);
      }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kLanes; ++r) store(to + r * to_stride, rows[r]);
}

void transpose(const float* from, std::int64_t from_stride, float* to, std::int64_t to_stride) {
  for (int part = 0; part < 2; ++part)
    for (int row = 0; row < kBlock; row += kLanes)
      for (int lane = 0; lane < kBlock; lane += kLanes)
        transpose_square(from + part * kBlock + row * from_stride + lane, from_stride,
                         to + part * kBlock + lane * to_stride + row, to_stride);
}

void weigh(float* x, const float* weights, std::int64_t points) {
  for (std::int64_t i = 0; i < points; ++i)
#pragma GCC unroll 4
    for (int lane = 0; lane < kBlock; lane += kLanes) {
      float* const p = x + i * kFourierPoint + lane;
      store_point(p, load_point(p) * load(weights + i * kBlock + lane));
    }
}

const FourierKernels kTable{DFE_ISA_NAME, forward,   backward, column,
                            scores,       transpose, weigh,    turn_by_splines};

}  // namespace

#if defined(DFE_ISA_AVX512)
const FourierKernels& avx512_fourier_table() { return kTable; }
#elif defined(DFE_ISA_AVX2)
const FourierKernels& avx2_fourier_table() { return kTable; }
#else
const FourierKernels& portable_fourier_table() { return kTable; }
#endif

}  // namespace dfe::cpu
