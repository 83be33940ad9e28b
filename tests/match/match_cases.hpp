// SPDX-License-Identifier: Apache-2.0
// Tomograms and templates that tests of matching share.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/math/rotation.hpp"
#include "match/match_template.hpp"

namespace dfe::test {

/// A number in [0, 1) that depends on `i` alone.
inline double any_share(std::int64_t i) {
  const double v = std::sin(static_cast<double>(i) * 12.9898 + 1) * 43758.5453;
  return v - std::floor(v);
}

inline Volume<float> noise_volume(const Extent3& extent) {
  Volume<float> volume(extent);
  for (std::int64_t i = 0; i < volume.voxels(); ++i)
    volume.data()[i] = static_cast<float>(any_share(i) + any_share(i + 7919) - 1);
  return volume;
}

inline std::vector<Rotation> some_rotations(std::int64_t count) {
  std::vector<Rotation> list;
  for (std::int64_t i = 0; i < count; ++i)
    list.push_back(
        math::random_rotation(any_share(3 * i), any_share(3 * i + 1), any_share(3 * i + 2)));
  return list;
}

/// How far the blobs and their mask reach in a box.
inline std::int64_t blob_reach(const Extent3& box) {
  return (std::min({box.z, box.y, box.x}) - 1) / 2;
}

/// Three blobs of different size and height, without any symmetry, at a place from their centre.
inline double blobs_at(const Point3& p, double scale) {
  struct Blob {
    double z, y, x, width, height;
  };
  const Blob blobs[] = {{0, 0, 3, 1.5, 1}, {2.5, -2, -1, 1.2, 1.5}, {-1, 3, -1, 1, -1}};
  double value = 0;
  for (const Blob& b : blobs)
    value += b.height * std::exp(-(std::pow(p.z - scale * b.z, 2) + std::pow(p.y - scale * b.y, 2) +
                                   std::pow(p.x - scale * b.x, 2)) /
                                 (2 * scale * scale * b.width * b.width));
  return value;
}

/// The blobs in a soft spherical mask.
inline match::MatchTemplate blob_template(const Extent3& box) {
  match::MatchTemplate t;
  t.density = Volume<float>(box);
  t.mask = Volume<float>(box);
  const double reach = static_cast<double>(blob_reach(box));
  const Index3 c{box.z / 2, box.y / 2, box.x / 2};
  for (std::int64_t z = 0; z < box.z; ++z)
    for (std::int64_t y = 0; y < box.y; ++y)
      for (std::int64_t x = 0; x < box.x; ++x) {
        const Point3 p{static_cast<double>(z - c.z), static_cast<double>(y - c.y),
                       static_cast<double>(x - c.x)};
        t.density(z, y, x) = static_cast<float>(blobs_at(p, reach / 7));
        const double r = std::sqrt(p.z * p.z + p.y * p.y + p.x * p.x);
        t.mask(z, y, x) = static_cast<float>(
            r > reach ? 0 : std::exp(-std::pow(std::max(r - reach + 2, 0.0), 2)));
      }
  return t;
}

/// Makes the mask's extent along x larger than that along z.
inline void lengthen_mask(match::MatchTemplate& t) {
  const Extent3 n = t.mask.extent();
  const Index3 c{n.z / 2, n.y / 2, n.x / 2};
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) {
        const double dz = static_cast<double>(z - c.z), dy = static_cast<double>(y - c.y),
                     dx = static_cast<double>(x - c.x);
        const double r2 = (dz * dz / 4 + dy * dy / 6 + dx * dx / 16);
        t.mask(z, y, x) = static_cast<float>(r2 > 1 ? 0 : 1.2 - r2);
      }
}

/// Any weights that are even in no coordinate.
inline Volume<float> some_weights(const Extent3& box) {
  Volume<float> weights(box);
  for (std::int64_t i = 0; i < weights.voxels(); ++i)
    weights.data()[i] = static_cast<float>(any_share(i + 11));
  return weights;
}

/// Adds the blobs of a box, turned, around a voxel: from their formula, not by interpolation.
inline void plant(const Extent3& box, const Rotation& r, const Index3& centre,
                  Volume<float>& tomogram) {
  const std::int64_t reach = blob_reach(box);
  for (std::int64_t z = -reach; z <= reach; ++z)
    for (std::int64_t y = -reach; y <= reach; ++y)
      for (std::int64_t x = -reach; x <= reach; ++x) {
        const Point3 p = math::rotate_back(
            r, {static_cast<double>(z), static_cast<double>(y), static_cast<double>(x)});
        tomogram(centre.z + z, centre.y + y, centre.x + x) +=
            static_cast<float>(blobs_at(p, static_cast<double>(reach) / 7));
      }
}

}  // namespace dfe::test
