// SPDX-License-Identifier: Apache-2.0
// Layout of a plane: (blocks of 16 channels, H, W + 2, 16) floats, one zero voxel at either end of
// each row, so that taps along W need no branch; rows above, below and beyond the volume are one
// shared row of zeros. A one-channel tensor is (H, W + 2).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/backend.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/packing.hpp"

namespace dfe::cpu {

constexpr std::int64_t kOverread = 16 + 4;  // voxels that a kernel may read past the end of a row
constexpr std::int64_t kMostRows = 1024;    // input rows of one output row: blocks * kd * kh

/// Rows of one plane of a tensor.
struct PlaneRows {
  float* data;
  std::int64_t step, row, block;  // floats between voxels, rows, blocks

  PlaneRows(const PlaneBuffer& x, std::int64_t z)
      : data(reinterpret_cast<float*>(x.plane(z))),
        step(block_channels(x.channels)),
        row((x.extent.x + 2) * step),
        block(x.extent.y * row) {}

  /// First voxel of the row, not the zero before it.
  float* at(std::int64_t b, std::int64_t y) const { return data + b * block + y * row + step; }
};

/// What all ops of one backend share.
struct Context {
  ThreadPool pool;
  const IsaTable& table;
  std::vector<AlignedFloats>
      scratch;  // per worker, as much as the op that needs most; nothing stays there between runs

  Context(int threads, const std::string& instruction_set)
      : pool(threads),
        table(choose_table(instruction_set)),
        scratch(static_cast<std::size_t>(pool.threads())) {}

  void reserve_scratch(std::int64_t floats) {
    for (AlignedFloats& of_worker : scratch)
      if (of_worker.size() < static_cast<std::size_t>(floats))
        of_worker = AlignedFloats(static_cast<std::size_t>(floats));
  }

  std::size_t scratch_bytes() const { return scratch.size() * scratch.front().bytes(); }

  /// Calls body(z, y, worker) for every row of the planes [z_begin, z_end).
  template <class Body>
  void for_rows(std::int64_t z_begin, std::int64_t z_end, std::int64_t height, Body&& body) {
    const std::int64_t rows = (z_end - z_begin) * height;
    const std::int64_t chunk = std::clamp<std::int64_t>(rows / (pool.threads() * 8), 1, 8);
    parallel_for(pool, 0, rows, chunk, [&](std::int64_t first, std::int64_t last, int worker) {
      for (std::int64_t i = first; i < last; ++i) body(z_begin + i / height, i % height, worker);
    });
  }
};

/// A row of zeros that stands for every row outside the volume.
inline AlignedFloats zero_row(std::int64_t widest) {
  return AlignedFloats(static_cast<std::size_t>((widest + 2 + kOverread) * kBlock));
}

}  // namespace dfe::cpu
