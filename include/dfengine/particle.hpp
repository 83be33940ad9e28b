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

/// Where a fact about a tomogram comes from.
enum class FactSource {
  Unknown,
  List,      ///< the list states it
  Option,    ///< the user gave it
  Tomogram,  ///< taken from the tomogram, or from a table of tomograms
  Columns,   ///< follows from the positions of the list, which are in voxels and in Å
};

/// What is known of a tomogram that particles are in. Their positions count its voxels.
struct ListTomogram {
  std::string name;       ///< empty if the list names none
  bool numbered = false;  ///< the name is only the number by which the list counts tomograms
  VoxelSize voxel_size;   ///< in Å; may be unknown
  Point3 size_voxels;     ///< 0 if unknown; a fraction where an unbinned size was divided
  double binning = 0;     ///< pixels of the unbinned tilt series per voxel; 0 if unknown
  FactSource voxel_size_from = FactSource::Unknown, size_from = FactSource::Unknown,
             binning_from = FactSource::Unknown;
  std::string told_by;  ///< the file or option that the voxel size is from, for messages

  /// A tomogram whose size and voxel size are known from its volume. 0: unknown.
  static ListTomogram of(std::string name, const Extent3& extent, const VoxelSize& voxel_size) {
    ListTomogram t;
    t.name = std::move(name);
    t.voxel_size = voxel_size;
    t.size_voxels = {static_cast<double>(extent.z), static_cast<double>(extent.y),
                     static_cast<double>(extent.x)};
    if (voxel_size.known()) t.voxel_size_from = FactSource::Tomogram;
    if (t.size_voxels != Point3{}) t.size_from = FactSource::Tomogram;
    return t;
  }
};

/// Particles, with everything needed to write them in any format.
struct ParticleList {
  std::vector<Particle> particles;
  std::vector<ListTomogram> tomograms;  ///< those with a name; Particle::tomogram points here
  ListTomogram unnamed;                 ///< of particles without a tomogram
  std::vector<std::string>
      class_names;                 ///< index = class label, entry 0 is the background; may be empty
  bool labels_from_names = false;  ///< the file names classes without labels: named classes have
                                   ///< those that its reader chose
  std::vector<ExtraColumn> extra_columns;
  std::vector<std::string> warnings;  ///< what the reader corrected or assumed, one sentence each

  /// The tomogram of a particle of this list. Throws std::out_of_range for an index that the list
  /// does not have.
  const ListTomogram& tomogram_of(const Particle& particle) const {
    return particle.tomogram ? tomograms.at(static_cast<std::size_t>(*particle.tomogram)) : unnamed;
  }
  ListTomogram& tomogram_of(const Particle& particle) {
    return particle.tomogram ? tomograms.at(static_cast<std::size_t>(*particle.tomogram)) : unnamed;
  }
};

}  // namespace dfe
