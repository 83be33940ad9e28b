// SPDX-License-Identifier: Apache-2.0
// Curves and page, see the header: one set of charts, drawn for both.
#include "commands/train/train_report.hpp"

#include <algorithm>
#include <cmath>

#include "commands/common/json_text.hpp"
#include "commands/report/charts.hpp"
#include "commands/report/page.hpp"

namespace dfe {

namespace {

using io::report::Image;
using io::report::LineChart;
using io::report::Series;

/// A column, or one class of it, against the epoch; epochs without a value are left out.
Series series_of(const History& history, const std::string& column, std::size_t index,
                 const std::string& name) {
  Series series{name, {}, {}};
  const History::Column* found = history.find(column);
  if (!found) return series;
  for (std::int64_t e = 0; e < history.epochs(); ++e) {
    const double value = found->values[static_cast<std::size_t>(e) * found->width + index];
    if (!std::isfinite(value)) continue;
    series.x.push_back(static_cast<double>(e + 1));
    series.y.push_back(value);
  }
  return series;
}

LineChart chart_of(const std::string& title, const std::string& y_label, bool unit) {
  LineChart chart;
  chart.title = title;
  chart.x_label = "epoch";
  chart.y_label = y_label;
  chart.unit_height = unit;
  return chart;
}

LineChart by_class(const History& history, const std::string& title, const std::string& column,
                   const std::vector<std::string>& names) {
  LineChart chart = chart_of(title, "F1", true);
  for (std::size_t c = 1; c < names.size(); ++c) {
    Series series = series_of(history, column, c, names[c]);
    if (!series.x.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

std::vector<Image> charts_of(const History& history, const std::vector<std::string>& names) {
  LineChart loss = chart_of("Loss", "loss", false);
  for (const auto& [column, name] : {std::pair{"loss", "training"}, {"valid_loss", "validation"}})
    if (Series series = series_of(history, column, 0, name); !series.x.empty())
      loss.series.push_back(std::move(series));
  std::vector<Image> images{draw(loss)};
  for (const LineChart& chart :
       {by_class(history, "Voxels of the validation tomograms", "valid_f1", names),
        by_class(history, "Objects of the validation tomograms", "object_f1", names)})
    if (!chart.series.empty()) images.push_back(draw(chart));
  return images;
}

std::string cell(const History& history, const std::string& column, std::int64_t epoch) {
  const History::Column* found = history.find(column);
  const double value = found ? found->values[static_cast<std::size_t>(epoch)] : std::nan("");
  return std::isnan(value) ? "-" : number_text(value);
}

}  // namespace

Image train_curves(const History& history, const std::vector<std::string>& class_names) {
  return io::report::stacked(charts_of(history, class_names));
}

std::string train_page(const History& history, const std::vector<std::string>& class_names,
                       std::int64_t best_epoch, const std::string& config) {
  io::report::Page page("Training");
  page.paragraph(std::to_string(history.epochs()) + " epochs." +
                 (best_epoch > 0
                      ? " The best weights are from epoch " + std::to_string(best_epoch) + "."
                      : ""));
  const char* descriptions[] = {"Training and validation loss",
                                "F1 of voxels by class, on the validation tomograms",
                                "F1 of objects by class, on the validation tomograms"};
  std::size_t next = 0;
  for (const Image& image : charts_of(history, class_names))
    page.image(image, descriptions[next++]);
  page.heading("Epochs");
  const std::vector<std::string> columns{
      "epoch",         "rate",           "loss",
      "accuracy",      "valid_loss",     "valid_accuracy",
      "valid_mean_f1", "object_mean_f1", "object_localization_f1"};
  std::vector<std::vector<std::string>> rows;
  for (std::int64_t e = 0; e < history.epochs(); ++e) {
    std::vector<std::string>& row = rows.emplace_back();
    for (const std::string& column : columns) row.push_back(cell(history, column, e));
  }
  page.table(columns, rows);
  page.heading("Configuration");
  page.verbatim(config);
  return page.html();
}

}  // namespace dfe
