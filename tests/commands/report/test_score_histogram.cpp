// SPDX-License-Identifier: Apache-2.0
// The histogram of scores: places worked out from the axes, which go from 80 to 740 and from 400 up
// to 50.
#include "commands/report/score_histogram.hpp"

#include <cmath>
#include <regex>

#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::io::report {
namespace {

ScoreHistogramPlot example() {
  ScoreHistogramPlot plot;
  plot.title = "TS_7 <70S> & \"decoys\"";
  plot.low = -0.1;
  plot.high = 0.9;
  plot.series = {{"70S", {1000, 50, 0, 1, 5}}, {"mirrored", {900, 40, 1, 0, 0}}};
  plot.expected = {1000, 30, 0.01, std::nan(""), 0};
  plot.threshold = 0.4;
  return plot;
}

std::vector<double> numbers_in(const std::string& text) {
  static const std::regex number(R"(-?\d+\.?\d*)");
  std::vector<double> numbers;
  for (std::sregex_iterator it(text.begin(), text.end(), number), end; it != end; ++it)
    numbers.push_back(std::stod(it->str()));
  return numbers;
}

/// What is in the attribute of the n-th element that has it.
std::string attribute(const std::string& svg, const std::string& name, std::size_t n = 0) {
  std::size_t at = 0;
  for (std::size_t i = 0; i <= n; ++i) at = svg.find(" " + name + "=\"", at) + 1;
  at += name.size() + 2;
  return svg.substr(at, svg.find('"', at) - at);
}

TEST_CASE("bars are as high as the logarithm of their counts") {
  const std::string svg = score_histogram_svg(example());
  const std::vector<double> path = numbers_in(attribute(svg, "d"));
  // The axis goes from a half to 1000. Bars: start, (height, right end) five times, end.
  const auto height = [](double count) {
    return 400 - 350 * std::log10(2 * count) / std::log10(2000);
  };
  const std::vector<double> expected{80,  400,       height(1000), 212,       height(50), 344, 400,
                                     476, height(1), 608,          height(5), 740,        400};
  REQUIRE(path.size() == expected.size());
  for (std::size_t i = 0; i < path.size(); ++i) CHECK(path[i] == Approx(expected[i]).margin(0.006));
  // What noise has, at the middles of the bins with at least half a voxel.
  const std::vector<double> points = numbers_in(attribute(svg, "points"));
  REQUIRE(points.size() == 4);
  CHECK(points[0] == Approx(146));
  CHECK(points[3] == Approx(height(30)).margin(0.006));
  CHECK(svg.find("<line x1=\"410.00\" y1=\"50.00\" x2=\"410.00\" y2=\"400.00\"") != svg.npos);
  CHECK(svg.find(">threshold 0.4<") != svg.npos);
}

TEST_CASE("texts are escaped and every element is closed") {
  const std::string svg = score_histogram_svg(example());
  CHECK(svg.find("TS_7 &lt;70S&gt; &amp; &quot;decoys&quot;") != svg.npos);
  static const std::regex element(R"(<(/?)([a-z]+)[^<>]*?(/?)>)");
  std::vector<std::string> open;
  for (std::sregex_iterator it(svg.begin(), svg.end(), element), end; it != end; ++it) {
    const std::smatch& m = *it;
    if (m[1].length() > 0) {
      REQUIRE(!open.empty());
      CHECK(open.back() == m[2]);
      open.pop_back();
    } else if (m[3].length() == 0) {
      open.push_back(m[2]);
    }
  }
  CHECK(open.empty());
  CHECK(svg.find("nan") == svg.npos);
}

TEST_CASE("a threshold outside the range has no line, and an empty tomogram still a plot") {
  ScoreHistogramPlot plot = example();
  plot.threshold = 1.5;
  CHECK(score_histogram_svg(plot).find("threshold") == std::string::npos);
  plot.series = {{"empty", {0, 0}}};
  plot.expected.clear();
  const std::string svg = score_histogram_svg(plot);
  CHECK(svg.find("expected") == svg.npos);
  for (const double value : numbers_in(attribute(svg, "d"))) CHECK(std::isfinite(value));
}

TEST_CASE("histograms that cannot be drawn are refused") {
  ScoreHistogramPlot plot = example();
  plot.high = plot.low;
  CHECK_THROWS_AS(score_histogram_svg(plot), Error);
  plot = example();
  plot.series.clear();
  CHECK_THROWS_AS(score_histogram_svg(plot), Error);
  plot = example();
  plot.series[1].counts.pop_back();
  CHECK_THROWS_AS(score_histogram_svg(plot), Error);
  plot = example();
  plot.expected.pop_back();
  CHECK_THROWS_AS(score_histogram_svg(plot), Error);
}

}  // namespace
}  // namespace dfe::io::report
