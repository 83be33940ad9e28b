// SPDX-License-Identifier: Apache-2.0
// `evaluate`: lists or label maps in, scores out.
#include <algorithm>
#include <memory>

#include "commands/common/outputs.hpp"
#include "commands/common/read_options.hpp"
#include "commands/common/result_folders.hpp"
#include "commands/common/same_grid.hpp"
#include "commands/evaluate/evaluate_parts.hpp"
#include "commands/evaluate/evaluation_maps.hpp"
#include "core/file_names.hpp"
#include "core/usable_threads.hpp"
#include "io/atomic_file.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

/// Whether the inputs are label maps; throws where they are of both kinds.
bool are_volumes(const EvaluateRequest& request) {
  std::size_t volumes = 0;
  const auto count = [&](const std::vector<std::string>& paths, const std::string& list_format) {
    if (list_format != "auto") return;
    for (const std::string& path : paths)
      volumes += (io::is_volume_file_name(path) && !io::is_motive_list(path)) ||
                 io::is_volume_folder(path);
  };
  count(request.predicted, request.format);
  count(request.truth, request.truth_format);
  if (volumes == 0) return false;
  if (volumes != request.predicted.size() + request.truth.size())
    throw Error(ErrorKind::Usage, "evaluate", "--truth",
                "particle lists and label maps cannot be compared",
                "give lists for both, or label maps for both");
  return true;
}

void check_request(const EvaluateRequest& request, bool volumes) {
  const std::size_t p = request.predicted.size(), t = request.truth.size();
  if (t == 0)
    throw Error(ErrorKind::Usage, "evaluate", "--truth", "is missing",
                "give the true particle list or label map");
  if (p != t && (t != 1 || volumes))
    throw Error(
        ErrorKind::Usage, "evaluate", "--truth",
        std::to_string(t) + " given for " + std::to_string(p) +
            (p == 1 ? " prediction" : " predictions"),
        volumes ? "give one label map for each" : "give one list for each, or one list for all");
  refuse_repeated("evaluate", request.predicted);
  if (!volumes) refuse_repeated("evaluate", request.truth);
  if (!request.hit_boxes.empty() && (request.options.rule != MatchRule::Shrec || p != 1))
    throw Error(ErrorKind::Usage, "evaluate", "--hit-boxes",
                "are only for --rule shrec with a single prediction",
                "use that rule, or leave them out");
  if (request.options.distance && request.options.radius_share)
    throw Error(ErrorKind::Usage, "evaluate", "--distance",
                "cannot be combined with --radius-share", "choose one of them");
  if (volumes &&
      (request.sweep || request.bootstrap > 0 || !request.overlap.empty() ||
       !request.membrane.empty() || !request.score_maps.empty() || !request.hit_boxes.empty()))
    throw Error(ErrorKind::Usage, "evaluate",
                "--sweep, --bootstrap, --overlap, --membrane, --scores, --hit-boxes",
                "are for particle lists, not for label maps", "leave them out");
  if (request.bootstrap < 0 || request.bootstrap > 1'000'000)
    throw Error(ErrorKind::Usage, "evaluate", "--bootstrap",
                std::to_string(request.bootstrap) + " resamplings", "choose 0 to 1000000");
}

/// The one tomogram that a file like hit boxes belongs to.
const EvaluationPair& only_pair(const EvaluationInput& input, const std::string& file) {
  if (input.pairs.size() != 1)
    throw Error("evaluate", file,
                "belongs to one tomogram, but the lists have " + std::to_string(input.pairs.size()),
                "evaluate each tomogram separately");
  return input.pairs.front();
}

/// The size of the lists' tomogram in voxels; 0 if no list knows it.
Point3 known_size(const EvaluationInput& input) {
  for (const ParticleList* list : {&input.truth, &input.predicted})
    for (const Particle& particle : list->particles)
      if (const Point3& size = list->tomogram_of(particle).size_voxels; size != Point3{})
        return size;
  return {};
}

std::vector<std::string> notes_of(const EvaluationResult& result, bool hit_boxes) {
  std::vector<std::string> notes;
  if (result.options.rule == MatchRule::Shrec) {
    if (!hit_boxes)
      notes.emplace_back(
          "without hit boxes a prediction hits the nearest particle within the distance, which "
          "only approximates the contest's rule");
    notes.emplace_back(
        "as in the contest's log, a class's precision counts only predictions that hit a particle");
  }
  if (result.options.rule == MatchRule::Czii) {
    notes.emplace_back(
        "true positives are the particles with at least one candidate within reach, false "
        "positives the number of candidates minus the true positives");
    bool negative = result.evaluation.all.localization.fp < 0;
    for (const auto& [label, score] : result.evaluation.all.classes)
      negative = negative || score.fp < 0;
    if (negative)
      notes.emplace_back(
          "false positives are negative, because a candidate within reach of several particles "
          "counts for each of them, as in the official metric");
  }
  if (result.options.rule == MatchRule::DeepFinder)
    notes.emplace_back(
        "a particle with two or more predictions within reach counts as missed, and these "
        "predictions count as false positives");
  return notes;
}

