// SPDX-License-Identifier: Apache-2.0
// Scores as JSON. Keys are part of the command line's interface.
#include <cmath>

#include "commands/evaluate/evaluate_parts.hpp"
#include "core/particle_lists.hpp"

namespace dfe {

namespace {

Json interval_json(const Interval& interval) {
  return Json::array({json_number(interval.low), json_number(interval.high)});
}

Json score_interval_json(const ScoreInterval& s) {
  return {{"precision", interval_json(s.precision)},
          {"recall", interval_json(s.recall)},
          {"f1", interval_json(s.f1)},
          {"fbeta", interval_json(s.fbeta)}};
}

/// {"threshold": t, ...scores}
Json point_json(double threshold, const Score& score) {
  Json json = {{"threshold", threshold}};
  json.update(score_json(score));
  return json;
}

Json sweep_json(const EvaluationResult& result) {
  const Sweep& sweep = *result.sweep;
  Json json = {{"value", sweep_value_name(result.sweep_value)}, {"points", Json::array()}};
  if (sweep.points.empty()) return json;
  const SweepPoint& best = sweep.points[sweep.best_localization];
  json["best"]["localization"] = point_json(best.threshold, best.localization);
  for (const auto& [label, place] : sweep.best_of_class)
    json["best"]["classes"][class_name(result.class_names, label)] =
        point_json(sweep.points[place].threshold, sweep.points[place].classes.at(label));
  for (const SweepPoint& point : sweep.points) {
    Json entry = {{"threshold", point.threshold},
                  {"localization", score_json(point.localization)},
                  {"classes", Json::object()}};
    for (const auto& [label, score] : point.classes)
      entry["classes"][class_name(result.class_names, label)] = score_json(score);
    entry["mean"] = score_json(point.mean);
    json["points"].push_back(std::move(entry));
  }
  return json;
}

Json histogram_json(const Histogram& histogram) {
  return {{"bin", histogram.width},
          {"mode", json_number(histogram.mode())},
          {"counts", histogram.counts}};
}

Json scores_json(const Scores& scores, const std::vector<std::string>& names) {
  Json json = {{"truth", scores.truth},
               {"predicted", scores.predicted},
               {"localization", score_json(scores.localization)}};
  json["classes"] = Json::object();
  for (const auto& [label, score] : scores.classes)
    json["classes"][class_name(names, label)] = score_json(score);
  json["mean"] = score_json(scores.mean);
  json["confusion"] = confusion_json(scores.confusion, names);
  json["duplicates"] = scores.duplicates;
  json["mean_distance_voxels"] = json_number(scores.mean_distance_voxels);
  json["mean_distance_angstrom"] = json_number(scores.mean_distance_angstrom);
  return json;
}

/// A number, or [z, y, x] where a distance in Å has another number of voxels along each axis.
Json json_distance(const Point3& voxels) {
  if (voxels.z == voxels.x && voxels.y == voxels.x) return voxels.x;
  return Json::array({voxels.z, voxels.y, voxels.x});
}

Json json_distances(const std::map<int, Point3>& distances, const std::vector<std::string>& names) {
  Json json = Json::object();
  for (const auto& [label, distance] : distances)
    json[class_name(names, label)] = json_distance(distance);
  return json;
}

Json voxel_json(const VoxelScore& s) {
  Json json = score_json(s.score);
  json["dice"] = json["f1"];
  json["iou"] = json_number(s.iou);
  return json;
}

}  // namespace

bool same_in_tomograms(const Evaluation& evaluation) {
  constexpr double kSame = 1e-3;  // more than rounding in headers
  const auto near = [](double a, double b) { return std::abs(a - b) <= kSame * std::abs(b); };
  for (const auto& distances : evaluation.distance_of_tomogram_voxels)
    for (const auto& [label, own] : distances) {
      const Point3& first = evaluation.distance_of_class_voxels.at(label);
      if (!near(own.z, first.z) || !near(own.y, first.y) || !near(own.x, first.x)) return false;
    }
  return true;
}

std::optional<Point3> common_distance(const Evaluation& evaluation) {
  if (!same_in_tomograms(evaluation)) return std::nullopt;
  std::optional<Point3> common;
  for (const auto& [label, distance] : evaluation.distance_of_class_voxels) {
    if (common && distance != *common) return std::nullopt;
    common = distance;
  }
  return common;
}

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json score_json(const Score& s) {
  return {{"tp", s.tp},
          {"fp", s.fp},
          {"fn", s.fn},
          {"precision", json_number(s.precision)},
          {"recall", json_number(s.recall)},
          {"f1", json_number(s.f1)},
          {"fbeta", json_number(s.fbeta)}};
}

Json confusion_json(const ConfusionMatrix& matrix, const std::vector<std::string>& names) {
  Json json = {{"labels", Json::array()}, {"counts", Json::array()}};
  const std::size_t n = matrix.labels.size();
  for (std::size_t row = 0; row < n; ++row) {
    json["labels"].push_back(class_or_background(names, matrix.labels[row]));
    Json& counts = json["counts"].emplace_back(Json::array());
    for (std::size_t column = 0; column < n; ++column)
      counts.push_back(matrix.counts[row * n + column]);
  }
  return json;
}

Json evaluation_json(const EvaluationResult& result) {
  const Evaluation& evaluation = result.evaluation;
  Json json = {{"rule", match_rule_name(result.options.rule)}};
  const std::optional<Point3> common = common_distance(evaluation);
  json["distance_voxels"] = common ? json_distance(*common) : Json(nullptr);
  const bool same = same_in_tomograms(evaluation);
  if (!common && same)
    json["distance_voxels_of_class"] =
        json_distances(evaluation.distance_of_class_voxels, result.class_names);
  json["beta"] = evaluation.beta;
  json.update(scores_json(evaluation.all, result.class_names));
  if (result.bootstrap) {
    Json& b = json["interval95"] = {
        {"localization", score_interval_json(result.bootstrap->localization)}};
    for (const auto& [label, s] : result.bootstrap->classes)
      b["classes"][class_name(result.class_names, label)] = score_interval_json(s);
    b["mean"] = score_interval_json(result.bootstrap->mean);
  }
  if (result.sweep) json["sweep"] = sweep_json(result);
  if (result.membrane) {
    json["membrane"] = {{"predicted", histogram_json(result.membrane->predicted)},
                        {"truth", histogram_json(result.membrane->truth)},
                        {"outside", result.membrane->outside}};
    const double angstrom = result.membrane->voxel_angstrom;
    json["membrane"]["voxel_size_angstrom"] = angstrom > 0 ? Json(angstrom) : Json(nullptr);
  }
  for (const auto& [label, histogram] : result.maxima)
    json["local_maxima"][class_name(result.class_names, label)] = histogram_json(histogram);
  json["tomograms"] = Json::array();
  for (std::size_t i = 0; i < evaluation.tomograms.size(); ++i) {
    Json entry = {{"name", result.tomograms[i]}};
    if (!same)
      entry["distance_voxels_of_class"] =
          json_distances(evaluation.distance_of_tomogram_voxels.at(i), result.class_names);
    entry.update(scores_json(evaluation.tomograms[i], result.class_names));
    json["tomograms"].push_back(std::move(entry));
  }
  json["notes"] = result.notes;
  return json;
}

Json voxels_json(const VoxelScores& scores, const std::vector<std::string>& names) {
  Json json = {{"localization", voxel_json(scores.foreground)}, {"classes", Json::object()}};
  for (const auto& [label, score] : scores.classes)
    json["classes"][class_name(names, label)] = voxel_json(score);
  json["mean"] = voxel_json(scores.mean);
  json["confusion"] = confusion_json(scores.confusion, names);
  return json;
}

}  // namespace dfe
