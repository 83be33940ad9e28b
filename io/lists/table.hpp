// SPDX-License-Identifier: Apache-2.0
// A table of texts as STAR and CSV files hold it. Cells are views into the file's text, which must
// outlive the table.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace dfe::io::lists {

/// Rows of equal length under named columns.
struct Table {
  std::string format, file;  ///< for messages: "star", "picks.star"
  std::vector<std::string> columns;
  std::vector<std::string_view> cells;  ///< row after row
  std::vector<std::int64_t> lines;      ///< line of each row, from 1
  std::deque<std::string> unquoted;     ///< texts of cells whose quotes had to be resolved

  std::size_t rows() const { return lines.size(); }
  std::string_view cell(std::size_t row, int column) const {
    return cells[row * columns.size() + static_cast<std::size_t>(column)];
  }
  /// Index of a column by its exact name; -1 where there is none.
  int find(std::string_view name) const;

  /// The cell as a number; throws `Error` naming file, line, column and text.
  double number(std::size_t row, int column) const;
  std::int64_t integer(std::size_t row, int column) const;
  /// A class label of 0 to 65535; throws `Error` for others.
  int class_label(std::size_t row, int column) const;
  /// Throws an `Error` about one row.
  [[noreturn]] void fail(std::size_t row, const std::string& fact, const std::string& remedy) const;
};

}  // namespace dfe::io::lists
