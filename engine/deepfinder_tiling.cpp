// SPDX-License-Identifier: Apache-2.0
// DeepFinder's own tiles, see the header: where their centres lie (deepfinder_centres), one patch
// in (read_patch), scores averaged in half precision as the released software does it (Average),
// labels out (write_result).
#include "engine/deepfinder_tiling.hpp"

#include <algorithm>
#include <string>

#include "core/cancel.hpp"
#include "core/half.hpp"
#include "engine/executable.hpp"
#include "engine/normalize.hpp"

namespace dfe {
namespace {

constexpr std::int64_t kCrop =
    25;  // DeepFinder's pcrop: padding of the volume and what is cut off each tile

/// Sums of half-precision scores and how many tiles each voxel has seen.
class Average {
 public:
  Average(const Extent3& extent, std::int64_t classes)
      : extent_(extent),
        classes_(classes),
        sums_(static_cast<std::size_t>(extent.voxels() * classes)),
        tiles_(static_cast<std::size_t>(extent.voxels())) {}

  /// Adds one row of a tile: scores (class, x) with `class_stride` between classes.
  void add(std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t count, const float* scores,
           std::int64_t class_stride) {
    const std::int64_t first = (z * extent_.y + y) * extent_.x + x;
    for (std::int64_t i = 0; i < count; ++i) {
      ++tiles_[static_cast<std::size_t>(first + i)];
      std::uint16_t* const sum = &sums_[static_cast<std::size_t>((first + i) * classes_)];
      for (std::int64_t c = 0; c < classes_; ++c)
        sum[c] = float_to_half(half_to_float(sum[c]) + scores[c * class_stride + i]);
    }
  }

  /// Average of class c at voxel i, rounded to half precision as numpy does.
  float at(std::int64_t i, std::int64_t c) const {
    const float sum = half_to_float(sums_[static_cast<std::size_t>(i * classes_ + c)]);
    return half_to_float(
        float_to_half(sum / static_cast<float>(tiles_[static_cast<std::size_t>(i)])));
  }

