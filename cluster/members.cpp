// SPDX-License-Identifier: Apache-2.0
// Votes and sums over the members of clusters, see the header.
#include "cluster/members.hpp"

#include <algorithm>
#include <memory>

#include "cluster/progress_share.hpp"

namespace dfe {
namespace {

/// Counters of one vote are kept for as many classes at a time as this many allow (256 MB): a
/// volume that is no label map has up to 255 classes and a cluster every few voxels, and is then
/// walked several times instead.
constexpr std::int64_t kMaxVoteCounters = std::int64_t{1} << 25;
constexpr std::int64_t kPlanesPerSlab = 8;

std::int64_t classes_at_a_time(std::int64_t clusters, std::int64_t classes) {
  return std::clamp<std::int64_t>(kMaxVoteCounters / std::max<std::int64_t>(1, clusters), 1,
                                  std::max<std::int64_t>(1, classes));
}

}  // namespace

std::vector<Cluster> gather_members(VoxelSteps& steps, const LabelSet& taken,
                                    const std::vector<Mode>& modes, const NearestCentre& nearest,
                                    ProgressShare& progress) {
  const auto count = static_cast<std::int64_t>(modes.size());
  std::vector<Cluster> clusters(modes.size());
  for (std::size_t k = 0; k < modes.size(); ++k) {
    clusters[k].mode = modes[k].position;
    clusters[k].neighbours = modes[k].neighbours;
  }
  std::vector<int> present;
  for (int label = 1; label < 256; ++label)
    if (taken.test(static_cast<std::size_t>(label))) present.push_back(label);

  const auto classes = static_cast<std::int64_t>(present.size()),
             group = classes_at_a_time(count, classes);
  for (std::int64_t first = 0; first < classes; first += group) {
    const std::int64_t here = std::min(group, classes - first);
    MemberCounts counts;
    counts.slot_of_label.fill(-1);
    for (std::int64_t k = 0; k < here; ++k)
      counts.slot_of_label[static_cast<std::size_t>(present[static_cast<std::size_t>(first + k)])] =
          static_cast<std::int16_t>(k);
    counts.slots = here;
    counts.votes.resize(static_cast<std::size_t>(count * here));
    counts.sums.resize(first == 0 ? static_cast<std::size_t>(count) * 4 : 0);
    steps.count_members(nearest, counts, progress);
    for (std::int64_t c = 0; c < count; ++c) {
      Cluster& cluster = clusters[static_cast<std::size_t>(c)];
      if (first == 0) {
        const std::int64_t* const s = &counts.sums[static_cast<std::size_t>(c) * 4];
        cluster.members = {s[0], s[1], s[2], s[3]};
      }
      for (std::int64_t k = 0; k < here; ++k) {
        const std::int64_t n = counts.votes[static_cast<std::size_t>(c * here + k)];
        if (n > cluster.votes)
          cluster.votes = n, cluster.label = present[static_cast<std::size_t>(first + k)];
      }
    }
  }
  return clusters;
}

void add_scores(ThreadPool& pool, VolumeView<const std::uint8_t> labels, const ScoreLookup& scores,
                const NearestCentre& nearest, std::vector<Cluster>& clusters,
                ProgressShare& progress) {
  const Extent3 extent = labels.extent;
  const std::int64_t plane = extent.y * extent.x, slab_planes = std::min(kPlanesPerSlab, extent.z);
  LabelSet winners;
  for (const Cluster& cluster : clusters) winners.set(static_cast<std::size_t>(cluster.label));
  std::vector<float> buffer(static_cast<std::size_t>(slab_planes * plane));
  std::vector<std::int64_t> sums(clusters.size());

  for (int label = 1; label < 256; ++label) {
    if (!winners.test(static_cast<std::size_t>(label))) continue;
    const Foreground voxels(pool, labels, label, progress);
    for (std::int64_t z0 = 0; z0 < extent.z; z0 += kPlanesPerSlab) {
      const std::int64_t z1 = std::min(z0 + kPlanesPerSlab, extent.z);
      bool any = false;
      for (std::int64_t z = z0; z < z1; ++z)
        if (voxels.plane_labels(z).any()) {
          scores.plane(label, z, buffer.data() + (z - z0) * plane);
          any = true;
        }
      if (!any) continue;
      nearest.for_each_block(
          pool, voxels, z0, z1, nullptr, [&](std::span<const Member> members, int) {
            for (const Member& member : members)
              if (clusters[member.centre].label == label)
                add_to(sums[member.centre], score_units(buffer[static_cast<std::size_t>(
                                                (member.voxel.z - z0) * plane +
                                                member.voxel.y * extent.x + member.voxel.x)]));
          });
    }
  }
  for (std::size_t k = 0; k < clusters.size(); ++k) clusters[k].score_sum = sums[k];
}

std::int64_t members_bytes(const Extent3& extent, std::int64_t clusters, std::int64_t classes,
                           bool has_scores) {
  constexpr auto kCounter = static_cast<std::int64_t>(sizeof(std::int64_t));
  const std::int64_t counters = clusters * (classes_at_a_time(clusters, classes) + 4) * kCounter;
  const std::int64_t centres =
      clusters * static_cast<std::int64_t>(sizeof(Cluster) + sizeof(Point3)) +
      PointGrid::bytes(clusters);
  const std::int64_t scoring =
      has_scores
          ? Foreground::bytes(extent) + std::min(kPlanesPerSlab, extent.z) * extent.y * extent.x * 4
          : 0;
  return counters + centres + scoring;
}

}  // namespace dfe
