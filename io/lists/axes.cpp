// SPDX-License-Identifier: Apache-2.0
// Evidence for an axis order, see the header.
#include "io/lists/axes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dfe::io::lists {

namespace {

/// How many positions lie more than a sloppy pick, two voxels, beyond the faces of their tomograms.
std::size_t count_outside(const ParticleList& list, bool exchanged) {
  constexpr double kSloppy = 2.5;  // from the outer voxel's centre
  const auto outside = [](double p, double n) { return p < -kSloppy || p > n - 1 + kSloppy; };
  return static_cast<std::size_t>(
      std::count_if(list.particles.begin(), list.particles.end(), [&](const Particle& particle) {
        const Point3 &p = particle.position_voxels, &n = list.tomogram_of(particle).size_voxels;
        return n != Point3{} && (outside(exchanged ? p.x : p.z, n.z) || outside(p.y, n.y) ||
                                 outside(exchanged ? p.z : p.x, n.x));
      }));
}

/// An order is out of the question if it puts one particle in twenty outside, and the other order
/// hardly any.
bool is_refuted(std::size_t outside, std::size_t outside_of_other, std::size_t particles) {
  return outside > 0 && outside * 20 >= particles && outside >= 4 * outside_of_other;
}

/// The order that the tomograms' sizes leave, if they leave one.
std::optional<XmlAxes> by_extent(ParticleList& list) {
  const std::size_t n = list.particles.size(), as_xyz = count_outside(list, false),
                    as_zyx = count_outside(list, true);
  if (is_refuted(as_zyx, as_xyz, n)) return XmlAxes::Xyz;
  if (!is_refuted(as_xyz, as_zyx, n)) return std::nullopt;
  list.warnings.push_back(fmt::format(
      "x and z of the list were exchanged (axis order zyx, of lists made before April 2020): {1} "
      "of {2} positions fit the tomogram of {0} voxels (z, y, x) this way, {3} as written",
      size_of_any(list), n - as_zyx, n, n - as_xyz));
  return XmlAxes::Zyx;
}

}  // namespace

std::string size_of_any(const ParticleList& list) {
  for (const Particle& particle : list.particles)
    if (const Point3& n = list.tomogram_of(particle).size_voxels; n != Point3{})
      return fmt::format("{:.6g}x{:.6g}x{:.6g}", n.z, n.y, n.x);
  return {};
}

void settle_axes(ParticleList& list, const std::string& name, const ListOptions& options,
                 std::optional<XmlAxes> stated,
                 XmlAxes (*guess)(ParticleList& list, const ListOptions& options)) {
  if (list.particles.empty()) return;
  std::optional<XmlAxes> axes = stated;
  if (options.xml_axes != XmlAxes::Detect) axes = options.xml_axes;
  if (!axes) axes = by_extent(list);
  if (!axes && options.find_axes) axes = options.find_axes(list, name);
  if (!axes) axes = guess(list, options);
  if (*axes == XmlAxes::Xyz) return;
  for (Particle& particle : list.particles)
    std::swap(particle.position_voxels.x, particle.position_voxels.z);
}

}  // namespace dfe::io::lists
