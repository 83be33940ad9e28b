// SPDX-License-Identifier: Apache-2.0
#include "cluster/pick_list.hpp"

#include <algorithm>
#include <cmath>

namespace dfe {

std::int64_t score_units(float probability) {
  if (!(probability > 0)) return 0;
  return std::llround(std::min(1.0, static_cast<double>(probability)) * kScoreUnits);
}

ParticleList make_pick_list(const std::vector<Cluster>& clusters, const LabelMap& map,
                            const ClusterOptions& options, bool has_scores,
                            const Point3& ball_radii) {
  constexpr double kPi = 3.14159265358979323846;
  const double ball_voxels = 4 * kPi / 3 * ball_radii.z * ball_radii.y * ball_radii.x;

  ParticleList list;
  list.class_names = map.class_names;
  list.unnamed = ListTomogram::of("", map.labels.extent(), map.geometry.voxel_size);
  const auto is_kept = [&options](const Cluster& cluster) {
    if (cluster.members.count == 0) return false;  // all its voxels are nearer to other centres
    const auto own = options.min_size_of_class.find(cluster.label);
    return cluster.members.count >=
           (own == options.min_size_of_class.end() ? options.min_size : own->second);
  };
  list.particles.reserve(
      static_cast<std::size_t>(std::count_if(clusters.begin(), clusters.end(), is_kept)));
  for (const Cluster& cluster : clusters) {
    if (!is_kept(cluster)) continue;
    Particle particle;
    particle.position_voxels =
        options.position == PickPosition::Mode ? cluster.mode : cluster.members.mean();
    particle.class_label = cluster.label;
    particle.cluster_size = cluster.members.count;
    if (has_scores)
      particle.score =
          static_cast<double>(cluster.score_sum) / kScoreUnits / static_cast<double>(cluster.votes);
    else if (ball_voxels > 0)
      particle.score = std::min(1.0, static_cast<double>(cluster.members.count) / ball_voxels);
    list.particles.push_back(particle);
  }
  return list;
}

}  // namespace dfe