/// Where results go: the same order for every request.
struct Outputs {
  std::filesystem::path csv, report, both, only_predicted, only_truth;
  std::vector<std::filesystem::path> plots, all;
  bool skip = false;
};

/// "a/sets.star", "_both" -> "a/sets_both.star"
std::string with_suffix(const std::string& path, const std::string& suffix) {
  if (path.empty()) return path;
  const std::filesystem::path file(path);
  return (file.parent_path() / (file.stem().string() + suffix + file.extension().string()))
      .string();
}

Outputs plan(const EvaluateRequest& request, bool volumes) {
  const std::string ending = std::filesystem::path(request.overlap).extension().string();
  if (!request.overlap.empty() && ending != ".star" && ending != ".csv" && ending != ".tsv")
    throw Error(ErrorKind::Usage, "evaluate", request.overlap,
                "this file format has no column for the confidence", "use .star, .csv or .tsv");
  std::vector<OutputKind> kinds = {
      {"--csv", request.csv, "_scores.csv"},
      {"--report", request.report, "_scores.html"},
      {"--overlap", with_suffix(request.overlap, "_both"), ""},
      {"--overlap", with_suffix(request.overlap, "_only_predicted"), ""},
      {"--overlap", with_suffix(request.overlap, "_only_truth"), ""}};
  if (!request.plots.empty())
    for (const std::string& suffix : plot_suffixes(request, volumes))
      kinds.push_back({"--plots", request.plots + suffix, ""});
  std::vector<std::string> others = request.truth;
  others.insert(others.end(), {request.frame.like, request.frame.tomograms, request.hit_boxes,
                               request.membrane, request.score_maps});
  others.insert(others.end(), request.predicted.begin(), request.predicted.end());
  const OutputJob job =
      plan_outputs("evaluate", {request.predicted.front()}, kinds, request.common, others).front();
  Outputs outputs{job.outputs[0], job.outputs[1], job.outputs[2],
                  job.outputs[3], job.outputs[4], {},
                  job.outputs,    job.skip};
  outputs.plots.assign(job.outputs.begin() + 5, job.outputs.end());
  return outputs;
}

/// Writes files one after the other and keeps their names; their run records follow when all are
/// there.
class Writer {
 public:
  explicit Writer(Job& job) : job_(job) {}

  void text(const std::filesystem::path& path, const std::string& text) {
    if (path.empty()) return;
    io::write_text_file(path, text);
    wrote(path);
  }
  void list(const std::filesystem::path& path, ParticleList list) {
    if (path.extension() == ".star")  // which has names of this kind only
      for (ExtraColumn& column : list.extra_columns)
        if (column.name == "confidence") column.name = "_dfeConfidence";
    io::write_list(path, list);
    wrote(path);
  }
  /// The written files' names.
  Json finish() {
    job_.finish();
    return std::move(names_);
  }

 private:
  void wrote(const std::filesystem::path& path) {
    job_.wrote(path);
    names_.push_back(path.string());
  }

  Job& job_;
  Json names_ = Json::array();
};

void write_plots(const Outputs& outputs, const std::vector<Plot>& plots, Writer& writer) {
  for (std::size_t i = 0; i < outputs.plots.size(); ++i)
    writer.text(outputs.plots[i], io::report::encode_png(plots[i].image));
}

/// Both lists as sets, by the distance of the evaluation where that is one number.
void write_overlap(const EvaluationInput& input, const Evaluation& evaluation,
                   const Outputs& outputs, Writer& writer) {
  if (outputs.both.empty()) return;
  std::optional<Length> distance;
  for (const auto& [label, of_class] : evaluation.distance_of_class) {
    if (distance && of_class != *distance)
      throw Error(ErrorKind::Usage, "evaluate", "--overlap",
                  "needs the same distance for all classes", "give a single --distance");
    distance = of_class;
  }
  const ListOverlap sets =
      overlap(input.predicted, input.truth, distance.value_or(Length{10, false}));
  writer.list(outputs.both, sets.both);
  writer.list(outputs.only_predicted, sets.only_a);
  writer.list(outputs.only_truth, sets.only_b);
}

