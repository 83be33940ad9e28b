// SPDX-License-Identifier: Apache-2.0
// Drawing, see the header. A line covers a dot by how near the dot's centre is to it.
#include "io/report/canvas.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "io/report/font.hpp"

namespace dfe::io::report {

namespace {

constexpr int kScale = 2;  // dots of the image per dot of a letter

/// One character per code point: continuation bytes of UTF-8 are dropped, others outside
/// ASCII become "?".
std::string ascii(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;
    result += c >= kFirstGlyph && c <= kLastGlyph ? c : '?';
  }
  return result;
}

}  // namespace

Color series_color(std::size_t index) {
  constexpr std::array<Color, 8> colors{{{0x00, 0x72, 0xB2},
                                         {0xD5, 0x5E, 0x00},
                                         {0x00, 0x9E, 0x73},
                                         {0xCC, 0x79, 0xA7},
                                         {0xE6, 0x9F, 0x00},
                                         {0x56, 0xB4, 0xE9},
                                         {0x99, 0x85, 0x00},
                                         {0x33, 0x33, 0x33}}};
  return colors[index % colors.size()];
}

Canvas::Canvas(int width, int height) {
  image_.width = width;
  image_.height = height;
  image_.rgb.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 0xFF);
}

void Canvas::blend(int x, int y, Color color, double share) {
  if (x < 0 || y < 0 || x >= image_.width || y >= image_.height || share <= 0) return;
  std::uint8_t* dot =
      image_.rgb.data() + (static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) +
                           static_cast<std::size_t>(x)) *
                              3;
  const std::uint8_t target[3] = {color.r, color.g, color.b};
  for (int i = 0; i < 3; ++i)
    dot[i] = static_cast<std::uint8_t>(
        std::lround(dot[i] + std::min(1.0, share) * (target[i] - dot[i])));
}

void Canvas::rectangle(double left, double top, double right, double bottom, Color color) {
  const int x0 = std::max(0, static_cast<int>(std::lround(left))),
            x1 = std::min(image_.width, static_cast<int>(std::lround(right)));
  const int y0 = std::max(0, static_cast<int>(std::lround(top))),
            y1 = std::min(image_.height, static_cast<int>(std::lround(bottom)));
  for (int y = y0; y < y1; ++y)
    for (int x = x0; x < x1; ++x) blend(x, y, color, 1);
}

void Canvas::line(double x0, double y0, double x1, double y1, Color color, double thickness,
                  double dash, double phase) {
  const double reach = thickness / 2 + 1, length = std::hypot(x1 - x0, y1 - y0);
  const int left = std::max(0, static_cast<int>(std::floor(std::min(x0, x1) - reach)));
  const int right =
      std::min(image_.width - 1, static_cast<int>(std::ceil(std::max(x0, x1) + reach)));
  const int top = std::max(0, static_cast<int>(std::floor(std::min(y0, y1) - reach)));
  const int bottom =
      std::min(image_.height - 1, static_cast<int>(std::ceil(std::max(y0, y1) + reach)));
  for (int y = top; y <= bottom; ++y)
    for (int x = left; x <= right; ++x) {
      const double along =
          length > 0 ? std::clamp(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / (length * length),
                                  0.0, 1.0)
                     : 0.0;
      if (dash > 0 && std::fmod(phase + along * length, 2 * dash) > dash) continue;
      const double distance = std::hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0));
      blend(x, y, color, thickness / 2 + 0.5 - distance);
    }
}

int Canvas::text_width(const std::string& text) {
  return std::max(0, static_cast<int>(ascii(text).size()) * (kGlyphWidth + 1) * kScale - kScale);
}

void Canvas::text(double x, double y, const std::string& text, Align align, bool upright,
                  Color color) {
  const std::string letters = ascii(text);
  const int width = text_width(text);
  const int back = align == Align::Left ? 0 : align == Align::Center ? width / 2 : width;
  const int along0 =
      (upright ? static_cast<int>(std::lround(y)) + back : static_cast<int>(std::lround(x)) - back);
  const int across0 =
      (upright ? static_cast<int>(std::lround(x)) : static_cast<int>(std::lround(y))) -
      kCapitalHeight * kScale / 2;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const auto& glyph = kGlyphs[static_cast<std::size_t>(letters[i] - kFirstGlyph)];
    for (int row = 0; row < kGlyphHeight * kScale; ++row)
      for (int column = 0; column < kGlyphWidth * kScale; ++column) {
        if ((glyph[static_cast<std::size_t>(row / kScale)] >> (kGlyphWidth - 1 - column / kScale) &
             1) == 0)
          continue;
        const int along = static_cast<int>(i) * (kGlyphWidth + 1) * kScale + column;
        if (upright)
          blend(across0 + row, along0 - along, color, 1);
        else
          blend(along0 + along, across0 + row, color, 1);
      }
  }
}

}  // namespace dfe::io::report
