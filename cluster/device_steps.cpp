// SPDX-License-Identifier: Apache-2.0
// The climbs go to the GPU in portions, between which the caller can stop.
#include <algorithm>

#include "cluster/progress_share.hpp"
#include "cluster/voxel_steps.hpp"

namespace dfe {
namespace {

/// Enough to fill a GPU, few enough to be done in a fraction of a second at radii of particles.
constexpr std::int64_t kSeedsPerPortion = std::int64_t{1} << 17;

std::vector<std::int32_t> begins_of(const CellAxis& axis) {
  std::vector<std::int32_t> begins;
  begins.reserve(axis.seed.size() + 1);
  const auto size = static_cast<std::int32_t>(axis.cell_of.size());
  for (std::int32_t at = 0; at < size; ++at)
    if (static_cast<std::size_t>(axis.cell_of[static_cast<std::size_t>(at)]) == begins.size())
      begins.push_back(at);
  begins.push_back(size);
  return begins;
}

}  // namespace

LabelSet DeviceSteps::take(int class_label, ProgressShare& progress) {
  progress.begin(loaded_ ? 1 : labels_.extent.z);
  if (!loaded_)
    device_.load(pool_, labels_, [&](std::int64_t planes) { progress.done(planes, 0); });
  loaded_ = true;
  const MeanShiftDevice::Taken taken = device_.take(class_label);
  voxels_ = taken.voxels;
  return taken.labels;
}

std::vector<Mode> DeviceSteps::climb(const Bandwidth& bandwidth, ProgressShare& progress) {
  if (voxels_ == 0) {
    progress.begin(1);
    return {};
  }
  const std::array<std::int64_t, 3> sizes{labels_.extent.z, labels_.extent.y, labels_.extent.x};
  MeanShiftDevice::SeedPlaces places;
  for (std::size_t k = 0; k < 3; ++k) places[k].resize(static_cast<std::size_t>(sizes[k]));
  std::int64_t seeds = voxels_;
  if (!bandwidth.cells_hold_one_voxel()) {
    const std::array<double, 3> edges{bandwidth.edges.z, bandwidth.edges.y, 1};
    MeanShiftDevice::Cells cells;
    for (std::size_t k = 0; k < 3; ++k) {
      const CellAxis axis(sizes[k], bandwidth.radius, edges[k]);
      cells[k] = begins_of(axis);
      for (std::size_t at = 0; at < places[k].size(); ++at)
        places[k][at] = axis.seed_of(static_cast<std::int64_t>(at));
    }
    seeds = device_.mark_seeds(&cells);
  }
  check_seed_count(seeds, bandwidth);
  if (seeds == voxels_) {  // a cell for every voxel: the voxels are the seeds
    device_.mark_seeds(nullptr);
    for (auto& along : places)
      for (std::size_t at = 0; at < along.size(); ++at) along[at] = static_cast<double>(at);
  }
  std::vector<Mode> modes(static_cast<std::size_t>(seeds));
  progress.begin(seeds);
  for (std::int64_t first = 0; first < seeds; first += kSeedsPerPortion) {
    const std::int64_t here = std::min(kSeedsPerPortion, seeds - first);
    device_.climb(
        places, bandwidth, first,
        std::span(modes).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(here)));
    progress.done(here, 0);
  }
  return modes;
}

void DeviceSteps::count_members(const NearestCentre& nearest, MemberCounts& counts,
                                ProgressShare& progress) {
  progress.begin(1);
  device_.count_members({nearest.centres(), nearest.grid().view(), nearest.spacing()},
                        counts.slot_of_label, counts.sums, counts.votes);
  progress.done(1, 0);
}

}  // namespace dfe
