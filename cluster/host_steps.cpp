// SPDX-License-Identifier: Apache-2.0
// The steps of mean shift that look at every voxel, on the CPU.
#include "cluster/progress_share.hpp"
#include "cluster/voxel_steps.hpp"

namespace dfe {
namespace {

/// Splits members into stretches of one centre and one label, in order, and calls flush(centre,
/// label, sum) for each.
template <class Flush>
void visit_stretches(std::span<const Member> members, VolumeView<const std::uint8_t> labels,
                     Flush&& flush) {
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

}  // namespace

LabelSet HostSteps::take(int class_label, ProgressShare& progress) {
  foreground_.reset();  // gone before the next one comes
  foreground_.emplace(pool_, labels_, class_label, progress);
  return foreground_->labels();
}

std::vector<Mode> HostSteps::climb(const Bandwidth& bandwidth, ProgressShare& progress) {
  return climb_all(pool_, *foreground_, bandwidth, progress);
}

void HostSteps::count_members(const NearestCentre& nearest, MemberCounts& counts,
                              ProgressShare& progress) {
  nearest.for_each_block(
      pool_, *foreground_, 0, labels_.extent.z, &progress,
      [&](std::span<const Member> members, int) {
        visit_stretches(
            members, labels_, [&](std::uint32_t centre, int label, const PointSum& sum) {
              const int slot = counts.slot_of_label[static_cast<std::size_t>(label)];
              if (slot >= 0)
                add_to(counts.votes[static_cast<std::size_t>(centre * counts.slots + slot)],
                       sum.count);
              if (counts.sums.empty()) return;
              std::int64_t* const s = &counts.sums[std::size_t{centre} * 4];
              add_to(s[0], sum.count), add_to(s[1], sum.z), add_to(s[2], sum.y),
                  add_to(s[3], sum.x);
            });
      });
}

}  // namespace dfe
