// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/winograd.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "kernels/cpu/product_weights.hpp"
#include "kernels/cpu/winograd_points.hpp"

namespace dfe::cpu {
namespace {

/// Floats between points in scratch memory: an odd number of cache lines, so that points do not fall on the same cache sets.
constexpr std::int64_t point_stride(std::int64_t floats) { return (floats / kBlock % 2 == 0 ? floats + kBlock : floats); }

/// Bias per output block, zeros for channels that do not exist.
AlignedFloats padded_bias(const std::vector<float>& bias) {
  AlignedFloats padded(static_cast<std::size_t>(blocks_of(static_cast<std::int64_t>(bias.size())) * kBlock));
  std::copy(bias.begin(), bias.end(), padded.data());
  return padded;
}

constexpr std::int64_t kCacheBytes = 720 << 10;  // for scratch, of a second-level cache of 1 MiB

/// Tiles per chunk: as many as keep `bytes_per_tile` of scratch in the second-level cache, a multiple of `unit`.
std::int64_t chunk_tiles(std::int64_t bytes_per_tile, int unit) {
  return std::max<std::int64_t>(kCacheBytes / bytes_per_tile / unit, 1) * unit;
}

class WinogradConv final : public PlannedOp {
 public:
  WinogradConv(Context& context, const Conv3dDesc& op, const LayerWeights& w, std::int64_t widest, int p, int m)
      : context_(context),
        op_(op),
        p_(p),
        m_(m),
        depth_(p + 2),
        points_((m + 2) * (m + 2)),
        in_blocks_(blocks_of(op.c0) + blocks_of(op.c1)),
        out_blocks_(blocks_of(op.co)),
        bias_(padded_bias(w.bias)),
        zeros_(zero_row(widest)) {
    // as many input channels at a time as leave room for the tiles that should share what is read of the weights
    const int at_a_time = context.table.voxels[largest_group(op.co, context.table.widest_group)];
    const int wanted = std::max(12 / at_a_time, 1) * at_a_time;
    std::int64_t parts = 1;
    const auto bytes_per_tile = [&] {
      some_blocks_ = (in_blocks_ + parts - 1) / parts;
      return points_ * kBlock * static_cast<std::int64_t>(sizeof(float)) * (depth_ * some_blocks_ + p_ * out_blocks_);
    };
    while (bytes_per_tile() * wanted > kCacheBytes && some_blocks_ > 1) ++parts;
    tiles_ = chunk_tiles(bytes_per_tile(), wanted);
    weights_.emplace(context.table, winograd_weights(context.table, w.kernel.data(), (op.c0 + op.c1) * op.co, p, m), depth_ * points_,
                     op.c0, op.c1, op.co, some_blocks_);
    v_stride_ = point_stride(some_blocks_ * tiles_ * kBlock);
    m_stride_ = point_stride(out_blocks_ * tiles_ * kBlock);
    for (int worker = 0; worker < context.pool.threads(); ++worker)
      scratch_.emplace_back(static_cast<std::size_t>(depth_ * points_ * v_stride_ + (depth_ + p_ * points_) * m_stride_));
  }

