// SPDX-License-Identifier: Apache-2.0
// What charts are drawn with: smooth lines, rectangles and letters on a white image.
#pragma once

#include <cstdint>
#include <string>

#include "io/report/png.hpp"

namespace dfe::io::report {

struct Color {
  std::uint8_t r = 0, g = 0, b = 0;
};

constexpr Color kBlack{0x22, 0x22, 0x22}, kGray{0xB0, 0xB0, 0xB0}, kPale{0xE4, 0xE4, 0xE4};

/// Colours of series, told apart by colour-blind readers too (Okabe and Ito); repeats after eight.
Color series_color(std::size_t index);

enum class Align { Left, Center, Right };

/// Coordinates are dots from the top left; whatever lies outside is cut off.
class Canvas {
 public:
  Canvas(int width, int height);

  void rectangle(double left, double top, double right, double bottom, Color color);
  /// A smooth line; `dash` above 0 leaves gaps as long as its strokes, the first one `phase` dots
  /// before the line begins.
  void line(double x0, double y0, double x1, double y1, Color color, double thickness = 1.6,
            double dash = 0, double phase = 0);
  /// ASCII text, its middle at height `y`; other characters are shown as "?". Upright text reads
  /// from below.
  void text(double x, double y, const std::string& text, Align align = Align::Left,
            bool upright = false, Color color = kBlack);

  /// Dots that a text takes along its line.
  static int text_width(const std::string& text);
  static constexpr int kTextHeight = 14;  ///< of capitals

  const Image& image() const { return image_; }

 private:
  void blend(int x, int y, Color color, double share);

  Image image_;
};

}  // namespace dfe::io::report
