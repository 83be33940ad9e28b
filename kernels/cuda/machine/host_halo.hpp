// SPDX-License-Identifier: Apache-2.0
// The kernels that go along z, on the GPU's stand-in: every block and group one after another,
// each with planes of its own.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/common/halo_conv.hpp"
#include "kernels/common/halo_up_conv.hpp"

namespace dfe::card {

/// Boxes of (planes, height, width, channels) in shared memory, as the copy engine brings them;
/// zeros around.
template <class T, class Shape>
struct HostBoxes {
  const void *x0, *x1;
  std::int64_t planes, height, width;
  std::int64_t z, y, x;  ///< the first voxel of the next box
  std::byte* shared;

  std::uint32_t next() { return bring(z, 0); }
  std::uint32_t after() { return bring(z + 1, 1); }
  void done() { ++z; }

 private:
  std::uint32_t bring(std::int64_t zi, std::uint32_t stage) const {
    const std::uint32_t address = Shape::kWeightBytes + stage * Shape::kStageBytes;
    std::memset(shared + address, 0xFF, Shape::kStageBytes);
    constexpr int kFirstPacks = Shape::kFirst / 8, kPacks = Shape::kChannels / 8;
    for (int pack = 0; pack < kPacks; ++pack)
      for (std::int64_t row = 0; row < Shape::kHaloY; ++row)
        for (std::int64_t column = 0; column < Shape::kHaloX; ++column) {
          const std::int64_t yi = y + row, xi = x + column, voxel = (zi * height + yi) * width + xi;
          Pack<T> values{};
          if (zi >= 0 && zi < planes && yi >= 0 && yi < height && xi >= 0 && xi < width)
            values = pack < kFirstPacks
                         ? static_cast<const Pack<T>*>(x0)[voxel * kFirstPacks + pack]
                         : static_cast<const Pack<T>*>(
                               x1)[voxel * (kPacks - kFirstPacks) + pack - kFirstPacks];
          const std::int64_t at =
              pack / 2 * Shape::kBoxStride + (row * Shape::kHaloX + column) * 32 + pack % 2 * 16;
          std::memcpy(shared + swizzled_32(address + static_cast<std::uint32_t>(at)), &values,
                      sizeof values);
        }
    return address;
  }
};

/// Calls body(shared, group, y, x) for the groups of all tiles; the weights are in shared memory,
/// at its beginning.
template <class Shape, class Body>
void for_host_groups(const void* weights, std::int64_t height, std::int64_t width, Body&& body) {
  std::vector<std::byte> shared(Shape::kWeightBytes + 2 * Shape::kStageBytes);
  std::memcpy(shared.data(), weights, Shape::kWeightBytes);
  for (int y = 0; y < height; y += Shape::kHeight)
    for (int x = 0; x < width; x += Shape::kWidth)
      for (int group = 0; group < Shape::kGroupCount; ++group) body(shared.data(), group, y, x);
}

template <class T, class Shape>
void run_halo_conv(const HaloConvCall& call, int parts) {
  for (int part = 0; part < parts; ++part)
    for_host_groups<Shape>(
        static_cast<const std::byte*>(call.w) +
            part * static_cast<std::int64_t>(Shape::kWeightBytes),
        call.height, call.width, [&](std::byte* shared, int group, int y, int x) {
          HostBoxes<T, Shape> boxes{call.x0,     call.x1,    call.planes,
                                    call.height, call.width, call.z_begin - 1 - call.first,
                                    y - 1,       x - 1,      shared};
          HaloConvGroup<T, Shape, HostGroup>{call, {shared}, 0, group, y, x, part * Shape::kOutput}
              .run(boxes);
        });
}

template <class T, class Shape>
void run_halo_up_conv(const UpConvCall& call) {
  const std::int64_t last = std::min((call.z_end + 1) / 2 + 1, call.depth);
  for_host_groups<Shape>(
      call.w, call.height, call.width, [&](std::byte* shared, int group, int y, int x) {
        HostBoxes<T, Shape> boxes{call.x,      call.x,     last - call.first,
                                  call.height, call.width, call.z_begin / 2 - call.first,
                                  y,           x,          shared};
        HaloUpConvGroup<T, Shape, HostGroup>{call, {shared}, 0, group, y, x}.run(boxes);
      });
}

}  // namespace dfe::card
