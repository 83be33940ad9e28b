// SPDX-License-Identifier: Apache-2.0
// Scores as plots and as one HTML page.
#include <algorithm>
#include <cmath>

#include "commands/evaluate/evaluate_parts.hpp"
#include "commands/report/charts.hpp"
#include "commands/report/page.hpp"
#include "core/particle_lists.hpp"

namespace dfe {

namespace {

using io::report::BarChart;
using io::report::LineChart;
using io::report::Page;
using io::report::Series;
using io::report::TableChart;

void add_bar(BarChart& chart, const std::string& name, double value, const Interval* interval) {
  chart.names.push_back(name);
  chart.values.push_back(value);
  if (!interval) return;
  chart.low.push_back(interval->low);
  chart.high.push_back(interval->high);
}

Plot f1_plot(const EvaluationResult& result) {
  BarChart chart;
  chart.title = "F1, rule " + rule_text(result);
  chart.y_label = "F1";
  chart.unit_height = true;
  const Scores& all = result.evaluation.all;
  const Bootstrap* b = result.bootstrap ? &*result.bootstrap : nullptr;
  add_bar(chart, "localization", all.localization.f1, b ? &b->localization.f1 : nullptr);
  for (const auto& [label, score] : all.classes) {
    const Interval* interval = nullptr;
    if (b)
      if (const auto found = b->classes.find(label); found != b->classes.end())
        interval = &found->second.f1;
    add_bar(chart, class_name(result.class_names, label), score.f1, interval);
  }
  add_bar(chart, "mean", all.mean.f1, b ? &b->mean.f1 : nullptr);
  return {"_f1.png", draw(chart),
          std::string("F1 of localization and of each class") + (b ? ", with 95 % intervals" : "")};
}

Plot confusion_plot(const ConfusionMatrix& matrix, const std::vector<std::string>& names,
                    const std::string& what) {
  TableChart chart;
  chart.title = what;
  chart.row_label = "true";
  chart.column_label = "found";
  for (const int label : matrix.labels) chart.names.push_back(class_or_background(names, label));
  chart.counts = matrix.counts;
  return {"_confusion.png", draw(chart), "Confusion matrix; the shade is the share of the row"};
}

Plot threshold_plot(const EvaluationResult& result) {
  const Sweep& sweep = *result.sweep;
  LineChart chart;
  chart.title = "Localization, rule " + rule_text(result);
  chart.x_label = std::string("threshold on the ") + sweep_value_name(result.sweep_value);
  chart.unit_height = true;
  chart.series = {{"precision", {}, {}}, {"recall", {}, {}}, {"F1", {}, {}}};
  for (const SweepPoint& point : sweep.points) {
    const double values[] = {point.localization.precision, point.localization.recall,
                             point.localization.f1};
    for (std::size_t i = 0; i < 3; ++i) {
      chart.series[i].x.push_back(point.threshold);
      chart.series[i].y.push_back(values[i]);
    }
  }
  if (!sweep.points.empty()) chart.marks = {sweep.points[sweep.best_localization].threshold};
  return {"_thresholds.png", draw(chart),
          "Precision, recall and F1 of localization against the threshold; the dashed line marks "
          "the best threshold"};
}

Plot class_threshold_plot(const EvaluationResult& result) {
  LineChart chart;
  chart.title = "F1 of each class, rule " + rule_text(result);
  chart.x_label = std::string("threshold on the ") + sweep_value_name(result.sweep_value);
  chart.y_label = "F1";
  chart.unit_height = true;
  for (const auto& [label, score] : result.evaluation.all.classes) {
    Series& series =
        chart.series.emplace_back(Series{class_name(result.class_names, label), {}, {}});
    for (const SweepPoint& point : result.sweep->points) {
      const auto found = point.classes.find(label);
      series.x.push_back(point.threshold);
      series.y.push_back(found == point.classes.end() ? std::numeric_limits<double>::quiet_NaN()
                                                      : found->second.f1);
    }
  }
  return {"_class_thresholds.png", draw(chart), "F1 of each class against the threshold"};
}

Plot membrane_plot(const MembraneDistances& membrane) {
  LineChart chart;
  chart.title = "Distance from the membrane";
  chart.x_label = membrane.voxel_angstrom > 0 ? "distance (A)" : "distance (voxels)";
  chart.y_label = "particles";
  const double unit = membrane.voxel_angstrom > 0 ? membrane.voxel_angstrom : 1;
  for (const auto& [name, histogram] :
       {std::pair("predicted", &membrane.predicted), std::pair("true", &membrane.truth)}) {
    Series& series = chart.series.emplace_back(Series{name, {}, {}});
    for (std::size_t i = 0; i < histogram->counts.size(); ++i) {
      series.x.push_back((static_cast<double>(i) + 0.5) * histogram->width * unit);
      series.y.push_back(static_cast<double>(histogram->counts[i]));
    }
  }
  return {"_membrane.png", draw(chart),
          "Number of particles by distance from the nearest membrane voxel"};
}

Plot maxima_plot(const EvaluationResult& result) {
  LineChart chart;
  chart.title = "Local maxima of the score maps";
  chart.x_label = "score";
  chart.y_label = "log10(1 + maxima)";
  for (const auto& [label, histogram] : result.maxima) {
    Series& series =
        chart.series.emplace_back(Series{class_name(result.class_names, label), {}, {}});
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
      series.x.push_back((static_cast<double>(i) + 0.5) * histogram.width);
      series.y.push_back(std::log10(1.0 + static_cast<double>(histogram.counts[i])));
    }
  }
  return {"_maxima.png", draw(chart), "Heights of the local maxima of each class's score map"};
}

std::vector<std::string> row_of(const std::string& name, const Score& s, bool with_beta) {
  std::vector<std::string> row = {name,
                                  std::to_string(s.tp),
                                  std::to_string(s.fp),
                                  std::to_string(s.fn),
                                  score_text(s.precision),
                                  score_text(s.recall),
                                  score_text(s.f1)};
  if (with_beta) row.push_back(score_text(s.fbeta));
  return row;
}

void add_plots(Page& page, const std::vector<Plot>& plots) {
  page.heading("Plots");
  for (const Plot& plot : plots) page.image(plot.image, plot.description);
}

}  // namespace

