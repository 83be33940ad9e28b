// SPDX-License-Identifier: Apache-2.0
// Clustering: from a label map to a list of particles.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compute.hpp"
#include "label_map.hpp"
#include "length.hpp"
#include "observer.hpp"
#include "particle.hpp"

namespace dfe {

enum class ClusterMethod {
  MeanShift,  ///< the method of the DeepFinder paper: flat kernel, bin seeding, as scikit-learn's
              ///< MeanShift(bandwidth, bin_seeding=True)
  ConnectedComponents,  ///< voxels of equal label that touch by a face, an edge or a corner
};

enum class PickPosition {
  Centroid,  ///< mean position of the member voxels (paper, section 2.1.2)
  Mode,      ///< where mean shift converged (released DeepFinder); not for connected components
};

struct ClusterOptions {
  ClusterMethod method = ClusterMethod::MeanShift;
  Length radius;  ///< bandwidth of mean shift, about the particle's radius; in Å it is an ellipsoid
                  ///< in voxels that are not cubic. Connected components use it only for the score
                  ///< and do not need it
  bool per_class =
      false;  ///< cluster each class separately; otherwise all foreground voxels together
  PickPosition position = PickPosition::Centroid;
  std::int64_t min_size = 1;                      ///< drop clusters with fewer voxels
  std::map<int, std::int64_t> min_size_of_class;  ///< overrides `min_size` for a class label
  ComputeOptions compute;  ///< `threads` and `device`: auto and cpu use the CPU; cuda and cuda:N
                           ///< run mean shift on that GPU, with the same result
};

/// Score maps: the probability of each class at each voxel. The caller implements it.
class ScoreLookup {
 public:
  virtual ~ScoreLookup() = default;
  /// Writes the probabilities of a class, 0 to 1, for one z plane: extent.y * extent.x values in
  /// (y, x) order.
  virtual void plane(int class_label, std::int64_t z, float* out) const = 0;
};

/// Groups the labelled voxels into particles. Positions are in voxels of the map.
///
/// Order    mean shift: by the number of voxels within the radius of the mode, largest first
///          (scikit-learn's order); connected components: by size, largest first, then by position
/// Class    the most frequent label of the members; if several are equally frequent, the lowest
/// Size     `cluster_size` is the number of members; if all classes are clustered together it
///          counts members of any label, as DeepFinder does
/// Score    with `scores`, the mean probability of the particle's class over the members of that
///          class; otherwise the cluster's size divided by the volume of a ball of the radius, at
///          most 1. Connected components without a radius and without `scores` have no score.
/// Threads  the result does not depend on their number; `scores` and `observer` are called from the
///          calling thread
/// Errors   usage `Error` for a radius that is not above 0 or exceeds both the volume's diagonal
///          and 64 voxels, for sizes below 0, for options that contradict each other and for a GPU
///          that cannot be used; `Error` if the observer cancels or memory runs out
/// Cost     about radius² operations per seed and step towards its mode
/// Source   mean shift of scikit-learn 1.2
///
/// An empty map gives an empty list. If a map does not fit into the memory of the GPU, it is
/// clustered on the CPU, and `observer` receives the reason.
ParticleList cluster(const LabelMap& map, const ClusterOptions& options,
                     const ScoreLookup* scores = nullptr, Observer* observer = nullptr);

/// Throws the usage `Error` that `cluster` would throw for these options with any map.
void check_cluster_options(const ClusterOptions& options);

/// Throws the usage `Error` that `cluster` would throw for this radius and a map of this geometry.
void check_cluster_radius(const ClusterOptions& options, const VolumeGeometry& geometry);

/// Upper bound, in bytes, of the memory that `cluster` needs in addition to the map: one bit per
/// voxel and some hundred bytes per seed. There is at most one seed per box with the edges
/// `radii_voxels` and at most one per labelled voxel. For connected components the result is an
/// estimate that assumes 8 voxels per component.
std::int64_t cluster_working_bytes(const Extent3& extent, const ClusterOptions& options,
                                   const Point3& radii_voxels, std::int64_t foreground_voxels,
                                   int classes, bool has_scores = false);

}  // namespace dfe
