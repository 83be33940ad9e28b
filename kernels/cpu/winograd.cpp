// SPDX-License-Identifier: Apache-2.0
// 3x3x3 convolutions and up-convolutions with fewer products, for one chunk of tiles after another.
// WinogradConv transforms the input of a chunk (transform_input), multiplies each point by its
// weights (ProductWeights), sums along D while the point's products are in the cache, and
// transforms back with bias and ReLU (transform_output). During the products it prefetches the next
// chunk's input (fetch_on_the_way). ProductUpConv does the same with 8 products per voxel. The
// transformations are in isa_winograd.hpp, their points in winograd_points.cpp and
// isa_filtering.hpp. Tiles and accuracy: docs/design/engine.md, "Layout and kernels of `cpu`"; how
// chunks and prefetches were found: "What made the Winograd kernels fast".
#include "kernels/cpu/winograd.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "kernels/cpu/product_weights.hpp"
#include "kernels/cpu/winograd_points.hpp"
#include "kernels/op_weights.hpp"

namespace dfe::cpu {
namespace {

/// Floats between points in scratch memory: an odd number of cache lines, so that points do not
/// fall on the same cache sets.
constexpr std::int64_t point_stride(std::int64_t floats) {
  return (floats / kBlock % 2 == 0 ? floats + kBlock : floats);
}

/// Bias per output block, zeros for channels that do not exist.
AlignedFloats zero_bias(std::int64_t co) {
  return AlignedFloats(static_cast<std::size_t>(blocks_of(co) * kBlock));
}

constexpr std::int64_t kMostRowsOfTile = 6 * 6, kMostProducts = 6 * 6 * 8;  // of a tile
// For the scratch of a convolution: somewhat more than a second-level cache of 1 MiB, because with
// more tiles in a chunk less is read of the weights, which come from the third level.
constexpr std::int64_t kCacheBytes = 1200 << 10;

/// Tiles per chunk: as many as keep to the scratch, a multiple of `unit`.
std::int64_t chunk_tiles(std::int64_t bytes_per_tile, int unit) {
  return std::max<std::int64_t>(kCacheBytes / bytes_per_tile / unit, 1) * unit;
}

/// The transformations for tiles of so many outputs.
const WinogradKernels& kernels_for(const IsaTable& table, const Extent3& outputs) {
  return *std::find_if(std::begin(table.winograd), std::end(table.winograd),
                       [&](const WinogradKernels& k) {
                         return Extent3{k.p, k.h, k.w} == outputs;
                       });
}

class WinogradConv final : public PlannedOp {
 public:
  WinogradConv(Context& context, const Conv3dDesc& op, const LayerWeights& w, std::int64_t widest,
               const Extent3& outputs)
      : context_(context),
        op_(op),
        outputs_(outputs),
        kernels_(kernels_for(context.table, outputs)),
        depth_(outputs.z + 2),
        points_((outputs.y + 2) * (outputs.x + 2)),
        in_blocks_(blocks_of(op.c0) + blocks_of(op.c1)),
        out_blocks_(blocks_of(op.co)),
        bias_(zero_bias(op.co)),
        zeros_(zero_row(widest)) {
    // as many input channels at a time as leave room for the tiles that should share what is read
    // of the weights
    const int at_a_time = context.table.voxels[largest_group(op.co, context.table.widest_group)];
    const int wanted = std::max(12 / at_a_time, 1) * at_a_time;
    std::int64_t parts = 1;
    const auto place_of = [&](std::int64_t inputs, std::int64_t sums) {
      return std::max(depth_ * inputs, outputs_.z * sums + (parts > 1 ? depth_ * inputs : 0));
    };
    const auto bytes_per_tile = [&] {
      some_blocks_ = (in_blocks_ + parts - 1) / parts;
      return points_ * place_of(some_blocks_, out_blocks_) * kBlock *
             static_cast<std::int64_t>(sizeof(float));
    };
    while (bytes_per_tile() * wanted > kCacheBytes && some_blocks_ > 1) ++parts;
    tiles_ = chunk_tiles(bytes_per_tile(), wanted);
    weights_.emplace(context.table, points_, depth_, op.c0, op.c1, op.co, some_blocks_);
    set_weights(w);
    v_stride_ = point_stride(some_blocks_ * tiles_ * kBlock);
    m_stride_ = point_stride(out_blocks_ * tiles_ * kBlock);
    place_ = point_stride(place_of(v_stride_, m_stride_));
    context.reserve_scratch(points_ * place_ + depth_ * m_stride_);
  }

