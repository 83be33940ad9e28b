// SPDX-License-Identifier: Apache-2.0
// Filter gradients by minimal filtering. Forward is y = Aᵀ[(G w)·(Bᵀ x)] per tile, so dw = Gᵀ Σ
// over tiles (A dy)·(Bᵀ x): 6 times fewer products for tiles of 2 x 4 x 4. The four points along D
// are four tasks, because the sums of one of them stay in the cache.
#include <algorithm>

#include "kernels/cpu/backward_parts.hpp"
#include "kernels/cpu/winograd_points.hpp"

namespace dfe::cpu {
namespace {

/// Point d of F(2, 3) along D: which planes are combined, and how. x = a + sign·b of the planes z-1
/// .. z+2, dy = a + sign·b of z, z+1.
struct DepthPoint {
  int x_a, x_b;
  float x_sign;
  int dy_a, dy_b;  // dy_b < 0: one term
  float dy_sign;
};
constexpr DepthPoint kDepth[4] = {
    {0, 2, -1, 0, -1, 0}, {1, 2, 1, 0, 1, 1}, {2, 1, -1, 0, 1, -1}, {3, 1, -1, 1, -1, 0}};

class WinogradFilter final : public InputFilter {
 public:
  WinogradFilter(BackwardContext& shared, std::int64_t ci, std::int64_t co, std::int64_t widest,
                 int m)
      : shared_(shared),
        ci_(ci),
        co_(co),
        m_(m),
        n_(m + 2),
        points_(n_ * n_),
        co_blocks_(blocks_of(co)),
        matrix_(winograd_filter_matrix(m)),
        zeros_(zero_row(widest)) {
    constexpr std::int64_t kSumBytes = 400 << 10, kTileBytes = 350 << 10;
    const std::int64_t vector_bytes = points_ * kBlock * static_cast<std::int64_t>(sizeof(float));
    group_ = std::clamp<std::int64_t>(kSumBytes / (vector_bytes * kBlock * co_blocks_), 1,
                                      blocks_of(ci));
    groups_ = (blocks_of(ci) + group_ - 1) / group_;
    tiles_ = std::max<std::int64_t>(kTileBytes / (vector_bytes * (group_ + co_blocks_)), 8);
    // an odd number of cache lines, so that points do not fall on the same cache sets
    v_stride_ = (group_ * tiles_ | 1) * kBlock;
    u_stride_ = (co_blocks_ * tiles_ | 1) * kBlock;
    sum_stride_ = group_ * co_blocks_ * kBlock * kBlock;
    for (int worker = 0; worker < shared.context.pool.threads(); ++worker)
      scratch_.emplace_back(
          static_cast<std::size_t>(points_ * (v_stride_ + u_stride_ + sum_stride_)));
  }

  std::string name() const override {
    return std::string("winograd ") + shared_.table.name + " 2x" + std::to_string(m_) + "x" +
           std::to_string(m_);
  }
  std::size_t bytes() const override {
    return zeros_.bytes() + scratch_.size() * scratch_.front().bytes() +
           partial_.size() * sizeof(double);
  }

  void run(const PlaneBuffer& x, const PlaneBuffer& dy, double* dw, std::int64_t dw_step) override {
    const std::int64_t chunks = (x.extent.z + kChunkPlanes - 1) / kChunkPlanes,
                       size = 9 * ci_ * co_;
    partial_.resize(static_cast<std::size_t>(chunks * 4 * size));
    parallel_for(shared_.context.pool, 0, chunks * 4 * groups_, 1,
                 [&](std::int64_t task, std::int64_t, int worker) {
                   const std::int64_t chunk = task / (4 * groups_), d = task / groups_ % 4;
                   run_task(x, dy, chunk * kChunkPlanes,
                            std::min(x.extent.z, (chunk + 1) * kChunkPlanes), kDepth[d],
                            task % groups_ * group_,
                            scratch_[static_cast<std::size_t>(worker)].data(),
                            partial_.data() + (chunk * 4 + d) * size);
                 });
    const std::vector<double> depth = winograd_filter_matrix(2);
    parallel_for(shared_.context.pool, 0, 27, 1, [&](std::int64_t tap, std::int64_t, int) {
      double* const to = dw + tap * dw_step;
      std::fill_n(to, ci_ * co_, 0.0);
      for (std::int64_t part = 0; part < chunks * 4; ++part) {
        const double factor = depth[static_cast<std::size_t>(part % 4 * 3 + tap / 9)];
        const double* const from = partial_.data() + part * size + tap % 9 * ci_ * co_;
        if (factor != 0)
          for (std::int64_t i = 0; i < ci_ * co_; ++i) to[i] += factor * from[i];
      }
    });
  }

 private:
  /// Neighbouring tiles in row-major order over one pair of planes.
  struct Tiles {
    std::int64_t first, count, across;
  };

  /// What a transformation reads: `rows` rows from `first_row` before the tile's first output row,
  /// `width` voxels of a row.
  struct Source {
    void (*kernel)(const FilterTile&);
    std::int64_t blocks, rows, first_row, width;
    bool two;
    float sign;
  };

