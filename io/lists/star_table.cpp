// SPDX-License-Identifier: Apache-2.0
// Line by line; a block's table is either under construction (loop_) or a single row that grows
// with each `_name value` line.
#include "io/lists/star_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "dfengine/error.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr std::size_t kMaxBlocks = 4096, kMaxColumns = 4096;

class Parser {
 public:
  Parser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  std::vector<StarBlock> run() {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
    while (!text_.empty()) {
      std::string_view line = next_line(text_);
      ++line_;
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (!line.empty() && line.front() == ';')
        fail("text spans several lines",
             "only RELION's form of STAR is read, with one row per line");
      split(line);
      if (!words_.empty()) take_line();
    }
    if (blocks_.empty())
      throw Error("star", name_, "no data_ block", "the file is not a STAR file");
    return std::move(blocks_);
  }

 private:
  [[noreturn]] void fail(const std::string& fact, const std::string& remedy) const {
    throw Error("star", name_, fmt::format("line {}: {}", line_, fact), remedy);
  }

  /// Words of a line without its comment. A quote counts only where a word begins or ends, as in
  /// CIF.
  void split(std::string_view line) {
    words_.clear();
    quoted_first_ = false;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(kBlanks, at)) != std::string_view::npos) {
      const char first = line[at];
      if (first == '#') return;
      if (first == '"' || first == '\'') {
        std::size_t end = at + 1;
        while ((end = line.find(first, end)) != std::string_view::npos && end + 1 < line.size() &&
               kBlanks.find(line[end + 1]) == std::string_view::npos)
          ++end;
        if (end == std::string_view::npos) fail("a quote is not closed", "the file is damaged");
        if (words_.empty()) quoted_first_ = true;
        words_.push_back(line.substr(at + 1, end - at - 1));
        at = end + 1;
      } else {
        const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
        words_.push_back(line.substr(at, end - at));
        at = end;
      }
    }
  }

  void take_line() {
    const std::string_view word = quoted_first_ ? std::string_view() : words_[0];
    if (word.substr(0, 5) == "data_") {
      if (blocks_.size() >= kMaxBlocks)
        fail("more than 4096 data blocks", "no particle list has that many");
      blocks_.push_back({std::string(word.substr(5)), line_, {}});
      table().format = "star";
      table().file = name_;
      state_ = State::Block;
      seen_.clear();
      return;
    }
    if (blocks_.empty())
      fail(fmt::format("{} before the first data_ block", shown(words_[0])),
           "the file is not a STAR file");
    if (to_lower(word) == "loop_") {
      if (state_ != State::Block || !table().columns.empty())
        fail("a second table in one data block", "expected one loop_ per data_ block");
      state_ = State::Header;
    } else if (!word.empty() && word[0] == '_' && state_ != State::Rows) {
      take_column(word);
    } else if (state_ == State::Header || state_ == State::Rows) {
      state_ = State::Rows;
      if (words_.size() != table().columns.size())
        fail(fmt::format("{} values", words_.size()),
             fmt::format("expected {}, one for each column", table().columns.size()));
      table().cells.insert(table().cells.end(), words_.begin(), words_.end());
      table().lines.push_back(line_);
    } else {
      fail(fmt::format("{} is not a column", shown(words_[0])),
           "expected a name that begins with _, loop_ or data_");
    }
  }

  void take_column(std::string_view column) {
    if (!seen_.emplace(column).second)
      fail(fmt::format("column {} appears twice", column), "the file is damaged");
    if (seen_.size() > kMaxColumns)
      fail("more than 4096 columns", "no particle list has that many");
    table().columns.emplace_back(column);
    if (state_ == State::Header) return;
    if (words_.size() != 2)
      fail(fmt::format("{} values for {}", words_.size() - 1, column), "expected one");
    table().cells.push_back(words_[1]);
    if (table().lines.empty()) table().lines.push_back(line_);
  }

  Table& table() { return blocks_.back().table; }

  enum class State { Block, Header, Rows };

  std::string_view text_;
  const std::string& name_;
  std::int64_t line_ = 0;
  std::vector<StarBlock> blocks_;
  State state_ = State::Block;
  std::unordered_set<std::string_view> seen_;
  std::vector<std::string_view> words_;
  bool quoted_first_ = false;  // "data_x" in quotes is a value
};

}  // namespace

std::vector<StarBlock> parse_star_blocks(std::string_view text, const std::string& name) {
  return Parser(text, name).run();
}

std::string star_value(std::string_view value) {
  const bool plain = !value.empty() &&
                     value.find_first_of(" \t\r\n\f\v#") == std::string_view::npos &&
                     value[0] != '"' && value[0] != '\'' && value[0] != '_' && value[0] != ';' &&
                     value.substr(0, 5) != "data_" && to_lower(value) != "loop_";
  if (plain) return std::string(value);
  std::string text(value);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  const char quote = text.find('"') == std::string::npos ? '"' : '\'';
  if (quote == '\'')
    std::replace(text.begin(), text.end(), '\'', '_');  // both kinds inside: no way to write it
  return quote + text + quote;
}

}  // namespace dfe::io::lists
