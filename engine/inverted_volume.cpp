// SPDX-License-Identifier: Apache-2.0
// Normalization subtracts the mean afterwards, so that negating is all there is to do.
#include "engine/inverted_volume.hpp"

#include <algorithm>
#include <functional>

namespace dfe {
namespace {

class InvertedVolume final : public VolumeSource {
 public:
  explicit InvertedVolume(std::unique_ptr<VolumeSource> volume) : volume_(std::move(volume)) {}

  const VolumeInfo& info() const override { return volume_->info(); }
  std::int64_t resident_bytes() const override { return volume_->resident_bytes(); }

  void read_box(const Box3& box, float* out) const override {
    volume_->read_box(box, out);
    std::transform(out, out + box.extent.voxels(), out, std::negate<>());
  }

 private:
  std::unique_ptr<VolumeSource> volume_;
};

}  // namespace

std::unique_ptr<VolumeSource> invert_volume(std::unique_ptr<VolumeSource> volume) {
  return std::make_unique<InvertedVolume>(std::move(volume));
}

}  // namespace dfe
