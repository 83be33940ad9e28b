// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "match/decoys.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/math/random_phases.hpp"
#include "match/template_body.hpp"

namespace dfe::match {

namespace {

/// Of the mask's radius: what a sphere takes at most.
constexpr double kMostOfMask = 0.9;

Volume<float> mirrored(VolumeView<const float> v) {
  const Extent3 n = v.extent;
  const auto opposite = [](std::int64_t i, std::int64_t size) {
    return (2 * (size / 2) - i) % size;
  };
  Volume<float> result(n);
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        result(z, y, x) = v(opposite(z, n.z), opposite(y, n.y), opposite(x, n.x));
  return result;
}

Volume<float> sphere_like(const MatchTemplate& t) {
  const TemplateBody body = template_body(t.density.view(), t.mask.view());
  const float greatest = *std::max_element(t.mask.span().begin(), t.mask.span().end());
  const double total = std::accumulate(t.mask.span().begin(), t.mask.span().end(), 0.0) /
                       static_cast<double>(greatest);
  const double radius =
      std::min(body.radius_voxels, kMostOfMask * std::cbrt(3 * total / (4 * std::numbers::pi)));
  // An edge of one voxel, its middle at the radius.
  Volume<float> sphere = soft_sphere(t.density.extent(), std::max(radius - 0.5, 0.0), 1);
  if (body.contrast == Contrast::Dark)
    for (float& value : sphere.span()) value = -value;
  return sphere;
}

}  // namespace

MatchTemplate decoy_of(const MatchTemplate& t, DecoyKind kind, std::uint64_t seed) {
  check_template(t);
  MatchTemplate decoy = t.clone();
  decoy.density = kind == DecoyKind::Mirrored ? mirrored(t.density.view())
                  : kind == DecoyKind::Scrambled
                      ? math::with_random_phases(t.density.view(), 0,
                                                 {seed, RandomPurpose::DecoyPhase}, "match")
                      : sphere_like(t);
  if (kind == DecoyKind::Mirrored) decoy.mask = mirrored(t.mask.view());
  return decoy;
}

std::span<const Rotation> decoy_orientations(const MatchTemplate& decoy, DecoyKind kind,
                                             std::span<const Rotation> list) {
  const bool one = kind == DecoyKind::Sphere && !turns_mask(decoy) && !list.empty();
  return one ? list.first(1) : list;
}

}  // namespace dfe::match
