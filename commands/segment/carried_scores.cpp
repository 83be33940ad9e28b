// SPDX-License-Identifier: Apache-2.0
// Scores of a class are a volume like others, so the views that adapt tomograms carry them back,
// slab by slab: all classes of a tomogram are larger than memory may be.
#include "commands/segment/carried_scores.hpp"

#include <algorithm>
#include <vector>

#include "engine/adapted_volume.hpp"
#include "engine/rotated_volume.hpp"
#include "io/score_file.hpp"

namespace dfe {
namespace {

constexpr std::int64_t kSlab = 8;  // planes at a time

/// The scores of one class.
class ClassScores final : public VolumeSource {
 public:
  ClassScores(const io::ScoreReader& reader, std::int64_t label) : reader_(reader), label_(label) {
    info_.geometry.extent = reader.extent();
  }

  const VolumeInfo& info() const override { return info_; }
  void read_box(const Box3& box, float* out) const override { reader_.read_box(label_, box, out); }

 private:
  const io::ScoreReader& reader_;
  std::int64_t label_;
  VolumeInfo info_;
};

void write_carried(const io::ScoreReader& reader, const std::filesystem::path& scores,
                   const OpenTomogram& tomogram, const SegmentRequest& request,
                   const Weights& weights, Job& job) {
  io::ScoreWriter writer(scores, tomogram.labels, weights.classes, weights.class_names,
                         !request.scores_float32);
  const Extent3 n = tomogram.labels.extent;
  std::vector<float> slab(static_cast<std::size_t>(std::min(kSlab, n.z) * n.y * n.x));
  for (std::int64_t label = 0; label < weights.classes; ++label) {
    std::unique_ptr<VolumeSource> volume = std::make_unique<ClassScores>(reader, label);
    if (tomogram.rotated) volume = rotate_x_back(std::move(volume));
    volume = resample_volume(std::move(volume), n);
    for (std::int64_t z = 0; z < n.z; z += kSlab) {
      if (job.cancelled())
        throw Error(ErrorKind::Cancelled, "segment", scores.string(), "cancelled");
      const Box3 box{{z, 0, 0}, {std::min(kSlab, n.z - z), n.y, n.x}};
      volume->read_box(box, slab.data());
      for (float& score : slab) score = std::clamp(score, 0.0f, 1.0f);
      writer.write_box(label, box, slab.data());
    }
  }
  writer.commit();
  job.guard(scores);
}

}  // namespace

std::filesystem::path network_scores(const std::filesystem::path& scores,
                                     const OpenTomogram& tomogram) {
  if (scores.empty() || tomogram.on_own_grid()) return scores;
  return scores.string() + ".network";
}

void carry_scores_back(const std::filesystem::path& scores, const OpenTomogram& tomogram,
                       const SegmentRequest& request, const Weights& weights, Job& job) {
  const std::filesystem::path network = network_scores(scores, tomogram);
  if (network == scores) return;
  {
    const io::ScoreReader reader(network);
    write_carried(reader, scores, tomogram, request, weights, job);
  }
  std::filesystem::remove(network);
}

}  // namespace dfe
