// SPDX-License-Identifier: Apache-2.0
// `segment`: tomograms in, label maps out.
#include "commands/segment/carried_scores.hpp"
#include "commands/segment/segment_parts.hpp"
#include "core/usable_threads.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"

namespace dfe {

CommandReport run_segment(const SegmentRequest& asked, Observer* observer) {
  SegmentRequest request = asked;
  limit_threads(request.options.compute, nullptr);
  std::vector<OutputJob> jobs = plan_outputs(
      "segment", request.tomograms,
      {{"--output", request.output, labels_suffix(request), io::check_volume_file_name},
       {"--scores", request.scores, "_scores.h5", io::check_score_file_name}},
      request.common, {request.weights});
  check_labels_format("segment", request, jobs, 0);
  Batch batch("segment", std::move(jobs), observer);
  FileSegmenter segmenter(request);
  segmenter.check(batch, observer);

  const auto compute = [&](const OutputJob& job, Job& work) {
    record_options(work.record, request);
    work.threads(asked.options.compute.threads);
    work.record.stage("open");
    work.record.input_beside(job.input);
    const OpenTomogram tomogram = segmenter.open(job.input, &work);
    LabelMap map = segmenter.segment(tomogram, network_scores(job.outputs[1], tomogram), work);
    carry_scores_back(job.outputs[1], tomogram, request, segmenter.weights(), work);
    return FileSegmenter::written_map(std::move(map), tomogram);
  };
  const auto write = [&](const OutputJob& job, Job& work, const LabelMap& map) {
    const std::filesystem::path &output = job.outputs[0], &scores = job.outputs[1];
    work.record.stage("write");
    io::write_labels(output, map);
    work.wrote(output);
    if (!scores.empty()) work.wrote(scores);

    const Json counts = label_counts(map, segmenter.weights().classes);
    Written written{"labels of " + job.input + " written to " + output.string() + "\n",
                    {{"input", job.input}, {"output", output.string()}},
                    {}};
    for (const auto& [name, voxels] : counts.items())
      written.text += "  class " + name + ": " + voxels.dump() + " voxels\n";
    if (!scores.empty()) written.json["scores"] = scores.string();
    written.json["extent"] = json_extent(map.labels.extent());
    written.json["voxel_size_angstrom"] = json_voxel_size(map.geometry.voxel_size);
    written.json["label_counts"] = counts;
    written.json["seconds"] = stage_seconds(work.record);
    return written;
  };
  return batch.run(compute, write, [&] { return segmenter.on_card(); });
}

}  // namespace dfe
