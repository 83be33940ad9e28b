// SPDX-License-Identifier: Apache-2.0
// SVG by hand: an axis, a few paths and texts. Source: Scalable Vector Graphics 1.1, W3C.
#include "commands/report/score_histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/report/canvas.hpp"

namespace dfe::io::report {

namespace {

constexpr double kWidth = 760, kHeight = 460, kLeft = 80, kRight = 740, kTop = 50, kBottom = 400;
constexpr double kLeastCount = 0.5;

std::string number(double value, const char* format = "%.2f") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string hex(Color color) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02X%02X%02X", color.r, color.g, color.b);
  return text;
}

/// Where values are on the image.
struct Axes {
  double low, high, decades;  ///< decades from kLeastCount up

  double x(double score) const { return kLeft + (score - low) / (high - low) * (kRight - kLeft); }
  double y(double count) const {
    const double share = count > kLeastCount ? std::log10(count / kLeastCount) / decades : 0;
    return kBottom - std::min(1.0, share) * (kBottom - kTop);
  }
};

std::string text_at(double x, double y, const std::string& text, const char* anchor,
                    const std::string& more = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\"" +
         more + ">" + xml_escaped(text) + "</text>\n";
}

std::string line(double x0, double y0, double x1, double y1, const std::string& style) {
  return "<line x1=\"" + number(x0) + "\" y1=\"" + number(y0) + "\" x2=\"" + number(x1) +
         "\" y2=\"" + number(y1) + "\" " + style + "/>\n";
}

void check(const ScoreHistogramPlot& plot) {
  const auto refuse = [](const char* fact) {
    throw Error(ErrorKind::Usage, "report", "score histogram", fact);
  };
  if (!(plot.high > plot.low) || !std::isfinite(plot.high - plot.low)) refuse("has no range");
  if (plot.series.empty() || plot.series[0].counts.empty()) refuse("has no bins");
  const std::size_t bins = plot.series[0].counts.size();
  for (const ScoreCounts& series : plot.series)
    if (series.counts.size() != bins) refuse("has series of different lengths");
  if (!plot.expected.empty() && plot.expected.size() != bins)
    refuse("has expected counts of another length");
}

Axes axes_of(const ScoreHistogramPlot& plot) {
  double most = 1;
  for (const ScoreCounts& series : plot.series)
    for (const std::int64_t count : series.counts)
      most = std::max(most, static_cast<double>(count));
  for (const double count : plot.expected)
    if (std::isfinite(count)) most = std::max(most, count);
  return {plot.low, plot.high, std::ceil(std::log10(most) - 1e-9) - std::log10(kLeastCount)};
}

/// 1, 2 or 5 times a power of ten, at most eight of them in the range.
double tick_step(double range) {
  const double power = std::pow(10, std::floor(std::log10(range / 8)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= range / 8) return factor * power;
  return 10 * power;
}

std::string grid(const Axes& axes) {
  std::string svg;
  for (int power = 0; std::pow(10, power) <= kLeastCount * std::pow(10, axes.decades) * 1.001;
       ++power) {
    const double y = axes.y(std::pow(10, power));
    svg += line(kLeft, y, kRight, y, "stroke=\"" + hex(kPale) + "\"");
    svg += power < 6 ? text_at(kLeft - 8, y + 5, number(std::pow(10, power), "%.0f"), "end")
                     : text_at(kLeft - 8, y + 5, "1e" + std::to_string(power), "end");
  }
  const double step = tick_step(axes.high - axes.low);
  const auto first = static_cast<std::int64_t>(std::ceil(axes.low / step - 1e-9)),
             last = static_cast<std::int64_t>(std::floor(axes.high / step + 1e-9));
  for (std::int64_t i = first; i <= last; ++i) {
    const double score = static_cast<double>(i) * step, x = axes.x(score);
    svg += line(x, kBottom, x, kBottom + 5, "stroke=\"" + hex(kBlack) + "\"");
    svg += text_at(x, kBottom + 21, number(score, "%.6g"), "middle");
  }
  for (const auto& [x1, y0] : {std::pair{kRight, kBottom}, std::pair{kLeft, kTop}})
    svg += line(kLeft, y0, x1, kBottom, "stroke=\"" + hex(kBlack) + "\" stroke-width=\"1.5\"");
  return svg;
}

/// The outline of bars.
std::string steps(const Axes& axes, const std::vector<std::int64_t>& counts, Color color) {
  const double width = (axes.high - axes.low) / static_cast<double>(counts.size());
  std::string path = "M" + number(axes.x(axes.low)) + "," + number(kBottom);
  for (std::size_t i = 0; i < counts.size(); ++i)
    path += "V" + number(axes.y(static_cast<double>(counts[i]))) + "H" +
            number(axes.x(axes.low + width * static_cast<double>(i + 1)));
  path += "V" + number(kBottom);
  return "<path d=\"" + path + "\" fill=\"" + hex(color) + "\" fill-opacity=\"0.15\" stroke=\"" +
         hex(color) + "\" stroke-width=\"1.5\"/>\n";
}

std::string curve(const Axes& axes, const std::vector<double>& counts) {
  const double width = (axes.high - axes.low) / static_cast<double>(counts.size());
  std::string points;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (std::isfinite(counts[i]) && counts[i] >= kLeastCount)
      points += number(axes.x(axes.low + width * (static_cast<double>(i) + 0.5))) + "," +
                number(axes.y(counts[i])) + " ";
  return "<polyline points=\"" + points + "\" fill=\"none\" stroke=\"" + hex(kBlack) +
         "\" stroke-dasharray=\"6 4\" stroke-width=\"1.5\"/>\n";
}

std::string legend(const ScoreHistogramPlot& plot) {
  std::string svg;
  double y = kTop + 14;
  const auto entry = [&](const std::string& name, const std::string& style) {
    svg += line(kRight - 30, y - 5, kRight, y - 5, style + " stroke-width=\"2.5\"");
    svg += text_at(kRight - 38, y, name, "end");
    y += 20;
  };
  for (std::size_t i = 0; i < plot.series.size(); ++i)
    entry(plot.series[i].name, "stroke=\"" + hex(series_color(i)) + "\"");
  if (!plot.expected.empty())
    entry("expected from noise", "stroke=\"" + hex(kBlack) + "\" stroke-dasharray=\"6 4\"");
  return svg;
}

}  // namespace

std::string score_histogram_svg(const ScoreHistogramPlot& plot) {
  check(plot);
  const Axes axes = axes_of(plot);
  const std::string size = number(kWidth, "%.0f") + " " + number(kHeight, "%.0f");
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size +
                    "\" font-family=\"sans-serif\" font-size=\"14\" fill=\"" + hex(kBlack) +
                    "\">\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n";
  svg += text_at((kLeft + kRight) / 2, 28, plot.title, "middle", " font-size=\"16\"");
  svg += text_at((kLeft + kRight) / 2, kHeight - 14, plot.x_label, "middle");
  const double middle = (kTop + kBottom) / 2;
  svg += text_at(22, middle, "Voxels", "middle",
                 " transform=\"rotate(-90 22 " + number(middle) + ")\"");
  svg += grid(axes);
  for (std::size_t i = 0; i < plot.series.size(); ++i)
    svg += steps(axes, plot.series[i].counts, series_color(i));
  if (!plot.expected.empty()) svg += curve(axes, plot.expected);
  if (plot.threshold && *plot.threshold >= plot.low && *plot.threshold <= plot.high) {
    const double x = axes.x(*plot.threshold);
    svg += line(x, kTop, x, kBottom, "stroke=\"" + hex(kBlack) + "\" stroke-width=\"1.5\"");
    svg += text_at(x, kTop - 6, "threshold " + number(*plot.threshold, "%.4g"), "middle");
  }
  return svg + legend(plot) + "</svg>\n";
}

}  // namespace dfe::io::report
