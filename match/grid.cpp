// SPDX-License-Identifier: Apache-2.0
// The passes, see the header. A plane is made of blocks of 16 columns along x, a block of one point
// per row; so both transforms of a plane find their 16 lines side by side, with one exchange of
// lanes and points between them.
#include "match/grid.hpp"

#include <algorithm>
#include <new>

namespace dfe::match {

namespace {

constexpr std::align_val_t kAlignment{64};
constexpr std::int64_t kColumnsAtOnce = 16;

std::int64_t blocks_of(std::int64_t n) { return (n + kFourierLanes - 1) / kFourierLanes; }

}  // namespace

Floats::Floats(std::int64_t count)
    : data_(static_cast<float*>(operator new[](static_cast<std::size_t>(count) * sizeof(float),
                                               kAlignment))),
      size_(count) {
  std::fill_n(data_.get(), count, 0.0f);
}

void Floats::Free::operator()(float* p) const { operator delete[](p, kAlignment); }

Grid::Grid(const Extent3& extent, ThreadPool& pool, const FourierKernels& kernels)
    : extent_(extent),
      pool_(pool),
      kernels_(kernels),
      x_blocks_(blocks_of(extent.x)),
      y_blocks_(blocks_of(extent.y)),
      block_(extent.y * kFourierPoint),
      // The last rows are read as 16, too. An odd number of points spreads those of a column over
      // the sets of a cache.
      plane_(((x_blocks_ * extent.y + kFourierLanes) | 1) * kFourierPoint),
      field_plane_(y_blocks_ * extent.x * kFourierLanes),
      scratch_(std::max(extent.z, x_blocks_ * kFourierLanes) * kFourierPoint),
      z_(extent.z),
      y_(extent.y),
      x_(extent.x),
      scratches_(scratch_ * pool.threads()) {}

std::int64_t Grid::spectrum_floats() const { return x_blocks_ * extent_.z * block_; }

std::int64_t Grid::scratch_bytes() const {
  return scratches_.size() * static_cast<std::int64_t>(sizeof(float));
}

void Grid::forward_planes(const Occupied& occupied, const RowPacker& pack,
                          const Floats& planes) const {
  parallel_for(pool_, 0, occupied.z, 1, [&](std::int64_t z, std::int64_t, int worker) {
    float* const points = scratches_.data() + worker * scratch_;
    float* const plane = planes.data() + z * plane_;
    // The last block of 16 columns may reach beyond the last one.
    for (std::int64_t row = 0; row < occupied.y; row += kFourierLanes) {
      std::fill_n(points, x_blocks_ * kFourierLanes * kFourierPoint, 0.0f);
      pack(z, row, points);
      kernels_.forward(x_.plan(), {points, kFourierPoint, occupied.x}, points, kFourierPoint);
      for (std::int64_t b = 0; b < x_blocks_; ++b) {
        alignas(64) float square[kFourierLanes * kFourierPoint];
        kernels_.transpose(points + b * kFourierLanes * kFourierPoint, kFourierPoint, square,
                           kFourierPoint);
        std::copy_n(square, std::min(kFourierLanes, extent_.y - row) * kFourierPoint,
                    plane + b * block_ + row * kFourierPoint);
      }
    }
    for (std::int64_t b = 0; b < x_blocks_; ++b)
      kernels_.forward(y_.plan(), {plane + b * block_, kFourierPoint, occupied.y},
                       plane + b * block_, kFourierPoint);
  });
}

void Grid::spectrum(const Floats& planes, std::int64_t count, const Floats& spectrum) const {
  parallel_for(pool_, 0, x_blocks_ * extent_.y, kColumnsAtOnce,
               [&](std::int64_t first, std::int64_t last, int) {
                 for (std::int64_t c = first; c < last; ++c)
                   kernels_.forward(z_.plan(), {planes.data() + c * kFourierPoint, plane_, count},
                                    spectrum.data() + c * extent_.z * kFourierPoint, kFourierPoint);
               });
}

void Grid::correlate_columns(const Floats& box, std::int64_t count, const Floats& spectrum,
                             const Floats& planes) const {
  parallel_for(pool_, 0, x_blocks_ * extent_.y, kColumnsAtOnce,
               [&](std::int64_t first, std::int64_t last, int worker) {
                 for (std::int64_t c = first; c < last; ++c)
                   kernels_.column(z_.plan(), {{box.data() + c * kFourierPoint, plane_, count},
                                               spectrum.data() + c * extent_.z * kFourierPoint,
                                               scratches_.data() + worker * scratch_,
                                               planes.data() + c * kFourierPoint,
                                               plane_});
               });
}

void Grid::gather_rows(const float* plane, std::int64_t block, float* points) const {
  for (std::int64_t b = 0; b < x_blocks_; ++b)
    kernels_.transpose(plane + b * block_ + block * kFourierLanes * kFourierPoint, kFourierPoint,
                       points + b * kFourierLanes * kFourierPoint, kFourierPoint);
}

void Grid::best_scores(const Floats& planes, const FourierScores& fields) const {
  parallel_for(pool_, 0, extent_.z, 1, [&](std::int64_t z, std::int64_t, int worker) {
    float* const points = scratches_.data() + worker * scratch_;
    float* const plane = planes.data() + z * plane_;
    for (std::int64_t b = 0; b < x_blocks_; ++b)
      kernels_.backward(y_.plan(), plane + b * block_, kFourierPoint, plane + b * block_,
                        kFourierPoint);
    for (std::int64_t block = 0; block < y_blocks_; ++block) {
      gather_rows(plane, block, points);
      const std::int64_t at = z * field_plane_ + block * extent_.x * kFourierLanes;
      kernels_.scores(x_.plan(), points,
                      {fields.scale + at, fields.second_scale + at, fields.best + at,
                       fields.ids + at, fields.id});
    }
  });
}

void Grid::fields(const Floats& planes, float* real, float* imaginary) const {
  parallel_for(pool_, 0, extent_.z, 1, [&](std::int64_t z, std::int64_t, int worker) {
    float* const points = scratches_.data() + worker * scratch_;
    float* const plane = planes.data() + z * plane_;
    for (std::int64_t b = 0; b < x_blocks_; ++b)
      kernels_.backward(y_.plan(), plane + b * block_, kFourierPoint, plane + b * block_,
                        kFourierPoint);
    for (std::int64_t block = 0; block < y_blocks_; ++block) {
      gather_rows(plane, block, points);
      kernels_.backward(x_.plan(), points, kFourierPoint, points, kFourierPoint);
      const std::int64_t at = z * field_plane_ + block * extent_.x * kFourierLanes;
      for (std::int64_t x = 0; x < extent_.x; ++x) {
        const float* const p = points + x * kFourierPoint;
        std::copy_n(p, kFourierLanes, real + at + x * kFourierLanes);
        if (imaginary)
          std::copy_n(p + kFourierLanes, kFourierLanes, imaginary + at + x * kFourierLanes);
      }
    }
  });
}

}  // namespace dfe::match
