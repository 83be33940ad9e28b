// SPDX-License-Identifier: Apache-2.0
// `pick`: segment and cluster in one pass; nothing lies on disk between the two unless asked for.
#include "commands/common/list_frame.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/segment/carried_scores.hpp"
#include "commands/segment/file_scores.hpp"
#include "commands/segment/segment_parts.hpp"
#include "core/usable_threads.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"

namespace dfe {
namespace {

struct Picked {
  LabelMap map;
  ParticleList list;
};

/// `pick` with what all tomograms share.
class Picker {
 public:
  /// `threads` as they were asked for; the request has what can be had.
  Picker(const PickRequest& request, int threads)
      : request_(request),
        threads_(threads),
        segmenter_(request.segment),
        options_(request.cluster) {
    check_cluster_options(options_);
    list_options_.format = io::parse_list_format(request.list_format);
    list_options_.binning = request.output_binning;
    const Weights& weights = segmenter_.weights();
    set_min_sizes(options_, request.min_sizes, "pick", weights.class_names, weights.classes,
                  request.segment.weights);
  }

  FileSegmenter& segmenter() { return segmenter_; }

  /// What clustering and the list need to know of a tomogram.
  void check(const OutputJob& job, const OpenTomogram& tomogram) const {
    const ClusterGrid grid = tomogram.grid();
    check_cluster_radius(on_grid(options_, grid), grid.labels);
    check_list(job.outputs[0], list_options_, job.input, request_.tomogram_name, tomogram.file);
  }

  Picked compute(const OutputJob& job, Job& work) {
    record_options(work.record, request_.segment);
    record_options(work.record, options_);
    work.threads(threads_);
    work.record.stage("open");
    work.record.input_beside(job.input);
    const OpenTomogram tomogram = segmenter_.open(job.input, &work);
    check(job, tomogram);
    Picked picked;
    const std::filesystem::path on_network = network_scores(job.outputs[2], tomogram);
    picked.map = segmenter_.segment(tomogram, on_network, work);
    work.record.stage("cluster");
    if (options_.compute.device == "auto" && segmenter_.on_card())
      options_.compute.device = "cuda";  // it is open already
    std::unique_ptr<ScoreLookup> scores;
    if (!on_network.empty())
      scores = open_scores(on_network.string(), map_classes(job.input, picked.map),
                           picked.map.labels.extent(), {});
    const ClusterGrid grid = tomogram.grid();
    picked.map.geometry.voxel_size = grid.labels.voxel_size;
    picked.list = find_particles(job.input, picked.map, grid, options_, scores.get(),
                                 request_.tomogram_name, work);
    carry_scores_back(job.outputs[2], tomogram, request_.segment, segmenter_.weights(), work);
    picked.map = FileSegmenter::written_map(std::move(picked.map), tomogram);
    return picked;
  }

  Written write(const OutputJob& job, Job& work, const Picked& picked) const {
    const std::filesystem::path &output = job.outputs[0], &labels = job.outputs[1],
                                &scores = job.outputs[2];
    work.record.stage("write");
    if (!labels.empty()) {
      io::write_labels(labels, picked.map);
      work.wrote(labels);
    }
    if (!scores.empty()) work.wrote(scores);
    write_list(output, picked.list, list_options_, work);

    Written written{
        list_text(picked.list, output), {{"input", job.input}, {"output", output.string()}}, {}};
    if (!labels.empty()) written.json["labels"] = labels.string();
    if (!scores.empty()) written.json["scores"] = scores.string();
    written.json["label_counts"] = label_counts(picked.map, segmenter_.weights().classes);
    written.json.update(list_json(picked.list));
    written.json["seconds"] = stage_seconds(work.record);
    return written;
  }

 private:
  const PickRequest& request_;
  int threads_;
  io::ListOptions list_options_;
  FileSegmenter segmenter_;
  ClusterOptions options_;
};

}  // namespace

CommandReport run_pick(const PickRequest& asked, Observer* observer) {
  PickRequest request = asked;
  limit_threads(request.segment.options.compute, nullptr);
  limit_threads(request.cluster.compute, nullptr);
  const SegmentRequest& segment = request.segment;
  check_name_pattern("pick", request.tomogram_name, segment.tomograms.size());
  std::vector<OutputJob> jobs = plan_outputs(
      "pick", segment.tomograms,
      {list_output("--output", request.output, io::parse_list_format(request.list_format)),
       {"--labels", segment.output, labels_suffix(segment), io::check_volume_file_name},
       {"--scores", segment.scores, "_scores.h5", io::check_score_file_name}},
      segment.common, {segment.weights});
  check_labels_format("pick", segment, jobs, 1);
  Batch batch("pick", std::move(jobs), observer);
  Picker picker(request, asked.segment.options.compute.threads);
  picker.segmenter().check(
      batch, observer,
      [&](const OutputJob& job, const OpenTomogram& tomogram) { picker.check(job, tomogram); });
  return batch.run([&](const OutputJob& job, Job& work) { return picker.compute(job, work); },
                   [&](const OutputJob& job, Job& work, const Picked& picked) {
                     return picker.write(job, work, picked);
                   },
                   [&] { return picker.segmenter().on_card(); });
}

}  // namespace dfe
