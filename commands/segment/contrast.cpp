// SPDX-License-Identifier: Apache-2.0
// Doubt is the entropy of the class probabilities, summed over the voxels, per voxel's worth of
// foreground probability: small where the network either knows what it sees or sees background.
#include "commands/segment/contrast.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "dfengine/error.hpp"
#include "engine/inverted_volume.hpp"

namespace dfe {
namespace {

constexpr Extent3 kPart{64, 96, 96}, kLeastPart{40, 40, 40};
constexpr double kLeastShare = 0.001;  // of voxels that are labelled; fewer tell nothing
constexpr double kMostDoubt = 1.8;     // times; at most 1.6 in the trials without inverted contrast

/// The middle of a volume.
class MiddlePart final : public VolumeSource {
 public:
  explicit MiddlePart(const VolumeSource& volume) : volume_(volume), info_(volume.info()) {
    const Extent3 n = volume.extent();
    info_.geometry.extent = {std::min(n.z, kPart.z), std::min(n.y, kPart.y),
                             std::min(n.x, kPart.x)};
    const Extent3& e = info_.geometry.extent;
    begin_ = {(n.z - e.z) / 2, (n.y - e.y) / 2, (n.x - e.x) / 2};
  }

  const VolumeInfo& info() const override { return info_; }
  std::int64_t resident_bytes() const override { return volume_.resident_bytes(); }
  void read_box(const Box3& box, float* out) const override {
    volume_.read_box(
        {{begin_.z + box.begin.z, begin_.y + box.begin.y, begin_.x + box.begin.x}, box.extent},
        out);
  }

 private:
  const VolumeSource& volume_;
  VolumeInfo info_;
  Index3 begin_;
};

/// Passes on whether to stop, and nothing else.
class Silent final : public Observer {
 public:
  explicit Silent(Observer* observer) : observer_(observer) {}
  bool cancelled() override { return observer_ && observer_->cancelled(); }

 private:
  Observer* observer_;
};

struct Findings {
  double share = 0, doubt = 0;
};

Findings findings(Segmenter& segmenter, const VolumeSource& part, Observer& observer) {
  double entropy = 0, foreground = 0;
  const ScoreSink sink = [&](const Box3& box, std::int64_t classes, const float* scores) {
    const std::int64_t voxels = box.extent.voxels();
    for (std::int64_t i = 0; i < voxels; ++i) foreground += 1 - static_cast<double>(scores[i]);
    for (std::int64_t i = 0; i < voxels * classes; ++i)
      if (scores[i] > 0) entropy -= scores[i] * std::log(static_cast<double>(scores[i]));
  };
  const LabelMap map = segmenter.segment(part, sink, &observer);
  const auto labels = map.labels.span();
  const auto found = labels.size() - static_cast<std::size_t>(
                                         std::count(labels.begin(), labels.end(), std::uint8_t{0}));
  return {static_cast<double>(found) / static_cast<double>(labels.size()),
          foreground > 0 ? entropy / foreground : 0};
}

}  // namespace

bool looks_inverted(Segmenter& segmenter, const VolumeSource& volume, Observer* observer) {
  auto part = std::make_unique<MiddlePart>(volume);
  const Extent3 e = part->extent();
  if (e.z < kLeastPart.z || e.y < kLeastPart.y || e.x < kLeastPart.x) return false;
  Silent silent(observer);
  try {
    const Findings given = findings(segmenter, *part, silent);
    if (given.share < kLeastShare) return false;
    const Findings inverted = findings(segmenter, *invert_volume(std::move(part)), silent);
    return given.doubt > kMostDoubt * inverted.doubt && inverted.share >= kLeastShare;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Cancelled) throw;
    return false;  // a part of one grey value; what concerns the whole volume is said later
  }
}

}  // namespace dfe
