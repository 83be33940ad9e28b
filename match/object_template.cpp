// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "match/object_template.hpp"

#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "dfengine/error.hpp"
#include "kernels/fourier_transform.hpp"

namespace dfe::match {

namespace {

constexpr double kMaskEdge = 2, kMaskRoom = 1.1;
constexpr std::int64_t kMostBox = 1024;

/// Every second voxel, voxel n / 2 of the density at floor(box / 2); 0 beyond the density.
Volume<float> sampled(VolumeView<const float> fine, std::int64_t box, float factor) {
  const std::int64_t n = fine.extent.x;
  const auto place = [&](std::int64_t i) { return n / 2 + 2 * (i - box / 2); };
  const auto inside = [&](std::int64_t p) { return p >= 0 && p < n; };
  Volume<float> density(Extent3{box, box, box});
  for (std::int64_t z = 0; z < box; ++z)
    for (std::int64_t y = 0; y < box; ++y)
      for (std::int64_t x = 0; x < box; ++x) {
        const std::int64_t k = place(z), j = place(y), i = place(x);
        density(z, y, x) = inside(k) && inside(j) && inside(i) ? factor * fine(k, j, i) : 0;
      }
  return density;
}

}  // namespace

double object_radius_voxels(const ObjectDensity& object) {
  const Extent3 n = object.mask.extent();
  std::int64_t farthest2 = 0;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) {
        const std::int64_t dz = z - n.z / 2, dy = y - n.y / 2, dx = x - n.x / 2;
        if (object.mask(z, y, x) > 0) farthest2 = std::max(farthest2, dz * dz + dy * dy + dx * dx);
      }
  return std::sqrt(static_cast<double>(farthest2)) + 0.5;
}

MatchTemplate object_template(const ObjectDensity& object, const ObjectTemplateOptions& options) {
  if (options.contrast == Contrast::Unclear)
    throw Error(ErrorKind::Usage, "match", "", "the contrast of the tomogram is not given",
                "say whether particles are dark or bright");
  const double radius = options.mask_radius_voxels > 0 ? options.mask_radius_voxels
                                                       : kMaskRoom * object_radius_voxels(object);
  const std::int64_t box = options.box > 0
                               ? options.box
                               : fast_fourier_length(static_cast<std::int64_t>(std::min(
                                     std::ceil(4 * radius), static_cast<double>(kMostBox))));
  if (box > kMostBox)
    throw Error(ErrorKind::Usage, "match", "", "a box of " + std::to_string(box) + " voxels",
                "at most " + std::to_string(kMostBox) + " are possible");
  const std::int64_t half = (box - 1) / 2;
  const double most = static_cast<double>(half) - kMaskEdge;
  if (!(radius <= most))
    throw Error(ErrorKind::Usage, "match", "",
                "a mask of radius " + shortest_text(radius) + " voxels and its edge of " +
                    shortest_text(kMaskEdge) + " do not fit into a box of " + std::to_string(box),
                "give a larger box or a smaller radius");
  MatchTemplate t;
  t.density = sampled(object.values.view(), box, options.contrast == Contrast::Dark ? -1.0F : 1.0F);
  t.mask = soft_sphere(t.density.extent(), radius, kMaskEdge);
  return t;
}

}  // namespace dfe::match
