// SPDX-License-Identifier: Apache-2.0
// `segment`: tomograms in, label maps out.
#include "engine/api/commands.hpp"
#include "engine/commands/outputs.hpp"
#include "engine/commands/segment_parts.hpp"
#include "io/volume.hpp"

namespace dfe {

CommandReport run_segment(const SegmentRequest& request, Observer* observer) {
  const auto jobs =
      plan_outputs("segment", request.tomograms, {{"--output", request.output, "_labels.mrc"}, {"--scores", request.scores, "_scores.h5"}},
                   request.common, {request.weights});
  const Weights weights = read_weights_for(request);
  CommandReport report;
  Json results = Json::array();
  for (const OutputJob& job : jobs) {
    const std::filesystem::path &output = job.outputs[0], &scores = job.outputs[1];
    if (job.skip) {
      report.text += output.string() + " exists: left as it is\n";
      results.push_back({{"input", job.input}, {"output", output.string()}, {"skipped", true}});
      continue;
    }
    io::RunRecord record("segment");
    record_options(record, request);
    const LabelMap map = segment_file(job.input, weights, request, scores, record, observer);
    record.stage("write");
    io::write_label_map(output, map);
    record.output(output);
    if (!scores.empty()) record.output(scores);
    for (const auto& result : {output, scores})
      if (!result.empty()) record.write_beside(result);

    const Json counts = label_counts(map, weights.classes);
    report.text += "labels of " + job.input + " written to " + output.string() + "\n";
    for (const auto& [name, voxels] : counts.items()) report.text += "  class " + name + ": " + voxels.dump() + " voxels\n";
    Json json = {{"input", job.input}, {"output", output.string()}};
    if (!scores.empty()) json["scores"] = scores.string();
    json["extent"] = json_extent(map.labels.extent());
    json["voxel_size_angstrom"] = json_voxel_size(map.geometry.voxel_size);
    json["label_counts"] = counts;
    json["seconds"] = stage_seconds(record);
    results.push_back(std::move(json));
  }
  report.json = json_text({{"results", results}});
  return report;
}

}  // namespace dfe
