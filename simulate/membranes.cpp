// SPDX-License-Identifier: Apache-2.0
// Membranes: drawing their shapes and places, the signed distances that all else follows from, and
// painting. Planes come first, because it is vesicles that look for a free place. Sizes and what
// the settings mean: docs/simulate.md.
#include "simulate/membranes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/math/rotation.hpp"
#include "simulate/draws.hpp"

namespace dfe::simulate {

namespace {

/// A place as seen along the surface's own axes, from its centre.
Point3 to_local(const Surface& s, const Point3& p) {
  return math::rotate_back(s.orientation, {p.z - s.centre.z, p.y - s.centre.y, p.x - s.centre.x});
}

double largest_radius(const Surface& s) {
  return std::max({s.radii.z, s.radii.y, s.radii.x}) + s.layers.back() + s.thickness;
}

/// Whether a vesicle keeps clear of the membranes before it.
bool is_free(const Surface& vesicle, const std::vector<Surface>& others) {
  const double radius = largest_radius(vesicle);
  return std::none_of(others.begin(), others.end(),
                      [&](const Surface& other) {
                        return std::abs(other.layer_distance(vesicle.centre)) < radius;
                      }) &&
         std::none_of(others.begin(), others.end(), [&](const Surface& other) {
           return other.kind == MembraneKind::Vesicle && other.distance(vesicle.centre) < radius;
         });
}

Surface draw(const SceneMembrane& wanted, const SceneOptions& options,
             const std::array<double, 4>& u, const std::array<double, 4>& v,
             const std::array<double, 4>& w) {
  const double voxel = options.voxel_size_angstrom;
  const auto size = [&](std::int64_t n) { return static_cast<double>(n); };
  Surface s;
  s.kind = wanted.kind;
  s.thickness = wanted.thickness_angstrom / voxel;
  for (int i = 0; i < wanted.layers; ++i)
    s.layers.push_back((i - 0.5 * (wanted.layers - 1)) * wanted.spacing_angstrom / voxel);
  // Head groups of 7 Å, widened to what the voxels can carry; the integral stays.
  s.head_sigma = std::hypot(7 / voxel, 0.42);
  s.peak = wanted.peak * 7 / voxel / s.head_sigma;
  s.centre = {u[0] * size(options.extent.z - 1), u[1] * size(options.extent.y - 1),
              u[2] * size(options.extent.x - 1)};
  if (wanted.kind == MembraneKind::Vesicle) {
    const double radius = (wanted.radius_low_angstrom +
                           u[3] * (wanted.radius_high_angstrom - wanted.radius_low_angstrom)) /
                          voxel;
    s.orientation = math::random_rotation(v[0], v[1], v[2]);
    // Radii r·q, r, r/q with q² at most the aspect.
    const double q = std::sqrt(1 + v[3] * (wanted.aspect - 1));
    s.radii = {radius * q, radius, radius / q};
    const auto inside = [&](double share, std::int64_t n) {
      const double room = radius * q + s.layers.back() + 1;
      return size(n) > 2 * room ? room + share * (size(n - 1) - 2 * room) : share * size(n - 1);
    };
    s.centre = {inside(u[0], options.extent.z), inside(u[1], options.extent.y),
                inside(u[2], options.extent.x)};
    return s;
  }
  // A plane stands upright but for its tilt: lying flat it would vanish in the missing wedge.
  const double azimuth = 2 * std::numbers::pi * v[0],
               tilt = (2 * v[1] - 1) * wanted.tilt_deg * std::numbers::pi / 180;
  const Point3 normal{std::sin(tilt), std::cos(tilt) * std::sin(azimuth),
                      std::cos(tilt) * std::cos(azimuth)};
  s.orientation = math::rotation_to(normal, 360 * v[2]);
  s.amplitude = wanted.curvature_angstrom / voxel;
  s.wave_number = 2 * std::numbers::pi * voxel / wanted.wavelength_angstrom;
  s.phase_x = 2 * std::numbers::pi * w[0];
  s.phase_y = 2 * std::numbers::pi * w[1];
  return s;
}

}  // namespace

double Surface::distance(const Point3& p) const {
  const Point3 l = to_local(*this, p);
  if (kind == MembraneKind::Plane) {
    const double a = wave_number * l.x + phase_x, b = wave_number * l.y + phase_y;
    const double height = l.z - 0.5 * amplitude * (std::sin(a) + std::sin(b));
    const double slope = 0.5 * amplitude * wave_number;
    return height /
           std::sqrt(1 + slope * slope * (std::cos(a) * std::cos(a) + std::cos(b) * std::cos(b)));
  }
  const double z = l.z / radii.z, y = l.y / radii.y, x = l.x / radii.x;
  const double k0 = std::sqrt(z * z + y * y + x * x);
  const double gz = z / radii.z, gy = y / radii.y, gx = x / radii.x;
  const double k1 = std::sqrt(gz * gz + gy * gy + gx * gx);
  if (k1 < 1e-12) return -std::min({radii.z, radii.y, radii.x});
  return k0 * (k0 - 1) / k1;
}

Point3 Surface::normal(const Point3& p) const {
  constexpr double kStep = 0.05;
  Point3 g{distance({p.z + kStep, p.y, p.x}) - distance({p.z - kStep, p.y, p.x}),
           distance({p.z, p.y + kStep, p.x}) - distance({p.z, p.y - kStep, p.x}),
           distance({p.z, p.y, p.x + kStep}) - distance({p.z, p.y, p.x - kStep})};
  const double length = std::max(std::sqrt(g.z * g.z + g.y * g.y + g.x * g.x), 1e-12);
  return {g.z / length, g.y / length, g.x / length};
}

double Surface::layer_distance(const Point3& p) const {
  const double s = distance(p);
  double nearest = std::numeric_limits<double>::max();
  for (const double layer : layers)
    if (std::abs(s - layer) < std::abs(nearest)) nearest = s - layer;
  return nearest;
}

std::vector<Surface> place_membranes(const SceneOptions& options) {
  const Philox random(options.seed, RandomPurpose::SceneMembrane);
  std::vector<Surface> surfaces;
  std::uint32_t number = 0;
  std::vector<SceneMembrane> order =
      options.membranes;  // planes first: it is vesicles that look for a free place
  std::stable_partition(order.begin(), order.end(),
                        [](const SceneMembrane& m) { return m.kind == MembraneKind::Plane; });
  for (const SceneMembrane& wanted : order)
    for (int i = 0; i < wanted.count && surfaces.size() < 255; ++i, ++number)
      for (std::uint64_t attempt = 0; attempt < 200; ++attempt) {
        const Surface s = draw(wanted, options, uniforms(random, number, 3 * attempt),
                               uniforms(random, number, 3 * attempt + 1),
                               uniforms(random, number, 3 * attempt + 2));
        if (s.kind == MembraneKind::Vesicle && !is_free(s, surfaces)) continue;
        surfaces.push_back(s);
        break;
      }
  return surfaces;
}

MembraneField draw_membranes(const std::vector<Surface>& surfaces, VolumeView<float> density,
                             VolumeView<std::uint8_t> mask, ThreadPool& pool) {
  MembraneField field;
  const Extent3 n = density.extent;
  field.near = Volume<std::uint8_t>(n, 255);
  std::vector<std::vector<Anchor>> anchors(static_cast<std::size_t>(n.z));
  parallel_for(pool, 0, n.z, 1, [&](std::int64_t z, std::int64_t, int) {
    for (std::size_t number = 0; number < surfaces.size(); ++number) {
      const Surface& s = surfaces[number];
      const double half = std::max(s.thickness / 2, 0.75), far = s.thickness / 2 + 4 * s.head_sigma;
      for (std::int64_t y = 0; y < n.y; ++y)
        for (std::int64_t x = 0; x < n.x; ++x) {
          const Point3 p{static_cast<double>(z), static_cast<double>(y), static_cast<double>(x)};
          const double distance = s.layer_distance(p), d = std::abs(distance);
          std::uint8_t& near = field.near(z, y, x);
          near = std::min(near, static_cast<std::uint8_t>(std::min(d, 255.0)));
          if (d > far) continue;
          const auto head = [&](double at) {
            return std::exp(-0.5 * (at / s.head_sigma) * (at / s.head_sigma));
          };
          density(z, y, x) += static_cast<float>(
              s.peak * (head(distance - s.thickness / 2) + head(distance + s.thickness / 2)));
          if (d <= half) mask(z, y, x) = static_cast<std::uint8_t>(number + 1);
          if (d < 0.5)
            anchors[static_cast<std::size_t>(z)].push_back(
                {(z * n.y + y) * n.x + x, static_cast<std::int32_t>(number)});
        }
    }
  });
  for (const auto& plane : anchors)
    field.anchors.insert(field.anchors.end(), plane.begin(), plane.end());
  return field;
}

void stand_on(const Surface& surface, const Point3& near, Point3& point, Point3& normal) {
  point = near;
  for (int step = 0; step < 3; ++step) {
    normal = surface.normal(point);
    const double left = surface.layer_distance(point);
    point = {point.z - left * normal.z, point.y - left * normal.y, point.x - left * normal.x};
  }
  // The lowest of several layers faces the other way.
  const double s = surface.distance(point);
  if (surface.layers.size() > 1 &&
      std::abs(s - surface.layers.front()) < std::abs(s - surface.layers.back()))
    normal = {-normal.z, -normal.y, -normal.x};
}

}  // namespace dfe::simulate