  std::string name() const override {
    return std::string("winograd ") + context_.table.name + " " + outputs_.to_string() + ", " +
           std::to_string(tiles_) + " tiles";
  }
  std::size_t bytes() const override { return weights_->bytes() + zeros_.bytes(); }
  std::size_t workspace_bytes(const Extent3&, std::int64_t) const override {
    return context_.scratch_bytes();
  }
  Extent3 grid() const override { return outputs_; }

  void set_weights(const LayerWeights& w) override {
    check_weights("cpu", "conv3d", kernel_shape(op_), w);
    weights_->set(
        winograd_weights(context_.table, w.kernel.data(), (op_.c0 + op_.c1) * op_.co, outputs_));
    std::copy(w.bias.begin(), w.bias.end(), bias_.data());
  }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const std::int64_t across = (y.extent.x + outputs_.x - 1) / outputs_.x,
                       tiles = (y.extent.y + outputs_.y - 1) / outputs_.y * across;
    const std::int64_t p = outputs_.z, phase = op_.plane_phase % p,
                       first_group = (z_begin + phase) / p * p - phase;  // maybe before 0
    const std::int64_t chunks = (tiles + tiles_ - 1) / tiles_,
                       groups = (z_end - first_group + p - 1) / p;
    parallel_for(
        context_.pool, 0, groups * chunks, 1, [&](std::int64_t task, std::int64_t, int worker) {
          const auto chunk_of = [&](std::int64_t number) {
            const std::int64_t first = number % chunks * tiles_;
            return Chunk{first_group + number / chunks * p, first, std::min(tiles_, tiles - first),
                         across};
          };
          const Chunk chunk = chunk_of(task);
          // scratch: a place for each point, and the products of one. A place holds transformed
          // inputs and, once these were multiplied, what the products gave, summed along D for p
          // planes; inputs of later parts stand behind these sums.
          float* const planes = context_.scratch[static_cast<std::size_t>(worker)].data();
          float* const product = planes + points_ * place_;
          for (std::int64_t block = 0; block < in_blocks_; block += some_blocks_) {
            const Blocks some = some_from(block);
            float* const v = block > 0 ? planes + p * m_stride_ : planes;
            transform_input(x, some, chunk, v);
            const float* soon[kMostProducts] = {};
            if (block + some_blocks_ < in_blocks_)
              fetch_on_the_way(x, some_from(block + some_blocks_), chunk, some.count, soon);
            else if (task + 1 < groups * chunks)
              fetch_on_the_way(x, some_from(0), chunk_of(task + 1), some.count, soon);
            for (std::int64_t point = 0; point < points_; ++point) {
              weights_->multiply(point, some,
                                 {v + point * place_, v_stride_, product, m_stride_, tiles_,
                                  chunk.count, soon + point * depth_});
              kernels_.depth({product, m_stride_, planes + point * place_, m_stride_,
                              out_blocks_ * tiles_ * kBlock, block > 0});
            }
          }
          for (std::int64_t k = 0; k < p; ++k)
            if (chunk.z + k >= z_begin && chunk.z + k < z_end)
              transform_output(planes + k * m_stride_, chunk, y, chunk.z + k);
          context_.table.finish_streams();
        });
  }

 private:
  /// Neighbouring tiles in row-major order over one group of planes.
  struct Chunk {
    std::int64_t z, first, count, across;
    std::int64_t row(std::int64_t t) const { return (first + t) / across; }
    std::int64_t column(std::int64_t t) const { return (first + t) % across; }
  };

  Blocks some_from(std::int64_t block) const {
    return {block, std::min(some_blocks_, in_blocks_ - block)};
  }

  /// What one call transforms: tiles of a chunk that are neighbours in a row, of one block of
  /// channels.
  struct Run {
    std::int64_t block, first, tiles;
  };

  static Run run_of(const Chunk& chunk, std::int64_t block, std::int64_t first) {
    return {block, first, std::min(chunk.count - first, chunk.across - chunk.column(first))};
  }

  static Run next_run(const Chunk& chunk, const Run& run) {
    const std::int64_t first = run.first + run.tiles;
    return first < chunk.count ? run_of(chunk, run.block, first) : run_of(chunk, run.block + 1, 0);
  }

