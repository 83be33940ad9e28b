// SPDX-License-Identifier: Apache-2.0
// Particles and lists of particles. The library holds positions in voxels and orientations as
// rotation matrices. Units, origins and Euler angles of file formats exist only in io/.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "geometry.hpp"

namespace dfe {

/// Rotation matrix, row-major, for (x, y, z) column vectors. It rotates the reference onto the
/// particle.
using Rotation = std::array<double, 9>;

/// One object in a tomogram.
struct Particle {
  Point3 position_voxels;  ///< in voxels of the tomogram, 0-based, voxel centres at integers
  int class_label = 0;     ///< 1 or more; 0 is the background and never a particle
  std::optional<Rotation> orientation;       ///< absent if the list has none
  std::optional<int> tomogram;               ///< index into ParticleList::tomograms
  std::optional<std::int64_t> object_id;     ///< number of the object in the file
  std::optional<std::int64_t> cluster_size;  ///< member voxels; set by clustering
  std::optional<double> score;               ///< 0 to 1, higher is better
};

/// A column that the library does not use and writes back unchanged: one text per particle.
struct ExtraColumn {
  std::string name;
  std::vector<std::string> values;
};

/// Particles, with everything needed to write them in any format.
struct ParticleList {
  std::vector<Particle> particles;
  std::vector<std::string> tomograms;  ///< names; Particle::tomogram points here
  std::vector<std::string>
      class_names;          ///< index = class label, entry 0 is the background; may be empty
  VoxelSize voxel_size;     ///< of the tomogram that positions refer to, in Å; may be unknown
  Extent3 tomogram_extent;  ///< in voxels, 0 if unknown; some formats count from the centre
  std::vector<ExtraColumn> extra_columns;
  std::vector<std::string> warnings;  ///< what the reader corrected or assumed, one sentence each
};

}  // namespace dfe
