// SPDX-License-Identifier: Apache-2.0
// Scores as a table for a person and as CSV. Every form names the rule, since scores of two rules
// cannot be compared.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "commands/evaluate/evaluate_parts.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"

namespace dfe {

namespace {

std::string padded(const std::string& text, std::size_t width, bool left = false) {
  std::size_t shown = 0;
  for (const char c : text) shown += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  const std::string blanks(shown < width ? width - shown : 0, ' ');
  return left ? text + blanks : blanks + text;
}

std::string interval_text(const Interval& interval) {
  return score_text(interval.low) + " to " + score_text(interval.high);
}

std::string beta_name(double beta) { return "F" + number_text(beta); }

std::size_t name_width(const EvaluationResult& result) {
  std::size_t width = 14;
  for (const auto& [label, score] : result.evaluation.all.classes)
    width = std::max(width, class_name(result.class_names, label).size());
  return width + 2;
}

void add_row(std::string& text, const std::string& name, std::size_t width, const Score& score,
             const EvaluationResult& result, const ScoreInterval* interval) {
  text += "  " + padded(name, width, true) + padded(std::to_string(score.tp), 7) +
          padded(std::to_string(score.fp), 7) + padded(std::to_string(score.fn), 7) +
          padded(score_text(score.precision), 11) + padded(score_text(score.recall), 9) +
          padded(score_text(score.f1), 9);
  if (result.evaluation.beta != 1) text += padded(score_text(score.fbeta), 9);
  if (interval) text += "   " + interval_text(interval->f1);
  text += "\n";
}

std::string table_text(const Scores& scores, const EvaluationResult& result,
                       const Bootstrap* bootstrap) {
  const std::size_t width = name_width(result);
  std::string text =
      "  " + padded("", width) + "     tp     fp     fn  precision   recall       F1";
  if (result.evaluation.beta != 1) text += padded(beta_name(result.evaluation.beta), 9);
  if (bootstrap) text += "   95 % of F1";
  text += "\n";
  add_row(text, "localization", width, scores.localization, result,
          bootstrap ? &bootstrap->localization : nullptr);
  for (const auto& [label, score] : scores.classes) {
    const ScoreInterval* interval = nullptr;
    if (bootstrap)
      if (const auto found = bootstrap->classes.find(label); found != bootstrap->classes.end())
        interval = &found->second;
    add_row(text, class_name(result.class_names, label), width, score, result, interval);
  }
  add_row(text, "mean", width, scores.mean, result, bootstrap ? &bootstrap->mean : nullptr);
  return text;
}

std::string confusion_text(const ConfusionMatrix& matrix, const std::vector<std::string>& names) {
  std::vector<std::string> heads;
  std::size_t width = 7;
  for (const int label : matrix.labels) {
    heads.push_back(class_or_background(names, label));
    width = std::max(width, heads.back().size() + 2);
  }
  const std::size_t n = heads.size();
  for (const std::int64_t value : matrix.counts)
    width = std::max(width, std::to_string(value).size() + 2);
  std::string text = "  " + padded("true \\ found", 16, true);
  for (const std::string& head : heads) text += padded(head, width);
  text += "\n";
  for (std::size_t row = 0; row < n; ++row) {
    text += "  " + padded(heads[row], 16, true);
    for (std::size_t column = 0; column < n; ++column)
      text += padded(std::to_string(matrix.counts[row * n + column]), width);
    text += "\n";
  }
  return text;
}

std::string csv_number(double value) { return std::isnan(value) ? "" : number_text(value); }

void csv_row(std::string& text, const std::string& rule, const std::string& tomogram,
             const std::string& name, const std::string& threshold, const Score& s) {
  text += rule + "," + csv_cell(tomogram) + "," + csv_cell(name) + "," + threshold + "," +
          std::to_string(s.tp) + "," + std::to_string(s.fp) + "," + std::to_string(s.fn) + "," +
          csv_number(s.precision) + "," + csv_number(s.recall) + "," + csv_number(s.f1) + "," +
          csv_number(s.fbeta) + "\n";
}

std::string sweep_text(const EvaluationResult& result) {
  const Sweep& sweep = *result.sweep;
  if (sweep.points.empty()) return "no predictions, so there are no best thresholds\n";
  std::string text = "best thresholds on the " + std::string(sweep_value_name(result.sweep_value)) +
                     " (keep particles from this value up):\n";
  const std::size_t width = name_width(result);
  const auto row = [&](const std::string& name, double threshold, const Score& score) {
    text += "  " + padded(name, width, true) + padded(number_text(threshold), 10) + "   " +
            beta_name(result.evaluation.beta) + " " + score_text(score.fbeta) + "  precision " +
            score_text(score.precision) + "  recall " + score_text(score.recall) + "\n";
  };
  row("localization", sweep.points[sweep.best_localization].threshold,
      sweep.points[sweep.best_localization].localization);
  for (const auto& [label, place] : sweep.best_of_class)
    row(class_name(result.class_names, label), sweep.points[place].threshold,
        sweep.points[place].classes.at(label));
  return text;
}

std::string membrane_text(const MembraneDistances& membrane) {
  const auto mode = [&](const Histogram& histogram) -> std::string {
    const double value = histogram.mode();
    if (std::isnan(value)) return "-";
    std::string angstrom = number_text(value * membrane.voxel_angstrom) + " Å";
    if (!membrane.cubic) return angstrom;
    return number_text(value) + " voxels" +
           (membrane.voxel_angstrom > 0 ? " (" + angstrom + ")" : std::string());
  };
  std::string text = "most common distance from the membrane: predicted " +
                     mode(membrane.predicted) + ", true " + mode(membrane.truth);
  if (membrane.outside > 0)
    text += "; " + std::to_string(membrane.outside) + " particles are outside the membrane volume";
  return text + "\n";
}

}  // namespace

std::string score_text(double value) {
  if (std::isnan(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

std::string class_or_background(const std::vector<std::string>& names, int label) {
  return label == 0 ? "background" : class_name(names, label);
}

const char* sweep_value_name(SweepValue value) {
  return value == SweepValue::Score ? "score" : "size";
}

std::string mean_distance_text(const EvaluationResult& result) {
  const Evaluation& e = result.evaluation;
  if (!same_in_tomograms(e)) return number_text(e.all.mean_distance_angstrom) + " Å";
  for (const auto& [label, distance] : e.distance_of_class_voxels)
    if (distance.z != distance.x || distance.y != distance.x)
      return number_text(e.all.mean_distance_angstrom) + " Å";
  return number_text(e.all.mean_distance_voxels) + " voxels";
}

std::string rule_text(const EvaluationResult& result) {
  const std::string name = match_rule_name(result.options.rule);
  if (result.evaluation.distance_of_class_voxels.empty())
    return name + (result.options.rule == MatchRule::Shrec ? ", by hit boxes" : "");
  const std::optional<Point3> distance = common_distance(result.evaluation);
  const std::string bound = result.options.rule == MatchRule::Paper ? "closer than " : "at most ";
  if (distance) return name + ", " + bound + lengths_text(*distance) + " apart";
  const std::map<int, Length>& given = result.evaluation.distance_of_class;
  const Length first = given.begin()->second;
  if (first.is_angstrom && std::all_of(given.begin(), given.end(), [&](const auto& of_class) {
        return of_class.second == first;
      }))
    return name + ", " + bound + number_text(first.value) + " Å apart";
  return name + ", " + bound + "a distance apart that depends on the class";
}

std::string evaluation_text(const EvaluationResult& result) {
  const Scores& all = result.evaluation.all;
  const std::size_t tomograms = result.tomograms.size();
  std::string text = "rule: " + rule_text(result) + "\n" + std::to_string(all.truth) +
                     " true particles, " + std::to_string(all.predicted) + " predicted, in " +
                     std::to_string(tomograms) + (tomograms == 1 ? " tomogram\n" : " tomograms\n");
  text += table_text(all, result, result.bootstrap ? &*result.bootstrap : nullptr);
  if (all.localization.tp > 0) text += "mean distance " + mean_distance_text(result) + "; ";
  text += std::to_string(all.duplicates) + " duplicates\n";
  if (all.confusion.labels.size() <= 24)
    text += "confusion:\n" + confusion_text(all.confusion, result.class_names);
  if (result.sweep) text += sweep_text(result);
  if (result.membrane) text += membrane_text(*result.membrane);
  if (tomograms > 1) {
    text += "by tomogram (localization; mean over classes):\n";
    for (std::size_t i = 0; i < tomograms; ++i) {
      const Scores& s = result.evaluation.tomograms[i];
      text += "  " + padded(result.tomograms[i], 24, true) + " F1 " +
              score_text(s.localization.f1) + "  precision " +
              score_text(s.localization.precision) + "  recall " +
              score_text(s.localization.recall) + "  mean F1 " + score_text(s.mean.f1) + "\n";
    }
  }
  for (const std::string& note : result.notes) text += "note: " + note + "\n";
  return text;
}

std::string evaluation_csv(const EvaluationResult& result) {
  std::string text = "rule,tomogram,class,threshold,tp,fp,fn,precision,recall,f1,fbeta\n";
  const std::string rule = match_rule_name(result.options.rule);
  const auto rows = [&](const std::string& tomogram, const std::string& threshold,
                        const Score& localization, const std::map<int, Score>& classes,
                        const Score& mean) {
    csv_row(text, rule, tomogram, "localization", threshold, localization);
    for (const auto& [label, score] : classes)
      csv_row(text, rule, tomogram, class_name(result.class_names, label), threshold, score);
    csv_row(text, rule, tomogram, "mean", threshold, mean);
  };
  const Evaluation& e = result.evaluation;
  rows("", "", e.all.localization, e.all.classes, e.all.mean);
  if (e.tomograms.size() > 1)
    for (std::size_t i = 0; i < e.tomograms.size(); ++i)
      rows(result.tomograms[i], "", e.tomograms[i].localization, e.tomograms[i].classes,
           e.tomograms[i].mean);
  if (result.sweep)
    for (const SweepPoint& point : result.sweep->points)
      rows("", number_text(point.threshold), point.localization, point.classes, point.mean);
  return text;
}

std::string voxels_text(const VoxelScores& scores, const std::vector<std::string>& names) {
  std::string text =
      "rule: voxel by voxel\n  " + padded("", 18) + "  precision   recall     Dice      IoU\n";
  const auto row = [&](const std::string& name, const VoxelScore& s) {
    text += "  " + padded(name, 18, true) + padded(score_text(s.score.precision), 11) +
            padded(score_text(s.score.recall), 9) + padded(score_text(s.score.f1), 9) +
            padded(score_text(s.iou), 9) + "\n";
  };
  row("foreground", scores.foreground);
  for (const auto& [label, score] : scores.classes) row(class_name(names, label), score);
  row("mean", scores.mean);
  return text;
}

std::string voxels_csv(const VoxelScores& scores, const std::vector<std::string>& names) {
  std::string text = "rule,class,tp,fp,fn,precision,recall,dice,iou\n";
  const auto row = [&](const std::string& name, const VoxelScore& s) {
    text += "voxels," + csv_cell(name) + "," + std::to_string(s.score.tp) + "," +
            std::to_string(s.score.fp) + "," + std::to_string(s.score.fn) + "," +
            csv_number(s.score.precision) + "," + csv_number(s.score.recall) + "," +
            csv_number(s.score.f1) + "," + csv_number(s.iou) + "\n";
  };
  row("foreground", scores.foreground);
  for (const auto& [label, score] : scores.classes) row(class_name(names, label), score);
  row("mean", scores.mean);
  return text;
}

}  // namespace dfe
