// SPDX-License-Identifier: Apache-2.0
// Plots, see the header.
#include "commands/report/charts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "io/report/canvas.hpp"

namespace dfe::io::report {

namespace {

constexpr int kWidth = 960, kHeight = 600;

std::string tick_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", std::abs(value) < 1e-12 ? 0.0 : value);
  return text;
}

/// 1, 2 or 5 times a power of ten, about `parts` of them in the range.
double tick_step(double range, double parts) {
  const double rough = range / parts, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough) return factor * power;
  return 10 * power;
}

/// Where values lie on the image.
struct Frame {
  double left, top, right, bottom;
  double x_low, x_high, y_high;

  double x(double value) const {
    return left + (value - x_low) / (x_high - x_low) * (right - left);
  }
  double y(double value) const {
    return bottom - std::clamp(value / y_high, 0.0, 1.0) * (bottom - top);
  }
};

double top_of(const std::vector<double>& values, double so_far) {
  for (const double value : values)
    if (std::isfinite(value)) so_far = std::max(so_far, value);
  return so_far;
}

double rounded_up(double top, bool unit_height) {
  if (unit_height || !(top > 0)) return 1;
  const double step = tick_step(top, 5);
  return step * std::ceil(top / step);
}

void draw_y_axis(Canvas& canvas, const Frame& frame, const std::string& label) {
  const double step = tick_step(frame.y_high, 5);
  for (double value = 0; value <= frame.y_high * (1 + 1e-9); value += step) {
    const double y = frame.y(value);
    canvas.line(frame.left, y, frame.right, y, kPale, 1);
    canvas.text(frame.left - 10, y, tick_text(value), Align::Right);
  }
  canvas.text(16, (frame.top + frame.bottom) / 2, label, Align::Center, true);
}

void draw_box(Canvas& canvas, const Frame& frame) {
  canvas.line(frame.left, frame.bottom, frame.right, frame.bottom, kBlack, 1.5);
  canvas.line(frame.left, frame.top, frame.left, frame.bottom, kBlack, 1.5);
}

}  // namespace

Image draw(const LineChart& chart) {
  int legend = 0;
  double top = 0, x_low = 0, x_high = 0;
  bool any = false;
  for (const Series& series : chart.series) {
    legend = std::max(legend, Canvas::text_width(series.name));
    top = top_of(series.y, top);
    for (const double x : series.x) {
      x_low = any ? std::min(x_low, x) : x;
      x_high = any ? std::max(x_high, x) : x;
      any = true;
    }
  }
  if (!(x_high > x_low)) x_high = x_low + 1;
  const int height = std::max(
      kHeight, 120 + 22 * static_cast<int>(std::min<std::size_t>(chart.series.size(), 60)));
  Canvas canvas(kWidth + legend + 60, height);
  const Frame frame{
      100, 50, kWidth - 10, height - 80.0, x_low, x_high, rounded_up(top, chart.unit_height)};
  canvas.text((frame.left + frame.right) / 2, 22, chart.title, Align::Center);
  draw_y_axis(canvas, frame, chart.y_label);
  const double step = tick_step(x_high - x_low, 8);
  for (double value = step * std::ceil(x_low / step - 1e-9); value <= x_high + 1e-9 * step;
       value += step) {
    canvas.line(frame.x(value), frame.bottom, frame.x(value), frame.bottom + 6, kBlack, 1.5);
    canvas.text(frame.x(value), frame.bottom + 22, tick_text(value), Align::Center);
  }
  canvas.text((frame.left + frame.right) / 2, height - 20, chart.x_label, Align::Center);
  for (const double mark : chart.marks)
    if (mark >= x_low && mark <= x_high)
      canvas.line(frame.x(mark), frame.top, frame.x(mark), frame.bottom, kGray, 1.5, 6);
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    const Series& series = chart.series[s];
    const double dash = s % 16 < 8 ? 0 : 8;  // a second round of colours is dashed
    double drawn = 0;                        // dashes continue from piece to piece
    for (std::size_t i = 1; i < series.x.size(); ++i) {
      if (!std::isfinite(series.y[i - 1]) || !std::isfinite(series.y[i])) continue;
      const double x0 = frame.x(series.x[i - 1]), y0 = frame.y(series.y[i - 1]),
                   x1 = frame.x(series.x[i]), y1 = frame.y(series.y[i]);
      canvas.line(x0, y0, x1, y1, series_color(s), 2.4, dash, drawn);
      drawn += std::hypot(x1 - x0, y1 - y0);
    }
    const double y = frame.top + 12 + 22.0 * static_cast<double>(s);
    canvas.line(frame.right + 12, y, frame.right + 42, y, series_color(s), 3, dash);
    canvas.text(frame.right + 50, y, series.name);
  }
  draw_box(canvas, frame);
  return canvas.image();
}

