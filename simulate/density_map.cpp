// SPDX-License-Identifier: Apache-2.0
// An object from a density map: thresholded, centred on its centre of mass, and resampled: first a
// Fourier zoom that makes the map's voxels finer than wanted, then linear interpolation between
// them.
#include <algorithm>
#include <cmath>

#include "core/math/interpolation.hpp"
#include "simulate/density.hpp"

namespace dfe {

namespace {

constexpr std::int64_t kMaxEdge = 512;

void check(VolumeView<const float> map, double voxel_size_angstrom, double potential,
           std::string_view object) {
  const Extent3 n = map.extent;
  if (n.voxels() == 0 || std::max({n.z, n.y, n.x}) > kMaxEdge)
    throw Error("simulate", object, "has " + n.to_string() + " voxels",
                "use a map of 1 to " + std::to_string(kMaxEdge) + " voxels along an axis");
  if (!(voxel_size_angstrom >= 0.1 && voxel_size_angstrom <= 1000))
    throw Error(ErrorKind::Usage, "simulate", object,
                "its voxel size is " + std::to_string(voxel_size_angstrom) + " Å",
                "set it with 'map_voxel_size'");
  if (!(potential > 0 && potential <= 1000))
    throw Error(ErrorKind::Usage, "simulate", object,
                "its 'potential' is " + std::to_string(potential) + " V",
                "use a value above 0, up to 1000");
  if (!std::all_of(map.span().begin(), map.span().end(), [](float v) { return std::isfinite(v); }))
    throw Error("simulate", object, "has voxels that are not finite numbers", "replace them");
}

/// Calls use(z, y, x, value) for every voxel of at least the threshold and above 0.
template <class Use>
void for_object(VolumeView<const float> map, float threshold, Use&& use) {
  for (std::int64_t z = 0; z < map.extent.z; ++z)
    for (std::int64_t y = 0; y < map.extent.y; ++y)
      for (std::int64_t x = 0; x < map.extent.x; ++x)
        if (const float v = map(z, y, x); v >= threshold && v > 0) use(z, y, x, v);
}

/// What lies above the threshold, in voxels of the map.
struct Body {
  double mass = 0, square = 0;  // sums of values and of their squares
  Point3 centre;                // of mass
  double reach = 0;             // of its farthest voxel from the centre
};

Body measure(VolumeView<const float> map, float threshold, std::string_view object) {
  Body body;
  double mz = 0, my = 0, mx = 0;
  for_object(map, threshold, [&](std::int64_t z, std::int64_t y, std::int64_t x, float v) {
    body.mass += v, body.square += static_cast<double>(v) * v;
    mz += v * static_cast<double>(z), my += v * static_cast<double>(y);
    mx += v * static_cast<double>(x);
  });
  if (!(body.mass > 0))
    throw Error("simulate", object,
                "has no voxel of at least " + std::to_string(threshold) + ", the threshold",
                "give a lower 'threshold'");
  body.centre = {mz / body.mass, my / body.mass, mx / body.mass};
  for_object(map, threshold, [&](std::int64_t z, std::int64_t y, std::int64_t x, float) {
    body.reach = std::max(body.reach, std::hypot(static_cast<double>(z) - body.centre.z,
                                                 static_cast<double>(y) - body.centre.y,
                                                 static_cast<double>(x) - body.centre.x));
  });
  return body;
}

/// The object alone, with finer voxels, in a cube around whose edges it cannot wrap.
struct ZoomedMap {
  Volume<float> values;
  std::int64_t zoom = 1;  // voxels per voxel of the map
  Point3 centre;          // the object's centre of mass, in zoomed voxels
};

/// `edge_angstrom`: of the voxels that will be sampled; the map's become at most half as long where
/// memory allows.
ZoomedMap zoom_map(VolumeView<const float> map, double voxel_size_angstrom, float threshold,
                   const Body& body, double potential, double edge_angstrom,
                   const DensityOptions& options) {
  const std::int64_t room = 2 * static_cast<std::int64_t>(std::ceil(body.reach + 4));
  // The mean weighted by the density itself: soft edges and single peaks count little in it.
  const auto scale = static_cast<float>(potential * body.mass / body.square);
  Volume<float> padded(Extent3{room, room, room}, 0);
  const Index3 shift{room / 2 - std::llround(body.centre.z), room / 2 - std::llround(body.centre.y),
                     room / 2 - std::llround(body.centre.x)};
  for_object(map, threshold, [&](std::int64_t z, std::int64_t y, std::int64_t x, float v) {
    padded(z + shift.z, y + shift.y, x + shift.x) = v * scale;
  });
  ZoomedMap zoomed;
  zoomed.zoom = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(std::ceil(2 * voxel_size_angstrom / edge_angstrom)), 1,
      std::max<std::int64_t>(1, kMaxEdge / room));
  const double field = static_cast<double>(room) * voxel_size_angstrom;
  zoomed.values = simulate::fourier_resize(
      padded.view(), room * zoomed.zoom,
      std::min(field / std::max(options.resolution_angstrom, 2 * options.voxel_size_angstrom),
               static_cast<double>(room)));
  const auto moved = [&](double centre, std::int64_t by) {
    return (centre + static_cast<double>(by)) * static_cast<double>(zoomed.zoom);
  };
  zoomed.centre = {moved(body.centre.z, shift.z), moved(body.centre.y, shift.y),
                   moved(body.centre.x, shift.x)};
  return zoomed;
}

}  // namespace

ObjectDensity map_density(VolumeView<const float> map, double map_voxel_size_angstrom,
                          std::optional<double> threshold, double potential,
                          const DensityOptions& options, std::string_view object) {
  simulate::check_density_options(options);
  check(map, map_voxel_size_angstrom, potential, object);
  const float greatest = std::max(0.0f, *std::max_element(map.span().begin(), map.span().end()));
  const float least = threshold ? static_cast<float>(*threshold) : greatest / 10;
  const Body body = measure(map, least, object);
  const simulate::FineCube cube = simulate::plan_cube(body.reach * map_voxel_size_angstrom,
                                                      options.voxel_size_angstrom, options, object);
  const double edge = cube.edge_angstrom(options.voxel_size_angstrom);
  const ZoomedMap zoomed =
      zoom_map(map, map_voxel_size_angstrom, least, body, potential, edge, options);

  const std::int64_t fine = cube.fine();
  Volume<float> out(Extent3{fine, fine, fine});
  const double step = edge / map_voxel_size_angstrom * static_cast<double>(zoomed.zoom);
  const auto at = [&](double centre, std::int64_t i) {
    return centre + static_cast<double>(i - fine / 2) * step;
  };
  for (std::int64_t z = 0; z < fine; ++z)
    for (std::int64_t y = 0; y < fine; ++y)
      for (std::int64_t x = 0; x < fine; ++x)
        out(z, y, x) =
            static_cast<float>(math::at_or_zero(zoomed.values.view(), at(zoomed.centre.z, z),
                                                at(zoomed.centre.y, y), at(zoomed.centre.x, x)));
  return simulate::finish_density(out.view(), cube, options, object);
}

}  // namespace dfe
