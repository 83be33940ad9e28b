// SPDX-License-Identifier: Apache-2.0
// The 3x3x3 convolution on `wgmma`. A block keeps all weights in shared memory and goes along z
// with a tile of H x W: each input plane, with one voxel around the tile, comes once and is
// multiplied with the weights of all three dz at once. So a product is three times as wide as there
// are output channels (32 alone would leave the matrix units waiting for shared memory), and three
// output planes are under way. In shared memory a plane lies as (channels/16, y, x, 16): 8 voxels
// of a row are 8 rows of an operand, and a tap is another address.
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/common/warpgroup.hpp"

namespace dfe::card {

struct HaloConvCall {
  const void* x0;  ///< plane `first` of the first input, planes (H, W, c0)
  const void* x1;  ///< of the second, (H, W, c1), or null
  void* y;         ///< plane `z_begin` of the result, planes (H, W, co)
  const void* w;   ///< halo_conv_weights
  const float* b;  ///< (co)
  std::int64_t z_begin, z_end, first, planes;  ///< of the inputs `planes` planes are in memory
  std::int64_t height, width, c0, c1, co;
  bool relu;
};

/// What goes through shared memory: planes of kC0 + kC1 channels, with kHalo voxels more than a
/// block's tile along y and x. The tile is kTilesY x kTilesX tiles of 8x8 voxels, each computed by
/// a group of 128 threads; kStages planes are there at once.
template <int kC0, int kC1, int kTilesY, int kTilesX, int kStages, int kHalo>
struct HaloShape {
  static constexpr int kFirst = kC0, kChannels = kC0 + kC1, kSteps = kChannels / 16;
  static constexpr int kHeight = 8 * kTilesY, kWidth = 8 * kTilesX, kAcross = kTilesX,
                       kGroupCount = kTilesY * kTilesX;
  static constexpr int kStageCount = kStages, kHaloY = kHeight + kHalo, kHaloX = kWidth + kHalo;
  /// A box: 16 channels, what one product takes, of all voxels of a plane.
  static constexpr std::uint32_t kBoxBytes = kHaloY * kHaloX * 32,
                                 kBoxStride = (kBoxBytes + 255) / 256 * 256,
                                 kStageBytes = kSteps * kBoxStride;
  static_assert(kC0 % 16 == 0 && kC1 % 16 == 0);
};

/// kCo: the output channels that a block computes.
template <int kC0, int kC1, int kCo, int kTilesY, int kTilesX, int kStages>
struct HaloConvShape : HaloShape<kC0, kC1, kTilesY, kTilesX, kStages, 2> {
  static constexpr int kOutput = kCo, kColumns = 3 * kCo;
  static constexpr std::uint32_t kWeightBytes = 9 * (kC0 + kC1) * kColumns * 2;
  static_assert(kWeightBytes % 256 == 0 && kCo % 8 == 0);
};

/// Calls body(shape, parts) for the shapes there is a kernel for; a block computes co / parts
/// channels. Returns whether there is one.
template <class Body>
constexpr bool with_halo_conv(std::int64_t c0, std::int64_t c1, std::int64_t co, Body&& body) {
  if (c0 == 32 && c1 == 0 && co == 32) return body(HaloConvShape<32, 0, 32, 2, 2, 4>{}, 1), true;
  if (c0 == 48 && c1 == 32 && co == 32) return body(HaloConvShape<48, 32, 32, 1, 2, 3>{}, 1), true;
  if (c0 == 32 && c1 == 0 && co == 48) return body(HaloConvShape<32, 0, 48, 3, 1, 4>{}, 1), true;
  if (c0 == 48 && c1 == 0 && co == 48) return body(HaloConvShape<48, 0, 48, 3, 1, 3>{}, 1), true;
  if (c0 == 64 && c1 == 48 && co == 48) return body(HaloConvShape<64, 48, 24, 1, 2, 2>{}, 2), true;
  return false;
}
constexpr bool has_halo_conv(std::int64_t c0, std::int64_t c1, std::int64_t co) {
  return with_halo_conv(c0, c1, co, [](auto, int) {});
}

/// Appends an operand (ci/8, columns, 8) of the values at(i, column).
template <class T, class At>
void append_operand(std::vector<T>& packed, std::int64_t ci, std::int64_t columns, At&& at) {
  for (std::int64_t pack = 0; pack < ci; pack += 8)
    for (std::int64_t column = 0; column < columns; ++column)
      for (std::int64_t i = pack; i < pack + 8; ++i) {
        T value;
        from_float(at(i, column), value);
        packed.push_back(value);
      }
}

/// w (27 taps, ci, co) as operands: (parts, 9 taps of y and x, ci/8, 3·co/parts columns, 8). Column
/// block j is dz = 2 - j: what an input plane gives to the output planes before it, of it and after
/// it.
template <class T>
std::vector<T> halo_conv_weights(const float* w, std::int64_t ci, std::int64_t co,
                                 std::int64_t parts) {
  std::vector<T> packed;
  packed.reserve(static_cast<std::size_t>(27 * ci * co));
  const std::int64_t width = co / parts;
  for (std::int64_t part = 0; part < parts; ++part)
    for (std::int64_t tap = 0; tap < 9; ++tap)
      append_operand(packed, ci, 3 * width, [&](std::int64_t i, std::int64_t column) {
        return w[(((2 - column / width) * 9 + tap) * ci + i) * co + part * width + column % width];
      });
  return packed;
}

/// What one group computes of a block's tile: rows from y, columns from x, output channels from
/// `channel`. `Planes` hands out the input planes z_begin - 1 to z_end one after another: next() is
/// the address of one in shared memory, done() gives it back.
template <class T, class Shape, class Group>
struct HaloConvGroup {
  HaloConvCall call;
  Group group;
  std::uint32_t weights;  ///< address of the block's weights in shared memory
  int index, y, x, channel;