Image draw(const BarChart& chart) {
  int longest = 0;
  for (const std::string& name : chart.names) longest = std::max(longest, Canvas::text_width(name));
  longest = std::min(longest, 400);
  const std::size_t bars = std::max<std::size_t>(1, chart.values.size());
  Canvas canvas(kWidth, kHeight + longest);
  const Frame frame{100,
                    50,
                    kWidth - 20,
                    kHeight - 70.0,
                    0,
                    static_cast<double>(bars),
                    rounded_up(top_of(chart.high, top_of(chart.values, 0)), chart.unit_height)};
  canvas.text((frame.left + frame.right) / 2, 22, chart.title, Align::Center);
  draw_y_axis(canvas, frame, chart.y_label);
  const double width = (frame.right - frame.left) / static_cast<double>(bars);
  const auto every = static_cast<std::size_t>(std::ceil((Canvas::kTextHeight + 4) / width));
  const double gap = bars > 60 ? 0 : 0.1 * width;
  for (std::size_t i = 0; i < chart.values.size(); ++i) {
    const double left = frame.x(static_cast<double>(i)), middle = left + width / 2;
    if (std::isfinite(chart.values[i]))
      canvas.rectangle(left + gap, frame.y(chart.values[i]), left + width - gap, frame.bottom,
                       series_color(0));
    if (i < chart.low.size() && std::isfinite(chart.low[i]) && std::isfinite(chart.high[i])) {
      canvas.line(middle, frame.y(chart.low[i]), middle, frame.y(chart.high[i]), kBlack, 2);
      for (const double end : {chart.low[i], chart.high[i]})
        canvas.line(middle - 6, frame.y(end), middle + 6, frame.y(end), kBlack, 2);
    }
    if (i < chart.names.size() && i % every == 0)
      canvas.text(middle, frame.bottom + 10, chart.names[i], Align::Right, true);
  }
  canvas.text((frame.left + frame.right) / 2, kHeight + longest - 25, chart.x_label, Align::Center);
  draw_box(canvas, frame);
  return canvas.image();
}

Image draw(const TableChart& chart) {
  const std::size_t n = chart.names.size(), shown = std::min<std::size_t>(n, 40);
  int longest = 0, cell = 56;
  for (const std::string& name : chart.names) longest = std::max(longest, Canvas::text_width(name));
  longest = std::min(longest, 400);
  for (const std::int64_t count : chart.counts)
    cell = std::max(cell, Canvas::text_width(std::to_string(count)) + 10);
  cell = std::min(cell, 140);
  const int row = 30, left = longest + 60, top = longest + 90;
  const int width =
      std::max(left + cell * static_cast<int>(shown) + 20, Canvas::text_width(chart.title) + 40);
  Canvas canvas(width, top + row * static_cast<int>(shown) + 20);
  canvas.text(width / 2.0, 22, chart.title, Align::Center);
  canvas.text(left + cell * static_cast<double>(shown) / 2, 50, chart.column_label, Align::Center);
  canvas.text(18, top + row * static_cast<double>(shown) / 2, chart.row_label, Align::Center, true);
  for (std::size_t r = 0; r < shown; ++r) {
    double sum = 0;
    for (std::size_t c = 0; c < n; ++c)
      sum += static_cast<double>(std::max<std::int64_t>(0, chart.counts[r * n + c]));
    canvas.text(left - 10, top + row * (static_cast<double>(r) + 0.5), chart.names[r],
                Align::Right);
    canvas.text(left + cell * (static_cast<double>(r) + 0.5), top - 10, chart.names[r], Align::Left,
                true);
    for (std::size_t c = 0; c < shown; ++c) {
      const std::int64_t count = chart.counts[r * n + c];
      const double share =
          sum > 0 ? static_cast<double>(std::max<std::int64_t>(0, count)) / sum : 0;
      const auto shade = [&](int full) {
        return static_cast<std::uint8_t>(std::lround(255 + share * (full - 255)));
      };
      const double x = left + cell * static_cast<double>(c), y = top + row * static_cast<double>(r);
      canvas.rectangle(x + 1, y + 1, x + cell - 1, y + row - 1,
                       {shade(0x00), shade(0x72), shade(0xB2)});
      canvas.text(x + cell / 2.0, y + row / 2.0, std::to_string(count), Align::Center, false,
                  share > 0.5 ? Color{255, 255, 255} : kBlack);
    }
  }
  for (std::size_t i = 0; i <= shown; ++i) {
    const double x = left + cell * static_cast<double>(i), y = top + row * static_cast<double>(i);
    canvas.line(x, top, x, top + row * static_cast<double>(shown), kPale, 1);
    canvas.line(left, y, left + cell * static_cast<double>(shown), y, kPale, 1);
  }
  return canvas.image();
}

}  // namespace dfe::io::report
