// SPDX-License-Identifier: Apache-2.0
// Particles and lists of them. Inside the library positions are voxels and orientations rotation
// matrices; units, origins and Euler conventions of file formats exist only in io.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "geometry.hpp"

namespace dfe {

/// Rotation matrix, row major, acting on (x, y, z) column vectors: it turns the reference onto the
/// particle.
using Rotation = std::array<double, 9>;

/// One object in a tomogram.
struct Particle {
  Point3 position_voxels;  ///< 0-based, voxel centres at integers, in the tomogram's own voxels
  int class_label = 0;     ///< 1 and up; 0 is background and never a particle
  std::optional<Rotation> orientation;       ///< absent where the list has none
  std::optional<int> tomogram;               ///< index into ParticleList::tomograms
  std::optional<std::int64_t> object_id;     ///< as the file numbers it
  std::optional<std::int64_t> cluster_size;  ///< member voxels, after clustering
  std::optional<double> score;               ///< 0 to 1, higher is better
};

/// A column of a file that the library has no use for and writes back unchanged: one text per
/// particle.
struct ExtraColumn {
  std::string name;
  std::vector<std::string> values;
};

/// Particles with what is needed to write them in any format.
struct ParticleList {
  std::vector<Particle> particles;
  std::vector<std::string> tomograms;  ///< names; Particle::tomogram points here
  std::vector<std::string>
      class_names;          ///< index = class label, entry 0 is the background; may be empty
  VoxelSize voxel_size;     ///< of the tomogram the positions refer to; unknown allowed
  Extent3 tomogram_extent;  ///< 0 where unknown; some formats count from the tomogram's centre
  std::vector<ExtraColumn> extra_columns;
  std::vector<std::string> warnings;  ///< what the reader corrected or assumed, one sentence each
};

}  // namespace dfe