 private:
  Extent3 extent_;
  std::int64_t classes_;
  std::vector<std::uint16_t> sums_;
  std::vector<std::uint8_t> tiles_;
};

/// The part of [begin, begin + size) that lies in [0, length).
struct Overlap {
  std::int64_t begin, end;
  Overlap(std::int64_t first, std::int64_t size, std::int64_t length)
      : begin(std::max<std::int64_t>(first, 0)), end(std::min(first + size, length)) {}
  std::int64_t size() const { return std::max<std::int64_t>(end - begin, 0); }
};

/// Fills a patch whose first voxel lies at `origin` of the volume; zeros outside.
void read_patch(const VolumeSource& tomogram, const Normalizer& normalizer, bool by_itself,
                const Index3& origin, std::int64_t side, std::vector<float>& patch) {
  const Extent3 e = tomogram.extent();
  const Overlap z(origin.z, side, e.z), y(origin.y, side, e.y), x(origin.x, side, e.x);
  const Box3 box{{z.begin, y.begin, x.begin}, {z.size(), y.size(), x.size()}};
  std::vector<float> voxels(static_cast<std::size_t>(box.extent.voxels()));
  tomogram.read_box(box, voxels.data());
  if (by_itself) {
    Moments moments;
    moments.add_all(voxels.data(), box.extent.voxels());
    const double scale = moments.deviation() > 0 ? 1 / moments.deviation() : 0;
    for (float& v : voxels) v = static_cast<float>((static_cast<double>(v) - moments.mean) * scale);
  } else {
    normalizer.apply(box, voxels.data());
  }
  std::fill(patch.begin(), patch.end(), 0.0f);
  const float* from = voxels.data();
  for (std::int64_t pz = z.begin; pz < z.end; ++pz)
    for (std::int64_t py = y.begin; py < y.end; ++py, from += x.size())
      std::copy_n(
          from, x.size(),
          patch.data() + ((pz - origin.z) * side + py - origin.y) * side + x.begin - origin.x);
}

void write_result(const Average& average, std::int64_t classes, LabelMap& map,
                  const ScoreSink& sink) {
  const Extent3 e = map.labels.extent();
  const std::int64_t plane = e.y * e.x;
  std::vector<float> scores(sink ? static_cast<std::size_t>(plane * classes) : 0);
  for (std::int64_t z = 0; z < e.z; ++z) {
    for (std::int64_t i = 0; i < plane; ++i) {
      std::int64_t best = 0;
      for (std::int64_t c = 0; c < classes; ++c) {
        const float score = average.at(z * plane + i, c);
        if (score > average.at(z * plane + i, best)) best = c;
        if (sink) scores[static_cast<std::size_t>(c * plane + i)] = score;
      }
      map.labels.data()[z * plane + i] = static_cast<std::uint8_t>(best);
    }
    if (sink) sink({{z, 0, 0}, {1, e.y, e.x}}, classes, scores.data());
  }
}

}  // namespace

std::vector<std::int64_t> deepfinder_centres(std::int64_t length, std::int64_t patch) {
  const std::int64_t padded_length = length + 2 * kCrop, half = patch / 2,
                     step = patch - 54;  // 2·(half - 25) + 1 - 5
  std::vector<std::int64_t> centres;
  for (std::int64_t c = half; c < padded_length - half; c += step) centres.push_back(c);
  if (!centres.empty() && centres.back() < padded_length - half)
    centres.push_back(padded_length - half);
  return centres;
}

void check_deepfinder_patch(const VolumeSource& tomogram, std::int64_t patch) {
  if (patch % 4 != 0 || patch <= 54 || patch > 1024)
    throw Error(ErrorKind::Usage, "patch", std::to_string(patch),
                "not a multiple of 4 from 56 to 1024", "DeepFinder's own default is 160");
  const Extent3 e = tomogram.extent();
  if (std::min({e.z, e.y, e.x}) + 2 * kCrop <= patch)
    throw Error(ErrorKind::Usage, "patch", std::to_string(patch),
                tomogram.info().path + " is only " + e.to_string() + " voxels",
                "the DeepFinder tiling needs more than patch - 50 voxels along each axis; use a "
                "smaller --patch or --tiling exact");
}

void segment_deepfinder_tiles(const VolumeSource& tomogram, const Network& network,
                              const SegmentPlan& plan, Normalization normalization, LabelMap& map,
                              const ScoreSink& sink, Observer* observer) {
  const std::int64_t side = plan.tile.z, plane = side * side,
                     classes = network.graph().head().classes;
  const Extent3 e = tomogram.extent();
  const bool by_itself = normalization == Normalization::Patch;
  const Normalizer normalizer(tomogram, by_itself ? Normalization::Tomogram : normalization,
                              observer);
  Executable executable(network, {side, side, side}, plan.slab_planes, true);
  Average average(e, classes);
  std::vector<float> patch(static_cast<std::size_t>(side * plane));
  const auto zs = deepfinder_centres(e.z, side), ys = deepfinder_centres(e.y, side),
             xs = deepfinder_centres(e.x, side);
  std::int64_t done = 0;
  const std::int64_t total = static_cast<std::int64_t>(zs.size() * ys.size() * xs.size());
  for (const std::int64_t cz : zs)
    for (const std::int64_t cy : ys)
      for (const std::int64_t cx : xs) {
        // first voxel of the tile, in the volume before padding; what is kept of it begins kCrop
        // further
        const Index3 origin{cz - side / 2 - kCrop, cy - side / 2 - kCrop, cx - side / 2 - kCrop};
        read_patch(tomogram, normalizer, by_itself, origin, side, patch);
        const std::int64_t kept = side - 2 * kCrop;
        const Overlap z(origin.z + kCrop, kept, e.z), y(origin.y + kCrop, kept, e.y),
            x(origin.x + kCrop, kept, e.x);
        executable.run(
            [&](std::int64_t p, float* out) { std::copy_n(patch.data() + p * plane, plane, out); },
            [&](std::int64_t begin, std::int64_t end, const std::uint8_t*, const float* scores) {
              for (std::int64_t p = std::max(begin, z.begin - origin.z);
                   p < std::min(end, z.end - origin.z); ++p)
                for (std::int64_t row = y.begin; row < y.end; ++row)
                  average.add(origin.z + p, row, x.begin, x.size(),
                              scores + (p - begin) * classes * plane + (row - origin.y) * side +
                                  x.begin - origin.x,
                              plane);
            });
        if (observer) {
          observer->progress("network", ++done, total);
          stop_if_cancelled(observer, "segment", tomogram.info().path);
        }
      }
  write_result(average, classes, map, sink);
}

}  // namespace dfe
