// SPDX-License-Identifier: Apache-2.0
// Files of a tomogram with particles at known places, and the request that finds them.
#pragma once

#include <cmath>
#include <functional>
#include <string>

#include "core/math/rotation.hpp"
#include "dfengine/match.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "match/orientations.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/match/match_cases.hpp"

namespace dfe::test {

inline constexpr Extent3 kExtent{30, 40, 50};
inline constexpr Extent3 kBox{17, 17, 17};
inline constexpr std::size_t kPlanted = 17;  ///< of the list with this step
inline constexpr double kStep = 60;
inline constexpr Index3 kPlace{12, 21, 30};

/// A density at a place from its centre.
using Shape = std::function<double(const Point3&)>;

inline double blobs(const Point3& p) { return blobs_at(p, 1); }

inline VolumeGeometry geometry_of(const Extent3& extent, double angstrom = 10) {
  VolumeGeometry geometry;
  geometry.extent = extent;
  geometry.voxel_size = VoxelSize::cubic(angstrom);
  return geometry;
}

/// Adds a shape, turned, everywhere.
inline void add_shape(Volume<float>& volume, const Shape& shape, const Index3& centre,
                      const Rotation& r, double height) {
  const Extent3 n = volume.extent();
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        volume(z, y, x) += static_cast<float>(
            height * shape(math::rotate_back(
                         r, {static_cast<double>(z - centre.z), static_cast<double>(y - centre.y),
                             static_cast<double>(x - centre.x)})));
}

inline void write_template(const std::filesystem::path& file, const Shape& shape) {
  Volume<float> box(kBox, 0.0F);
  add_shape(box, shape, {8, 8, 8}, {1, 0, 0, 0, 1, 0, 0, 0, 1}, 1);
  io::write_volume(file, box.view(), geometry_of(kBox));
}

inline Rotation planted_rotation() { return match::healpix_orientations(kStep)[kPlanted]; }

/// tomo.mrc: noise with the blobs at kPlace, turned; blobs.mrc: the template.
inline void write_case(const TempFolder& folder, double sign = 1) {
  Volume<float> tomogram = noise_volume(kExtent);
  add_shape(tomogram, blobs, kPlace, planted_rotation(), 3 * sign);
  io::write_volume(folder / "tomo.mrc", tomogram.view(), geometry_of(kExtent));
  write_template(folder / "blobs.mrc", blobs);
}

inline MatchRequest request_in(const TempFolder& folder) {
  MatchRequest request;
  request.tomograms = {(folder / "tomo.mrc").string()};
  request.templates = {{"", (folder / "blobs.mrc").string()}};
  request.mask_radii = {{"", {6, false}}};
  request.angles = "60";
  request.peaks.threshold = 0.5;
  request.output = (folder / "out").string();
  return request;
}

inline void check_planted(const Particle& particle, const Index3& place) {
  CHECK(std::abs(particle.position_voxels.z - static_cast<double>(place.z)) < 0.3);
  CHECK(std::abs(particle.position_voxels.y - static_cast<double>(place.y)) < 0.3);
  CHECK(std::abs(particle.position_voxels.x - static_cast<double>(place.x)) < 0.3);
  REQUIRE(particle.orientation);
  CHECK(match::angle_between_deg(*particle.orientation, planted_rotation()) < 0.01);
}

inline void check_found(const std::filesystem::path& file) {
  const ParticleList list = io::read_list(file);
  REQUIRE(list.particles.size() == 1);
  check_planted(list.particles.front(), kPlace);
}

}  // namespace dfe::test
