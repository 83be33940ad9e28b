// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "match/template_body.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

constexpr double kClear = 0.2;

/// Calls use(z, y, x) for all voxels.
template <class Use>
void for_voxels(const Extent3& n, Use&& use) {
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) use(z, y, x);
}

double median_of_faces(VolumeView<const float> density) {
  const Extent3 n = density.extent;
  const auto outermost = [](std::int64_t i, std::int64_t size) { return i == 0 || i == size - 1; };
  std::vector<float> values;
  for_voxels(n, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    if (outermost(z, n.z) || outermost(y, n.y) || outermost(x, n.x))
      values.push_back(density(z, y, x));
  });
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

double evidence_of(VolumeView<const float> density, VolumeView<const float> mask, double level) {
  double sum = 0, size = 0;
  for (std::int64_t i = 0; i < mask.extent.voxels(); ++i) {
    const double d = static_cast<double>(density.data[i]) - level;
    const double cube = static_cast<double>(mask.data[i]) * d * d * d;
    sum += cube;
    size += std::abs(cube);
  }
  return size > 0 ? sum / size : 0;
}

double radius_of(VolumeView<const float> density, VolumeView<const float> mask,
                 const TemplateBody& body) {
  double mass = 0, square = 0;
  Point3 first;
  for_voxels(mask.extent, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const double d = static_cast<double>(density(z, y, x)) - body.surroundings;
    const double sided = body.contrast == Contrast::Bright ? std::max(d, 0.0)
                         : body.contrast == Contrast::Dark ? std::max(-d, 0.0)
                                                           : std::abs(d);
    const double m = static_cast<double>(mask(z, y, x)) * sided;
    const auto dz = static_cast<double>(z), dy = static_cast<double>(y),
               dx = static_cast<double>(x);
    mass += m;
    first = {first.z + m * dz, first.y + m * dy, first.x + m * dx};
    square += m * (dz * dz + dy * dy + dx * dx);
  });
  if (!(mass > 0)) return 0;
  const double mean = (first.z * first.z + first.y * first.y + first.x * first.x) / (mass * mass);
  return std::sqrt(5.0 / 3 * std::max(square / mass - mean, 0.0));
}

}  // namespace

TemplateBody template_body(VolumeView<const float> density, VolumeView<const float> mask) {
  if (density.extent.voxels() == 0 || density.extent != mask.extent)
    throw Error(ErrorKind::Usage, "match", "",
                "the mask has " + mask.extent.to_string() + " voxels, the template " +
                    density.extent.to_string(),
                "both must have the same box");
  TemplateBody body;
  body.surroundings = median_of_faces(density);
  body.evidence = evidence_of(density, mask, body.surroundings);
  if (std::abs(body.evidence) >= kClear)
    body.contrast = body.evidence > 0 ? Contrast::Bright : Contrast::Dark;
  body.radius_voxels = radius_of(density, mask, body);
  return body;
}

Volume<float> soft_sphere(const Extent3& box, double radius_voxels, double edge_voxels) {
  Volume<float> sphere(box, 0.0F);
  const Index3 c{box.z / 2, box.y / 2, box.x / 2};
  const auto height = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const double r = std::hypot(static_cast<double>(z - c.z), static_cast<double>(y - c.y),
                                static_cast<double>(x - c.x));
    if (r <= radius_voxels) return 1.0;
    if (r >= radius_voxels + edge_voxels) return 0.0;
    return 0.5 + 0.5 * std::cos(std::numbers::pi * (r - radius_voxels) / edge_voxels);
  };
  std::int64_t i = 0;
  for (float& value : sphere.span()) {
    value = static_cast<float>(height(i / (box.y * box.x), i / box.x % box.y, i % box.x));
    ++i;
  }
  return sphere;
}

}  // namespace dfe::match
