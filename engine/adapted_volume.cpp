// SPDX-License-Identifier: Apache-2.0
// Both adaptations are one thing: along each axis an output voxel is a weighted sum of neighbouring
// input voxels, and the three axes separate.
#include "engine/adapted_volume.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace dfe {
namespace {

/// Weights of the input voxels [begin, begin + weights.size()) for one output position; they sum
/// to 1.
struct Taps {
  std::int64_t begin = 0;
  std::vector<float> weights;
  std::int64_t end() const { return begin + static_cast<std::int64_t>(weights.size()); }
};

/// One Taps per output position along an axis.
using AxisTaps = std::vector<Taps>;

AxisTaps binning_taps(std::int64_t length, std::int64_t factor) {
  AxisTaps axis;
  for (std::int64_t begin = 0; begin < length; begin += factor) {
    const std::int64_t count = std::min(factor, length - begin);
    axis.push_back({begin, std::vector<float>(static_cast<std::size_t>(count),
                                              1.0f / static_cast<float>(count))});
  }
  return axis;
}

/// A triangle of half width max(step, 1) input voxels around each output centre, `step` input
/// voxels apart, tilted so that its centre of mass lies on the output centre: without that,
/// resampled structures would shift by up to a quarter of a voxel. The volume's edge value stands
/// for everything beyond it.
AxisTaps resampling_taps(std::int64_t length, std::int64_t out_length) {
  AxisTaps axis;
  const double step = static_cast<double>(length) / static_cast<double>(out_length),
               width = std::max(step, 1.0);
  for (std::int64_t i = 0; i < out_length; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * step - 0.5;
    const std::int64_t low = static_cast<std::int64_t>(std::floor(centre - width)) + 1;
    const std::int64_t high = static_cast<std::int64_t>(std::ceil(centre + width)) - 1;
    const auto offset = [&](std::int64_t j) { return static_cast<double>(j) - centre; };
    const auto triangle = [&](std::int64_t j) { return 1 - std::abs(offset(j)) / width; };
    double first = 0, second = 0;
    for (std::int64_t j = low; j <= high; ++j) {
      first += triangle(j) * offset(j);
      second += triangle(j) * offset(j) * offset(j);
    }
    const double tilt = second > 0 ? first / second : 0;
    const std::int64_t begin = std::clamp<std::int64_t>(low, 0, length - 1),
                       end = std::clamp<std::int64_t>(high, 0, length - 1) + 1;
    std::vector<double> sums(static_cast<std::size_t>(end - begin), 0);
    double total = 0;
    for (std::int64_t j = low; j <= high; ++j) {
      const double weight = triangle(j) * (1 - tilt * offset(j));
      sums[static_cast<std::size_t>(std::clamp(j, begin, end - 1) - begin)] += weight;
      total += weight;
    }
    Taps taps{begin, {}};
    for (const double sum : sums) taps.weights.push_back(static_cast<float>(sum / total));
    axis.push_back(std::move(taps));
  }
  return axis;
}

class AdaptedVolume final : public VolumeSource {
 public:
  AdaptedVolume(std::unique_ptr<VolumeSource> volume, VolumeInfo info, AxisTaps z, AxisTaps y,
                AxisTaps x)
      : volume_(std::move(volume)),
        info_(std::move(info)),
        z_(std::move(z)),
        y_(std::move(y)),
        x_(std::move(x)) {}

  const VolumeInfo& info() const override { return info_; }
  std::int64_t resident_bytes() const override {
    const Extent3 e = volume_->extent();
    return volume_->resident_bytes() + 2 * e.y * e.x * static_cast<std::int64_t>(sizeof(float));
  }

  void read_box(const Box3& box, float* out) const override {
    const std::int64_t y0 = at(y_, box.begin.y).begin, x0 = at(x_, box.begin.x).begin;
    const std::int64_t height = at(y_, box.begin.y + box.extent.y - 1).end() - y0,
                       width = at(x_, box.begin.x + box.extent.x - 1).end() - x0;
    std::vector<float> plane(static_cast<std::size_t>(height * width)), sum(plane.size()),
        row(static_cast<std::size_t>(width));
    for (std::int64_t z = box.begin.z; z < box.begin.z + box.extent.z; ++z) {
      std::fill(sum.begin(), sum.end(), 0.0f);
      const Taps& tz = at(z_, z);
      for (std::int64_t iz = tz.begin; iz < tz.end(); ++iz) {
        volume_->read_box({{iz, y0, x0}, {1, height, width}}, plane.data());
        const float weight = tz.weights[static_cast<std::size_t>(iz - tz.begin)];
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * plane[i];
      }
      for (std::int64_t y = box.begin.y; y < box.begin.y + box.extent.y; ++y) {
        std::fill(row.begin(), row.end(), 0.0f);
        const Taps& ty = at(y_, y);
        for (std::int64_t iy = ty.begin; iy < ty.end(); ++iy) {
          const float weight = ty.weights[static_cast<std::size_t>(iy - ty.begin)];
          const float* const from = sum.data() + (iy - y0) * width;
          for (std::int64_t i = 0; i < width; ++i)
            row[static_cast<std::size_t>(i)] += weight * from[i];
        }
        for (std::int64_t x = box.begin.x; x < box.begin.x + box.extent.x; ++x) {
          const Taps& tx = at(x_, x);
          float value = 0;
          for (std::size_t i = 0; i < tx.weights.size(); ++i)
            value += tx.weights[i] * row[static_cast<std::size_t>(tx.begin - x0) + i];
          *out++ = value;
        }
      }
    }
  }

