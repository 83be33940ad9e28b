// SPDX-License-Identifier: Apache-2.0
// Projection and back-projection of a volume turned about y, row by row: every y plane of the
// volume is a problem of its own. Rows are worked on in blocks of 16 that lie side by side in
// memory, so that one weight serves 16 rows at once.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/parallel.hpp"
#include "dfengine/simulate.hpp"

namespace dfe::simulate {

/// Rows of a block.
inline constexpr std::int64_t kRows = 16;

/// One view of the specimen: a point at (x, z) from the centre appears at u = x cos + z sin +
/// shift.
struct View {
  double cosine = 1, sine = 0, shift_x = 0;
};

/// Images of all views, (view, y, u).
struct ImageStack {
  std::int64_t views = 0, rows = 0, width = 0;
  std::vector<float> values;
  ImageStack(std::int64_t view_count, std::int64_t row_count, std::int64_t image_width)
      : views(view_count),
        rows(row_count),
        width(image_width),
        values(static_cast<std::size_t>(view_count * row_count * image_width)) {}
  float* image(std::int64_t view) { return values.data() + view * rows * width; }
  const float* image(std::int64_t view) const { return values.data() + view * rows * width; }
};

/// Width of images that show the whole of a volume at every tilt.
std::int64_t covering_width(const Extent3& extent, const std::vector<double>& tilts_deg);

/// Line integrals along the beam, in voxels times the volume's unit. Joseph's method: one sample,
/// linear or cubic along x, per z plane (or along z per x plane beyond 45°), times the length of
/// the ray between planes. Source: Joseph, IEEE TMI 1 (1982) 192.
void project(VolumeView<const float> volume, const std::vector<View>& views,
             Interpolation interpolation, ImageStack& images, ThreadPool& pool);

/// Adds up, for each voxel, what every image has at the voxel's place, times `weight`. Images that
/// do not reach a voxel give it nothing.
void back_project(const ImageStack& images, const std::vector<View>& views,
                  Interpolation interpolation, float weight, VolumeView<float> volume,
                  ThreadPool& pool);

/// Multiplies every row's spectrum by |k| in cycles per pixel up to Nyquist. Rows count as 0
/// outside (no wrap).
void ramp_filter(ImageStack& images, ThreadPool& pool);

/// Weights of samples -1, 0, 1, 2 for a place `t` of the way from sample 0 to 1: linear, or Keys'
/// cubic.
inline std::array<float, 4> taps(Interpolation interpolation, float t) {
  if (interpolation == Interpolation::Linear) return {0, 1 - t, t, 0};
  const float u = 1 - t;
  return {-0.5f * t * u * u, 1 - t * t * (2.5f - 1.5f * t), 1 - u * u * (2.5f - 1.5f * u),
          -0.5f * u * t * t};
}

}  // namespace dfe::simulate
