// SPDX-License-Identifier: Apache-2.0
// `evaluate`: lists or label volumes in, scores out.
#include <algorithm>
#include <memory>

#include "engine/commands/evaluate_parts.hpp"
#include "engine/commands/outputs.hpp"
#include "io/atomic_file.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

/// Whether the inputs are label volumes; throws where they are of both kinds.
bool are_volumes(const EvaluateRequest& request) {
  std::size_t volumes = 0;
  for (const auto* paths : {&request.predicted, &request.truth})
    for (const std::string& path : *paths) volumes += io::is_volume_file_name(path);
  if (volumes == 0) return false;
  if (volumes != request.predicted.size() + request.truth.size())
    throw Error(ErrorKind::Usage, "evaluate", "--truth", "particle lists and label volumes cannot be compared",
                "give lists for both, or volumes for both");
  return true;
}

void check_request(const EvaluateRequest& request, bool volumes) {
  const std::size_t p = request.predicted.size(), t = request.truth.size();
  if (t == 0) throw Error(ErrorKind::Usage, "evaluate", "--truth", "is missing", "name the list or label volume to compare with");
  if (p != t && (t != 1 || volumes))
    throw Error(ErrorKind::Usage, "evaluate", "--truth", std::to_string(t) + " for " + std::to_string(p) + " predictions",
                volumes ? "give one label volume for each" : "give one list for each, or one list for all");
  if (!request.hit_boxes.empty() && (request.options.rule != MatchRule::Shrec || p != 1))
    throw Error(ErrorKind::Usage, "evaluate", "--hit-boxes", "belong to one tomogram and --rule shrec",
                "leave them out, or choose that rule");
  if (request.options.distance && request.options.radius_share)
    throw Error(ErrorKind::Usage, "evaluate", "--distance", "cannot go with --radius-share", "choose one of them");
  if (request.bootstrap < 0 || request.bootstrap > 1'000'000)
    throw Error(ErrorKind::Usage, "evaluate", "--bootstrap", std::to_string(request.bootstrap) + " resamplings", "choose 0 to 1000000");
}

std::vector<std::string> notes_of(const EvaluationResult& result, bool hit_boxes) {
  std::vector<std::string> notes;
  if (result.options.rule == MatchRule::Shrec) {
    if (!hit_boxes)
      notes.emplace_back(
          "without hit boxes a prediction hits the nearest particle within the distance, an approximation of the contest's rule");
    notes.emplace_back("as in the contest's log, a class's precision counts only predictions that hit a particle");
  }
  if (result.options.rule == MatchRule::Czii) {
    notes.emplace_back("true positives are the distinct particles with a candidate in reach, false positives the candidates less those");
    bool negative = result.evaluation.all.localization.fp < 0;
    for (const auto& [label, score] : result.evaluation.all.classes) negative = negative || score.fp < 0;
    if (negative)
      notes.emplace_back(
          "false positives are below 0: one candidate in reach of several particles counts for each, as in the official metric");
  }
  if (result.options.rule == MatchRule::DeepFinder)
    notes.emplace_back("a particle with two or more predictions in reach counts as missed, and they as false");
  return notes;
}

void write_csv(const EvaluateRequest& request, const std::vector<OutputJob>& jobs, const std::string& text, io::RunRecord& record) {
  if (request.csv.empty()) return;
  const std::filesystem::path& path = jobs.front().outputs.front();
  io::write_text_file(path, text);
  record.output(path);
  record.write_beside(path);
}

CommandReport compare_volumes(const EvaluateRequest& request, const std::vector<OutputJob>& jobs, io::RunRecord& record) {
  std::vector<VoxelScores> volumes;
  Json by_volume = Json::array();
  std::vector<std::string> names = request.class_names;
  for (std::size_t i = 0; i < request.predicted.size(); ++i) {
    record.input(request.predicted[i]);
    record.input(request.truth[i]);
    record.stage("read");
    const LabelMap predicted = io::read_label_map(request.predicted[i]), truth = io::read_label_map(request.truth[i]);
    if (names.empty()) names = truth.class_names.empty() ? predicted.class_names : truth.class_names;
    record.stage("evaluate");
    volumes.push_back(evaluate_voxels(predicted.labels.view(), truth.labels.view()));
    Json entry = {{"name", base_name(request.truth[i])}};
    entry.update(voxels_json(volumes.back(), names));
    by_volume.push_back(std::move(entry));
  }
  const VoxelScores all = pool_voxels(volumes);
  record.stage("write");
  write_csv(request, jobs, voxels_csv(all, names), record);
  Json json = {{"rule", "voxels"}, {"distance_voxels", nullptr}};
  json.update(voxels_json(all, names));
  json["tomograms"] = std::move(by_volume);
  return {voxels_text(all, names), json_text(json)};
}

}  // namespace

CommandReport run_evaluate(const EvaluateRequest& request, Observer* observer) {
  const bool volumes = are_volumes(request);
  check_request(request, volumes);
  std::vector<std::string> others = request.truth;
  others.insert(others.end(), {request.tomogram, request.hit_boxes});
  others.insert(others.end(), request.predicted.begin(), request.predicted.end());
  const auto jobs = plan_outputs("evaluate", {request.predicted.front()}, {{"--csv", request.csv, "_scores.csv"}}, request.common, others);
  if (jobs.front().skip) return {request.csv + " exists: left as it is\n", json_text({{"output", request.csv}, {"skipped", true}})};

  io::RunRecord record("evaluate");
  record.option("rule", volumes ? "voxels" : match_rule_name(request.options.rule));
  if (volumes) return compare_volumes(request, jobs, record);

  record.stage("read");
  EvaluationInput input = read_evaluation(request, record, observer);
  std::unique_ptr<VolumeSource> hit_boxes;
  if (!request.hit_boxes.empty()) {
    record.input(request.hit_boxes);
    hit_boxes = io::open_volume(request.hit_boxes);
    if (input.pairs.size() != 1)
      throw Error("evaluate", request.hit_boxes, "hit boxes of one tomogram for lists of " + std::to_string(input.pairs.size()),
                  "evaluate the tomograms one by one");
    input.pairs.front().hit_boxes = hit_boxes.get();
  }

  record.stage("evaluate");
  EvaluationResult result;
  result.options = resolve_options(request, input);
  result.class_names = input.class_names;
  for (const EvaluationPair& pair : input.pairs) result.tomograms.push_back(pair.name);
  result.evaluation = evaluate(input.pairs, result.options);
  if (request.sweep) {
    record.stage("sweep");
    result.sweep_value = *request.sweep;
    result.sweep = sweep_thresholds(input.pairs, result.options, *request.sweep, 200, observer);
  }
  if (request.bootstrap > 0) {
    record.stage("bootstrap");
    record.option("bootstrap", std::to_string(request.bootstrap));
    record.option("seed", std::to_string(request.seed));
    result.bootstrap = bootstrap_scores(input.pairs, result.options, request.bootstrap, request.seed);
  }
  result.notes = notes_of(result, hit_boxes != nullptr);
  record.option("distance", rule_text(result));
  record.stage("write");
  write_csv(request, jobs, evaluation_csv(result), record);
  return {evaluation_text(result), json_text(evaluation_json(result))};
}

}  // namespace dfe
