// SPDX-License-Identifier: Apache-2.0
// From voxels to the numbers that writers put into files, see place.hpp.
#include <fmt/format.h>

#include <cmath>

#include "core/binning.hpp"
#include "core/tomogram_names.hpp"
#include "core/voxel_size.hpp"
#include "io/lists/place.hpp"

namespace dfe::io::lists {

VoxelSize scaled(const VoxelSize& voxel_size, double factor) {
  return {voxel_size.z_angstrom * factor, voxel_size.y_angstrom * factor,
          voxel_size.x_angstrom * factor};
}

bool is_unbinned(const ListTomogram& tomogram) {
  return tomogram.binning == 1 && tomogram.binning_from == FactSource::Unknown;
}

Point3 scaled(const Point3& point, double factor) {
  return {point.z * factor, point.y * factor, point.x * factor};
}

ListTomogram binned(ListTomogram unbinned, double b) {
  unbinned.voxel_size = scaled(unbinned.voxel_size, b);
  unbinned.size_voxels = scaled(unbinned.size_voxels, 1 / b);
  unbinned.binning = b;
  unbinned.binning_from = FactSource::Option;
  return unbinned;
}

void check_binning(const ListOptions& options, const std::string& where) {
  constexpr double kRounded = 0.01;  // headers of one binning differ by less
  if (options.binning && !(std::isfinite(*options.binning) && *options.binning >= 1 - kRounded))
    throw Error(ErrorKind::Usage, "list", where,
                fmt::format("{} is not a binning factor: a list's pixels are as large as the "
                            "tomogram's voxels or smaller",
                            *options.binning),
                "expected a number of at least 1");
}

ParticleList on_pixels(ParticleList list, const std::string& file, const ListOptions& options,
                       bool unbinned) {
  check_binning(options, file);
  std::vector<double> factors;
  const auto refine = [&](ListTomogram& t) {
    for (const ListTomogram& known : options.tomograms) {
      const bool only = options.tomograms.size() == 1 && list.tomograms.size() <= 1;
      if (!only && tomogram_id(known.name) != tomogram_id(t.name)) continue;
      if (!t.voxel_size.known()) t.voxel_size = known.voxel_size;
      if (t.size_voxels == Point3{}) t.size_voxels = known.size_voxels;
    }
    if (options.voxel_size) t.voxel_size = *options.voxel_size;
    const double b = options.binning.value_or(unbinned && t.binning > 0 ? t.binning : 1);
    t.voxel_size = scaled(t.voxel_size, 1 / b);
    t.size_voxels = scaled(t.size_voxels, b);
    factors.push_back(b);
  };
  for (ListTomogram& t : list.tomograms) refine(t);
  refine(list.unnamed);
  for (Particle& particle : list.particles) {
    const std::size_t slot =
        particle.tomogram ? static_cast<std::size_t>(*particle.tomogram) : list.tomograms.size();
    particle.position_voxels = to_unbinned(particle.position_voxels, factors.at(slot));
  }
  return list;
}

Point3 centred_angstrom(const ParticleList& list, const Particle& particle, const std::string& file,
                        const ListSettings& settings) {
  const ListTomogram& t = list.tomogram_of(particle);
  const std::string of = list.tomograms.size() > 1 ? " of '" + t.name + "'" : std::string();
  if (t.size_voxels == Point3{})
    throw Error(
        ErrorKind::Usage, "star", file,
        "RELION 5 positions count from the tomogram's centre, but the size" + of + " is unknown",
        "give " + settings.tomograms);
  if (!t.voxel_size.known())
    throw Error(ErrorKind::Usage, "star", file,
                "RELION 5 positions are in Å, but the voxel size" + of + " is unknown",
                "give " + settings.voxel_size);
  const Point3 &u = particle.position_voxels, &n = t.size_voxels;
  const VoxelSize& v = t.voxel_size;
  return {(u.z - n.z / 2) * v.z_angstrom, (u.y - n.y / 2) * v.y_angstrom,
          (u.x - n.x / 2) * v.x_angstrom};
}

Point3 corner_angstrom(const ParticleList& list, const Particle& particle, const std::string& file,
                       const ListSettings& settings, const std::string& what) {
  const ListTomogram& t = list.tomogram_of(particle);
  const VoxelSize& v = t.voxel_size;
  if (!v.known())
    throw Error(ErrorKind::Usage, "list", file,
                what + " are in Å, but the voxel size is unknown" +
                    (list.tomograms.size() > 1 ? " for '" + t.name + "'" : ""),
                "give " + settings.voxel_size);
  const Point3& p = particle.position_voxels;
  return {p.z * v.z_angstrom, p.y * v.y_angstrom, p.x * v.x_angstrom};
}

}  // namespace dfe::io::lists
