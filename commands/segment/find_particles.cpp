// SPDX-License-Identifier: Apache-2.0
// From a label map to particles in voxels of the tomogram, see the header.
#include <algorithm>
#include <cmath>

#include "commands/common/json_text.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/segment/cluster_grid.hpp"
#include "core/receptive_radius.hpp"
#include "engine/adapted_volume.hpp"
#include "engine/rotated_volume.hpp"

namespace dfe {
namespace {

std::string count_text(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// A radius that was typed in Å without the A is larger than anything that the network can see.
void warn_of_radius(const std::string& path, const ClusterOptions& asked,
                    const ClusterOptions& options, const ClusterGrid& grid, Job& job) {
  if (asked.radius.is_angstrom || options.radius.value <= kReceptiveRadius) return;
  const std::string radius = number_text(asked.radius.value);
  const double angstrom = options.radius.value * grid.labels.voxel_size.mean_angstrom();
  job.warn(path + ": --radius " + radius +
           (angstrom > 0 ? " is " + number_text(std::round(angstrom)) + " Å," : " is") +
           " more than the " + number_text(kReceptiveRadius) +
           " voxels that the network sees around a voxel; for " + radius + " Å write " + radius +
           "A");
}

/// How many voxels of the map a cluster needs.
std::int64_t smallest(std::int64_t voxels_of_tomogram, double voxel_volume) {
  const double exact = static_cast<double>(voxels_of_tomogram) / voxel_volume;
  return static_cast<std::int64_t>(exact * (1 + 1e-9));
}

void warn_of_none(const std::string& path, const LabelMap& map, std::int64_t clusters,
                  std::int64_t largest, Job& job) {
  const auto labels = map.labels.span();
  if (clusters > 0)
    job.warn(path + ": no particles, because " +
             (clusters == 1 ? "the only cluster has"
                            : "the largest of " + std::to_string(clusters) + " clusters has") +
             " " + count_text(largest, "voxel") + ", fewer than --min-size");
  else if (std::all_of(labels.begin(), labels.end(), [](std::uint8_t label) { return label == 0; }))
    job.warn(path + ": no particles, because all voxels are background");
}

}  // namespace

ParticleList find_particles(const std::string& path, const LabelMap& map, const ClusterGrid& grid,
                            const ClusterOptions& asked, const ScoreLookup* scores,
                            const std::string& name_pattern, Job& job) {
  const ClusterOptions options = on_grid(asked, grid);
  warn_of_radius(path, asked, options, grid, job);
  ParticleList list = cluster(map, options, scores, &job);
  const double voxel_volume = grid.step.z * grid.step.y * grid.step.x;
  const auto clusters = static_cast<std::int64_t>(list.particles.size());
  std::int64_t largest = 0;
  std::vector<Particle> kept;
  for (Particle& particle : list.particles) {
    const std::int64_t voxels = particle.cluster_size.value_or(0);
    const auto own = asked.min_size_of_class.find(particle.class_label);
    const std::int64_t least = own == asked.min_size_of_class.end() ? asked.min_size : own->second;
    particle.cluster_size = std::llround(static_cast<double>(voxels) * voxel_volume);
    if (grid.rotated)
      particle.position_voxels = before_rotation_x(particle.position_voxels, map.labels.extent().z);
    particle.position_voxels = on_original_grid(particle.position_voxels, grid.step);
    largest = std::max(largest, *particle.cluster_size);
    if (voxels >= smallest(least, voxel_volume)) kept.push_back(particle);
  }
  list.particles = std::move(kept);
  finish_list(list, map, path, name_pattern);
  ListTomogram& known = list.tomograms.front();
  known = known_tomogram(known.name, grid.tomogram, known.told_by);
  if (list.particles.empty()) warn_of_none(path, map, clusters, largest, job);
  return list;
}

}  // namespace dfe
