// SPDX-License-Identifier: Apache-2.0
// What `segment` and `pick` share: from a tomogram's file to its label map.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "commands/common/batch.hpp"
#include "commands/segment/cluster_grid.hpp"
#include "dfengine/commands.hpp"

namespace dfe {

/// A tomogram as the network takes it: inverted, binned, rotated or resampled where that was asked
/// for.
struct OpenTomogram {
  std::unique_ptr<VolumeSource> volume;
  VolumeGeometry file;    ///< as the file has it
  VolumeGeometry labels;  ///< of the label map to write: the tomogram's own grid, or the binned one
  std::int64_t bin = 1;
  bool rotated = false;  ///< about x, for the network; results are rotated back

  /// Whether the network's grid is that of the label map to write.
  bool on_own_grid() const { return !rotated && volume->extent() == labels.extent; }

  /// The network's grid, which labels are clustered on.
  ClusterGrid grid() const;
};

/// Segments files with the weights of a request.
class FileSegmenter {
 public:
  /// Reads the weights and puts the user's class names in. Throws `Error` where they are not one
  /// for each class, all different. The request outlives the segmenter.
  explicit FileSegmenter(const SegmentRequest& request);
  FileSegmenter(const FileSegmenter&) = delete;
  FileSegmenter& operator=(const FileSegmenter&) = delete;

  /// Looks at the headers of several tomograms, and whether the memory is enough for each, before
  /// work begins; `also` is asked about each too. Throws where the device or the memory, which are
  /// those of all, will not do.
  void check(Batch& batch, Observer* observer,
             const std::function<void(const OutputJob&, const OpenTomogram&)>& also = {});

  /// Opens a tomogram and checks its voxel size against that of the weights. `job`, if given, gets
  /// the warnings.
  OpenTomogram open(const std::string& tomogram, Job* job) const;

  /// Segments what was opened, on the network's grid, and writes the scores of that grid where a
  /// path is given. The job gets stages, inputs and facts. The first tomogram's contrast is looked
  /// at: those of one run are usually alike.
  LabelMap segment(const OpenTomogram& tomogram, const std::filesystem::path& scores, Job& job);

  /// The label map to write: `map` on the grid of the tomogram, or of the binned one.
  static LabelMap written_map(LabelMap map, const OpenTomogram& tomogram);

  const Weights& weights() const { return weights_; }
  /// Whether tensors of the last tomogram were on a GPU, and the processor has little to do.
  bool on_card() const { return segmenter_.on_card(); }

 private:
  void warn_of_contrast(const VolumeSource& volume, Job& job);

  const SegmentRequest& request_;
  Weights weights_;
  Segmenter segmenter_;
  bool contrast_known_ = false;
};

/// What names of label maps in a folder end with. Throws a usage `Error` for a format that there is
/// not.
std::string labels_suffix(const SegmentRequest& request);

/// Throws a usage `Error` of `area` where a format was chosen, but not for label maps in a folder;
/// `which` of the planned outputs are the label maps.
void check_labels_format(std::string_view area, const SegmentRequest& request,
                         const std::vector<OutputJob>& jobs, std::size_t which);

/// Notes every option of segmentation, and the weights.
void record_options(io::RunRecord& record, const SegmentRequest& request);

}  // namespace dfe