  using Accumulators = typename Group::template Register<Sums<Shape::kColumns>>;
  static constexpr int kWords = Shape::kOutput / 4;  ///< of a thread's finished results
  struct Words {
    std::uint32_t v[kWords];
  };
  using Finished = typename Group::template Register<Words>;

  template <class Planes>
  DFE_HOST_DEVICE void run(Planes& planes) const {
    Accumulators sums;
    Finished finished;
    group.for_threads([&](int thread) { sums[thread] = {}; });
    // one place with products, as wide as ever: of two the compiler makes a chain in which each
    // waits for the one before
    for (std::int64_t z = call.z_begin - 1; z <= call.z_end; ++z) {
      multiply(planes.next(), sums);
      if (z - 2 >= call.z_begin) store(finished, z - 2);  // while the matrix units are busy
      group.wait();
      planes.done();
      finish(sums, finished);
      roll(sums);
    }
    store(finished, call.z_end - 1);
  }

 private:
  /// What one input plane gives to the output planes before it, of it and after it.
  DFE_HOST_DEVICE void multiply(std::uint32_t plane, Accumulators& sums) const {
    DFE_NO_UNROLL
    for (int dy = 0; dy < 3; ++dy) {
      group.begin();
      DFE_UNROLL
      for (int dx = 0; dx < 3; ++dx) DFE_UNROLL
      for (int step = 0; step < Shape::kSteps; ++step) {
        const int voxel =
            (index / Shape::kAcross * 8 + dy) * Shape::kHaloX + index % Shape::kAcross * 8 + dx;
        const std::uint32_t columns =
            weights + static_cast<std::uint32_t>(((dy * 3 + dx) * Shape::kSteps + step) *
                                                 Shape::kColumns * 32);
        group.template multiply_add<T>(
            sums,
            matrix_of_32_byte_rows(plane + static_cast<std::uint32_t>(step) * Shape::kBoxStride +
                                       static_cast<std::uint32_t>(voxel) * 32,
                                   Shape::kHaloX * 32),
            plain_matrix(columns, Shape::kColumns * 16, 128));
      }
      group.commit();  // NOLINT(readability-misleading-indentation): a pragma is before the loop
    }
  }

  /// The three output planes move on by one; the third begins.
  DFE_HOST_DEVICE void roll(Accumulators& sums) const {
    constexpr int kOne = Shape::kOutput / 2;
    group.for_threads([&](int thread) {
      DFE_UNROLL
      for (int i = 0; i < 2 * kOne; ++i) sums[thread].v[i] = sums[thread].v[i + kOne];
      DFE_UNROLL
      for (int i = 2 * kOne; i < 3 * kOne; ++i) sums[thread].v[i] = 0;
    });
  }

  /// The first of the output planes is complete: bias, ReLU, 16 bits.
  DFE_HOST_DEVICE void finish(const Accumulators& sums, Finished& finished) const {
    group.for_threads([&](int thread) {
      DFE_UNROLL
      for (int word = 0; word < kWords; ++word) {
        const float* const bias = call.b + channel + word / 2 * 8 + thread % 4 * 2;
        finished[thread].v[word] = finished_pair<T>(sums[thread].v[2 * word],
                                                    sums[thread].v[2 * word + 1], bias, call.relu);
      }
    });
  }

  /// A quad holds 32 bytes and more of a voxel, 4 bytes of each pack in each thread: transposed,
  /// each thread stores a whole pack.
  DFE_HOST_DEVICE void store(const Finished& finished, std::int64_t z) const {
    constexpr int kPacks = Shape::kOutput / 8;
    DFE_UNROLL
    for (int half = 0; half < 2; ++half) DFE_UNROLL
    for (int first = 0; first < kPacks; first += 4) {
      typename Group::template Register<QuadWords> words;
      group.for_threads([&](int thread) {
        DFE_UNROLL
        for (int i = 0; i < 4; ++i)
          words[thread].v[i] =
              first + i < kPacks
                  ? finished[thread].v[2 * (first + i < kPacks ? first + i : 0) + half]
                  : 0;
      });
      group.transpose_quads(words);
      group.for_threads([&](int thread) {
        const int pack = first + thread % 4;
        const std::int64_t row = y + index / Shape::kAcross * 8 + thread / 32 * 2 + half,
                           column = x + index % Shape::kAcross * 8 + thread % 32 / 4;
        if (pack >= kPacks || row >= call.height || column >= call.width) return;
        T* const to = static_cast<T*>(call.y) +
                      (((z - call.z_begin) * call.height + row) * call.width + column) * call.co +
                      channel + pack * 8;
        *reinterpret_cast<SixteenBytes*>(to) = {words[thread]};
      });
    }
  }
};

}  // namespace dfe::card
