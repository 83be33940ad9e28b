// SPDX-License-Identifier: Apache-2.0
// Targets for training: from a particle list to one class label per voxel. Where particles overlap,
// the later one in the list wins, for any number of threads.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "geometry.hpp"
#include "observer.hpp"
#include "particle.hpp"
#include "volume.hpp"

namespace dfe {

/// How a particle becomes voxels.
enum class TargetRules {
  /// Positions are real numbers. A sphere contains the voxels whose centre is within the radius of
  /// the position. A mask is rotated and shifted by the fraction of a voxel in one interpolation.
  Exact,
  /// Bit for bit as the released DeepFinder: positions are truncated towards 0 to whole voxels,
  /// spheres are drawn in a box of even size, which cuts off the last voxel of the largest sphere
  /// along each axis, and only mask voxels that are exactly 1 count.
  DeepFinder,
};

/// The shape of the particles of a class: an ellipsoid if its radii are above 0, otherwise the
/// mask. A class with neither is not painted.
struct TargetShape {
  Point3 radii_voxels;  ///< along z, y, x; equal for a sphere on the voxel grid
  Volume<float> mask;   ///< 1 inside, 0 outside, or with a soft edge; of any extent, centred on
                        ///< voxel floor(n / 2) along each axis
  bool integer_mask = false;  ///< the mask's file has integer voxels, which TargetRules::DeepFinder
                              ///< rounds differently
};

struct TargetOptions {
  std::map<int, TargetShape> shapes;  ///< by class label, 1 to 255
  TargetRules rules = TargetRules::Exact;
  VoxelSize
      voxel_size;   ///< of the labels. By the exact rules masks turn in Å: where voxels are not
                    ///< cubic, a mask of the same voxel size keeps its shape in the specimen
  int threads = 0;  ///< 0: all
};

/// Numbers of particles of one class.
struct TargetCount {
  std::int64_t objects = 0;   ///< in the list
  std::int64_t left_out = 0;  ///< not painted: the class has no shape
  std::int64_t outside = 0;   ///< with no voxel inside the volume
  std::int64_t clipped = 0;   ///< with some voxels outside the volume
  std::int64_t empty = 0;     ///< with no voxel at all: a sphere between voxel centres, or a mask
                              ///< that vanished in the interpolation
};

/// Paints every particle of `list` into `labels`, (z, y, x), in the order of the list; a later
/// particle overwrites earlier ones. `Particle::tomogram` is ignored. A mask is rotated about its
/// centre by the particle's orientation (trilinear interpolation at the rotated-back positions;
/// inside if the value is at least 0.5). Returns counts by class label. Throws a usage `Error` for
/// a particle whose class is not in `options.shapes`, for labels outside 1 to 255 and for shapes
/// that the rules do not allow; `Error` for positions that are not finite or too far away, and if
/// the observer cancels. Cost: about 10 ns per voxel of the masks' bounding balls, summed over all
/// threads. Source: `TargetBuilder` of DeepFinder.
std::map<int, TargetCount> paint_objects(const ParticleList& list, const TargetOptions& options,
                                         VolumeView<std::uint8_t> labels,
                                         Observer* observer = nullptr);

}  // namespace dfe
