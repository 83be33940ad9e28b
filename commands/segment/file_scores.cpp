// SPDX-License-Identifier: Apache-2.0
// Scores are read plane by plane as clustering asks for them: all classes of a tomogram are larger
// than memory may be.
#include "commands/segment/file_scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "io/score_file.hpp"

namespace dfe {
namespace {

class FileScores final : public ScoreLookup {
 public:
  explicit FileScores(const std::string& path) : path_(path), reader_(path) {}
  const io::ScoreReader& reader() const { return reader_; }
  /// Which class of the file has the scores of a label.
  void set_class(int label, std::int64_t class_of_file) {
    class_of_[static_cast<std::size_t>(label)] = class_of_file;
  }

  void plane(int class_label, std::int64_t z, float* out) const override {
    const Extent3 extent = reader_.extent();
    reader_.read_box(class_of_[static_cast<std::size_t>(class_label)],
                     {{z, 0, 0}, {1, extent.y, extent.x}}, out);
    const std::int64_t voxels = extent.y * extent.x;
    const float* const bad =
        std::find_if(out, out + voxels, [](float score) { return !std::isfinite(score); });
    if (bad == out + voxels) return;
    throw Error("cluster", path_,
                "the score of class " + std::to_string(class_label) + " at z,y,x " +
                    std::to_string(z) + "," + std::to_string((bad - out) / extent.x) + "," +
                    std::to_string((bad - out) % extent.x) + " is not a number",
                "compute the score maps again, or leave --scores out");
  }

 private:
  std::string path_;
  io::ScoreReader reader_;
  std::array<std::int64_t, 256> class_of_{};
};

}  // namespace

std::unique_ptr<ScoreLookup> open_scores(const std::string& path, const FileClasses& map,
                                         const Extent3& extent, const LabelMatch& renumbered) {
  if (path.empty()) return nullptr;
  auto scores = std::make_unique<FileScores>(path);
  const io::ScoreReader& reader = scores->reader();
  if (reader.extent() != extent)
    throw Error("cluster", path,
                "has scores for " + reader.extent().to_string() +
                    " voxels, but the label map has " + extent.to_string() + " (z, y, x)",
                "give the score maps of this label map");
  const LabelMatch match = match_labels(
      map, {reader.class_names(), "'" + path + "'", "give the score maps of this label map"},
      "cluster");
  for (const int label : map.labels) {
    const auto index = static_cast<std::size_t>(label);
    const std::int64_t wanted = match.label[index];
    if (wanted >= reader.classes())
      throw Error("cluster", path,
                  "has scores for " + std::to_string(reader.classes()) +
                      " classes, but the label map has labels up to " +
                      std::to_string(map.labels.back()),
                  "give the score maps of this label map");
    scores->set_class(renumbered.label[index], wanted);
  }
  return scores;
}

}  // namespace dfe
