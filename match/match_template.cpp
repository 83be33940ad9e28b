// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "match/match_template.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

[[noreturn]] void refuse(const char* fact, const char* remedy) {
  throw Error(ErrorKind::Usage, "match", "", fact, remedy);
}

bool finite(VolumeView<const float> volume) {
  return std::all_of(volume.data, volume.data + volume.extent.voxels(),
                     [](float v) { return std::isfinite(v); });
}

/// Calls found(value, squared distance from the centre).
template <class Found>
void for_distances(VolumeView<const float> v, Found&& found) {
  const Extent3 n = v.extent;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) {
        const std::int64_t dz = z - n.z / 2, dy = y - n.y / 2, dx = x - n.x / 2;
        found(v(z, y, x), dz * dz + dy * dy + dx * dx);
      }
}

}  // namespace

MatchTemplate MatchTemplate::clone() const {
  MatchTemplate copy;
  copy.density = density.clone();
  copy.mask = mask.clone();
  copy.weights = weights.clone();
  copy.interpolation = interpolation;
  copy.normalization = normalization;
  copy.turn_sphere = turn_sphere;
  return copy;
}

bool is_spherical(VolumeView<const float> mask) {
  const Extent3 n = mask.extent;
  const std::int64_t reach = (std::min({n.z, n.y, n.x}) - 1) / 2;
  std::map<std::int64_t, std::pair<float, float>> ranges;  // by squared distance
  float most = 0, beyond = 0;
  for_distances(mask, [&](float value, std::int64_t distance2) {
    most = std::max(most, value);
    if (distance2 > reach * reach) beyond = std::max(beyond, value);
    const auto [range, fresh] = ranges.try_emplace(distance2, value, value);
    range->second = {std::min(range->second.first, value), std::max(range->second.second, value)};
  });
  const float slack = 1e-3f * most;
  return beyond <= slack && std::all_of(ranges.begin(), ranges.end(), [&](const auto& entry) {
           return entry.second.second - entry.second.first <= slack;
         });
}

bool turns_mask(const MatchTemplate& t) { return t.turn_sphere || !is_spherical(t.mask.view()); }

Box3 support_of(const MatchTemplate& t) {
  const Extent3 n = t.mask.extent();
  // Interpolation spreads a voxel to all that are closer than two voxels along each axis.
  const double spread = t.interpolation == Interpolation::Cubic ? 2 : 1;
  std::int64_t farthest2 = 0;
  Index3 low{n.z, n.y, n.x}, high{-1, -1, -1};
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) {
        if (!(t.mask(z, y, x) > 0)) continue;
        low = {std::min(low.z, z), std::min(low.y, y), std::min(low.x, x)};
        high = {std::max(high.z, z), std::max(high.y, y), std::max(high.x, x)};
        const std::int64_t dz = z - n.z / 2, dy = y - n.y / 2, dx = x - n.x / 2;
        farthest2 = std::max(farthest2, dz * dz + dy * dy + dx * dx);
      }
  if (turns_mask(t)) {
    const auto reach = static_cast<std::int64_t>(
        std::ceil(std::sqrt(static_cast<double>(farthest2)) + spread * std::sqrt(3.0)));
    const auto clipped = [&](std::int64_t size, std::int64_t& first, std::int64_t& last) {
      first = std::max<std::int64_t>(size / 2 - reach, 0);
      last = std::min(size / 2 + reach, size - 1);
    };
    clipped(n.z, low.z, high.z);
    clipped(n.y, low.y, high.y);
    clipped(n.x, low.x, high.x);
  }
  return {low, {high.z - low.z + 1, high.y - low.y + 1, high.x - low.x + 1}};
}

void check_template(const MatchTemplate& t) {
  const Extent3 n = t.density.extent();
  if (n.voxels() == 0) refuse("the template has no voxels", "choose another template");
  if (t.mask.extent() != n)
    refuse(
        ("the mask has " + t.mask.extent().to_string() + " voxels, the template " + n.to_string())
            .c_str(),
        "both must have the same box");
  if (t.weights.voxels() > 0 && t.weights.extent() != n)
    refuse("the Fourier weights have another box than the template", "make them for its box");
  if (!finite(t.density.view()) || !finite(t.mask.view()) || !finite(t.weights.view()))
    refuse("the template, its mask or its weights have voxels that are not numbers",
           "replace NaN and infinities");
  float least = 0, most = 0, low = 0, high = 0;
  bool any = false;
  for (std::int64_t i = 0; i < n.voxels(); ++i) {
    const float m = t.mask.data()[i], v = t.density.data()[i];
    least = std::min(least, m);
    most = std::max(most, m);
    if (m <= 0) continue;
    low = any ? std::min(low, v) : v;
    high = any ? std::max(high, v) : v;
    any = true;
  }
  if (least < 0) refuse("the mask has values below 0", "expected values from 0 to 1");
  if (most <= 0) refuse("the mask is 0 everywhere", "expected 1 where the particle is");
  if (!(high > low)) refuse("the template is constant under its mask", "choose another template");
}

}  // namespace dfe::match
