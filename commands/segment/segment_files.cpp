// SPDX-License-Identifier: Apache-2.0
// `segment`: tomograms in, label maps out.
#include "commands/common/late_results.hpp"
#include "commands/common/outputs.hpp"
#include "commands/segment/segment_parts.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/commands.hpp"
#include "io/volume.hpp"

namespace dfe {

CommandReport run_segment(const SegmentRequest& asked, Observer* observer) {
  SegmentRequest request = asked;
  limit_threads(request.options.compute, observer);
  const auto jobs = plan_outputs(
      "segment", request.tomograms,
      {{"--output", request.output, "_labels.mrc"}, {"--scores", request.scores, "_scores.h5"}},
      request.common, {request.weights});
  const Weights weights = read_weights_for(request);
  Segmenter segmenter(weights, request.options);
  CommandReport report;
  LateResults results(report);
  for (const OutputJob& job : jobs) {
    const std::filesystem::path &output = job.outputs[0], &scores = job.outputs[1];
    if (job.skip) {
      results.add(false, [&] { return skipped(job.input, output); });
      continue;
    }
    io::RunRecord record("segment");
    record_options(record, request);
    LabelMap map = segment_file(job.input, segmenter, weights, request, scores, record, observer);
    results.add(
        segmenter.on_card(), [&, map = std::move(map), record = std::move(record)]() mutable {
          record.stage("write");
          io::write_labels(output, map);
          record.output(output);
          if (!scores.empty()) record.output(scores);
          for (const auto& result : {output, scores})
            if (!result.empty()) record.write_beside(result);

          const Json counts = label_counts(map, weights.classes);
          Written written{"labels of " + job.input + " written to " + output.string() + "\n",
                          {{"input", job.input}, {"output", output.string()}}};
          for (const auto& [name, voxels] : counts.items())
            written.text += "  class " + name + ": " + voxels.dump() + " voxels\n";
          if (!scores.empty()) written.json["scores"] = scores.string();
          written.json["extent"] = json_extent(map.labels.extent());
          written.json["voxel_size_angstrom"] = json_voxel_size(map.geometry.voxel_size);
          written.json["label_counts"] = counts;
          written.json["seconds"] = stage_seconds(record);
          return written;
        });
  }
  report.json = json_text({{"results", results.take()}});
  return report;
}

}  // namespace dfe
