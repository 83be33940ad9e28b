// SPDX-License-Identifier: Apache-2.0
// An object from a density map: thresholded, centred on its centre of mass, and resampled: first a
// Fourier zoom that makes the map's voxels finer than wanted, then linear interpolation between
// them.
#include <algorithm>
#include <cmath>

#include "core/math/interpolation.hpp"
#include "simulate/density.hpp"

namespace dfe {

ObjectDensity map_density(VolumeView<const float> map, double map_voxel_size_angstrom,
                          std::optional<double> threshold, double potential,
                          const DensityOptions& options) {
  simulate::check_density_options(options);
  const Extent3 n = map.extent;
  constexpr std::int64_t kMaxEdge = 512;
  const std::int64_t longest = std::max({n.z, n.y, n.x});
  if (n.voxels() == 0 || longest > kMaxEdge)
    throw Error("simulate", "map", "has " + n.to_string() + " voxels",
                "use a map of 1 to " + std::to_string(kMaxEdge) + " voxels along an axis");
  if (!(map_voxel_size_angstrom >= 0.1 && map_voxel_size_angstrom <= 1000))
    throw Error(ErrorKind::Usage, "simulate", "map",
                "its voxel size is " + std::to_string(map_voxel_size_angstrom) + " A",
                "give it with 'map_voxel_size'");
  if (!(potential > 0 && potential <= 1000))
    throw Error(ErrorKind::Usage, "simulate", "potential", "is " + std::to_string(potential) + " V",
                "use a value above 0");
  float greatest = 0;
  for (const float v : map.span()) {
    if (!std::isfinite(v))
      throw Error("simulate", "map", "has voxels that are not finite numbers", "repair the map");
    greatest = std::max(greatest, v);
  }
  const float least = threshold ? static_cast<float>(*threshold) : greatest / 10;
  double mass = 0, mz = 0, my = 0, mx = 0, square = 0;
  const auto kept = [&](float v) { return v >= least && v > 0; };
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) {
        const float v = map(z, y, x);
        if (!kept(v)) continue;
        mass += v, square += static_cast<double>(v) * v, mz += v * static_cast<double>(z),
            my += v * static_cast<double>(y), mx += v * static_cast<double>(x);
      }
  if (!(mass > 0))
    throw Error("simulate", "map",
                "has no voxel of at least " + std::to_string(least) + ", the threshold",
                "give a lower 'threshold'");
  const Point3 centre{mz / mass, my / mass, mx / mass};
  double reach = 0;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        if (kept(map(z, y, x)))
          reach = std::max(reach, std::hypot(static_cast<double>(z) - centre.z,
                                             static_cast<double>(y) - centre.y,
                                             static_cast<double>(x) - centre.x));

  // The map in a cube around whose edges it cannot wrap, zoomed until its voxels are at most half
  // the density's.
  const simulate::FineCube cube = simulate::plan_cube(reach * map_voxel_size_angstrom,
                                                      options.voxel_size_angstrom, options, "map");
  const double edge = cube.edge_angstrom(options.voxel_size_angstrom);
  const std::int64_t room = 2 * static_cast<std::int64_t>(std::ceil(reach + 4));
  const std::int64_t zoom = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(std::ceil(2 * map_voxel_size_angstrom / edge)), 1,
      std::max<std::int64_t>(1, kMaxEdge / room));
  // The mean weighted by the density itself: soft edges and single peaks count little in it.
  const auto scale = static_cast<float>(potential * mass / square);
  Volume<float> padded(Extent3{room, room, room}, 0);
  const Index3 shift{room / 2 - std::llround(centre.z), room / 2 - std::llround(centre.y),
                     room / 2 - std::llround(centre.x)};
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        if (kept(map(z, y, x)))
          padded(z + shift.z, y + shift.y, x + shift.x) = map(z, y, x) * scale;
  const double field = static_cast<double>(room) * map_voxel_size_angstrom;
  const Volume<float> zoomed = simulate::fourier_resize(
      padded.view(), room * zoom,
      std::min(field / std::max(options.resolution_angstrom, 2 * options.voxel_size_angstrom),
               static_cast<double>(room)));

  const std::int64_t fine = cube.fine();
  Volume<float> out(Extent3{fine, fine, fine});
  const double step = edge / map_voxel_size_angstrom * static_cast<double>(zoom);
  const auto at = [&](std::int64_t i, double mass_centre, std::int64_t moved) {
    return (mass_centre + static_cast<double>(moved)) * static_cast<double>(zoom) +
           static_cast<double>(i - fine / 2) * step;
  };
  for (std::int64_t z = 0; z < fine; ++z)
    for (std::int64_t y = 0; y < fine; ++y)
      for (std::int64_t x = 0; x < fine; ++x)
        out(z, y, x) = static_cast<float>(math::at_or_zero(zoomed.view(), at(z, centre.z, shift.z),
                                                           at(y, centre.y, shift.y),
                                                           at(x, centre.x, shift.x)));
  return simulate::finish_density(out.view(), cube, options, "map");
}

}  // namespace dfe
