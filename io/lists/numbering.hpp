// SPDX-License-Identifier: Apache-2.0
// What Dynamo tables and the motive lists of TOM, AV3 and STOPGAP share: tomograms and particles
// have numbers, voxels count from 1, shifts are added, and a class of 0 means "none".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// The number under which each of `list.tomograms` is written. Where all that have particles are
/// only numbered, and from 1, these numbers; else 1, 2, ... in the list's order.
std::vector<int> tomogram_numbers(const ParticleList& list);

/// Whether every tomogram with particles is called by the number that it is written under.
bool same_tomogram_numbers(const ParticleList& list);

/// The number of each particle: its object number where all have one from 1 to `most` and none
/// twice, else 1, 2, ...
std::vector<std::int64_t> particle_numbers(const ParticleList& list, std::int64_t most);

/// Whether the list has object numbers that `particle_numbers` does not give.
bool loses_particle_numbers(const ParticleList& list, std::int64_t most);

/// Numbers above are not exact in a float32 file, or no number at all.
inline constexpr std::int64_t kMostInFloat = std::int64_t{1} << 24,
                              kMostInDouble = std::int64_t{1} << 53;

/// What a reader of such a list makes of each particle's numbers, and says once for all.
class NumberedReader {
 public:
  explicit NumberedReader(ParticleList& list) : list_(list) {}

  /// Sets a class from 0 to kMaxClassLabel; 0 becomes 1.
  void set_class(Particle& particle, std::int64_t label);
  /// Sets a position that counts from 1, with its shift.
  void set_position(Particle& particle, const Point3& position, const Point3& shift);
  /// Sets score and orientation, which the file always has.
  void set_result(Particle& particle, double score, const Rotation& orientation);
  /// Drops what is the same empty value for all particles, and adds the warnings.
  void finish();

 private:
  ParticleList& list_;
  std::int64_t unclassified_ = 0, shifted_ = 0;
  bool scored_ = false, oriented_ = false;
};

/// The whole voxel next to a position, counted from 1, and what is left: such lists cut
/// subtomograms at whole voxels and keep the rest as shift.
struct WholeAndShift {
  Point3 whole, shift;
};
WholeAndShift whole_and_shift(const Point3& position);

}  // namespace dfe::io::lists