  /// Sums of one point along D over some planes, for some blocks of input channels, to (3, 3, ci,
  /// co).
  void run_task(const PlaneBuffer& x, const PlaneBuffer& dy, std::int64_t z_begin,
                std::int64_t z_end, const DepthPoint& point, std::int64_t first_block, float* v,
                double* partial) {
    float* const u = v + points_ * v_stride_;
    float* const sums = u + points_ * u_stride_;
    const std::int64_t blocks = std::min(group_, blocks_of(ci_) - first_block);
    const std::int64_t across = (x.extent.x + m_ - 1) / m_,
                       tiles = (x.extent.y + m_ - 1) / m_ * across;
    const Source x_source{
        shared_.table.filter_x[m_ / 4], blocks, n_, -1, x.extent.x + 2, true, point.x_sign};
    const Source dy_source{shared_.table.filter_dy[m_ / 4],
                           co_blocks_,
                           m_,
                           0,
                           x.extent.x,
                           point.dy_b >= 0,
                           point.dy_sign};
    std::fill_n(sums, points_ * sum_stride_, 0.0f);
    for (std::int64_t z = z_begin; z < z_end; z += 2)
      for (std::int64_t first = 0; first < tiles; first += tiles_) {
        const Tiles some{first, std::min(tiles_, tiles - first), across};
        transform(x_source, some, v, v_stride_, [&](std::int64_t b, bool second, std::int64_t y) {
          const std::int64_t plane = z - 1 + (second ? point.x_b : point.x_a);
          const bool inside = plane >= 0 && plane < x.extent.z && y >= 0 && y < x.extent.y;
          return inside ? PlaneRows(x, plane).at(first_block + b, y) - kBlock : zeros_.data();
        });
        transform(dy_source, some, u, u_stride_, [&](std::int64_t b, bool second, std::int64_t y) {
          const std::int64_t plane = z + (second ? point.dy_b : point.dy_a);
          return plane < x.extent.z && y < x.extent.y ? PlaneRows(dy, plane).at(b, y)
                                                      : zeros_.data();
        });
        multiply(blocks, some.count, v, u, sums);
      }
    to_taps(sums, first_block, blocks, partial);
  }

  /// Transforms tiles of all blocks of a source; row(block, second, y) gives the rows of the first
  /// and the second term.
  template <class Row>
  void transform(const Source& source, const Tiles& tiles, float* v, std::int64_t stride,
                 Row&& row) {
    constexpr std::int64_t kMost = 6;
    for (std::int64_t b = 0; b < source.blocks; ++b) {
      const float *line[2 * kMost],
          *rows[2 * kMost];  // of the line of tiles, and at the tile; the second term from kMost on
      std::int64_t line_of = -1;
      for (std::int64_t t = 0; t < tiles.count; ++t) {
        const std::int64_t tile_row = (tiles.first + t) / tiles.across,
                           column = (tiles.first + t) % tiles.across * m_;
        if (tile_row != line_of) {
          line_of = tile_row;
          for (std::int64_t i = 0; i < source.rows; ++i) {
            line[i] = row(b, false, tile_row * m_ + source.first_row + i);
            line[kMost + i] =
                source.two ? row(b, true, tile_row * m_ + source.first_row + i) : zeros_.data();
          }
        }
        for (std::int64_t i = 0; i < source.rows; ++i) {
          rows[i] = line[i] + column * kBlock;
          rows[kMost + i] = line[kMost + i] + column * kBlock;
        }
        source.kernel({rows, source.two ? rows + kMost : nullptr, source.sign,
                       std::min(source.rows, source.width - column), v + (b * tiles_ + t) * kBlock,
                       stride});
      }
    }
  }

  /// sums (point, ci block, co block, 16, 16) += Σ over tiles v·u
  void multiply(std::int64_t blocks, std::int64_t count, const float* v, const float* u,
                float* sums) {
    for (std::int64_t p = 0; p < points_; ++p)
      for (std::int64_t b = 0; b < blocks; ++b)
        for (std::int64_t o = 0; o < co_blocks_; ++o) {
          const float* const x = v + p * v_stride_ + b * tiles_ * kBlock;
          const float* const dy = u + p * u_stride_ + o * tiles_ * kBlock;
          shared_.table.filter_rows[1](
              {&x, &dy, 1, count, sums + p * sum_stride_ + (b * co_blocks_ + o) * kBlock * kBlock,
               true});
        }
  }

  void to_taps(const float* sums, std::int64_t first_block, std::int64_t blocks,
               double* partial) const {
    for (std::int64_t c = first_block * kBlock; c < std::min(ci_, (first_block + blocks) * kBlock);
         ++c)
      for (std::int64_t o = 0; o < co_blocks_; ++o) {
        alignas(64) double taps[9 * kBlock];
        shared_.table.filter_taps(
            {sums + (((c / kBlock - first_block) * co_blocks_ + o) * kBlock + c % kBlock) * kBlock,
             sum_stride_, matrix_.data(), n_, taps});
        for (std::int64_t tap = 0; tap < 9; ++tap)
          std::copy_n(taps + tap * kBlock, std::min(kBlock, co_ - o * kBlock),
                      partial + (tap * ci_ + c) * co_ + o * kBlock);
      }
  }

  BackwardContext& shared_;
  std::int64_t ci_, co_, m_, n_, points_, co_blocks_;
  std::vector<double> matrix_;  // G of F(m, 3)
  AlignedFloats zeros_;
  std::int64_t
      group_ = 1,
      groups_ = 1;  // blocks of input channels of one task, and how many groups of them there are
  std::int64_t tiles_ = 0, v_stride_ = 0, u_stride_ = 0, sum_stride_ = 0;
  std::vector<AlignedFloats> scratch_;  // per worker: points of x, points of dy, sums
  std::vector<double> partial_;         // (chunk, point along D, 3, 3, ci, co)
};

}  // namespace

std::unique_ptr<InputFilter> make_winograd_filter(BackwardContext& shared, std::int64_t ci,
                                                  std::int64_t co, std::int64_t widest, int m) {
  return std::make_unique<WinogradFilter>(shared, ci, co, widest, m);
}

}  // namespace dfe::cpu
