// SPDX-License-Identifier: Apache-2.0
// The up-convolution on matrix units: one block takes a piece of a row of the small tensor, loads
// it and its upper neighbours into shared memory once, and computes all eight parities from there,
// with 27 taps. Four warps share the parities so that each has 6 to 8 taps.
#pragma once

#include <type_traits>
#include <vector>

#include "kernels/common/sub_pixel.hpp"
#include "kernels/common/warp.hpp"

namespace dfe::card {

struct UpConvCall {
  const void* x;           ///< plane `first` of the small tensor, planes (H, W, ci)
  void* y;                 ///< plane `z_begin` of the result, planes (2H, 2W, co)
  const std::uint32_t* w;  ///< up_conv_fragments
  const float* b;          ///< (co)
  std::int64_t z_begin, z_end, first;
  std::int64_t depth, height, width, ci, co;  ///< extent of the small tensor
  bool relu;
};

constexpr int kUpConvWarps = 4;

/// Whether there is a kernel: whole steps of 16 input channels, 16, 32, 48 or 64 output channels.
constexpr bool has_up_conv_kernel(std::int64_t ci, std::int64_t co) {
  return ci % 16 == 0 && ci <= 64 && co % 16 == 0 && co >= 16 && co <= 64;
}

/// Pieces of 16 voxels of a row that a warp computes at once, as many as its registers hold (with 4
/// for 16 channels the compiler for sm_120 spills).
template <int kColumns>
constexpr int kUpConvRows = kColumns == 4 || kColumns == 6 ? 4 : 2;

/// Elements of a voxel in shared memory: 8 more than there are, so that rows of a fragment lie in
/// different banks.
DFE_HOST_DEVICE constexpr int up_conv_stride(std::int64_t ci) { return static_cast<int>(ci) + 8; }
template <int kColumns>
DFE_HOST_DEVICE constexpr int up_conv_voxels() {
  return 16 * kUpConvRows<kColumns> + 1;
}
template <int kColumns>
constexpr std::size_t up_conv_shared_bytes(std::int64_t ci) {
  return static_cast<std::size_t>(4 * up_conv_voxels<kColumns>() * up_conv_stride(ci)) * 2;
}

/// The weights of all parities and taps as fragments, (27 taps, ci/16, co/8, 32 lanes, 2 words):
/// what a lane loads is 8 bytes in one piece.
template <class T>
std::vector<std::uint32_t> up_conv_fragments(const float* w, std::int64_t ci, std::int64_t co,
                                             std::int64_t packed_ci, std::int64_t packed_co) {
  std::vector<std::uint32_t> words;
  for (std::int64_t parity = 0; parity < 8; ++parity) {
    const std::int64_t pz = parity >> 2, py = parity >> 1 & 1, px = parity & 1;
    const std::vector<float> part = sub_pixel_weights(w, ci * co, pz, py, px);
    const std::int64_t taps = (pz + 1) * (py + 1) * (px + 1);
    const auto at = [&](std::int64_t tap, std::int64_t i, std::int64_t o) {
      T value;
      from_float(i < ci && o < co ? part[static_cast<std::size_t>((tap * ci + i) * co + o)] : 0.0f,
                 value);
      return value;
    };
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t k = 0; k < packed_ci / 16; ++k)
        for (std::int64_t n = 0; n < packed_co / 8; ++n)
          for (std::int64_t lane = 0; lane < 32; ++lane)
            for (std::int64_t word = 0; word < 2; ++word) {
              const std::int64_t i = k * 16 + word * 8 + lane % 4 * 2, o = n * 8 + lane / 4;
              words.push_back(pair_of(at(tap, i, o), at(tap, i + 1, o)));
            }
  }
  return words;
}

/// One block: x voxels from 16·rows·block_x, row block_y, plane z_begin / 2 + block_z of the small
/// tensor. kColumns: co / 8.
template <class T, int kColumns>
struct UpConvBlock {
  static constexpr int kRows = kUpConvRows<kColumns>, kVoxels = up_conv_voxels<kColumns>();

  UpConvCall call;
  int block_x, block_y, block_z;

  DFE_HOST_DEVICE std::int64_t z() const { return call.z_begin / 2 + block_z; }

  /// Thread `thread` of `threads` loads its share of the tile; voxels outside are zeros.
  DFE_HOST_DEVICE void load(T* tile, int thread, int threads) const {
    const int packs = static_cast<int>(call.ci) / Pack<T>::kSize, stride = up_conv_stride(call.ci);
    for (int i = thread; i < 4 * kVoxels * packs; i += threads) {
      const int pack = i % packs, voxel = i / packs % kVoxels, line = i / packs / kVoxels;
      const std::int64_t zi = z() + line / 2, yi = block_y + line % 2,
                         xi = block_x * 16 * kRows + voxel;
      Pack<T> values{};
      if (zi < call.depth && yi < call.height && xi < call.width)
        values = reinterpret_cast<const Pack<T>*>(
            static_cast<const T*>(call.x) +
            (((zi - call.first) * call.height + yi) * call.width + xi) * call.ci)[pack];
      *reinterpret_cast<Pack<T>*>(tile + (line * kVoxels + voxel) * stride +
                                  pack * Pack<T>::kSize) = values;
    }
  }

