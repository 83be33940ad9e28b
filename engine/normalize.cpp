// SPDX-License-Identifier: Apache-2.0
// Statistics of a volume, of all of it or of blocks of 56 voxels, in one pass, and their use on any
// part of it. Rows are summed in order and merged in order, plane by plane, so that the bits are
// those of every other way to add up (kernels/common/row_moments.hpp). See docs/design/engine.md,
// "Decisions that differ from the first design".
#include "engine/normalize.hpp"

#include <algorithm>
#include <cmath>

#include "core/cancel.hpp"
#include "dfengine/error.hpp"
#include "kernels/common/row_moments.hpp"

namespace dfe {
namespace {

std::int64_t blocks_along(std::int64_t n) {
  return std::max<std::int64_t>((n + kPatch / 2) / kPatch, 1);
}  // the last block takes the rest

std::int64_t block_of(std::int64_t position, std::int64_t blocks) {
  return std::min(position / kPatch, blocks - 1);
}

/// Between which two block centres a position lies, and how far towards the second.
struct Between {
  std::int64_t low, high;
  double share;

  Between(std::int64_t position, std::int64_t length, std::int64_t blocks) {
    const auto centre = [&](std::int64_t b) {
      const std::int64_t end = b == blocks - 1 ? length : (b + 1) * kPatch;
      return (static_cast<double>(b * kPatch + end) - 1) / 2;
    };
    const double p = static_cast<double>(position);
    low = block_of(position, blocks);
    if (p < centre(low)) --low;
    high = std::min(low + 1, blocks - 1);
    low = std::max<std::int64_t>(low, 0);
    share = low == high ? 0 : (p - centre(low)) / (centre(high) - centre(low));
  }
};

RowMoments moments_of(const float* row, std::int64_t n) {
  return card::row_moments([row](std::int64_t i) { return row[i]; }, n);
}

}  // namespace

void Moments::add_all(const float* values, std::int64_t n) {
  if (n == 0) return;
  const RowMoments part = moments_of(values, n);
  merge({n, part.mean, part.squares});
}

void Moments::merge(const Moments& other) {
  if (other.count == 0) return;
  const double n = static_cast<double>(count), m = static_cast<double>(other.count),
               delta = other.mean - mean;
  mean += delta * (m / (n + m));
  squares += other.squares + delta * delta * (n * m / (n + m));
  count += other.count;
}

double Moments::deviation() const {
  return count > 0 ? std::sqrt(squares / static_cast<double>(count)) : 0;
}

Normalizer::Normalizer(const VolumeSource& volume, Normalization kind, Observer* observer,
                       VoxelInput* input)
    : kind_(kind), extent_(volume.extent()) {
  const Extent3 e = extent_;
  if (e.voxels() == 0)
    throw Error("normalize", volume.info().path, "the volume has no voxels",
                "its extent is " + e.to_string());
  blocks_ = {blocks_along(e.z), blocks_along(e.y), blocks_along(e.x)};
  std::vector<Moments> blocks(
      kind == Normalization::Patch ? static_cast<std::size_t>(blocks_.voxels()) : 0);
  std::int64_t bad = 0;
  const auto add_plane = [&](std::int64_t z, std::span<const RowMoments> rows) {
    Moments part;
    for (const RowMoments& row : rows) {
      bad += row.not_finite;
      part.merge({e.x, row.mean, row.squares});
    }
    all_.merge(part);
    if (!observer) return;
    observer->progress("statistics", z + 1, e.z);
    stop_if_cancelled(observer, "normalize", volume.info().path);
  };
  if (input) {
    input->row_moments(add_plane);
  } else {
    std::vector<float> plane(static_cast<std::size_t>(e.y * e.x));
    std::vector<RowMoments> rows(static_cast<std::size_t>(e.y));
    for (std::int64_t z = 0; z < e.z; ++z) {
      volume.read_box({{z, 0, 0}, {1, e.y, e.x}}, plane.data());
      for (std::int64_t y = 0; y < e.y; ++y) {
        const float* const row = plane.data() + y * e.x;
        rows[static_cast<std::size_t>(y)] = moments_of(row, e.x);
        for (std::int64_t b = 0; !blocks.empty() && b < blocks_.x; ++b) {
          const std::int64_t begin = b * kPatch, end = b == blocks_.x - 1 ? e.x : begin + kPatch;
          blocks[static_cast<std::size_t>(
                     (block_of(z, blocks_.z) * blocks_.y + block_of(y, blocks_.y)) * blocks_.x + b)]
              .add_all(row + begin, end - begin);
        }
      }
      add_plane(z, rows);
    }
  }
  if (bad > 0)
    throw Error(
        "normalize", volume.info().path,
        std::to_string(bad) + " of " + std::to_string(e.voxels()) + " voxels are NaN or infinite",
        "replace them, for example by the mean, before picking");
  const double deviation = all_.deviation();
  if (kind != Normalization::None && !(deviation > 0))
    throw Error("normalize", volume.info().path,
                "all " + std::to_string(e.voxels()) + " voxels have the same value",
                "check the file: a constant volume contains nothing to find");
  for (const Moments& block : blocks) {
    mean_.push_back(block.mean);
    scale_.push_back(
        1 / std::max(block.deviation(), 1e-3 * deviation));  // a constant block stays finite
  }
}

void Normalizer::apply(const Box3& box, float* voxels) const {
  if (kind_ == Normalization::None) return;
  if (kind_ == Normalization::Patch) return apply_patch(box, voxels);
  const double mean = this->mean(), scale = this->scale();
  const std::int64_t n = box.extent.voxels();
  for (std::int64_t i = 0; i < n; ++i)
    voxels[i] = static_cast<float>((static_cast<double>(voxels[i]) - mean) * scale);
}

void Normalizer::apply_patch(const Box3& box, float* voxels) const {
  for (std::int64_t z = 0; z < box.extent.z; ++z)
    for (std::int64_t y = 0; y < box.extent.y; ++y) {
      const Between bz(box.begin.z + z, extent_.z, blocks_.z),
          by(box.begin.y + y, extent_.y, blocks_.y);
      for (std::int64_t x = 0; x < box.extent.x; ++x, ++voxels) {
        const Between bx(box.begin.x + x, extent_.x, blocks_.x);
        const auto at = [&](const std::vector<double>& v) {
          const auto row = [&](std::int64_t cz, std::int64_t cy) {
            const double* const p = v.data() + (cz * blocks_.y + cy) * blocks_.x;
            return p[bx.low] + bx.share * (p[bx.high] - p[bx.low]);
          };
          const auto face = [&](std::int64_t cz) {
            return row(cz, by.low) + by.share * (row(cz, by.high) - row(cz, by.low));
          };
          return face(bz.low) + bz.share * (face(bz.high) - face(bz.low));
        };
        *voxels = static_cast<float>((static_cast<double>(*voxels) - at(mean_)) * at(scale_));
      }
    }
}

}  // namespace dfe