CommandReport compare_volumes(const EvaluateRequest& request, const Outputs& outputs, Job& job) {
  std::vector<VoxelScores> volumes;
  MapClasses classes(request.class_names);
  if (request.predicted.size() == 1 && request.frame.tomogram.empty())
    check_same_tomogram("evaluate", request.predicted[0], request.truth[0]);
  for (std::size_t i = 0; i < request.predicted.size(); ++i) {
    job.record.input(request.predicted[i]);
    job.record.input(request.truth[i]);
    job.record.stage("read");
    LabelMap predicted = io::read_labels(request.predicted[i], read_options(request.common)),
             truth = io::read_labels(request.truth[i], read_options(request.common));
    check_same_voxels("evaluate", request.predicted[i], predicted.geometry.voxel_size,
                      "'" + request.truth[i] + "'", truth.geometry.voxel_size);
    classes.match({request.predicted[i], predicted}, {request.truth[i], truth}, job);
    job.record.stage("evaluate");
    volumes.push_back(evaluate_voxels(predicted.labels.view(), truth.labels.view()));
  }
  const std::vector<std::string>& names = classes.names();
  Json by_volume = Json::array();
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    by_volume.push_back({{"name", base_name(request.truth[i])}});
    by_volume.back().update(voxels_json(volumes[i], names));
  }
  const VoxelScores all = pool_voxels(volumes);
  job.record.stage("write");
  const std::vector<Plot> plots = voxel_plots(all, names);
  Writer writer(job);
  writer.text(outputs.csv, voxels_csv(all, names));
  write_plots(outputs, plots, writer);
  if (!outputs.report.empty()) writer.text(outputs.report, voxels_page(all, names, plots));
  Json json = {{"rule", "voxels"}, {"distance_voxels", nullptr}};
  json.update(voxels_json(all, names));
  json["tomograms"] = std::move(by_volume);
  json["outputs"] = writer.finish();
  return {voxels_text(all, names), json_text(json)};
}

/// Everything that the request asks to know about the lists. `hit_boxes` belong to the only pair.
EvaluationResult measure(const EvaluateRequest& request, const EvaluationInput& input,
                         bool hit_boxes, Job& job) {
  job.record.stage("evaluate");
  EvaluationResult result;
  result.options = resolve_options(request, input);
  result.class_names = input.class_names;
  for (const EvaluationPair& pair : input.pairs) result.tomograms.push_back(pair.name);
  result.evaluation = evaluate(input.pairs, result.options);
  if (request.sweep) {
    job.record.stage("sweep");
    result.sweep_value = *request.sweep;
    result.sweep = sweep_thresholds(input.pairs, result.options, *request.sweep, 200, &job);
  }
  if (request.bootstrap > 0) {
    job.record.stage("bootstrap");
    job.record.option("bootstrap", std::to_string(request.bootstrap));
    job.record.option("seed", std::to_string(request.seed));
    result.bootstrap =
        bootstrap_scores(input.pairs, result.options, request.bootstrap, request.seed, &job);
  }
  if (!request.membrane.empty()) {
    job.record.stage("membrane");
    job.record.input(request.membrane);
    result.membrane =
        measure_membrane(request, only_pair(input, request.membrane), known_size(input));
  }
  if (!request.score_maps.empty()) {
    job.record.stage("maxima");
    job.record.input(request.score_maps);
    result.maxima = count_maxima(request.score_maps, result.class_names);
  }
  result.notes = notes_of(result, hit_boxes);
  job.record.option("distance", rule_text(result));
  return result;
}

/// The names of the written files.
Json write_results(const EvaluationInput& input, const EvaluationResult& result,
                   const Outputs& outputs, Job& job) {
  job.record.stage("write");
  Writer writer(job);
  writer.text(outputs.csv, evaluation_csv(result));
  if (!outputs.plots.empty() || !outputs.report.empty()) {
    const std::vector<Plot> plots = evaluation_plots(result);
    write_plots(outputs, plots, writer);
    if (!outputs.report.empty()) writer.text(outputs.report, evaluation_page(result, plots));
  }
  write_overlap(input, result.evaluation, outputs, writer);
  return writer.finish();
}

}  // namespace

CommandReport run_evaluate(const EvaluateRequest& asked, Observer* observer) {
  EvaluateRequest request = asked;
  limit_threads(request.compute, nullptr);
  const bool volumes = are_volumes(request);
  check_request(request, volumes);
  const Outputs outputs = plan(request, volumes);
  if (outputs.skip) return {"the results exist: skipped\n", json_text({{"skipped", true}})};

  ResultFolders folders("evaluate");
  Job job("evaluate", observer);
  folders.make_for(outputs.all);
  job.threads(asked.compute.threads);
  job.record.option("rule", volumes ? "voxels" : match_rule_name(request.options.rule));
  if (volumes) return compare_volumes(request, outputs, job);

  job.record.stage("read");
  EvaluationInput input = read_evaluation(request, job);
  std::unique_ptr<VolumeSource> hit_boxes;
  if (!request.hit_boxes.empty()) {
    job.record.input(request.hit_boxes);
    hit_boxes = io::open_volume(request.hit_boxes, read_options(request.common));
    const VolumeGeometry& geometry = hit_boxes->info().geometry;
    const bool shifted = request.shift != Point3{};  // then the lists had other frames
    check_grid_of_lists(request.hit_boxes, geometry.extent, geometry.voxel_size,
                        only_pair(input, request.hit_boxes),
                        shifted ? Point3{} : known_size(input));
    input.pairs.front().hit_boxes = hit_boxes.get();
  }
  if (!request.score_maps.empty())
    check_score_maps(request.score_maps, only_pair(input, request.score_maps), known_size(input));
  const EvaluationResult result = measure(request, input, hit_boxes != nullptr, job);
  Json json = evaluation_json(result);
  json["outputs"] = write_results(input, result, outputs, job);
  return {evaluation_text(result), json_text(json)};
}

}  // namespace dfe
