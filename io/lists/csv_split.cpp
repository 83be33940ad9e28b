// SPDX-License-Identifier: Apache-2.0
// Rows and cells, see the header.
#include "io/lists/csv_split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "dfengine/error.hpp"
#include "io/lists/odd_texts.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr std::size_t kMaxColumns = 4096;

/// Splits the text into rows of cells (RFC 4180, with lines that begin with # skipped). The first
/// row becomes the columns.
class Splitter {
 public:
  Splitter(std::string_view text, Table& table, char delimiter)
      : text_(text), table_(table), delimiter_(delimiter) {}

  /// Whether there is no header.
  bool run() {
    while (at_ < text_.size()) {
      row_line_ = line_;
      row_.clear();
      if (skip_empty_line()) continue;
      while (take_cell()) {
      }
      finish_row();
    }
    return headerless_;
  }

 private:
  [[noreturn]] void fail(const std::string& fact, const std::string& remedy) const {
    throw Error(table_.format, table_.file, fmt::format("line {}: {}", row_line_, fact), remedy);
  }

  bool skip_empty_line() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = trim(text_.substr(at_, end - at_));
    // A row of empty cells separated by tabs looks blank too; it says nothing.
    if (!line.empty() && line.front() != '#') return false;
    at_ = end + 1;
    ++line_;
    return true;
  }

  /// Takes one cell; false where it was the last of its row.
  bool take_cell() {
    std::size_t start = at_;
    if (delimiter_ != '\t') start = text_.find_first_not_of(" \t", at_);
    if (start < text_.size() && text_[start] == '"') {
      at_ = start;
      take_quoted();
    } else {
      const std::array<char, 2> stops{delimiter_, '\n'};
      const std::size_t end =
          std::min(text_.find_first_of(std::string_view(stops.data(), 2), at_), text_.size());
      row_.push_back(trim(text_.substr(at_, end - at_)));
      at_ = end;
    }
    if (row_.size() > kMaxColumns) fail("more than 4096 columns", "no particle list has that many");
    const bool more = at_ < text_.size() && text_[at_] == delimiter_;
    if (!more) ++line_;
    ++at_;
    return more;
  }

  void take_quoted() {
    const std::size_t first = at_ + 1;
    bool doubled = false;
    std::size_t end = text_.find('"', first);
    while (end != std::string_view::npos && end + 1 < text_.size() && text_[end + 1] == '"') {
      doubled = true;
      end = text_.find('"', end + 2);
    }
    if (end == std::string_view::npos) fail("a quote is not closed", "the file is damaged");
    std::string_view cell = text_.substr(first, end - first);
    line_ += std::count(cell.begin(), cell.end(), '\n');
    if (doubled) {
      std::string resolved;
      for (std::size_t i = 0; i < cell.size(); ++i) {
        resolved += cell[i];
        if (cell[i] == '"') ++i;
      }
      cell = table_.unquoted.emplace_back(std::move(resolved));
    }
    row_.push_back(cell);
    at_ = end + 1;
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\r')) ++at_;
    if (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n')
      fail("text after a closing quote", "the file is damaged");
  }

  void take_header() {
    std::unordered_set<std::string> seen;
    for (const std::string_view cell : row_)
      if (!cell.empty() && !seen.insert(to_lower(cell)).second)
        fail(fmt::format("the column {} appears twice", shown(cell)), "rename or remove one");
    table_.columns.assign(row_.begin(), row_.end());
  }

  void finish_row() {
    if (table_.columns.empty()) {
      const bool header = !std::all_of(row_.begin(), row_.end(), [](std::string_view cell) {
        return parse_number(cell).has_value();
      });
      if (header) {
        take_header();
        return;
      }
      if (row_.size() == 3)
        table_.columns = {"x", "y", "z"};
      else if (row_.size() == 4)
        table_.columns = {"class_label", "x", "y", "z"};
      else
        fail(fmt::format("{} columns and no header", row_.size()),
             "a list without header must have 3 (x, y, z) or 4 (class, x, y, z) columns");
      headerless_ = true;
    }
    if (row_.size() != table_.columns.size())
      fail(fmt::format("{} columns", row_.size()),
           fmt::format("expected {}, as in the first line", table_.columns.size()));
    table_.cells.insert(table_.cells.end(), row_.begin(), row_.end());
    table_.lines.push_back(row_line_);
  }

  std::string_view text_;
  Table& table_;
  char delimiter_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1, row_line_ = 1;
  std::vector<std::string_view> row_;
  bool headerless_ = false;
};

}  // namespace

char sniff_delimiter(std::string_view text, const std::string& name) {
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (trim(line).empty() || trim(line).front() == '#') continue;
    refuse_decimal_commas(trim(line), name);
    char best = 0;
    std::ptrdiff_t most = 0;
    for (const char delimiter : {',', '\t', ';', '|'}) {
      bool in_quotes = false;
      std::ptrdiff_t count = 0;
      for (const char c : line) {
        if (c == '"') in_quotes = !in_quotes;
        count += c == delimiter && !in_quotes;
      }
      if (count > most) {
        most = count;
        best = delimiter;
      }
    }
    if (best != 0) return best;
    throw Error(
        "csv", name,
        fmt::format("the first line {} has no comma, tab, semicolon or pipe", shown(trim(line))),
        "expected columns separated by one of them, or a DeepFinder XML or RELION STAR list");
  }
  throw Error("csv", name, "the file has no rows", "even an empty list needs a header line");
}

bool split_rows(std::string_view text, char delimiter, Table& table) {
  return Splitter(text, table, delimiter).run();
}

}  // namespace dfe::io::lists
