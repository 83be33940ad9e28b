// SPDX-License-Identifier: Apache-2.0
// The public function: checks the request, runs the method, orders the clusters. Each class by
// itself is the same code on fewer voxels.
#include "dfengine/cluster.hpp"
#include "core/usable_threads.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <new>
#include <string>
#include <tuple>

#include "cluster/cluster_on.hpp"
#include "cluster/components.hpp"
#include "cluster/members.hpp"
#include "cluster/progress_share.hpp"
#include "kernels/cuda_loader.hpp"

namespace dfe {
namespace {

/// Particles of real data have radii of a few voxels; a small crop may well be smaller than its
/// particle.
constexpr double kAlwaysAllowedRadius = 64;

constexpr std::int64_t kStepsOfMeanShift = 3;  // bits, climbs, members; scores ride along

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

bool has_radius(const ClusterOptions& options) {
  // Components need no radius, but where one is given it tells how large a particle is.
  return options.method != ClusterMethod::ConnectedComponents || options.radius.value != 0;
}

constexpr const char* kRadiusRemedy = "give about the particle's radius";

/// In voxels along z, y, x; 0 where there is none.
Point3 checked_radii(const ClusterOptions& options, const VolumeGeometry& geometry,
                     const Extent3& extent) {
  if (!has_radius(options)) return {};
  const VoxelSize& voxel = geometry.voxel_size;
  const Point3 radii = options.radius.voxels(voxel, "radius");
  const VoxelEdges edges = edges_of(radii);
  const double diagonal =
      std::sqrt(std::pow(edges.z * static_cast<double>(extent.z), 2) +
                std::pow(edges.y * static_cast<double>(extent.y), 2) + std::pow(extent.x, 2));
  if (!(radii.x <= diagonal || std::max({radii.z, radii.y, radii.x}) <= kAlwaysAllowedRadius)) {
    const bool in_voxels = radii.z == radii.x && radii.y == radii.x;
    const char* const unit = in_voxels ? " voxels" : " Å";
    throw Error(ErrorKind::Usage, "cluster", "radius",
                number(in_voxels ? radii.x : options.radius.value) + unit +
                    " is more than the volume's diagonal of " +
                    number(std::round(in_voxels ? diagonal : diagonal * voxel.x_angstrom)) + unit,
                kRadiusRemedy);
  }
  const double shortest = std::min({radii.z, radii.y, radii.x});
  if (!(shortest * shortest > 0))
    throw Error(ErrorKind::Usage, "cluster", "radius", "is too small", kRadiusRemedy);
  return radii;
}

void check_extent(const Extent3& extent) {
  if (extent.voxels() > 0 &&
      std::max({extent.z, extent.y, extent.x}) > std::numeric_limits<std::int32_t>::max() - 8)
    throw Error("cluster", extent.to_string(), "an axis has more than 2^31 voxels",
                "cut the label map into smaller ones");
}

/// Mean shift over the voxels that `steps` has taken, which have the labels `taken`.
std::vector<Cluster> mean_shift_clusters(ThreadPool& pool, VolumeView<const std::uint8_t> labels,
                                         VoxelSteps& steps, const LabelSet& taken,
                                         const Bandwidth& bandwidth, const ScoreLookup* scores,
                                         ProgressShare& progress) {
  const std::vector<Mode> modes =
      keep_distinct(steps.climb(bandwidth, progress), labels.extent, bandwidth);
  if (modes.empty()) return {};
  std::vector<Point3> centres;
  centres.reserve(modes.size());
  for (const Mode& mode : modes) centres.push_back(mode.position);
  const NearestCentre nearest(std::move(centres), labels.extent, bandwidth);
  std::vector<Cluster> clusters = gather_members(steps, taken, modes, nearest, progress);
  if (scores != nullptr) add_scores(pool, labels, *scores, nearest, clusters, progress);
  return clusters;
}

std::vector<Cluster> mean_shift_per_class(ThreadPool& pool, VolumeView<const std::uint8_t> labels,
                                          VoxelSteps& steps, const Bandwidth& bandwidth,
                                          const ScoreLookup* scores, ProgressShare& progress) {
  const LabelSet present = steps.take(0, progress);
  progress.expect_steps(1 + kStepsOfMeanShift * static_cast<std::int64_t>(present.count()));
  std::vector<Cluster> all;
  for (int label = 1; label < 256; ++label) {
    if (!present.test(static_cast<std::size_t>(label))) continue;
    const LabelSet taken = steps.take(label, progress);
    const std::vector<Cluster> of_class =
        mean_shift_clusters(pool, labels, steps, taken, bandwidth, scores, progress);
    all.insert(all.end(), of_class.begin(), of_class.end());
  }
  const auto key = [](const Cluster& c) {
    return std::tie(c.neighbours, c.mode.z, c.mode.y, c.mode.x);
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Cluster& a, const Cluster& b) { return key(b) < key(a); });
  return all;
}

}  // namespace