 private:
  static const Taps& at(const AxisTaps& axis, std::int64_t i) {
    return axis[static_cast<std::size_t>(i)];
  }

  std::unique_ptr<VolumeSource> volume_;
  VolumeInfo info_;
  AxisTaps z_, y_, x_;
};

/// The header of a volume whose grid became `step` times coarser along each axis. The outer faces
/// stay where they are.
VolumeInfo adapted_info(const VolumeInfo& info, const Extent3& extent, const Point3& step) {
  VolumeInfo result = info;
  VolumeGeometry& g = result.geometry;
  g.extent = extent;
  g.sampling = {};
  const auto shift = [](double s, double voxel) { return (s - 1) / 2 * voxel; };
  g.origin_angstrom.z += shift(step.z, g.voxel_size.z_angstrom);
  g.origin_angstrom.y += shift(step.y, g.voxel_size.y_angstrom);
  g.origin_angstrom.x += shift(step.x, g.voxel_size.x_angstrom);
  const auto scaled = [](std::int64_t start, double s) {
    return static_cast<std::int64_t>(std::llround(static_cast<double>(start) / s));
  };
  g.start = {scaled(g.start.z, step.z), scaled(g.start.y, step.y), scaled(g.start.x, step.x)};
  g.voxel_size = {g.voxel_size.z_angstrom * step.z, g.voxel_size.y_angstrom * step.y,
                  g.voxel_size.x_angstrom * step.x};
  return result;
}

std::unique_ptr<VolumeSource> on_grid(std::unique_ptr<VolumeSource> volume, const Extent3& extent) {
  const Extent3 e = volume->extent();
  const auto step = [](std::int64_t from, std::int64_t to) {
    return static_cast<double>(from) / static_cast<double>(to);
  };
  VolumeInfo adapted = adapted_info(
      volume->info(), extent, {step(e.z, extent.z), step(e.y, extent.y), step(e.x, extent.x)});
  AxisTaps z = resampling_taps(e.z, extent.z), y = resampling_taps(e.y, extent.y),
           x = resampling_taps(e.x, extent.x);
  return std::make_unique<AdaptedVolume>(std::move(volume), std::move(adapted), std::move(z),
                                         std::move(y), std::move(x));
}

}  // namespace

std::unique_ptr<VolumeSource> bin_volume(std::unique_ptr<VolumeSource> volume,
                                         std::int64_t factor) {
  if (factor < 1)
    throw Error(ErrorKind::Usage, "bin", std::to_string(factor), "below 1",
                "give a whole number from 1");
  if (factor == 1) return volume;
  const Extent3 e = volume->extent();
  AxisTaps z = binning_taps(e.z, factor), y = binning_taps(e.y, factor),
           x = binning_taps(e.x, factor);
  const Extent3 extent{static_cast<std::int64_t>(z.size()), static_cast<std::int64_t>(y.size()),
                       static_cast<std::int64_t>(x.size())};
  const double step = static_cast<double>(factor);
  VolumeInfo info = adapted_info(volume->info(), extent, {step, step, step});
  return std::make_unique<AdaptedVolume>(std::move(volume), std::move(info), std::move(z),
                                         std::move(y), std::move(x));
}

std::unique_ptr<VolumeSource> resample_volume(std::unique_ptr<VolumeSource> volume,
                                              double voxel_angstrom) {
  const VolumeInfo& info = volume->info();
  const VoxelSize& voxel = info.geometry.voxel_size;
  if (!voxel.known() || !(voxel_angstrom > 0))
    throw Error(ErrorKind::Usage, "rescale", info.path, "the voxel size is unknown",
                "give --voxel-size in Å");
  const Extent3 e = volume->extent();
  const auto length = [&](std::int64_t n, double angstrom) {
    const double result = std::round(static_cast<double>(n) * angstrom / voxel_angstrom);
    if (!(result < 1e6))
      throw Error(ErrorKind::Usage, "rescale", info.path,
                  "resampling from " + std::to_string(angstrom) + " to " +
                      std::to_string(voxel_angstrom) +
                      " Å gives more than a million voxels along an axis",
                  "check the voxel size");
    return std::max<std::int64_t>(static_cast<std::int64_t>(result), 1);
  };
  const Extent3 extent{length(e.z, voxel.z_angstrom), length(e.y, voxel.y_angstrom),
                       length(e.x, voxel.x_angstrom)};
  return on_grid(std::move(volume), extent);
}

std::unique_ptr<VolumeSource> resample_volume(std::unique_ptr<VolumeSource> volume,
                                              const Extent3& extent) {
  return volume->extent() == extent ? std::move(volume) : on_grid(std::move(volume), extent);
}

}  // namespace dfe
