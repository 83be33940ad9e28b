// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backward_parts.hpp"

#include <algorithm>
#include <string_view>

namespace dfe::cpu {
namespace {

constexpr std::int64_t kRowsAtOnce = 16;  // rows that one call of a kernel sums in float

const BackwardTable& table_of(std::string_view name) {
#ifdef DFE_CPU_X86
  if (name == "avx512") return avx512_backward_table();
  if (name == "avx2") return avx2_backward_table();
#endif
  static_cast<void>(name);
  return portable_backward_table();
}

}  // namespace

BackwardContext::BackwardContext(Backend& backend, const std::string& instruction_set,
                                 Convolution kind)
    : context(backend.threads(), instruction_set),
      table(table_of(context.table.name)),
      forward(backend),
      convolution(kind) {}

void mask_and_sum(BackwardContext& shared, bool relu, const PlaneBuffer& y, const PlaneBuffer& dy,
                  std::vector<double>& db) {
  const std::int64_t blocks = blocks_of(dy.channels), wide = blocks * kBlock;
  std::vector<double> plane_sums(static_cast<std::size_t>(dy.extent.z * wide), 0.0);
  parallel_for(shared.context.pool, 0, dy.extent.z, 1, [&](std::int64_t z, std::int64_t, int) {
    const PlaneRows gradient(dy, z);
    double* const sums = plane_sums.data() + z * wide;
    for (std::int64_t b = 0; b < blocks; ++b)
      for (std::int64_t row = 0; row < dy.extent.y; ++row) {
        alignas(64) float row_sums[kBlock];
        shared.table.mask_row(relu ? PlaneRows(y, z).at(b, row) : nullptr, gradient.at(b, row),
                              dy.extent.x, row_sums);
        for (std::int64_t c = 0; c < kBlock; ++c)
          sums[b * kBlock + c] += static_cast<double>(row_sums[c]);
      }
  });
  db.assign(static_cast<std::size_t>(dy.channels), 0.0);
  for (std::int64_t z = 0; z < dy.extent.z; ++z)
    for (std::size_t c = 0; c < db.size(); ++c)
      db[c] += plane_sums[static_cast<std::size_t>(z * wide) + c];
}

void DirectFilter::run(const PlaneBuffer& x, const PlaneBuffer& dy, double* dw,
                       std::int64_t dw_step) {
  const std::int64_t depth = x.extent.z, chunks = (depth + kChunkPlanes - 1) / kChunkPlanes;
  const std::int64_t ci_blocks = blocks_of(ci_), co_blocks = blocks_of(co_),
                     count = taps_.voxels() * ci_ * co_;
  const std::int64_t tasks_of_chunk = taps_.z * ci_blocks * co_blocks;
  partial_.assign(static_cast<std::size_t>(chunks * count), 0.0);
  parallel_for(shared_.context.pool, 0, chunks * tasks_of_chunk, 1,
               [&](std::int64_t task, std::int64_t, int) {
                 const std::int64_t chunk = task / tasks_of_chunk, kind = task % tasks_of_chunk;
                 run_task(x, dy, chunk * kChunkPlanes, std::min(depth, (chunk + 1) * kChunkPlanes),
                          kind / (ci_blocks * co_blocks), kind / co_blocks % ci_blocks,
                          kind % co_blocks, partial_.data() + chunk * count);
               });
  for (std::int64_t tap = 0; tap < taps_.voxels(); ++tap)
    for (std::int64_t i = 0; i < ci_ * co_; ++i) {
      double sum = 0;
      for (std::int64_t chunk = 0; chunk < chunks; ++chunk)
        sum += partial_[static_cast<std::size_t>(chunk * count + tap * ci_ * co_ + i)];
      dw[tap * dw_step + i] = sum;
    }
}

void DirectFilter::run_task(const PlaneBuffer& x, const PlaneBuffer& dy, std::int64_t z_begin,
                            std::int64_t z_end, std::int64_t kd, std::int64_t ci_block,
                            std::int64_t co_block, double* partial) {
  const std::int64_t step = block_channels(ci_), height = x.extent.y;
  const auto kernel =
      (step == 1 ? shared_.table.filter_rows_plain : shared_.table.filter_rows)[taps_.x];
  const std::int64_t channels = std::min(ci_ - ci_block * kBlock, kBlock),
                     outputs = std::min(co_ - co_block * kBlock, kBlock);
  alignas(64) float sums[3 * kBlock * kBlock];
  const float *x_rows[kRowsAtOnce], *dy_rows[kRowsAtOnce];
  for (std::int64_t z = z_begin; z < z_end; ++z) {
    const std::int64_t zi = z + kd - pad_lo_.z;
    if (zi < 0 || zi >= x.extent.z) continue;
    const PlaneRows in(x, zi), out(dy, z);
    for (std::int64_t kh = 0; kh < taps_.y; ++kh) {
      // output rows that see a row of x through this tap
      const std::int64_t begin = std::max<std::int64_t>(pad_lo_.y - kh, 0),
                         end = std::min(height, height + pad_lo_.y - kh);
      for (std::int64_t first = begin; first < end; first += kRowsAtOnce) {
        const std::int64_t rows = std::min(kRowsAtOnce, end - first);
        for (std::int64_t i = 0; i < rows; ++i) {
          x_rows[i] = in.at(ci_block, first + i + kh - pad_lo_.y);
          dy_rows[i] = out.at(co_block, first + i) + pad_lo_.x * kBlock;
        }
        kernel({x_rows, dy_rows, rows, x.extent.x, sums, false});
        for (std::int64_t kw = 0; kw < taps_.x; ++kw)
          for (std::int64_t c = 0; c < channels; ++c) {
            const std::int64_t tap = (kd * taps_.y + kh) * taps_.x + kw;
            double* const to =
                partial + (tap * ci_ + ci_block * kBlock + c) * co_ + co_block * kBlock;
            for (std::int64_t o = 0; o < outputs; ++o)
              to[o] += static_cast<double>(sums[(kw * step + c) * kBlock + o]);
          }
      }
    }
  }
}

}  // namespace dfe::cpu
