// SPDX-License-Identifier: Apache-2.0
// `pick`: segment and cluster in one pass; nothing lies on disk between the two unless asked for.
#include "commands/common/late_results.hpp"
#include "commands/common/outputs.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/segment/file_scores.hpp"
#include "commands/segment/segment_parts.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/commands.hpp"
#include "engine/adapted_volume.hpp"
#include "io/volume.hpp"

namespace dfe {
namespace {

/// From the binned map's voxels to the tomogram's own.
void unbin_list(ParticleList& list, std::int64_t bin, const std::string& tomogram,
                const CommonRequest& common) {
  if (bin == 1) return;
  for (Particle& particle : list.particles)
    particle.position_voxels = unbin(particle.position_voxels, bin);
  io::VolumeReadOptions read;
  read.voxel_size_angstrom = common.voxel_size_angstrom;
  const VolumeGeometry geometry = io::open_volume(tomogram, read)->info().geometry;
  list.voxel_size = geometry.voxel_size;
  list.tomogram_extent = geometry.extent;
}

}  // namespace

CommandReport run_pick(const PickRequest& asked, Observer* observer) {
  PickRequest request = asked;
  limit_threads(request.segment.options.compute, observer);
  limit_threads(request.cluster.compute, nullptr);
  const SegmentRequest& segment = request.segment;
  const io::ListFormat format = io::parse_list_format(request.list_format);
  const auto jobs = plan_outputs("pick", segment.tomograms,
                                 {{"--output", request.output, list_suffix(format)},
                                  {"--labels", segment.output, "_labels.mrc"},
                                  {"--scores", segment.scores, "_scores.h5"}},
                                 segment.common, {segment.weights});
  const Weights weights = read_weights_for(segment);
  ClusterOptions options = request.cluster;
  if (!options.radius.is_angstrom)
    options.radius.value /= static_cast<double>(segment.bin);  // given in the tomogram's voxels
  Segmenter segmenter(weights, segment.options);
  CommandReport report;
  LateResults results(report);
  for (const OutputJob& job : jobs) {
    const std::filesystem::path &output = job.outputs[0], &labels = job.outputs[1],
                                &scores = job.outputs[2];
    if (job.skip) {
      results.add(false, [&] { return skipped(job.input, output); });
      continue;
    }
    io::RunRecord record("pick");
    record_options(record, segment);
    record_options(record, request.cluster);
    LabelMap map = segment_file(job.input, segmenter, weights, segment, scores, record, observer);
    record.stage("cluster");
    if (options.compute.device == "auto" && segmenter.on_card())
      options.compute.device = "cuda";  // it is open already
    ParticleList list = cluster(map, options, open_scores(scores.string(), map).get(), observer);
    finish_list(list, map, job.input);
    unbin_list(list, segment.bin, job.input, segment.common);
    results.add(segmenter.on_card(), [&, map = std::move(map), list = std::move(list),
                                      record = std::move(record)]() mutable {
      record.stage("write");
      if (!labels.empty()) {
        io::write_labels(labels, map);
        record.output(labels);
      }
      if (!scores.empty()) record.output(scores);
      write_list(output, list, format, record);
      for (const auto& other : {labels, scores})
        if (!other.empty()) record.write_beside(other);

      Written written{list_text(list, output), {{"input", job.input}, {"output", output.string()}}};
      if (!labels.empty()) written.json["labels"] = labels.string();
      if (!scores.empty()) written.json["scores"] = scores.string();
      written.json["label_counts"] = label_counts(map, weights.classes);
      written.json.update(list_json(list));
      written.json["seconds"] = stage_seconds(record);
      return written;
    });
  }
  report.json = json_text({{"results", results.take()}});
  return report;
}

}  // namespace dfe
