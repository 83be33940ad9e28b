// SPDX-License-Identifier: Apache-2.0
// The steps of mean shift that touch voxels, on the CPU's bits or on a GPU. All others work on
// thousands of points and are written once.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "cluster/assign.hpp"
#include "cluster/mean_shift.hpp"
#include "kernels/mean_shift.hpp"

namespace dfe {

/// Adds to a counter that threads share; whole numbers add up alike in any order.
inline void add_to(std::int64_t& counter, std::int64_t value) {
  std::atomic_ref(counter).fetch_add(value, std::memory_order_relaxed);
}

/// Which labels are counted together, and the numbers. Both arrays come as zeros; `sums` is empty
/// where it is not wanted.
struct MemberCounts {
  std::array<std::int16_t, 256> slot_of_label;  ///< -1: not counted
  std::int64_t slots = 0;
  std::vector<std::int64_t> sums;   ///< (centre; count, z, y, x)
  std::vector<std::int64_t> votes;  ///< (centre, slot)
};

class VoxelSteps {
 public:
  virtual ~VoxelSteps() = default;

  /// The voxels are from now on those labelled `class_label`, or all that are not 0 where it is 0.
  /// Returns the labels that occur.
  virtual LabelSet take(int class_label, ProgressShare& progress) = 0;

  /// The ends of the climbs from all seeds, in memory order of the seeds. Throws a usage `Error`
  /// where they are too many.
  virtual std::vector<Mode> climb(const Bandwidth& bandwidth, ProgressShare& progress) = 0;

  virtual void count_members(const NearestCentre& nearest, MemberCounts& counts,
                             ProgressShare& progress) = 0;
};

/// On the CPU. `labels` outlives the steps.
class HostSteps final : public VoxelSteps {
 public:
  HostSteps(ThreadPool& pool, VolumeView<const std::uint8_t> labels)
      : pool_(pool), labels_(labels) {}
  LabelSet take(int class_label, ProgressShare& progress) override;
  std::vector<Mode> climb(const Bandwidth& bandwidth, ProgressShare& progress) override;
  void count_members(const NearestCentre& nearest, MemberCounts& counts,
                     ProgressShare& progress) override;

 private:
  ThreadPool& pool_;
  VolumeView<const std::uint8_t> labels_;
  std::optional<Foreground> foreground_;
};

/// On a GPU, which has not refused the map.
class DeviceSteps final : public VoxelSteps {
 public:
  DeviceSteps(MeanShiftDevice& device, ThreadPool& pool, VolumeView<const std::uint8_t> labels)
      : device_(device), pool_(pool), labels_(labels) {}
  LabelSet take(int class_label, ProgressShare& progress) override;
  std::vector<Mode> climb(const Bandwidth& bandwidth, ProgressShare& progress) override;
  void count_members(const NearestCentre& nearest, MemberCounts& counts,
                     ProgressShare& progress) override;

 private:
  MeanShiftDevice& device_;
  ThreadPool& pool_;
  VolumeView<const std::uint8_t> labels_;
  std::int64_t voxels_ = 0;
  bool loaded_ = false;
};

}  // namespace dfe
