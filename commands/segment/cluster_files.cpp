// SPDX-License-Identifier: Apache-2.0
// `cluster`: label files in, particle lists out.
#include <memory>

#include "commands/common/batch.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/segment/file_scores.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/segment.hpp"
#include "io/volume.hpp"

namespace dfe {

CommandReport run_cluster(const ClusterRequest& asked, Observer* observer) {
  ClusterRequest request = asked;
  limit_threads(request.options.compute, nullptr);
  io::ListOptions list_options;
  list_options.format = io::parse_list_format(request.list_format);
  list_options.binning = request.output_binning;
  if (!request.scores.empty() && request.label_maps.size() > 1)
    throw Error(ErrorKind::Usage, "cluster", "--scores",
                "one score file for " + std::to_string(request.label_maps.size()) + " label maps",
                "cluster each label map separately");
  Batch batch("cluster",
              plan_outputs("cluster", request.label_maps,
                           {{"--output", request.output, list_suffix(list_options.format)}},
                           request.common, {request.scores}),
              observer);
  check_cluster_options(request.options);
  check_device(request.options.compute.device);
  io::VolumeReadOptions read;
  read.voxel_size_angstrom = request.common.voxel_size_angstrom;
  const auto look = [&](const OutputJob& job) {
    const VolumeGeometry geometry = io::open_volume(job.input, read)->info().geometry;
    check_cluster_radius(request.options, geometry);
    check_list(job.outputs.front(), list_options, geometry);
  };
  batch.check(look);

  const auto compute = [&](const OutputJob& job, Job& work) {
    record_options(work.record, request.options);
    work.threads(asked.options.compute.threads);
    work.record.option("device", request.options.compute.device);
    work.record.input(job.input);
    work.record.stage("read");
    const LabelMap map = io::read_labels(job.input, read);
    const std::unique_ptr<ScoreLookup> scores = open_scores(request.scores, map);
    if (scores) work.record.input(request.scores);
    check_list(job.outputs.front(), list_options, map.geometry);
    work.record.stage("cluster");
    ParticleList list = cluster(map, request.options, scores.get(), &work);
    finish_list(list, map, job.input, request.tomogram_name);
    return list;
  };
  const auto write = [&](const OutputJob& job, Job& work, const ParticleList& list) {
    const std::filesystem::path& output = job.outputs.front();
    work.record.stage("write");
    write_list(output, list, list_options, work);
    Written written{
        list_text(list, output), {{"input", job.input}, {"output", output.string()}}, {}};
    written.json.update(list_json(list));
    return written;
  };
  return batch.run(compute, write);
}

}  // namespace dfe
