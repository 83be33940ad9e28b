// SPDX-License-Identifier: Apache-2.0
// Places are tried in the order that the seed gives, and the first that is free is taken: first for
// objects anywhere, then for those on membranes; the questions they ask of a place stand below. How
// dense packing gets this way: docs/simulate.md.
#include "simulate/placement.hpp"

#include <algorithm>
#include <cmath>

#include "core/math/rotation.hpp"
#include "simulate/draws.hpp"

namespace dfe::simulate {

namespace {

/// Positions have three decimals, as lists write them.
double rounded(double v) { return std::round(v * 1000) / 1000; }

}  // namespace

bool Placer::place(std::size_t c, std::uint32_t number) {
  return options_.classes[c].on_membrane ? place_on_membrane(c, number) : place_free(c, number);
}

std::int64_t Placer::paint(std::size_t c, const Footprint& footprint, const Index3& base,
                           const Point3& fraction, const Rotation& rotation) {
  Particle particle;
  particle.position_voxels = {rounded(static_cast<double>(base.z) + fraction.z),
                              rounded(static_cast<double>(base.y) + fraction.y),
                              rounded(static_cast<double>(base.x) + fraction.x)};
  particle.class_label = static_cast<int>(c) + 1;
  particle.orientation = rotation;
  scene_.objects.push_back(particle);
  const auto number = static_cast<std::int32_t>(scene_.objects.size());
  const auto label = static_cast<std::uint8_t>(options_.classes[c].label);
  const Extent3 n = options_.extent;
  std::int64_t painted = 0;
  for (const Footprint::Run& run : footprint.runs) {
    const std::int64_t z = base.z + run.z, y = base.y + run.y;
    const std::int64_t begin = std::max<std::int64_t>(base.x + run.begin, 0),
                       end = std::min(base.x + run.end, n.x);
    if (z < 0 || z >= n.z || y < 0 || y >= n.y || begin >= end) continue;
    const std::int64_t at = (z * n.y + y) * n.x;
    std::fill(scene_.instances.data() + at + begin, scene_.instances.data() + at + end, number);
    std::fill(scene_.labels.data() + at + begin, scene_.labels.data() + at + end, label);
    painted += end - begin;
  }
  return painted;
}

bool Placer::place_free(std::size_t c, std::uint32_t number) {
  const Kind& kind = kinds_[c];
  const auto u = uniforms(Philox(options_.seed, RandomPurpose::SceneOrientation), number, 0);
  const auto f = uniforms(Philox(options_.seed, RandomPurpose::SceneOrientation), number, 1);
  const Rotation rotation = math::random_rotation(u[0], u[1], u[2]);
  const Point3 fraction{rounded(f[0] - 0.5), rounded(f[1] - 0.5), rounded(f[2] - 0.5)};
  const Footprint own = kind.mask.footprint(rotation, fraction);
  if (own.runs.empty()) return false;
  const Footprint wide = options_.gap_voxels > 0 ? kind.wide.footprint(rotation, fraction) : own;
  // Range of whole voxels at which the object keeps its distance from the faces.
  const auto border = static_cast<std::int64_t>(std::ceil(options_.border_voxels));
  const Extent3 n = options_.extent;
  const Index3 low{border - own.low.z, border - own.low.y, border - own.low.x};
  const Extent3 room{n.z - border - own.high.z - low.z, n.y - border - own.high.y - low.y,
                     n.x - border - own.high.x - low.x};
  if (room.z < 1 || room.y < 1 || room.x < 1) return false;
  const int keep_away = keep_away_voxels(options_.classes[c]);
  const Philox random(options_.seed, RandomPurpose::ScenePlace);
  for (std::int64_t attempt = 0; attempt < options_.tries; ++attempt) {
    const auto p = uniforms(random, number, static_cast<std::uint64_t>(attempt));
    const auto pick = [](double share, std::int64_t size) {
      return std::min(static_cast<std::int64_t>(share * static_cast<double>(size)), size - 1);
    };
    const Index3 base{low.z + pick(p[0], room.z), low.y + pick(p[1], room.y),
                      low.x + pick(p[2], room.x)};
    if (touches_object(wide, base) || (keep_away >= 0 && touches_membrane(own, base, keep_away)))
      continue;
    paint(c, own, base, fraction, rotation);
    return true;
  }
  return false;
}

bool Placer::place_on_membrane(std::size_t c, std::uint32_t number) {
  const SceneClass& wanted = options_.classes[c];
  if (field_.anchors.empty()) return false;
  const Philox random(options_.seed, RandomPurpose::ScenePlace);
  const Extent3 n = options_.extent;
  const double height = wanted.membrane_angstrom / options_.voxel_size_angstrom;
  // A new orientation for each try: what a try costs is turning the mask.
  for (std::int64_t attempt = 0; attempt < std::min<std::int64_t>(options_.tries, 2000);
       ++attempt) {
    const auto p = uniforms(random, number, static_cast<std::uint64_t>(attempt));
    const auto& anchor = field_.anchors[std::min(
        static_cast<std::size_t>(p[0] * static_cast<double>(field_.anchors.size())),
        field_.anchors.size() - 1)];
    const Point3 voxel{static_cast<double>(anchor.voxel / (n.y * n.x)),
                       static_cast<double>(anchor.voxel / n.x % n.y),
                       static_cast<double>(anchor.voxel % n.x)};
    Point3 point, normal;
    stand_on(surfaces_[static_cast<std::size_t>(anchor.surface)], voxel, point, normal);
    const Point3 centre{rounded(point.z + height * normal.z), rounded(point.y + height * normal.y),
                        rounded(point.x + height * normal.x)};
    const Index3 base{std::llround(centre.z), std::llround(centre.y), std::llround(centre.x)};
    if (!inside(base, 0) || scene_.instances(base.z, base.y, base.x) != 0) continue;
    const Rotation rotation = math::rotation_to(normal, 360 * p[1]);
    const Point3 fraction{centre.z - static_cast<double>(base.z),
                          centre.y - static_cast<double>(base.y),
                          centre.x - static_cast<double>(base.x)};
    const Footprint own = kinds_[c].mask.footprint(rotation, fraction);
    const auto border = static_cast<std::int64_t>(std::ceil(options_.border_voxels));
    if (own.runs.empty() ||
        !inside({base.z + own.low.z, base.y + own.low.y, base.x + own.low.x}, border) ||
        !inside({base.z + own.high.z, base.y + own.high.y, base.x + own.high.x}, border))
      continue;
    if (touches_object(options_.gap_voxels > 0 ? kinds_[c].wide.footprint(rotation, fraction) : own,
                       base))
      continue;
    paint(c, own, base, fraction, rotation);
    return true;
  }
  return false;
}

int Placer::keep_away_voxels(const SceneClass& c) const {
  if (surfaces_.empty()) return -1;
  double thickest = 0;
  for (const Surface& s : surfaces_) thickest = std::max(thickest, s.thickness);
  return static_cast<int>(std::min(
      std::ceil(thickest / 2 + std::max(0.0, c.membrane_angstrom) / options_.voxel_size_angstrom),
      255.0));
}

bool Placer::inside(const Index3& at, std::int64_t border) const {
  const Extent3 n = options_.extent;
  return at.z >= border && at.y >= border && at.x >= border && at.z < n.z - border &&
         at.y < n.y - border && at.x < n.x - border;
}

bool Placer::touches_object(const Footprint& footprint, const Index3& base) const {
  const Extent3 n = options_.extent;
  for (const Footprint::Run& run : footprint.runs) {
    const std::int64_t z = base.z + run.z, y = base.y + run.y;
    const std::int64_t begin = std::max<std::int64_t>(base.x + run.begin, 0),
                       end = std::min(base.x + run.end, n.x);
    if (z < 0 || z >= n.z || y < 0 || y >= n.y || begin >= end) continue;  // the gap may stick out
    const std::int32_t* const row = scene_.instances.data() + (z * n.y + y) * n.x;
    if (std::any_of(row + begin, row + end, [](std::int32_t v) { return v != 0; })) return true;
  }
  return false;
}

bool Placer::touches_membrane(const Footprint& footprint, const Index3& base, int distance) const {
  const Extent3 n = options_.extent;
  for (const Footprint::Run& run : footprint.runs) {
    const std::uint8_t* const row =
        field_.near.data() + ((base.z + run.z) * n.y + base.y + run.y) * n.x + base.x;
    if (std::any_of(row + run.begin, row + run.end, [&](std::uint8_t v) { return v < distance; }))
      return true;
  }
  return false;
}

}  // namespace dfe::simulate
