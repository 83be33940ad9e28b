// SPDX-License-Identifier: Apache-2.0
// `cluster`: label files in, particle lists out.
#include <memory>

#include "commands/common/json_text.hpp"
#include "commands/common/outputs.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/segment/file_scores.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/commands.hpp"
#include "io/particle_list.hpp"
#include "io/run_record.hpp"
#include "io/volume.hpp"

namespace dfe {

CommandReport run_cluster(const ClusterRequest& asked, Observer* observer) {
  ClusterRequest request = asked;
  limit_threads(request.options.compute, observer);
  const io::ListFormat format = io::parse_list_format(request.list_format);
  if (!request.scores.empty() && request.label_maps.size() > 1)
    throw Error(ErrorKind::Usage, "cluster", "--scores",
                "one score file for " + std::to_string(request.label_maps.size()) + " label maps",
                "cluster them one by one");
  const auto jobs = plan_outputs("cluster", request.label_maps,
                                 {{"--output", request.output, list_suffix(format)}},
                                 request.common, {request.scores});
  CommandReport report;
  Json results = Json::array();
  for (const OutputJob& job : jobs) {
    const std::filesystem::path& output = job.outputs.front();
    if (job.skip) {
      report.text += output.string() + " exists: left as it is\n";
      results.push_back({{"input", job.input}, {"output", output.string()}, {"skipped", true}});
      continue;
    }
    io::RunRecord record("cluster");
    record_options(record, request.options);
    record.option("device", request.options.compute.device);
    record.input(job.input);
    record.stage("read");
    io::VolumeReadOptions read;
    read.voxel_size_angstrom = request.common.voxel_size_angstrom;
    const LabelMap map = io::read_labels(job.input, read);
    const std::unique_ptr<ScoreLookup> scores = open_scores(request.scores, map);
    if (scores) record.input(request.scores);
    record.stage("cluster");
    ParticleList list = cluster(map, request.options, scores.get(), observer);
    record.stage("write");
    finish_list(list, map, job.input);
    write_list(output, list, format, record);
    report.text += list_text(list, output);
    Json json = {{"input", job.input}, {"output", output.string()}};
    json.update(list_json(list));
    results.push_back(std::move(json));
  }
  report.json = json_text({{"results", results}});
  return report;
}

}  // namespace dfe
