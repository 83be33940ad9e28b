// SPDX-License-Identifier: Apache-2.0
// `cluster`: label files in, particle lists out.
#include <memory>
#include <optional>

#include "commands/common/batch.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/common/read_options.hpp"
#include "commands/segment/cluster_grid.hpp"
#include "commands/segment/file_scores.hpp"
#include "core/class_names.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/segment.hpp"
#include "engine/resampled_labels.hpp"
#include "io/volume.hpp"

namespace dfe {
namespace {

/// How one label map is clustered.
struct Clustering {
  ClusterOptions options;
  ClusterGrid grid;
};

/// `cluster` with what all label maps share.
class MapClusterer {
 public:
  /// `threads` as they were asked for; the request has what can be had, and outlives this.
  MapClusterer(const ClusterRequest& request, int threads) : request_(request), threads_(threads) {
    list_options_.format = io::parse_list_format(request.list_format);
    list_options_.binning = request.output_binning;
    check_cluster_options(request.options);
    check_class_names(request.class_names, "cluster", "--classes");
    if (!request.class_names.empty()) options_of(request.class_names, "--classes");
    check_device(request.options.compute.device);
    read_ = read_options(request.common);
    if (!request.like.empty()) like_ = io::open_header(request.like)->info().geometry;
  }

  /// Reads the header of a label map. Throws where the request does not go with it.
  Clustering look(const OutputJob& job, Job* work) const {
    const VolumeGeometry map = io::open_header(job.input, read_)->info().geometry;
    Clustering clustering{options_of(request_.class_names.empty()
                                         ? io::open_header(job.input, read_)->info().class_names
                                         : request_.class_names,
                                     job.input),
                          grid_of_map(job.input, map, like_, work)};
    const ClusterGrid& grid = clustering.grid;
    check_cluster_radius(on_grid(clustering.options, grid), grid.labels);
    check_list(job.outputs.front(), list_options_, job.input, request_.tomogram_name,
               grid.tomogram);
    return clustering;
  }

  ParticleList compute(const OutputJob& job, Job& work) const {
    const Clustering clustering = look(job, &work);
    record_options(work.record, clustering.options);
    record_read_options(work.record, request_.common);
    work.threads(threads_);
    work.record.option("device", request_.options.compute.device);
    work.record.input(job.input);
    if (like_) work.record.input(request_.like);
    work.record.stage("read");
    LabelMap map = io::read_labels(job.input, read_);
    const std::unique_ptr<ScoreLookup> scores = name_classes(job.input, map, work);
    if (scores) work.record.input(request_.scores);
    work.record.stage("cluster");
    return find_particles(job.input, map, clustering.grid, clustering.options, scores.get(),
                          request_.tomogram_name, work);
  }

  Written write(const OutputJob& job, Job& work, const ParticleList& list) const {
    const std::filesystem::path& output = job.outputs.front();
    work.record.stage("write");
    write_list(output, list, list_options_, work);
    Written written{
        list_text(list, output), {{"input", job.input}, {"output", output.string()}}, {}};
    written.json.update(list_json(list));
    return written;
  }

 private:
  /// Brings the labels to the order of --classes, and opens their scores.
  std::unique_ptr<ScoreLookup> name_classes(const std::string& file, LabelMap& map,
                                            Job& work) const {
    const std::vector<std::string>& given = request_.class_names;
    if (!any_class_named(map.class_names)) map.class_names = given;
    const FileClasses classes = map_classes(file, map);
    const LabelMatch match = match_labels(
        classes, {given, "--classes", "--classes takes the names of the label map, in any order"},
        "cluster");
    work.warn(file, match.warnings);
    std::unique_ptr<ScoreLookup> scores =
        open_scores(request_.scores, classes, map.labels.extent(), match);
    relabel(map.labels.span(), match);
    if (!given.empty()) map.class_names = given;
    return scores;
  }

  ClusterOptions options_of(const std::vector<std::string>& class_names,
                            const std::string& source) const {
    ClusterOptions options = request_.options;
    set_min_sizes(options, request_.min_sizes, "cluster", class_names,
                  static_cast<std::int64_t>(class_names.size()), source);
    return options;
  }

  const ClusterRequest& request_;
  int threads_;
  io::ListOptions list_options_;
  io::VolumeReadOptions read_;
  std::optional<VolumeGeometry> like_;
};

}  // namespace

CommandReport run_cluster(const ClusterRequest& asked, Observer* observer) {
  ClusterRequest request = asked;
  limit_threads(request.options.compute, nullptr);
  if (!request.scores.empty() && request.label_maps.size() > 1)
    throw Error(ErrorKind::Usage, "cluster", "--scores",
                "one score file for " + std::to_string(request.label_maps.size()) + " label maps",
                "cluster each label map separately");
  check_name_pattern("cluster", request.tomogram_name, request.label_maps.size());
  Batch batch("cluster",
              plan_outputs("cluster", request.label_maps,
                           {list_output("--output", request.output,
                                        io::parse_list_format(request.list_format))},
                           request.common, {request.scores, request.like}),
              observer);
  const MapClusterer clusterer(request, asked.options.compute.threads);
  batch.check([&](const OutputJob& job) { clusterer.look(job, nullptr); });
  return batch.run([&](const OutputJob& job, Job& work) { return clusterer.compute(job, work); },
                   [&](const OutputJob& job, Job& work, const ParticleList& list) {
                     return clusterer.write(job, work, list);
                   });
}

}  // namespace dfe
