// SPDX-License-Identifier: Apache-2.0
// Scores as a table for a person, as JSON and as CSV. Every form names the rule, since scores of two rules cannot be compared.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/commands/evaluate_parts.hpp"
#include "engine/commands/particle_files.hpp"

namespace dfe {

namespace {

std::string padded(const std::string& text, std::size_t width, bool left = false) {
  std::size_t shown = 0;
  for (const char c : text) shown += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  const std::string blanks(shown < width ? width - shown : 0, ' ');
  return left ? text + blanks : blanks + text;
}

std::string fixed(double value) {
  if (std::isnan(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

std::string interval_text(const Interval& interval) { return fixed(interval.low) + " to " + fixed(interval.high); }

Json interval_json(const Interval& interval) { return Json::array({json_number(interval.low), json_number(interval.high)}); }

Json score_interval_json(const ScoreInterval& s) {
  return {{"precision", interval_json(s.precision)},
          {"recall", interval_json(s.recall)},
          {"f1", interval_json(s.f1)},
          {"fbeta", interval_json(s.fbeta)}};
}

std::string beta_name(double beta) { return "F" + number_text(beta); }

std::size_t name_width(const EvaluationResult& result) {
  std::size_t width = 14;
  for (const auto& [label, score] : result.evaluation.all.classes) width = std::max(width, class_name(result.class_names, label).size());
  return width + 2;
}

void add_row(std::string& text, const std::string& name, std::size_t width, const Score& score, const EvaluationResult& result,
             const ScoreInterval* interval) {
  text += "  " + padded(name, width, true) + padded(std::to_string(score.tp), 7) + padded(std::to_string(score.fp), 7) +
          padded(std::to_string(score.fn), 7) + padded(fixed(score.precision), 11) + padded(fixed(score.recall), 9) +
          padded(fixed(score.f1), 9);
  if (result.evaluation.beta != 1) text += padded(fixed(score.fbeta), 9);
  if (interval) text += "   " + interval_text(interval->f1);
  text += "\n";
}

std::string table_text(const Scores& scores, const EvaluationResult& result, const Bootstrap* bootstrap) {
  const std::size_t width = name_width(result);
  std::string text = "  " + padded("", width) + "     tp     fp     fn  precision   recall       F1";
  if (result.evaluation.beta != 1) text += padded(beta_name(result.evaluation.beta), 9);
  if (bootstrap) text += "   95 % of F1";
  text += "\n";
  add_row(text, "localization", width, scores.localization, result, bootstrap ? &bootstrap->localization : nullptr);
  for (const auto& [label, score] : scores.classes) {
    const ScoreInterval* interval = nullptr;
    if (bootstrap)
      if (const auto found = bootstrap->classes.find(label); found != bootstrap->classes.end()) interval = &found->second;
    add_row(text, class_name(result.class_names, label), width, score, result, interval);
  }
  add_row(text, "mean", width, scores.mean, result, bootstrap ? &bootstrap->mean : nullptr);
  return text;
}

std::string background_or_class(const std::vector<std::string>& names, int label) {
  return label == 0 ? "background" : class_name(names, label);
}

std::string confusion_text(const ConfusionMatrix& matrix, const std::vector<std::string>& names) {
  std::vector<std::string> heads;
  std::size_t width = 7;
  for (const int label : matrix.labels) {
    heads.push_back(background_or_class(names, label));
    width = std::max(width, heads.back().size() + 2);
  }
  const std::size_t n = heads.size();
  for (const std::int64_t value : matrix.counts) width = std::max(width, std::to_string(value).size() + 2);
  std::string text = "  " + padded("true \\ found", 16, true);
  for (const std::string& head : heads) text += padded(head, width);
  text += "\n";
  for (std::size_t row = 0; row < n; ++row) {
    text += "  " + padded(heads[row], 16, true);
    for (std::size_t column = 0; column < n; ++column) text += padded(std::to_string(matrix.counts[row * n + column]), width);
    text += "\n";
  }
  return text;
}

std::string csv_number(double value) { return std::isnan(value) ? "" : number_text(value); }

/// RFC 4180.
std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void csv_row(std::string& text, const std::string& rule, const std::string& tomogram, const std::string& name, const std::string& threshold,
             const Score& s) {
  text += rule + "," + csv_text(tomogram) + "," + csv_text(name) + "," + threshold + "," + std::to_string(s.tp) + "," +
          std::to_string(s.fp) + "," + std::to_string(s.fn) + "," + csv_number(s.precision) + "," + csv_number(s.recall) + "," +
          csv_number(s.f1) + "," + csv_number(s.fbeta) + "\n";
}

const char* sweep_name(SweepValue value) { return value == SweepValue::Score ? "score" : "size"; }

/// {"threshold": t, ...scores}
Json point_json(double threshold, const Score& score) {
  Json json = {{"threshold", threshold}};
  json.update(score_json(score));
  return json;
}

Json sweep_json(const EvaluationResult& result) {
  const Sweep& sweep = *result.sweep;
  Json json = {{"value", sweep_name(result.sweep_value)}, {"points", Json::array()}};
  if (sweep.points.empty()) return json;
  const SweepPoint& best = sweep.points[sweep.best_localization];
  json["best"]["localization"] = point_json(best.threshold, best.localization);
  for (const auto& [label, place] : sweep.best_of_class)
    json["best"]["classes"][class_name(result.class_names, label)] =
        point_json(sweep.points[place].threshold, sweep.points[place].classes.at(label));
  for (const SweepPoint& point : sweep.points) {
    Json entry = {{"threshold", point.threshold}, {"localization", score_json(point.localization)}, {"classes", Json::object()}};
    for (const auto& [label, score] : point.classes) entry["classes"][class_name(result.class_names, label)] = score_json(score);
    entry["mean"] = score_json(point.mean);
    json["points"].push_back(std::move(entry));
  }
  return json;
}

std::string sweep_text(const EvaluationResult& result) {
  const Sweep& sweep = *result.sweep;
  if (sweep.points.empty()) return "no predictions to put a threshold on\n";
  std::string text = "best thresholds on the " + std::string(sweep_name(result.sweep_value)) + " (keep at least):\n";
  const std::size_t width = name_width(result);
  const auto row = [&](const std::string& name, double threshold, const Score& score) {
    text += "  " + padded(name, width, true) + padded(number_text(threshold), 10) + "   " + beta_name(result.evaluation.beta) + " " +
            fixed(score.fbeta) + "  precision " + fixed(score.precision) + "  recall " + fixed(score.recall) + "\n";
  };
  row("localization", sweep.points[sweep.best_localization].threshold, sweep.points[sweep.best_localization].localization);
  for (const auto& [label, place] : sweep.best_of_class)
    row(class_name(result.class_names, label), sweep.points[place].threshold, sweep.points[place].classes.at(label));
  return text;
}

/// One distance where all classes have the same, else NaN.
double common_distance(const Evaluation& evaluation) {
  double common = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [label, distance] : evaluation.distance_of_class_voxels) {
    if (!std::isnan(common) && distance != common) return std::numeric_limits<double>::quiet_NaN();
    common = distance;
  }
  return common;
}

Json scores_json(const Scores& scores, const std::vector<std::string>& names) {
  Json json = {{"truth", scores.truth}, {"predicted", scores.predicted}, {"localization", score_json(scores.localization)}};
  json["classes"] = Json::object();
  for (const auto& [label, score] : scores.classes) json["classes"][class_name(names, label)] = score_json(score);
  json["mean"] = score_json(scores.mean);
  json["confusion"] = confusion_json(scores.confusion, names);
  json["duplicates"] = scores.duplicates;
  json["mean_distance_voxels"] = json_number(scores.mean_distance_voxels);
  return json;
}

}  // namespace

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
    json["labels"].push_back(background_or_class(names, matrix.labels[row]));
    Json& counts = json["counts"].emplace_back(Json::array());
    for (std::size_t column = 0; column < n; ++column) counts.push_back(matrix.counts[row * n + column]);
  }
  return json;
}

std::string rule_text(const EvaluationResult& result) {
  const std::string name = match_rule_name(result.options.rule);
  if (result.evaluation.distance_of_class_voxels.empty()) return name + (result.options.rule == MatchRule::Shrec ? ", by hit boxes" : "");
  const double distance = common_distance(result.evaluation);
  const std::string bound = result.options.rule == MatchRule::Paper ? "closer than " : "at most ";
  if (!std::isnan(distance)) return name + ", " + bound + number_text(distance) + " voxels apart";
  return name + ", " + bound + "a distance of each class's own apart";
}

Json evaluation_json(const EvaluationResult& result) {
  const Evaluation& evaluation = result.evaluation;
  Json json = {{"rule", match_rule_name(result.options.rule)}};
  json["distance_voxels"] = json_number(common_distance(evaluation));
  if (json["distance_voxels"].is_null() && !evaluation.distance_of_class_voxels.empty())
    for (const auto& [label, distance] : evaluation.distance_of_class_voxels)
      json["distance_voxels_of_class"][class_name(result.class_names, label)] = distance;
  json["beta"] = evaluation.beta;
  json.update(scores_json(evaluation.all, result.class_names));
  if (result.bootstrap) {
    Json& b = json["interval95"] = {{"localization", score_interval_json(result.bootstrap->localization)}};
    for (const auto& [label, s] : result.bootstrap->classes) b["classes"][class_name(result.class_names, label)] = score_interval_json(s);
    b["mean"] = score_interval_json(result.bootstrap->mean);
  }
  if (result.sweep) json["sweep"] = sweep_json(result);
  json["tomograms"] = Json::array();
  for (std::size_t i = 0; i < evaluation.tomograms.size(); ++i) {
    Json entry = {{"name", result.tomograms[i]}};
    entry.update(scores_json(evaluation.tomograms[i], result.class_names));
    json["tomograms"].push_back(std::move(entry));
  }
  json["notes"] = result.notes;
  return json;
}

std::string evaluation_text(const EvaluationResult& result) {
  const Scores& all = result.evaluation.all;
  const std::size_t tomograms = result.tomograms.size();
  std::string text = "rule: " + rule_text(result) + "\n" + std::to_string(all.truth) + " true particles, " + std::to_string(all.predicted) +
                     " predicted, in " + std::to_string(tomograms) + (tomograms == 1 ? " tomogram\n" : " tomograms\n");
  text += table_text(all, result, result.bootstrap ? &*result.bootstrap : nullptr);
  if (all.localization.tp > 0) text += "mean distance " + number_text(all.mean_distance_voxels) + " voxels; ";
  text += std::to_string(all.duplicates) + " duplicates\n";
  if (all.confusion.labels.size() <= 24) text += "confusion:\n" + confusion_text(all.confusion, result.class_names);
  if (result.sweep) text += sweep_text(result);
  if (tomograms > 1) {
    text += "by tomogram (localization; mean over classes):\n";
    for (std::size_t i = 0; i < tomograms; ++i) {
      const Scores& s = result.evaluation.tomograms[i];
      text += "  " + padded(result.tomograms[i], 24, true) + " F1 " + fixed(s.localization.f1) + "  precision " +
              fixed(s.localization.precision) + "  recall " + fixed(s.localization.recall) + "  mean F1 " + fixed(s.mean.f1) + "\n";
    }
  }
  for (const std::string& note : result.notes) text += "note: " + note + "\n";
  return text;
}

std::string evaluation_csv(const EvaluationResult& result) {
  std::string text = "rule,tomogram,class,threshold,tp,fp,fn,precision,recall,f1,fbeta\n";
  const std::string rule = match_rule_name(result.options.rule);
  const auto rows = [&](const std::string& tomogram, const std::string& threshold, const Score& localization,
                        const std::map<int, Score>& classes, const Score& mean) {
    csv_row(text, rule, tomogram, "localization", threshold, localization);
    for (const auto& [label, score] : classes) csv_row(text, rule, tomogram, class_name(result.class_names, label), threshold, score);
    csv_row(text, rule, tomogram, "mean", threshold, mean);
  };
  const Evaluation& e = result.evaluation;
  rows("", "", e.all.localization, e.all.classes, e.all.mean);
  if (e.tomograms.size() > 1)
    for (std::size_t i = 0; i < e.tomograms.size(); ++i)
      rows(result.tomograms[i], "", e.tomograms[i].localization, e.tomograms[i].classes, e.tomograms[i].mean);
  if (result.sweep)
    for (const SweepPoint& point : result.sweep->points)
      rows("", number_text(point.threshold), point.localization, point.classes, point.mean);
  return text;
}

namespace {

Json voxel_json(const VoxelScore& s) {
  Json json = score_json(s.score);
  json["dice"] = json["f1"];
  json["iou"] = json_number(s.iou);
  return json;
}

}  // namespace

Json voxels_json(const VoxelScores& scores, const std::vector<std::string>& names) {
  Json json = {{"localization", voxel_json(scores.foreground)}, {"classes", Json::object()}};
  for (const auto& [label, score] : scores.classes) json["classes"][class_name(names, label)] = voxel_json(score);
  json["mean"] = voxel_json(scores.mean);
  json["confusion"] = confusion_json(scores.confusion, names);
  return json;
}

std::string voxels_text(const VoxelScores& scores, const std::vector<std::string>& names) {
  std::string text = "rule: voxel by voxel\n  " + padded("", 18) + "  precision   recall     Dice      IoU\n";
  const auto row = [&](const std::string& name, const VoxelScore& s) {
    text += "  " + padded(name, 18, true) + padded(fixed(s.score.precision), 11) + padded(fixed(s.score.recall), 9) +
            padded(fixed(s.score.f1), 9) + padded(fixed(s.iou), 9) + "\n";
  };
  row("foreground", scores.foreground);
  for (const auto& [label, score] : scores.classes) row(class_name(names, label), score);
  row("mean", scores.mean);
  return text;
}

std::string voxels_csv(const VoxelScores& scores, const std::vector<std::string>& names) {
  std::string text = "rule,class,tp,fp,fn,precision,recall,dice,iou\n";
  const auto row = [&](const std::string& name, const VoxelScore& s) {
    text += "voxels," + csv_text(name) + "," + std::to_string(s.score.tp) + "," + std::to_string(s.score.fp) + "," +
            std::to_string(s.score.fn) + "," + csv_number(s.score.precision) + "," + csv_number(s.score.recall) + "," +
            csv_number(s.score.f1) + "," + csv_number(s.iou) + "\n";
  };
  row("foreground", scores.foreground);
  for (const auto& [label, score] : scores.classes) row(class_name(names, label), score);
  row("mean", scores.mean);
  return text;
}

}  // namespace dfe
