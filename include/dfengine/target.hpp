// SPDX-License-Identifier: Apache-2.0
// From a list of particles to one class label per voxel: what the network is to learn. Where
// objects overlap, the later one of the list wins, whatever the number of threads.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "observer.hpp"
#include "particle.hpp"
#include "volume.hpp"

namespace dfe {

/// How an object becomes voxels.
enum class TargetRules {
  /// Positions are real numbers: a sphere holds the voxels whose centre is within the radius of the
  /// position, a mask is rotated and
  /// shifted by its fraction of a voxel in one interpolation.
  Exact,
  /// As the released DeepFinder, bit for bit: positions cut to whole voxels towards 0, spheres in
  /// an even box that cuts off the last
  /// voxel of the largest along each axis, and only mask voxels that are exactly 1 count.
  DeepFinder,
};

/// What an object of a class looks like. A sphere where the radius is above 0, else the mask; a
/// class with neither is left out.
struct TargetShape {
  double radius_voxels = 0;
  Volume<float> mask;  ///< any extent; its centre is voxel floor(n / 2) along each axis; 1 inside
                       ///< and 0 outside, or soft
  bool integer_mask =
      false;  ///< the mask's file holds integers, which the DeepFinder rules round another way
};

struct TargetOptions {
  std::map<int, TargetShape> shapes;  ///< by class label, 1 to 255
  TargetRules rules = TargetRules::Exact;
  int threads = 0;  ///< 0: all
};

/// What became of the objects of one class.
struct TargetCount {
  std::int64_t objects = 0;   ///< in the list
  std::int64_t left_out = 0;  ///< of a class without a shape
  std::int64_t outside = 0;   ///< with no voxel inside the volume
  std::int64_t clipped = 0;   ///< with some voxels outside the volume
  std::int64_t empty = 0;     ///< with no voxel at all: a sphere between voxel centres, a mask that
                              ///< vanished in the interpolation
};

/// Paints every particle of `list` into `labels`, in the order of the list: a later one overwrites
/// what was there. The particle's `tomogram` is not looked at. A mask is turned by the particle's
/// orientation about its centre (trilinear, sampled by pull-back; inside where the value is at
/// least 0.5); spheres need none. Throws a usage `Error` for a particle whose class is not in
/// `options.shapes`, for labels outside 1 to 255 and for shapes that the rules cannot take; `Error`
/// where the observer cancels. Cost: about 10 ns per voxel of the masks' bounding balls, on all
/// threads. Source: `TargetBuilder` of DeepFinder.
std::map<int, TargetCount> paint_objects(const ParticleList& list, const TargetOptions& options,
                                         VolumeView<std::uint8_t> labels,
                                         Observer* observer = nullptr);

}  // namespace dfe