  /// Warp `warp` of kUpConvWarps computes its parities. All of the tile is there.
  template <class Warp>
  DFE_HOST_DEVICE void compute(const T* tile, int warp) const {
    // 8; 4 + 2 + 1; 4 + 2; 4 + 2 taps
    const unsigned parities = warp == 0 ? 0x80u : warp == 1 ? 0x0Bu : warp == 2 ? 0x24u : 0x50u;
    int first_tap = 0;
    for (int parity = 0; parity < 8; ++parity) {
      const int pz = parity >> 2, py = parity >> 1 & 1, px = parity & 1;
      const std::int64_t plane = 2 * z() + pz;
      if ((parities >> parity & 1) && plane >= call.z_begin && plane < call.z_end)
        one_parity<Warp>(tile, pz, py, px, first_tap);
      first_tap += (pz + 1) * (py + 1) * (px + 1);
    }
  }

  template <class Warp>
  DFE_HOST_DEVICE void one_parity(const T* tile, int pz, int py, int px, int tap) const {
    using C = typename Warp::template Register<FragmentC>;
    const int steps = static_cast<int>(call.ci) / 16, stride = up_conv_stride(call.ci);
    C sums[kRows][kColumns];
    Warp::for_lanes([&](int lane) {
      DFE_UNROLL
      for (int m = 0; m < kRows; ++m) DFE_UNROLL
      for (int n = 0; n < kColumns; ++n) sums[m][n][lane] = FragmentC{};
    });
    for (int a = 0; a <= pz; ++a)
      for (int b = 0; b <= py; ++b)
        for (int c = 0; c <= px; ++c, ++tap)
          for (int k = 0; k < steps; ++k) {
            typename Warp::template Register<FragmentA> x[kRows];
            Warp::for_lanes([&](int lane) {
              const T* const from =
                  tile + ((a * 2 + b) * kVoxels + lane / 4 + c) * stride + k * 16 + lane % 4 * 2;
              DFE_UNROLL
              for (int m = 0; m < kRows; ++m) DFE_UNROLL
              for (int word = 0; word < 4; ++word)
                x[m][lane].r[word] = *reinterpret_cast<const std::uint32_t*>(
                    from + (m * 16 + word % 2 * 8) * stride + word / 2 * 8);
            });
            DFE_UNROLL
            for (int n = 0; n < kColumns; ++n) {
              typename Warp::template Register<FragmentB> w;
              Warp::for_lanes([&](int lane) {
                w[lane] = reinterpret_cast<const FragmentB*>(
                    call.w)[((static_cast<std::int64_t>(tap) * steps + k) * kColumns + n) * 32 +
                            lane];
              });
              DFE_UNROLL
              for (int m = 0; m < kRows; ++m) Warp::template multiply_add<T>(sums[m][n], x[m], w);
            }
          }
    store<Warp>(sums, pz, py, px);
  }

  /// A quad holds 4 bytes of each pack of its voxel in each lane; transposed, a lane stores a whole
  /// pack.
  template <class Warp>
  DFE_HOST_DEVICE void store(
      const typename Warp::template Register<FragmentC> (&sums)[kRows][kColumns], int pz, int py,
      int px) const {
    const std::int64_t line = (2 * z() + pz - call.z_begin) * 2 * call.height + 2 * block_y + py;
    DFE_UNROLL
    for (int m = 0; m < kRows; ++m) DFE_UNROLL
    for (int half = 0; half < 2; ++half) DFE_UNROLL
    for (int first = 0; first < kColumns; first += 4) {
      typename Warp::template Register<QuadWords> words;
      Warp::for_lanes([&](int lane) {
        DFE_UNROLL
        for (int i = 0; i < 4; ++i)
          words[lane].v[i] = first + i < kColumns
                                 ? finished(sums[m][first + i < kColumns ? first + i : 0][lane],
                                            first + i, half, lane)
                                 : 0;
      });
      Warp::transpose_quads(words);
      Warp::for_lanes([&](int lane) {
        const std::int64_t x = block_x * 16 * kRows + m * 16 + half * 8 + lane / 4;
        const int pack = first + lane % 4;
        if (x >= call.width || pack >= kColumns) return;
        T* const to = static_cast<T*>(call.y) + (line * 2 * call.width + 2 * x + px) * call.co +
                      pack * Pack<T>::kSize;
        *reinterpret_cast<SixteenBytes*>(to) = {words[lane]};
      });
    }
  }

  /// Two neighbouring channels of pack `pack`: bias, ReLU, 16 bits.
  DFE_HOST_DEVICE std::uint32_t finished(const FragmentC& sums, int pack, int half,
                                         int lane) const {
    T values[2];
    DFE_UNROLL
    for (int i = 0; i < 2; ++i) {
      const float value = sums.r[half * 2 + i] + call.b[pack * 8 + lane % 4 * 2 + i];
      from_float(call.relu && value < 0 ? 0.0f : value, values[i]);
    }
    return pair_of(values[0], values[1]);
  }
};

/// Calls body(element, columns) with the types of a kernel: T{} and an integral constant of co / 8.
template <class Body>
void with_up_conv_kernel(bool bf16, std::int64_t co, Body&& body) {
  const auto with = [&](auto element) {
    if (co == 16) body(element, std::integral_constant<int, 2>{});
    if (co == 32) body(element, std::integral_constant<int, 4>{});
    if (co == 48) body(element, std::integral_constant<int, 6>{});
    if (co == 64) body(element, std::integral_constant<int, 8>{});
  };
  if (bf16)
    with(Bf16{});
  else
    with(Fp16{});
}

}  // namespace dfe::card
