// SPDX-License-Identifier: Apache-2.0
// Brings voxels to mean 0 and standard deviation 1 before the network. Sums are in double and in a
// fixed order, so that the result does not depend on threads or tiles.
#pragma once

#include <vector>

#include "dfengine/observer.hpp"
#include "dfengine/volume_source.hpp"
#include "dfengine/weights.hpp"
#include "kernels/voxel_input.hpp"

namespace dfe {

/// Side of the blocks whose statistics `patch` normalization uses: DeepFinder's training patch.
inline constexpr std::int64_t kPatch = 56;

/// Count, mean and sum of squared deviations of some voxels; parts merge exactly as in Chan, Golub
/// and LeVeque (1983).
struct Moments {
  std::int64_t count = 0;
  double mean = 0, squares = 0;

  void add_all(const float* values, std::int64_t n);
  void merge(const Moments& other);
  double deviation() const;  ///< population standard deviation
};

/// One pass over the volume, then a transformation of any part of it.
class Normalizer {
 public:
  /// Reads the volume once. Throws `Error` naming the file for voxels that are not finite and for
  /// constant volumes. `Tomogram` uses one mean and standard deviation; `Patch` those of blocks of
  /// kPatch³ voxels, interpolated linearly between the blocks' centres, which is what patch
  /// statistics become when there are no patches; `None` reads too, to check. With `input`, which
  /// may not be for `Patch`, the backend reads and adds up, to the same bits.
  Normalizer(const VolumeSource& volume, Normalization kind, Observer* observer,
             VoxelInput* input = nullptr);

  /// `voxels` holds the voxels of `box`, (z, y, x).
  void apply(const Box3& box, float* voxels) const;

  const Moments& moments() const { return all_; }

  /// A voxel becomes (v - mean()) * scale(), but for `Patch`.
  double mean() const { return kind_ == Normalization::None ? 0 : all_.mean; }
  double scale() const { return kind_ == Normalization::None ? 1 : 1 / all_.deviation(); }

 private:
  void apply_patch(const Box3& box, float* voxels) const;

  Normalization kind_;
  Moments all_;
  Extent3 blocks_;  // how many blocks along each axis
  Extent3 extent_;
  std::vector<double> mean_, scale_;  // per block
};

}  // namespace dfe
