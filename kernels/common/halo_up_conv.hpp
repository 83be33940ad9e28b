// SPDX-License-Identifier: Apache-2.0
// The up-convolution on `wgmma`, along z as halo_conv.hpp goes: a tile of the small tensor gives
// the four parities of one doubled plane at once, one product of co columns for each of the 27 taps
// and 16 channels. The upper doubled plane needs two small planes.
#pragma once

#include <vector>

#include "kernels/common/halo_conv.hpp"
#include "kernels/common/sub_pixel.hpp"
#include "kernels/common/up_conv_block.hpp"

namespace dfe::card {

/// With one voxel around the tile at the high ends alone.
template <int kCi, int kCo, int kTilesY, int kTilesX, int kStages>
struct HaloUpConvShape : HaloShape<kCi, 0, kTilesY, kTilesX, kStages, 1> {
  static constexpr int kOutput = kCo;
  static constexpr std::uint32_t kTapBytes = kCi * kCo * 2, kWeightBytes = 27 * kTapBytes;
  static_assert(kWeightBytes % 256 == 0 && kCo % 8 == 0);
};
using HaloUpConvShape48 = HaloUpConvShape<48, 48, 1, 2, 4>;

/// What the kernel is called with: weights are halo_up_conv_weights.
struct HaloUpConvCall : UpConvCall {};

constexpr bool has_halo_up_conv(std::int64_t ci, std::int64_t co) { return ci == 48 && co == 48; }

/// Calls tap(b, c, parity) for the parities 2·py + px in y and x, and their taps in one small
/// plane: 9 in all.
template <class Tap>
DFE_HOST_DEVICE constexpr void for_up_conv_taps(Tap&& tap) {
  DFE_UNROLL
  for (int parity = 0; parity < 4; ++parity) DFE_UNROLL
  for (int b = 0; b <= parity / 2; ++b) DFE_UNROLL
  for (int c = 0; c <= parity % 2; ++c) tap(b, c, parity);
}

/// w (2, 2, 2, ci, co) as operands: (3 passes, 9 taps, ci/8, co, 8). Passes: the lower doubled
/// plane; the upper one from its own small plane, and from the next.
template <class T>
std::vector<T> halo_up_conv_weights(const float* w, std::int64_t ci, std::int64_t co) {
  std::vector<T> packed;
  packed.reserve(static_cast<std::size_t>(27 * ci * co));
  for (int pass = 0; pass < 3; ++pass)
    for_up_conv_taps([&](int b, int c, int parity) {
      const int pz = pass > 0, a = pass == 2, py = parity / 2, px = parity % 2;
      const std::vector<float> part = sub_pixel_weights(w, ci * co, pz, py, px);
      const std::int64_t tap = (a * (py + 1) + b) * (px + 1) + c;
      append_operand(packed, ci, co, [&](std::int64_t i, std::int64_t column) {
        return part[static_cast<std::size_t>((tap * ci + i) * co + column)];
      });
    });
  return packed;
}

/// What one group computes: rows from y, columns from x of the small tensor. `Planes` as for
/// HaloConvGroup, of the small planes from that of z_begin on; after() is the address of the one
/// after next().
template <class T, class Shape, class Group>
struct HaloUpConvGroup {
  UpConvCall call;
  Group group;
  std::uint32_t weights;
  int index, y, x;

  static constexpr int kOutput = Shape::kOutput;
  using Accumulators = typename Group::template Register<Sums<kOutput>>;

  template <class Planes>
  DFE_HOST_DEVICE void run(Planes& planes) const {
    Accumulators sums[4];  // of the parities in y and x
    for (std::int64_t z = call.z_begin / 2; 2 * z < call.z_end; ++z) {
      const std::uint32_t here = planes.next();
      DFE_NO_UNROLL
      for (int pass = 0; pass < 3; ++pass) {
        multiply(pass < 2 ? here : planes.after(),
                 weights + static_cast<std::uint32_t>(pass) * 9 * Shape::kTapBytes, pass == 2,
                 sums);
        const std::int64_t plane = 2 * z + (pass > 0);
        if (pass != 1 && plane >= call.z_begin && plane < call.z_end) store(sums, plane);
      }
      planes.done();
    }
    planes.next();
    planes.done();  // the last one was only the neighbour of another
  }

 private:
  DFE_HOST_DEVICE void multiply(std::uint32_t plane, std::uint32_t taps, bool add,
                                Accumulators (&sums)[4]) const {
    group.begin();
    int tap = 0;
    for_up_conv_taps([&](int b, int c, int parity) {
      const int voxel =
          (index / Shape::kAcross * 8 + b) * Shape::kHaloX + index % Shape::kAcross * 8 + c;
      DFE_UNROLL
      for (int step = 0; step < Shape::kSteps; ++step)
        group.template multiply_add<T>(
            sums[parity],
            matrix_of_32_byte_rows(plane + static_cast<std::uint32_t>(step) * Shape::kBoxStride +
                                       static_cast<std::uint32_t>(voxel) * 32,
                                   Shape::kHaloX * 32),
            plain_matrix(taps + static_cast<std::uint32_t>(tap) * Shape::kTapBytes +
                             static_cast<std::uint32_t>(step) * kOutput * 32,
                         kOutput * 16, 128),
            add || b > 0 || c > 0 || step > 0);
      ++tap;
    });
    group.commit();
    group.wait();
  }

  /// Bias, ReLU and 16 bits; a quad's 4 bytes of each pack are exchanged, so that each thread
  /// stores whole packs.
  DFE_HOST_DEVICE void store(Accumulators (&sums)[4], std::int64_t plane) const {
    constexpr int kPacks = kOutput / 8;
    DFE_UNROLL
    for (int half = 0; half < 2; ++half) DFE_UNROLL
    for (int parity = 0; parity < 4; ++parity) DFE_UNROLL
    for (int first = 0; first < kPacks; first += 4) {
      typename Group::template Register<QuadWords> words;
      group.for_threads([&](int thread) {
        DFE_UNROLL
        for (int i = 0; i < 4; ++i) {
          const int pack = first + i < kPacks ? first + i : 0;
          const float* const bias = call.b + pack * 8 + thread % 4 * 2;
          words[thread].v[i] =
              finished_pair<T>(sums[parity][thread].v[4 * pack + 2 * half],
                               sums[parity][thread].v[4 * pack + 2 * half + 1], bias, call.relu);
        }
      });
      group.transpose_quads(words);
      group.for_threads([&](int thread) {
        const std::int64_t row = y + index / Shape::kAcross * 8 + thread / 32 * 2 + half,
                           column = x + index % Shape::kAcross * 8 + thread % 32 / 4;
        const int pack = first + thread % 4;
        if (pack >= kPacks || row >= call.height || column >= call.width) return;
        const std::int64_t line = (plane - call.z_begin) * 2 * call.height + 2 * row + parity / 2;
        T* const to = static_cast<T*>(call.y) +
                      (line * 2 * call.width + 2 * column + parity % 2) * kOutput + pack * 8;
        *reinterpret_cast<SixteenBytes*>(to) = {words[thread]};
      });
    }
  }
};

}  // namespace dfe::card