  /// The input rows of a run, planes outermost, at the zero before the first voxel.
  struct Rows {
    const float* at[kMostRowsOfTile];
  };

  Rows rows_of(std::span<const PlaneBuffer> x, const Chunk& chunk, const Run& run) const {
    const std::int64_t n = outputs_.y + 2, first_of_second = blocks_of(op_.c0),
                       column = chunk.column(run.first) * outputs_.x * kBlock;
    const bool second = run.block >= first_of_second;
    const PlaneBuffer& input = x[second];
    Rows rows;
    for (std::int64_t d = 0; d < depth_; ++d) {
      const std::int64_t z = chunk.z - 1 + d, y = chunk.row(run.first) * outputs_.y - 1;
      const bool inside = z >= 0 && z < input.extent.z;
      const PlaneRows plane(input, inside ? z : 0);
      const float* const row =
          plane.at(run.block - (second ? first_of_second : 0), y) - kBlock + column;
      for (std::int64_t h = 0; h < n; ++h)
        rows.at[d * n + h] = inside && y + h >= 0 && y + h < input.extent.y
                                 ? row + h * plane.row
                                 : zeros_.data() + column;
    }
    return rows;
  }

  void transform_input(std::span<const PlaneBuffer> x, Blocks some, const Chunk& chunk,
                       float* v) const {
    const std::int64_t second_row =
        outputs_.y +
        3;  // of the second plane: mostly in the volume, and elsewhere nothing is lost but time
    Run run = run_of(chunk, some.first, 0);
    for (Rows rows = rows_of(x, chunk, run), next_rows; run.block < some.first + some.count;
         rows = next_rows) {
      const Run next = next_run(chunk, run);
      next_rows = next.block < in_blocks_ ? rows_of(x, chunk, next) : rows;
      kernels_.input({rows.at, run.tiles, x[0].extent.x + 2 - chunk.column(run.first) * outputs_.x,
                      next_rows.at[second_row] - rows.at[second_row],
                      v + ((run.block - some.first) * tiles_ + run.first) * kBlock, v_stride_,
                      place_});
      run = next;
    }
  }

  /// Hands the input of what is transformed next to the last of the products, each of which fetches
  /// as many cache lines as it has input channels: earlier ones would be evicted by the weights.
  void fetch_on_the_way(std::span<const PlaneBuffer> x, Blocks some, const Chunk& chunk,
                        std::int64_t blocks, const float** soon) const {
    const std::int64_t products = depth_ * points_;
    std::int64_t count = 0;
    const float* pieces[kMostProducts];
    for (Run run = run_of(chunk, some.first, 0); run.block < some.first + some.count;
         run = next_run(chunk, run)) {
      const Rows rows = rows_of(x, chunk, run);
      for (std::int64_t i = 0; i < depth_ * (outputs_.y + 2); ++i)
        for (std::int64_t column = 0; column < run.tiles * outputs_.x + 2 && count < products;
             column += blocks * kBlock)
          pieces[count++] = rows.at[i] + column * kBlock;
    }
    std::copy_n(pieces, count, soon + products - count);
  }

  void transform_output(const float* planes, const Chunk& chunk, const PlaneBuffer& y,
                        std::int64_t z) {
    const PlaneRows out(y, z);
    for (std::int64_t b = 0; b < out_blocks_; ++b)
      for (Run run = run_of(chunk, b, 0); run.block == b; run = next_run(chunk, run)) {
        const std::int64_t row = chunk.row(run.first) * outputs_.y,
                           column = chunk.column(run.first) * outputs_.x;
        kernels_.output({planes + (b * tiles_ + run.first) * kBlock, place_, run.tiles,
                         bias_.data() + b * kBlock, out.at(b, row) + column * kBlock, out.row,
                         y.extent.y - row, y.extent.x - column, op_.relu});
      }
  }

