// SPDX-License-Identifier: Apache-2.0
// Plots and pages: PNG files are taken apart by the specification, letters and bars are where they
// should be.
#include <zlib.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "commands/report/charts.hpp"
#include "commands/report/page.hpp"
#include "io/report/canvas.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe::io::report;

namespace {

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

/// Reads what `encode_png` may write: RGB, no interlacing, filters "none" and "up".
Image decode(const std::string& png) {
  REQUIRE(png.substr(0, 8) == "\x89PNG\r\n\x1A\n");
  Image image;
  std::string packed;
  for (std::size_t at = 8; at < png.size();) {
    const std::size_t size = number_at(png, at);
    const std::string type = png.substr(at + 4, 4), data = png.substr(at + 8, size);
    const std::string body = type + data;
    REQUIRE(number_at(png, at + 8 + size) ==
            crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
    if (type == "IHDR") {
      image.width = static_cast<int>(number_at(data, 0));
      image.height = static_cast<int>(number_at(data, 4));
      REQUIRE(data.substr(8) == std::string("\10\2\0\0\0", 5));
    }
    if (type == "IDAT") packed += data;
    at += 12 + size;
  }
  const std::size_t row = 3 * static_cast<std::size_t>(image.width),
                    rows = static_cast<std::size_t>(image.height);
  std::string raw((row + 1) * rows, '\0');
  uLongf size = static_cast<uLongf>(raw.size());
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(raw.data()), &size,
                     reinterpret_cast<const Bytef*>(packed.data()),
                     static_cast<uLong>(packed.size())) == Z_OK);
  REQUIRE(size == raw.size());
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t i = 0; i < row; ++i) {
      const int up = raw[y * (row + 1)] == 2 && y > 0 ? image.rgb[(y - 1) * row + i] : 0;
      image.rgb.push_back(
          static_cast<std::uint8_t>(static_cast<unsigned char>(raw[y * (row + 1) + 1 + i]) + up));
    }
  return image;
}

bool is_color(const Image& image, int x, int y, Color color) {
  const std::size_t at = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                              static_cast<std::size_t>(x));
  return image.rgb[at] == color.r && image.rgb[at + 1] == color.g && image.rgb[at + 2] == color.b;
}

std::size_t dots(const Image& image, Color color) {
  std::size_t count = 0;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) count += is_color(image, x, y, color);
  return count;
}

}  // namespace

TEST_CASE("a PNG holds the image") {
  Image image;
  image.width = 7;
  image.height = 5;
  for (int i = 0; i < 105; ++i) image.rgb.push_back(static_cast<std::uint8_t>(i * 37));
  const Image back = decode(encode_png(image));
  CHECK(back.width == 7);
  CHECK(back.height == 5);
  CHECK(back.rgb == image.rgb);
  image.rgb.pop_back();
  CHECK_THROWS_WITH(encode_png(image), DFE_CONTAINS("7 x 5"));
}

TEST_CASE("base64 is that of RFC 4648") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("a canvas draws where it is told") {
  Canvas canvas(60, 40);
  canvas.rectangle(10, 5, 20, 15, kGray);
  CHECK(dots(canvas.image(), kGray) == 100);
  canvas.line(0, 30, 59, 30, kBlack, 2);
  CHECK(is_color(canvas.image(), 30, 30, kBlack));
  CHECK_FALSE(is_color(canvas.image(), 30, 34, kBlack));
  canvas.rectangle(-1e6, -50, 1e6, 2, kPale);  // cut off, not written outside
  CHECK(is_color(canvas.image(), 59, 0, kPale));
  // Upright text has the dots of level text, turned.
  Canvas level(100, 100), upright(100, 100);
  level.text(10, 50, "Fg1 é");
  upright.text(50, 90, "Fg1 é", Align::Left, true);
  CHECK(dots(level.image(), kBlack) > 50);
  CHECK(dots(level.image(), kBlack) == dots(upright.image(), kBlack));
}

TEST_CASE("bars are as high as their values") {
  BarChart chart;
  chart.unit_height = true;
  chart.names = {"a", "b", "c"};
  chart.values = {0.25, 1, std::numeric_limits<double>::quiet_NaN()};
  const Image image = draw(chart);
  std::size_t heights[3] = {};
  const double width = (940 - 100) / 3.0;
  for (int bar = 0; bar < 3; ++bar)
    for (int y = 0; y < image.height; ++y)
      heights[bar] +=
          is_color(image, static_cast<int>(100 + width * (bar + 0.5)), y, series_color(0));
  CHECK(heights[1] == Approx(480).margin(2));
  CHECK(heights[0] == Approx(120).margin(2));
  CHECK(heights[2] == 0);
}

TEST_CASE("charts of nothing and of oddities are drawn") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(draw(LineChart{}).width > 0);
  CHECK(draw(BarChart{}).width > 0);
  CHECK(draw(TableChart{}).width > 0);
  LineChart line;
  line.series = {{"one point", {3}, {2}},
                 {"gap", {1, 2, 3}, {0, nan, 1e300}},
                 {std::string(200, 'w'), {0, 1e9}, {1, 1}}};
  line.marks = {-5, 2};
  CHECK_NOTHROW(encode_png(draw(line)));
  TableChart table;
  for (int i = 0; i < 60; ++i) table.names.push_back("class " + std::to_string(i));
  table.counts.assign(3600, -1);
  CHECK_NOTHROW(encode_png(draw(table)));
}

TEST_CASE("a page needs nothing but itself") {
  Page page("A < B & \"C\"");
  page.table({"class", "F1"}, {{"<script>", "0.5"}});
  page.image(draw(BarChart{}), "bars");
  const std::string html = page.html();
  CHECK_THAT(html, DFE_CONTAINS("A &lt; B &amp; &quot;C&quot;") && DFE_CONTAINS("&lt;script&gt;") &&
                       DFE_CONTAINS("data:image/png;base64,iVBORw0KGgo"));
  for (const char* outside : {"http:", "https:", "<script", "<link", "url("})
    CHECK(html.find(outside) == std::string::npos);
}
