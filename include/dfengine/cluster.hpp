// SPDX-License-Identifier: Apache-2.0
// From voxel labels to particles.
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
  MeanShift,  ///< flat kernel, bin seeding: scikit-learn's MeanShift(bandwidth, bin_seeding=True);
              ///< the paper's
  ConnectedComponents,  ///< 26-neighbourhood, of equal labels
};

enum class PickPosition {
  Centroid,  ///< mean of the member voxels (paper, section 2.1.2)
  Mode,      ///< where mean shift converged (released DeepFinder); components have none
};

struct ClusterOptions {
  ClusterMethod method = ClusterMethod::MeanShift;
  Length radius;  ///< bandwidth of mean shift: about the particle's radius; components use it for
                  ///< the score alone
  bool per_class =
      false;  ///< cluster each class by itself; otherwise all foreground voxels together
  PickPosition position = PickPosition::Centroid;
  std::int64_t min_size = 1;                      ///< clusters with fewer voxels are dropped
  std::map<int, std::int64_t> min_size_of_class;  ///< overrides `min_size` for a class label
  ComputeOptions compute;  ///< threads, and a device: auto and cpu are the CPU; cuda, cuda:N: mean
                           ///< shift on that GPU. The same result
};

/// Probability of class `class_label` at a voxel, where score maps exist; null elsewhere.
class ScoreLookup {
 public:
  virtual ~ScoreLookup() = default;
  /// Probabilities of the class for one z plane, (y, x) order, extent.y * extent.x values.
  virtual void plane(int class_label, std::int64_t z, float* out) const = 0;
};

/// Groups the labelled voxels into particles, largest neighbour count first (scikit-learn's order);
/// components come largest first, then by position. Positions are in voxels of the map. The class
/// is the one that most members have, the lowest of equals; with all classes together
/// `cluster_size` counts members of any label, as DeepFinder does. The score is the mean
/// probability of the winning class over the members of that class where `scores` is given; else
/// the cluster's size relative to a ball of the radius, at most 1 (components without a radius have
/// no score). An empty map gives an empty list. The result does not depend on the number of
/// threads; `scores` and `observer` are called from the calling thread. Throws a usage `Error` for
/// a radius that is not above 0 or larger than the volume can mean (its diagonal, or 64 voxels
/// where that is less), for sizes below 0, for options that do not go together and for a GPU that
/// cannot be used; `Error` where the observer cancels or memory runs out. A map that a GPU has no
/// room for is clustered on the CPU, and `observer` is told why. Cost: about radius² operations per
/// climbing step and seed. Source: reference implementation of mean shift in scikit-learn 1.2.
ParticleList cluster(const LabelMap& map, const ClusterOptions& options,
                     const ScoreLookup* scores = nullptr, Observer* observer = nullptr);

/// Throws the usage `Error` that `cluster` would throw for these options whatever the map.
void check_cluster_options(const ClusterOptions& options);

/// Throws the usage `Error` that `cluster` would throw for this radius and a map of this geometry.
void check_cluster_radius(const ClusterOptions& options, const VolumeGeometry& geometry);

/// Upper bound of the memory that `cluster` takes beside the map, in bytes, so that a plan can
/// include it: one bit per voxel, and some hundred bytes per seed, of which there is at most one
/// per `radius_voxels`³ and per labelled voxel. For components it is an estimate that takes 8
/// voxels per component.
std::int64_t cluster_working_bytes(const Extent3& extent, const ClusterOptions& options,
                                   double radius_voxels, std::int64_t foreground_voxels,
                                   int classes, bool has_scores = false);

}  // namespace dfe
