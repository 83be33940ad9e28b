// SPDX-License-Identifier: Apache-2.0
#include "cluster/members.hpp"

#include <algorithm>
#include <atomic>
#include <memory>

#include "cluster/progress_share.hpp"

namespace dfe {
namespace {

/// Counters of one vote are kept for as many classes at a time as this many allow (256 MB): a volume that is no label map has up to 255
/// classes and a cluster every few voxels, and is then walked several times instead.
constexpr std::int64_t kMaxVoteCounters = std::int64_t{1} << 25;
constexpr std::int64_t kPlanesPerSlab = 8;

using Counters = std::vector<std::atomic<std::int64_t>>;

void add(std::atomic<std::int64_t>& counter, std::int64_t value) { counter.fetch_add(value, std::memory_order_relaxed); }

/// Splits members into stretches of one centre and one label, in order, and calls flush(centre, label, sum) for each.
template <class Flush>
void visit_stretches(std::span<const Member> members, VolumeView<const std::uint8_t> labels, Flush&& flush) {
  PointSum sum;
  std::uint32_t centre = 0;
  int label = 0;
  for (const Member& member : members) {
    const Index3& v = member.voxel;
    const int here = labels(v.z, v.y, v.x);
    if (sum.count > 0 && (member.centre != centre || here != label)) {
      flush(centre, label, sum);
      sum = {};
    }
    centre = member.centre;
    label = here;
    ++sum.count;
    sum.z += v.z;
    sum.y += v.y;
    sum.x += v.x;
  }
  if (sum.count > 0) flush(centre, label, sum);
}

std::int64_t classes_at_a_time(std::int64_t clusters, std::int64_t classes) {
  return std::clamp<std::int64_t>(kMaxVoteCounters / std::max<std::int64_t>(1, clusters), 1, std::max<std::int64_t>(1, classes));
}

}  // namespace

std::vector<Cluster> gather_members(ThreadPool& pool, VolumeView<const std::uint8_t> labels, const Foreground& foreground,
                                    const std::vector<Mode>& modes, const NearestCentre& nearest, ProgressShare& progress) {
  const auto count = static_cast<std::int64_t>(modes.size());
  std::vector<Cluster> clusters(modes.size());
  for (std::size_t k = 0; k < modes.size(); ++k) {
    clusters[k].mode = modes[k].position;
    clusters[k].neighbours = modes[k].neighbours;
  }
  std::vector<int> present;
  const LabelSet taken = foreground.labels();
  for (int label = 1; label < 256; ++label)
    if (taken.test(static_cast<std::size_t>(label))) present.push_back(label);

  const auto classes = static_cast<std::int64_t>(present.size()), group = classes_at_a_time(count, classes);
  for (std::int64_t first = 0; first < classes; first += group) {
    const std::int64_t here = std::min(group, classes - first);
    std::vector<int> slot_of_label(256, -1);
    for (std::int64_t k = 0; k < here; ++k)
      slot_of_label[static_cast<std::size_t>(present[static_cast<std::size_t>(first + k)])] = static_cast<int>(k);
    Counters votes(static_cast<std::size_t>(count * here)), sums(first == 0 ? static_cast<std::size_t>(count) * 4 : 0);
    nearest.for_each_block(pool, foreground, 0, labels.extent.z, &progress, [&](std::span<const Member> members, int) {
      visit_stretches(members, labels, [&](std::uint32_t centre, int label, const PointSum& sum) {
        const int slot = slot_of_label[static_cast<std::size_t>(label)];
        if (slot >= 0) add(votes[static_cast<std::size_t>(centre * here + slot)], sum.count);
        if (first > 0) return;
        std::atomic<std::int64_t>* const s = &sums[std::size_t{centre} * 4];
        add(s[0], sum.count), add(s[1], sum.z), add(s[2], sum.y), add(s[3], sum.x);
      });
    });
    for (std::int64_t c = 0; c < count; ++c) {
      Cluster& cluster = clusters[static_cast<std::size_t>(c)];
      if (first == 0) {
        const std::atomic<std::int64_t>* const s = &sums[static_cast<std::size_t>(c) * 4];
        cluster.members = {s[0].load(), s[1].load(), s[2].load(), s[3].load()};
      }
      for (std::int64_t k = 0; k < here; ++k) {
        const std::int64_t n = votes[static_cast<std::size_t>(c * here + k)].load();
        if (n > cluster.votes) cluster.votes = n, cluster.label = present[static_cast<std::size_t>(first + k)];
      }
    }
  }
  return clusters;
}

void add_scores(ThreadPool& pool, VolumeView<const std::uint8_t> labels, const ScoreLookup& scores, const NearestCentre& nearest,
                std::vector<Cluster>& clusters, ProgressShare& progress) {
  const Extent3 extent = labels.extent;
  const std::int64_t plane = extent.y * extent.x, slab_planes = std::min(kPlanesPerSlab, extent.z);
  LabelSet winners;
  for (const Cluster& cluster : clusters) winners.set(static_cast<std::size_t>(cluster.label));
  std::vector<float> buffer(static_cast<std::size_t>(slab_planes * plane));
  Counters sums(clusters.size());

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
      nearest.for_each_block(pool, voxels, z0, z1, nullptr, [&](std::span<const Member> members, int) {
        for (const Member& member : members)
          if (clusters[member.centre].label == label)
            add(sums[member.centre],
                score_units(buffer[static_cast<std::size_t>((member.voxel.z - z0) * plane + member.voxel.y * extent.x + member.voxel.x)]));
      });
    }
  }
  for (std::size_t k = 0; k < clusters.size(); ++k) clusters[k].score_sum = sums[k].load();
}

std::int64_t members_bytes(const Extent3& extent, std::int64_t clusters, std::int64_t classes, bool has_scores) {
  constexpr auto kCounter = static_cast<std::int64_t>(sizeof(std::int64_t));
  const std::int64_t counters = clusters * (classes_at_a_time(clusters, classes) + 4) * kCounter;
  const std::int64_t centres = clusters * static_cast<std::int64_t>(sizeof(Cluster) + sizeof(Point3)) + PointGrid::bytes(clusters);
  const std::int64_t scoring = has_scores ? Foreground::bytes(extent) + std::min(kPlanesPerSlab, extent.z) * extent.y * extent.x * 4 : 0;
  return counters + centres + scoring;
}

}  // namespace dfe
