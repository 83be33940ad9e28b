// SPDX-License-Identifier: Apache-2.0
// The three kinds of plot that reports need. Values that are not finite are gaps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/report/png.hpp"

namespace dfe::io::report {

struct Series {
  std::string name;
  std::vector<double> x, y;  ///< as many of each, x ascending
};

struct LineChart {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  bool unit_height = false;   ///< y from 0 to 1 instead of from 0 to the largest value
  std::vector<double> marks;  ///< vertical lines
};

Image draw(const LineChart& chart);

struct BarChart {
  std::string title, x_label, y_label;
  std::vector<std::string>
      names;  ///< one per bar, written upright; names that would overlap are left out
  std::vector<double> values;
  std::vector<double> low, high;  ///< ends of intervals, or empty
  bool unit_height = false;
};

Image draw(const BarChart& chart);

/// Counts with their share of the row as shade.
struct TableChart {
  std::string title, row_label, column_label;
  std::vector<std::string> names;    ///< of rows and columns
  std::vector<std::int64_t> counts;  ///< names.size() squared, row by row
};

/// Draws up to 40 rows; larger tables are cut.
Image draw(const TableChart& chart);

}  // namespace dfe::io::report