  std::string name() const override {
    return std::string("winograd ") + context_.table.name + " " + Extent3{p_, m_, m_}.to_string() + ", " + std::to_string(tiles_) +
           " tiles";
  }
  std::size_t bytes() const override { return weights_->bytes() + zeros_.bytes() + scratch_.size() * scratch_.front().bytes(); }
  Extent3 grid() const override { return {p_, m_, m_}; }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin, std::int64_t z_end) override {
    const std::int64_t across = (y.extent.x + m_ - 1) / m_, tiles = (y.extent.y + m_ - 1) / m_ * across;
    const std::int64_t phase = op_.plane_phase % p_, first_group = (z_begin + phase) / p_ * p_ - phase;  // may begin before the volume
    const std::int64_t chunks = (tiles + tiles_ - 1) / tiles_, groups = (z_end - first_group + p_ - 1) / p_;
    parallel_for(context_.pool, 0, groups * chunks, 1, [&](std::int64_t task, std::int64_t, int worker) {
      const std::int64_t first = task % chunks * tiles_;
      const Chunk chunk{first_group + task / chunks * p_, first, std::min(tiles_, tiles - first), across};
      float* const v = scratch_[static_cast<std::size_t>(worker)].data();
      float* const product = v + depth_ * points_ * v_stride_;
      float* const planes = product + depth_ * m_stride_;
      for (std::int64_t block = 0; block < in_blocks_; block += some_blocks_) {
        const Blocks some{block, std::min(some_blocks_, in_blocks_ - block)};
        transform_input(x, some, chunk, v);
        for (std::int64_t point = 0; point < points_; ++point) {
          for (std::int64_t d = 0; d < depth_; ++d)
            weights_->multiply(point * depth_ + d, v + (point * depth_ + d) * v_stride_, some, product + d * m_stride_, tiles_,
                               chunk.count);
          context_.table.winograd_depth[p_ / 4](
              {product, m_stride_, planes + point * m_stride_, points_ * m_stride_, out_blocks_ * tiles_ * kBlock, block > 0});
        }
      }
      for (std::int64_t k = 0; k < p_; ++k)
        if (chunk.z + k >= z_begin && chunk.z + k < z_end) transform_output(planes + k * points_ * m_stride_, chunk, y, chunk.z + k);
    });
  }

 private:
  /// Neighbouring tiles in row-major order over one group of planes.
  struct Chunk {
    std::int64_t z, first, count, across;
    std::int64_t row(std::int64_t t) const { return (first + t) / across; }
    std::int64_t column(std::int64_t t) const { return (first + t) % across; }
  };

  void transform_input(std::span<const PlaneBuffer> x, Blocks some, const Chunk& chunk, float* v) {
    const std::int64_t n = m_ + 2, first_of_second = blocks_of(op_.c0);
    for (std::int64_t block = some.first; block < some.first + some.count; ++block) {
      const bool second = block >= first_of_second;
      const PlaneBuffer& input = x[second];
      for (std::int64_t t = 0; t < chunk.count;) {
        const std::int64_t column = chunk.column(t), tiles = std::min(chunk.count - t, chunk.across - column);
        const float* rows[6 * 6];  // of these neighbouring tiles, at the zero before the first voxel
        for (std::int64_t i = 0; i < depth_ * n; ++i) {
          const std::int64_t zi = chunk.z - 1 + i / n, yi = chunk.row(t) * m_ - 1 + i % n;
          const bool inside = zi >= 0 && zi < input.extent.z && yi >= 0 && yi < input.extent.y;
          rows[i] = (inside ? PlaneRows(input, zi).at(block - (second ? first_of_second : 0), yi) - kBlock : zeros_.data()) +
                    column * m_ * kBlock;
        }
        context_.table.winograd_input[p_ / 4 + m_ / 4](
            {rows, tiles, input.extent.x + 2 - column * m_, v + ((block - some.first) * tiles_ + t) * kBlock, v_stride_});
        t += tiles;
      }
    }
  }

  void transform_output(const float* planes, const Chunk& chunk, const PlaneBuffer& y, std::int64_t z) {
    const PlaneRows out(y, z);
    for (std::int64_t b = 0; b < out_blocks_; ++b)
      for (std::int64_t t = 0; t < chunk.count; ++t) {
        const std::int64_t row = chunk.row(t) * m_, column = chunk.column(t) * m_;
        float* rows[4];
        const std::int64_t row_count = std::min<std::int64_t>(m_, y.extent.y - row);
        for (std::int64_t h = 0; h < row_count; ++h) rows[h] = out.at(b, row + h) + column * kBlock;
        context_.table.winograd_output[m_ / 4]({planes + (b * tiles_ + t) * kBlock, m_stride_, bias_.data() + b * kBlock, rows, row_count,
                                                std::min<std::int64_t>(m_, y.extent.x - column), op_.relu});
      }
  }

