// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/winograd.hpp"

#include <algorithm>
#include <vector>

#include "kernels/cpu/winograd_points.hpp"

namespace dfe::cpu {
namespace {

/// Floats between points in scratch memory: an odd number of cache lines, so that points do not fall on the same cache sets.
constexpr std::int64_t point_stride(std::int64_t floats) { return (floats / kBlock % 2 == 0 ? floats + kBlock : floats); }

/// Weights of many small matrix products of one shape (ci, co).
class ProductWeights {
 public:
  ProductWeights(const std::vector<float>& weights, std::int64_t count, std::int64_t c0, std::int64_t c1, std::int64_t co,
                 int widest_group) {
    const std::vector<float> no_bias(static_cast<std::size_t>(co), 0.0f);
    for (std::int64_t p = 0; p < count; ++p)
      products_.push_back(pack_weights(weights.data() + p * (c0 + c1) * co, no_bias.data(), {1, 1, 1}, c0, c1, co, widest_group));
  }

  /// m (output block, `tiles`, 16) = v (input block, `tiles`, 16) times the weights of `product`, for the first `count` of the tiles.
  void multiply(const IsaTable& table, std::int64_t product, const float* v, std::int64_t input_blocks, float* m, std::int64_t tiles,
                std::int64_t count) const {
    const float* rows[kMostRows];
    for (std::int64_t b = 0; b < input_blocks; ++b) rows[b] = v + b * tiles * kBlock;
    for (const OutputGroup& group : products_[static_cast<std::size_t>(product)])
      table.conv_row[group.blocks]({rows, input_blocks, 1, kBlock, group.weights.data(), group.bias.data(),
                                    m + group.first_block * tiles * kBlock, tiles * kBlock, kBlock, count, false});
  }

  int group_blocks() const { return products_.front().front().blocks; }
  std::size_t bytes() const {
    std::size_t bytes = 0;
    for (const auto& groups : products_)
      for (const OutputGroup& group : groups) bytes += group.weights.bytes() + group.bias.bytes();
    return bytes;
  }

 private:
  std::vector<std::vector<OutputGroup>> products_;
};

/// Bias per output block, zeros for channels that do not exist.
AlignedFloats padded_bias(const std::vector<float>& bias) {
  AlignedFloats padded(static_cast<std::size_t>(blocks_of(static_cast<std::int64_t>(bias.size())) * kBlock));
  std::copy(bias.begin(), bias.end(), padded.data());
  return padded;
}

/// Tiles per chunk: as many as keep `bytes_per_tile` of scratch in the second-level cache, a multiple of what the kernel computes at a
/// time.
std::int64_t chunk_tiles(std::int64_t bytes_per_tile, int voxels_at_a_time) {
  constexpr std::int64_t kCacheBytes = 720 << 10;
  return std::max<std::int64_t>(kCacheBytes / bytes_per_tile / voxels_at_a_time, 1) * voxels_at_a_time;
}

class WinogradConv final : public PlannedOp {
 public:
  WinogradConv(Context& context, const Conv3dDesc& op, const LayerWeights& w, std::int64_t widest, int m)
      : context_(context),
        op_(op),
        m_(m),
        points_((m + 2) * (m + 2)),
        in_blocks_(blocks_of(op.c0) + blocks_of(op.c1)),
        out_blocks_(blocks_of(op.co)),
        weights_(winograd_weights(context.table, w.kernel.data(), (op.c0 + op.c1) * op.co, m), 4 * points_, op.c0, op.c1, op.co,
                 context.table.widest_group),
        bias_(padded_bias(w.bias)),
        zeros_(zero_row(widest)) {
    const std::int64_t bytes_per_tile = points_ * kBlock * static_cast<std::int64_t>(sizeof(float)) * (4 * in_blocks_ + 2 * out_blocks_);
    tiles_ = chunk_tiles(bytes_per_tile, context.table.voxels[weights_.group_blocks()]);
    v_stride_ = point_stride(in_blocks_ * tiles_ * kBlock);
    m_stride_ = point_stride(out_blocks_ * tiles_ * kBlock);
    for (int worker = 0; worker < context.pool.threads(); ++worker)
      scratch_.emplace_back(static_cast<std::size_t>(4 * points_ * v_stride_ + (4 + 2 * points_) * m_stride_));
  }