void check_cluster_options(const ClusterOptions& options) {
  const auto check_size = [](const std::string& option, std::int64_t size) {
    if (size < 0)
      throw Error(ErrorKind::Usage, "cluster", option, std::to_string(size) + " voxels is below 0",
                  "give the smallest number of voxels to keep");
  };
  check_size("min_size", options.min_size);
  for (const auto& [label, size] : options.min_size_of_class) {
    if (label < 1 || label > 255)
      throw Error(ErrorKind::Usage, "cluster", "min_size_of_class",
                  "no class " + std::to_string(label), "class labels are 1 to 255");
    check_size("min_size_of_class", size);
  }
  if (options.method == ClusterMethod::ConnectedComponents &&
      options.position == PickPosition::Mode)
    throw Error(ErrorKind::Usage, "cluster", "position", "connected components have no mode",
                "use the centroid, or mean shift");
  if (has_radius(options) && !(std::isfinite(options.radius.value) && options.radius.value > 0))
    throw Error(ErrorKind::Usage, "cluster", "radius",
                number(options.radius.value) + " is not above 0", kRadiusRemedy);
}

void check_cluster_radius(const ClusterOptions& options, const VolumeGeometry& geometry) {
  checked_radii(options, geometry, geometry.extent);
}

ParticleList cluster(const LabelMap& map, const ClusterOptions& options, const ScoreLookup* scores,
                     Observer* observer) {
  std::unique_ptr<MeanShiftDevice> device;
  if (options.compute.device.starts_with("cuda")) {
    if (options.method == ClusterMethod::MeanShift)
      device = card::open_mean_shift(options.compute.device);
    else if (observer != nullptr)
      observer->message(LogLevel::Debug, "cluster: components are found on the CPU");
  }
  return cluster_on(device.get(), map, options, scores, observer);
}

ParticleList cluster_on(MeanShiftDevice* device, const LabelMap& map, const ClusterOptions& options,
                        const ScoreLookup* scores, Observer* observer) try {
  const VolumeView<const std::uint8_t> labels = map.labels.view();
  const bool components = options.method == ClusterMethod::ConnectedComponents;
  check_cluster_options(options);
  check_extent(labels.extent);
  const Point3 radii = checked_radii(options, map.geometry, labels.extent);
  if (labels.extent.voxels() == 0)
    return make_pick_list({}, map, options, scores != nullptr, radii);

  ThreadPool pool(usable_threads(options.compute.threads, observer));
  std::vector<Cluster> clusters;
  if (components) {
    ProgressShare progress(observer, 1);
    clusters = connected_components(pool, labels, scores, progress);
    progress.finish();
  } else {
    const Bandwidth bandwidth(radii.x, edges_of(radii));
    ProgressShare progress(observer, kStepsOfMeanShift);
    HostSteps on_host(pool, labels);
    std::optional<DeviceSteps> on_device;
    if (device != nullptr) {
      const std::string refusal = device->refusal(
          labels.extent,
          std::min(kMaxSeeds, most_seeds(labels.extent, radii, labels.extent.voxels())));
      if (refusal.empty()) on_device.emplace(*device, pool, labels);
      const std::string on = device->description();
      if (observer != nullptr)
        observer->message(refusal.empty() ? LogLevel::Debug : LogLevel::Warning,
                          refusal.empty()
                              ? "cluster: on " + on
                              : "clustering on the CPU instead of " + on + ": " + refusal);
    }
    VoxelSteps& steps = on_device ? static_cast<VoxelSteps&>(*on_device) : on_host;
    if (options.per_class) {
      clusters = mean_shift_per_class(pool, labels, steps, bandwidth, scores, progress);
    } else {
      const LabelSet taken = steps.take(0, progress);
      clusters = mean_shift_clusters(pool, labels, steps, taken, bandwidth, scores, progress);
    }
    progress.finish();
  }
  return make_pick_list(clusters, map, options, scores != nullptr, radii);
} catch (const std::bad_alloc&) {
  throw Error("cluster", map.labels.extent().to_string(), "out of memory",
              "use a larger radius or a smaller label map");
}

std::int64_t cluster_working_bytes(const Extent3& extent, const ClusterOptions& options,
                                   const Point3& radii_voxels, std::int64_t foreground_voxels,
                                   int classes, bool has_scores) {
  if (options.method == ClusterMethod::ConnectedComponents)
    return connected_components_bytes(extent, usable_threads(options.compute.threads),
                                      foreground_voxels, has_scores);
  const std::int64_t seeds = most_seeds(extent, radii_voxels, foreground_voxels);
  const std::int64_t of_one_class = Foreground::bytes(extent) + mean_shift_bytes(seeds) +
                                    members_bytes(extent, seeds, classes, has_scores);
  if (!options.per_class) return of_one_class + seeds * static_cast<std::int64_t>(sizeof(Particle));
  const std::int64_t all =
      std::min(foreground_voxels, seeds * classes);  // classes may share a cell
  return of_one_class +
         all * static_cast<std::int64_t>(sizeof(Particle) +
                                         3 * sizeof(Cluster));  // 3: the collected list as it grows
}

}  // namespace dfe