  Context& context_;
  Conv3dDesc op_;
  std::int64_t p_, m_, depth_, points_, in_blocks_, out_blocks_;
  std::optional<ProductWeights> weights_;
  AlignedFloats bias_, zeros_;
  std::int64_t some_blocks_ = 0, tiles_ = 0, v_stride_ = 0, m_stride_ = 0;
  std::vector<AlignedFloats> scratch_;  // per worker: v, the products of one point, the points of p planes
};

class ProductUpConv final : public PlannedOp {
 public:
  ProductUpConv(Context& context, const UpConvDesc& op, const LayerWeights& w, std::int64_t widest)
      : context_(context),
        op_(op),
        in_blocks_(blocks_of(op.ci)),
        out_blocks_(blocks_of(op.co)),
        weights_(context.table, up_conv_product_weights(w.kernel.data(), op.ci * op.co), 8, op.ci, 0, op.co, in_blocks_),
        bias_(padded_bias(w.bias)),
        zeros_(zero_row(widest)) {
    const std::int64_t bytes_per_voxel = 8 * kBlock * static_cast<std::int64_t>(sizeof(float)) * (in_blocks_ + out_blocks_);
    voxels_ = chunk_tiles(4 * bytes_per_voxel, context.table.voxels[largest_group(op.co, context.table.widest_group)]);
    v_stride_ = point_stride(in_blocks_ * voxels_ * kBlock);
    m_stride_ = point_stride(out_blocks_ * voxels_ * kBlock);
    for (int worker = 0; worker < context.pool.threads(); ++worker)
      scratch_.emplace_back(static_cast<std::size_t>(8 * (v_stride_ + m_stride_)));
  }

  std::string name() const override { return std::string("8 products ") + context_.table.name; }
  std::size_t bytes() const override { return weights_.bytes() + zeros_.bytes() + scratch_.size() * scratch_.front().bytes(); }
  Extent3 grid() const override { return {2, 1, 1}; }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin, std::int64_t z_end) override {
    const PlaneBuffer& small = x[0];
    context_.for_rows(z_begin / 2, (z_end + 1) / 2, small.extent.y, [&](std::int64_t z, std::int64_t row, int worker) {
      float* const v = scratch_[static_cast<std::size_t>(worker)].data();
      float* const m = v + 8 * v_stride_;
      for (std::int64_t first = 0; first < small.extent.x; first += voxels_) {
        const std::int64_t count = std::min(voxels_, small.extent.x - first);
        for (std::int64_t b = 0; b < in_blocks_; ++b) {
          UpConvInput in{{}, v + b * voxels_ * kBlock, v_stride_, count, kBlock};
          for (std::int64_t i = 0; i < 4; ++i) {
            const std::int64_t zi = z + (i >> 1), yi = row + (i & 1);
            in.rows[i] = zi < small.extent.z && yi < small.extent.y ? PlaneRows(small, zi).at(b, yi) + first * kBlock : zeros_.data();
          }
          context_.table.up_conv_input(in);
        }
        for (std::int64_t p = 0; p < 8; ++p) weights_.multiply(p, v + p * v_stride_, {0, in_blocks_}, m + p * m_stride_, voxels_, count);
        for (std::int64_t b = 0; b < out_blocks_; ++b) {
          UpConvOutput out{m + b * voxels_ * kBlock, m_stride_, kBlock, count, bias_.data() + b * kBlock, {}, op_.relu};
          for (std::int64_t i = 0; i < 4; ++i) out.rows[i] = PlaneRows(y, 2 * z + (i >> 1)).at(b, 2 * row + (i & 1)) + 2 * first * kBlock;
          context_.table.up_conv_output(out);
        }
      }
    });
  }

 private:
  Context& context_;
  UpConvDesc op_;
  std::int64_t in_blocks_, out_blocks_;
  ProductWeights weights_;
  AlignedFloats bias_, zeros_;
  std::int64_t voxels_ = 0, v_stride_ = 0, m_stride_ = 0;
  std::vector<AlignedFloats> scratch_;  // per worker: differences, products
};

}  // namespace

std::unique_ptr<PlannedOp> make_winograd_conv(Context& context, const Conv3dDesc& op, const LayerWeights& weights, std::int64_t widest,
                                              int p, int m) {
  return std::make_unique<WinogradConv>(context, op, weights, widest, p, m);
}

std::unique_ptr<PlannedOp> make_product_up_conv(Context& context, const UpConvDesc& op, const LayerWeights& weights, std::int64_t widest) {
  return std::make_unique<ProductUpConv>(context, op, weights, widest);
}

}  // namespace dfe::cpu