  Context& context_;
  Conv3dDesc op_;
  Extent3 outputs_;  // of a tile
  const WinogradKernels& kernels_;
  std::int64_t depth_, points_, in_blocks_, out_blocks_;
  std::optional<ProductWeights> weights_;
  AlignedFloats bias_, zeros_;
  std::int64_t some_blocks_ = 0, tiles_ = 0, v_stride_ = 0, m_stride_ = 0, place_ = 0;
};

class ProductUpConv final : public PlannedOp {
 public:
  ProductUpConv(Context& context, const UpConvDesc& op, const LayerWeights& w, std::int64_t widest)
      : context_(context),
        op_(op),
        in_blocks_(blocks_of(op.ci)),
        out_blocks_(blocks_of(op.co)),
        weights_(context.table, 1, 8, op.ci, 0, op.co, in_blocks_),
        bias_(zero_bias(op.co)),
        zeros_(zero_row(widest)) {
    const std::int64_t bytes_per_voxel =
        8 * kBlock * static_cast<std::int64_t>(sizeof(float)) * (in_blocks_ + out_blocks_);
    // 200 KiB, a sixth of what a convolution has
    voxels_ = chunk_tiles(6 * bytes_per_voxel,
                          context.table.voxels[largest_group(op.co, context.table.widest_group)]);
    v_stride_ = point_stride(in_blocks_ * voxels_ * kBlock);
    m_stride_ = point_stride(out_blocks_ * voxels_ * kBlock);
    context.reserve_scratch(8 * (v_stride_ + m_stride_));
    set_weights(w);
  }

  std::string name() const override { return std::string("8 products ") + context_.table.name; }
  std::size_t bytes() const override { return weights_.bytes() + zeros_.bytes(); }
  std::size_t workspace_bytes(const Extent3&, std::int64_t) const override {
    return context_.scratch_bytes();
  }
  Extent3 grid() const override { return {2, 1, 1}; }

  void set_weights(const LayerWeights& w) override {
    check_weights("cpu", "up_conv", kernel_shape(op_), w);
    weights_.set(up_conv_product_weights(w.kernel.data(), op_.ci * op_.co));
    std::copy(w.bias.begin(), w.bias.end(), bias_.data());
  }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const PlaneBuffer& small = x[0];
    context_.for_rows(z_begin / 2, (z_end + 1) / 2, small.extent.y,
                      [&](std::int64_t z, std::int64_t row, int worker) {
                        float* const v = context_.scratch[static_cast<std::size_t>(worker)]
                                             .data();  // differences, then products
                        float* const m = v + 8 * v_stride_;
                        for (std::int64_t first = 0; first < small.extent.x; first += voxels_) {
                          const std::int64_t count = std::min(voxels_, small.extent.x - first);
                          for (std::int64_t b = 0; b < in_blocks_; ++b) {
                            UpConvInput in{{}, v + b * voxels_ * kBlock, v_stride_, count, kBlock};
                            for (std::int64_t i = 0; i < 4; ++i) {
                              const std::int64_t zi = z + (i >> 1), yi = row + (i & 1);
                              in.rows[i] = zi < small.extent.z && yi < small.extent.y
                                               ? PlaneRows(small, zi).at(b, yi) + first * kBlock
                                               : zeros_.data();
                            }
                            context_.table.up_conv_input(in);
                          }
                          weights_.multiply(0, {0, in_blocks_},
                                            {v, v_stride_, m, m_stride_, voxels_, count, nullptr});
                          for (std::int64_t b = 0; b < out_blocks_; ++b) {
                            UpConvOutput out{m + b * voxels_ * kBlock,  m_stride_, kBlock,  count,
                                             bias_.data() + b * kBlock, {},        op_.relu};
                            for (std::int64_t i = 0; i < 4; ++i)
                              out.rows[i] =
                                  PlaneRows(y, 2 * z + (i >> 1)).at(b, 2 * row + (i & 1)) +
                                  2 * first * kBlock;
                            context_.table.up_conv_output(out);
                          }
                        }
                        context_.table.finish_streams();
                      });
  }

 private:
  Context& context_;
  UpConvDesc op_;
  std::int64_t in_blocks_, out_blocks_;
  ProductWeights weights_;
  AlignedFloats bias_, zeros_;
  std::int64_t voxels_ = 0, v_stride_ = 0, m_stride_ = 0;
};

}  // namespace

std::unique_ptr<PlannedOp> make_winograd_conv(Context& context, const Conv3dDesc& op,
                                              const LayerWeights& weights, std::int64_t widest,
                                              const Extent3& outputs) {
  return std::make_unique<WinogradConv>(context, op, weights, widest, outputs);
}

std::unique_ptr<PlannedOp> make_product_up_conv(Context& context, const UpConvDesc& op,
                                                const LayerWeights& weights, std::int64_t widest) {
  return std::make_unique<ProductUpConv>(context, op, weights, widest);
}

}  // namespace dfe::cpu