  std::string name() const override {
    return std::string("winograd ") + context_.table.name + " 2x" + std::to_string(m_) + "x" + std::to_string(m_) + ", " +
           std::to_string(tiles_) + " tiles";
  }
  std::size_t bytes() const override { return weights_.bytes() + zeros_.bytes() + scratch_.size() * scratch_.front().bytes(); }
  Extent3 grid() const override { return {2, m_, m_}; }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin, std::int64_t z_end) override {
    const std::int64_t across = (y.extent.x + m_ - 1) / m_, tiles = (y.extent.y + m_ - 1) / m_ * across;
    const std::int64_t first_pair =
        (z_begin + op_.plane_phase) / 2 * 2 - op_.plane_phase;  // with phase 1 the first pair begins at plane -1
    const std::int64_t chunks = (tiles + tiles_ - 1) / tiles_, pairs = (z_end - first_pair + 1) / 2;
    parallel_for(context_.pool, 0, pairs * chunks, 1, [&](std::int64_t task, std::int64_t, int worker) {
      const std::int64_t first = task % chunks * tiles_;
      const Chunk chunk{first_pair + task / chunks * 2, first, std::min(tiles_, tiles - first), across};
      float* const v = scratch_[static_cast<std::size_t>(worker)].data();
      float* const product = v + 4 * points_ * v_stride_;
      float* const planes = product + 4 * m_stride_;
      transform_input(x, chunk, v);
      for (std::int64_t point = 0; point < points_; ++point) {
        for (std::int64_t d = 0; d < 4; ++d)
          weights_.multiply(context_.table, point * 4 + d, v + (point * 4 + d) * v_stride_, in_blocks_, product + d * m_stride_, tiles_,
                            chunk.count);
        context_.table.winograd_depth(
            {product, m_stride_, planes + point * m_stride_, planes + (points_ + point) * m_stride_, out_blocks_ * tiles_ * kBlock});
      }
      for (std::int64_t k = 0; k < 2; ++k)
        if (chunk.z + k >= z_begin && chunk.z + k < z_end) transform_output(planes + k * points_ * m_stride_, chunk, y, chunk.z + k);
    });
  }

 private:
  /// Neighbouring tiles in row-major order over one pair of planes.
  struct Chunk {
    std::int64_t z, first, count, across;
    std::int64_t row(std::int64_t t) const { return (first + t) / across; }
    std::int64_t column(std::int64_t t) const { return (first + t) % across; }
  };

  void transform_input(std::span<const PlaneBuffer> x, const Chunk& chunk, float* v) {
    const std::int64_t n = m_ + 2;
    std::int64_t block = 0;
    for (const PlaneBuffer& input : x)
      for (std::int64_t b = 0; b < blocks_of(input.channels); ++b, ++block) {
        for (std::int64_t t = 0; t < chunk.count;) {
          const std::int64_t column = chunk.column(t), tiles = std::min(chunk.count - t, chunk.across - column);
          const float* rows[4 * 6];  // of these neighbouring tiles, at the zero before the first voxel
          for (std::int64_t i = 0; i < 4 * n; ++i) {
            const std::int64_t zi = chunk.z - 1 + i / n, yi = chunk.row(t) * m_ - 1 + i % n;
            const bool inside = zi >= 0 && zi < input.extent.z && yi >= 0 && yi < input.extent.y;
            rows[i] = (inside ? PlaneRows(input, zi).at(b, yi) - kBlock : zeros_.data()) + column * m_ * kBlock;
          }
          context_.table.winograd_input[m_ / 4](
              {rows, tiles, input.extent.x + 2 - column * m_, v + (block * tiles_ + t) * kBlock, v_stride_});
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
  std::int64_t m_, points_, in_blocks_, out_blocks_;
  ProductWeights weights_;
  AlignedFloats bias_, zeros_;
  std::int64_t tiles_ = 0, v_stride_ = 0, m_stride_ = 0;
  std::vector<AlignedFloats> scratch_;  // per worker: v, the products of one point, the points of two planes
};

class ProductUpConv final : public PlannedOp {
 public:
  ProductUpConv(Context& context, const UpConvDesc& op, const LayerWeights& w, std::int64_t widest)
      : context_(context),
        op_(op),
        in_blocks_(blocks_of(op.ci)),
        out_blocks_(blocks_of(op.co)),
        weights_(up_conv_product_weights(w.kernel.data(), op.ci * op.co), 8, op.ci, 0, op.co, context.table.widest_group),
        bias_(padded_bias(w.bias)),
        zeros_(zero_row(widest)) {
    const std::int64_t bytes_per_voxel = 8 * kBlock * static_cast<std::int64_t>(sizeof(float)) * (in_blocks_ + out_blocks_);
    voxels_ = chunk_tiles(4 * bytes_per_voxel, context.table.voxels[weights_.group_blocks()]);
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
        for (std::int64_t p = 0; p < 8; ++p)
          weights_.multiply(context_.table, p, v + p * v_stride_, in_blocks_, m + p * m_stride_, voxels_, count);
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
                                              int m) {
  return std::make_unique<WinogradConv>(context, op, weights, widest, m);
}

std::unique_ptr<PlannedOp> make_product_up_conv(Context& context, const UpConvDesc& op, const LayerWeights& weights, std::int64_t widest) {
  return std::make_unique<ProductUpConv>(context, op, weights, widest);
}

}  // namespace dfe::cpu