std::vector<std::string> plot_suffixes(const EvaluateRequest& request, bool volumes) {
  std::vector<std::string> suffixes = {volumes ? "_dice.png" : "_f1.png", "_confusion.png"};
  if (request.sweep) suffixes.insert(suffixes.end(), {"_thresholds.png", "_class_thresholds.png"});
  if (!request.membrane.empty()) suffixes.emplace_back("_membrane.png");
  if (!request.score_maps.empty()) suffixes.emplace_back("_maxima.png");
  return suffixes;
}

std::vector<Plot> evaluation_plots(const EvaluationResult& result) {
  std::vector<Plot> plots;
  plots.push_back(f1_plot(result));
  plots.push_back(confusion_plot(result.evaluation.all.confusion, result.class_names,
                                 "Particles, rule " + rule_text(result)));
  if (result.sweep) {
    plots.push_back(threshold_plot(result));
    plots.push_back(class_threshold_plot(result));
  }
  if (result.membrane) plots.push_back(membrane_plot(*result.membrane));
  if (!result.maxima.empty()) plots.push_back(maxima_plot(result));
  return plots;
}

std::vector<Plot> voxel_plots(const VoxelScores& scores, const std::vector<std::string>& names) {
  BarChart chart;
  chart.title = "Dice coefficient, voxel by voxel";
  chart.y_label = "Dice";
  chart.unit_height = true;
  add_bar(chart, "foreground", scores.foreground.score.f1, nullptr);
  for (const auto& [label, score] : scores.classes)
    add_bar(chart, class_name(names, label), score.score.f1, nullptr);
  add_bar(chart, "mean", scores.mean.score.f1, nullptr);
  std::vector<Plot> plots;
  plots.push_back(
      {"_dice.png", draw(chart), "Dice coefficient of the foreground and of each class"});
  plots.push_back(confusion_plot(scores.confusion, names, "Voxels"));
  return plots;
}

std::string evaluation_page(const EvaluationResult& result, const std::vector<Plot>& plots) {
  const Evaluation& e = result.evaluation;
  Page page("Particles compared with the truth");
  page.paragraph("Rule: " + rule_text(result) + ". Scores of different rules cannot be compared.");
  page.paragraph(
      std::to_string(e.all.truth) + " true particles, " + std::to_string(e.all.predicted) +
      " predicted, " + std::to_string(e.all.duplicates) + " duplicates" +
      (e.all.localization.tp > 0 ? ", mean distance " + mean_distance_text(result) + "." : "."));
  for (const std::string& note : result.notes) page.paragraph("Note: " + note + ".");
  std::vector<std::string> head = {"class", "tp", "fp", "fn", "precision", "recall", "F1"};
  const bool with_beta = e.beta != 1;
  if (with_beta) head.push_back("F" + number_text(e.beta));
  page.heading("Scores");
  std::vector<std::vector<std::string>> rows = {
      row_of("localization", e.all.localization, with_beta)};
  for (const auto& [label, score] : e.all.classes)
    rows.push_back(row_of(class_name(result.class_names, label), score, with_beta));
  rows.push_back(row_of("mean", e.all.mean, with_beta));
  page.table(head, rows);
  if (e.tomograms.size() > 1) {
    page.heading("Tomograms");
    rows.clear();
    for (std::size_t i = 0; i < e.tomograms.size(); ++i) {
      rows.push_back(row_of(result.tomograms[i], e.tomograms[i].localization, with_beta));
      rows.back().push_back(score_text(e.tomograms[i].mean.f1));
    }
    head.front() = "tomogram (localization)";
    head.emplace_back("mean F1 over classes");
    page.table(head, rows);
  }
  if (result.sweep && !result.sweep->points.empty()) {
    page.heading("Best thresholds");
    const Sweep& sweep = *result.sweep;
    rows = {{"localization", number_text(sweep.points[sweep.best_localization].threshold),
             score_text(sweep.points[sweep.best_localization].localization.fbeta)}};
    for (const auto& [label, place] : sweep.best_of_class)
      rows.push_back({class_name(result.class_names, label),
                      number_text(sweep.points[place].threshold),
                      score_text(sweep.points[place].classes.at(label).fbeta)});
    page.table({"class", std::string("minimum ") + sweep_value_name(result.sweep_value),
                "F" + number_text(e.beta)},
               rows);
  }
  add_plots(page, plots);
  return page.html();
}

std::string voxels_page(const VoxelScores& scores, const std::vector<std::string>& names,
                        const std::vector<Plot>& plots) {
  Page page("Labels compared with the truth");
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& name, const VoxelScore& s) {
    rows.push_back({name, score_text(s.score.precision), score_text(s.score.recall),
                    score_text(s.score.f1), score_text(s.iou)});
  };
  add("foreground", scores.foreground);
  for (const auto& [label, score] : scores.classes) add(class_name(names, label), score);
  add("mean", scores.mean);
  page.table({"class", "precision", "recall", "Dice", "IoU"}, rows);
  add_plots(page, plots);
  return page.html();
}

}  // namespace dfe
