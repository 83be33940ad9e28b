// SPDX-License-Identifier: Apache-2.0
// A tomogram's voxels on the device: rows are added up there, a group of planes at a time, with
// results one group late (row_moments); planes of the network's input are made from what was kept,
// or sent again (store_plane). See docs/design/cuda.md, "Voxels go up as they are stored".
#include "kernels/cuda/voxels/card_voxels.hpp"

#include <algorithm>

#include "kernels/backend.hpp"

namespace dfe::card {
namespace {

constexpr std::int64_t kGroup =
    16;  // planes whose rows are added up at once: enough threads for a GPU

class CardVoxels final : public VoxelInput {
 public:
  CardVoxels(Machine& machine, Stages& stages, const VolumeSource& volume, bool keep)
      : machine_(machine),
        stages_(stages),
        volume_(volume),
        format_(volume.stored_format()),
        extent_(volume.extent()),
        keep_(keep) {
    window_ = keep ? extent_.z : std::min(extent_.z, kGroup);
    voxels_ = Block(machine_, static_cast<std::size_t>(window_) * bytes(extent_.y * extent_.x));
    const std::size_t group_bytes =
        static_cast<std::size_t>(std::min(extent_.z, kGroup) * extent_.y) * sizeof(RowMoments);
    for (Results& set : results_)
      set = {Block(machine_, group_bytes), Block(machine_, group_bytes, true),
             machine_.make_event()};
    computed_ = machine_.make_event();
  }

  void row_moments(const TakeRows& take) override {
    // results come one group late, so that the host reads while the GPU adds up
    for (std::int64_t z = 0; z < extent_.z; z += kGroup) {
      send_group(z);
      if (z > 0) take_group(z - kGroup, take);
    }
    take_group((extent_.z - 1) / kGroup * kGroup, take);
  }

  void store_plane(const PlaneBuffer& x, std::int64_t z, const Box3& box, double mean,
                   double scale) override {
    NormalizeCall call{nullptr,      format_,      reinterpret_cast<float*>(x.plane(z)),
                       box.extent.x, box.extent.y, box.extent.x,
                       x.extent.y,   x.extent.x,   mean,
                       scale};
    if (box.extent.voxels() == 0) {
      call.rows = call.columns = 0;
      machine_.run(call);
    } else if (box.begin.z < held_) {
      call.voxels = slot(box.begin.z) + bytes(box.begin.y * extent_.x + box.begin.x);
      call.stride = extent_.x;
      machine_.run(call);
    } else {
      stages_.send(
          bytes(box.extent.voxels()), [&](std::byte* to) { volume_.read_stored(box, to); },
          [&](const std::byte* on_card) {
            call.voxels = on_card;
            machine_.run(call);
          });
    }
  }

 private:
  struct Results {
    Block card, host;  // RowMoments (planes, rows)
    int arrived = 0;
  };

  std::size_t bytes(std::int64_t voxels) const {
    return static_cast<std::size_t>(voxels * voxel_bytes(format_.type));
  }
  std::byte* slot(std::int64_t z) const {
    return voxels_.data() + static_cast<std::size_t>(z % window_) * bytes(extent_.y * extent_.x);
  }
  std::int64_t planes_from(std::int64_t z) const { return std::min(kGroup, extent_.z - z); }
  Results& results_of(std::int64_t z) { return results_[z / kGroup % 2]; }

  /// Planes from z on go up, and what their rows add up to is on its way down.
  void send_group(std::int64_t z) {
    const std::size_t plane = bytes(extent_.y * extent_.x);
    for (std::int64_t i = z; i < z + planes_from(z); ++i) {
      stages_.send(
          plane,
          [&](std::byte* to) {
            volume_.read_stored({{i, 0, 0}, {1, extent_.y, extent_.x}}, to);
          },
          [&](const std::byte* on_card) {
            machine_.copy(slot(i), on_card, plane, Queue::Compute);
          });
      if (keep_) held_ = std::max(held_, i + 1);
    }
    Results& set = results_of(z);
    machine_.wait(set.arrived, Queue::Compute);
    machine_.run(RowMomentsCall{slot(z), format_, reinterpret_cast<RowMoments*>(set.card.data()),
                                planes_from(z), extent_.y, extent_.x});
    machine_.record(computed_, Queue::Compute);
    machine_.wait(computed_, Queue::Download);
    machine_.copy(set.host.data(), set.card.data(),
                  static_cast<std::size_t>(planes_from(z) * extent_.y) * sizeof(RowMoments),
                  Queue::Download);
    machine_.record(set.arrived, Queue::Download);
  }

  void take_group(std::int64_t z, const TakeRows& take) {
    Results& set = results_of(z);
    machine_.wait(set.arrived);
    const auto* const rows = reinterpret_cast<const RowMoments*>(set.host.data());
    const auto height = static_cast<std::size_t>(extent_.y);
    for (std::int64_t i = 0; i < planes_from(z); ++i)
      take(z + i, {rows + static_cast<std::size_t>(i) * height, height});
  }

  Machine& machine_;
  Stages& stages_;
  const VolumeSource& volume_;
  VoxelFormat format_;
  Extent3 extent_;
  bool keep_;
  std::int64_t window_ = 0;  // planes that voxels_ has room for: plane z lies in slot z modulo that
  std::int64_t held_ = 0;    // planes [0, held_) are there to stay
  Block voxels_;
  Results results_[2];
  int computed_ = 0;
};

}  // namespace

std::unique_ptr<VoxelInput> make_card_voxels(Machine& machine, Stages& stages,
                                             const VolumeSource& volume, bool keep) {
  return std::make_unique<CardVoxels>(machine, stages, volume, keep);
}

}  // namespace dfe::card
