// SPDX-License-Identifier: Apache-2.0
// Rows along x stay rows: both directions only exchange and reverse them.
#include "engine/rotated_volume.hpp"

#include <algorithm>
#include <vector>

namespace dfe {
namespace {

class RotatedVolume final : public VolumeSource {
 public:
  RotatedVolume(std::unique_ptr<VolumeSource> volume, bool back)
      : volume_(std::move(volume)), info_(volume_->info()), back_(back) {
    VolumeGeometry& g = info_.geometry;
    const VoxelSize v = g.voxel_size;
    g.extent = rotated_x(g.extent);
    g.voxel_size = {v.y_angstrom, v.z_angstrom, v.x_angstrom};
    g.sampling = {};
    g.start = {};
    g.origin_angstrom = {};
  }

  const VolumeInfo& info() const override { return info_; }
  std::int64_t resident_bytes() const override { return volume_->resident_bytes(); }

  void read_box(const Box3& box, float* out) const override {
    const Index3& b = box.begin;
    const Extent3 &e = box.extent, n = volume_->extent();
    const Box3 from{back_ ? Index3{n.z - b.y - e.y, b.z, b.x} : Index3{b.y, n.y - b.z - e.z, b.x},
                    {e.y, e.z, e.x}};
    std::vector<float> rows(static_cast<std::size_t>(e.voxels()));
    volume_->read_box(from, rows.data());
    for (std::int64_t z = 0; z < e.z; ++z)
      for (std::int64_t y = 0; y < e.y; ++y) {
        const std::int64_t plane = back_ ? e.y - 1 - y : y, row = back_ ? z : e.z - 1 - z;
        std::copy_n(rows.data() + (plane * e.z + row) * e.x, e.x, out + (z * e.y + y) * e.x);
      }
  }

 private:
  std::unique_ptr<VolumeSource> volume_;
  VolumeInfo info_;
  bool back_;
};

}  // namespace

std::unique_ptr<VolumeSource> rotate_x(std::unique_ptr<VolumeSource> volume) {
  return std::make_unique<RotatedVolume>(std::move(volume), false);
}

std::unique_ptr<VolumeSource> rotate_x_back(std::unique_ptr<VolumeSource> volume) {
  return std::make_unique<RotatedVolume>(std::move(volume), true);
}

Volume<std::uint8_t> rotate_x_back(const Volume<std::uint8_t>& labels) {
  const Extent3 n = labels.extent();
  Volume<std::uint8_t> result(rotated_x(n));
  for (std::int64_t z = 0; z < n.y; ++z)
    for (std::int64_t y = 0; y < n.z; ++y)
      std::copy_n(&labels(n.z - 1 - y, z, 0), n.x, &result(z, y, 0));
  return result;
}

}  // namespace dfe
