// SPDX-License-Identifier: Apache-2.0
// From voxel labels to particles.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "label_map.hpp"
#include "length.hpp"
#include "observer.hpp"
#include "particle.hpp"

namespace dfe {

enum class ClusterMethod {
  MeanShift,            ///< flat kernel, bin seeding: scikit-learn's MeanShift(bandwidth, bin_seeding=True); the paper's
  ConnectedComponents,  ///< 26-neighbourhood, of equal labels
};

enum class PickPosition {
  Centroid,  ///< mean of the member voxels (paper, section 2.1.2)
  Mode,      ///< where mean shift converged (released DeepFinder)
};

struct ClusterOptions {
  ClusterMethod method = ClusterMethod::MeanShift;
  Length radius;                           ///< bandwidth of mean shift: about the particle's radius; not used by components
  bool per_class = false;                  ///< cluster each class by itself; otherwise all foreground voxels together
  PickPosition position = PickPosition::Centroid;
  std::int64_t min_size = 1;               ///< clusters with fewer voxels are dropped
  std::map<int, std::int64_t> min_size_of_class;  ///< overrides `min_size` for a class label
  int threads = 0;                         ///< 0: all
};

/// Probability of class `class_label` at a voxel, where score maps exist; null elsewhere.
class ScoreLookup {
 public:
  virtual ~ScoreLookup() = default;
  /// Probabilities of the class for one z plane, (y, x) order, extent.y * extent.x values.
  virtual void plane(int class_label, std::int64_t z, float* out) const = 0;
};

/// Groups the labelled voxels into particles, largest neighbour count first (scikit-learn's order). Positions are in voxels of the
/// map. The score is the mean probability of the winning class over the members of that class where `scores` is given; else the
/// cluster's size relative to a ball of the radius, at most 1. An empty map gives an empty list.
/// Throws a usage `Error` for a radius that is not above 0 or larger than the volume can mean.
ParticleList cluster(const LabelMap& map, const ClusterOptions& options, const ScoreLookup* scores = nullptr, Observer* observer = nullptr);

}  // namespace dfe
