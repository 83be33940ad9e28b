// SPDX-License-Identifier: Apache-2.0
// The source tree as text, see the header.
#include "source_text.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace dfe::test {

namespace fs = std::filesystem;

namespace {

/// Whether the apostrophe at `at` parts the digits of a number.
bool within_number(const std::string& text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 &&
         (std::isalnum(static_cast<unsigned char>(text[begin - 1])) || text[begin - 1] == '\''))
    --begin;
  return begin < at && std::isdigit(static_cast<unsigned char>(text[begin]));
}

/// Place behind the literal that begins with the quotation mark at `begin`.
std::size_t end_of_literal(const std::string& text, std::size_t begin) {
  const char quote = text[begin];
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == quote || text[at] == '\n')
      return at + 1;
  }
  return text.size();
}

/// Place behind the raw literal whose quotation mark is at `begin`: "name( ... )name".
std::size_t end_of_raw_literal(const std::string& text, std::size_t begin) {
  const std::size_t open = text.find('(', begin);
  if (open == std::string::npos) return text.size();
  const std::string close = ")" + text.substr(begin + 1, open - begin - 1) + "\"";
  const std::size_t end = text.find(close, open);
  return end == std::string::npos ? text.size() : end + close.size();
}

/// Place behind what is not code and begins at `at`; `at` where code goes on.
std::size_t end_of_other(const std::string& text, std::size_t at) {
  const auto behind = [&](const char* word, std::size_t length) {
    const std::size_t end = text.find(word, at + 2);
    return end == std::string::npos ? text.size() : end + length;
  };
  if (text.compare(at, 2, "//") == 0) return behind("\n", 0);
  if (text.compare(at, 2, "/*") == 0) return behind("*/", 2);
  const bool raw = at > 0 && text[at - 1] == 'R';
  if (text[at] == '"') return raw ? end_of_raw_literal(text, at) : end_of_literal(text, at);
  if (text[at] == '\'' && !within_number(text, at)) return end_of_literal(text, at);
  return at;
}

/// `text` with blanks for its comments and, with `literals`, for what stands in its literals.
std::string blanked(const std::string& text, bool literals) {
  std::string code = text;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_other(text, at);
    const bool literal = end > at && text[at] != '/';
    // the marks of a literal stay, so that something stands where a value stood
    if (!literal || literals)
      for (std::size_t i = at + (literal ? 1 : 0); i + (literal ? 1 : 0) < end; ++i)
        if (code[i] != '\n') code[i] = ' ';
    at = std::max(end, at + 1);
  }
  return code;
}

}  // namespace

std::vector<fs::path> project_files(const fs::path& root) {
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator();
       ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory()) {
      // Only hidden folders and the build folders of the top level are not ours.
      const bool skip = (name.starts_with('.') && name != ".ci") || name == "__pycache__" ||
                        (it.depth() == 0 && (name.starts_with("build") || name == "out"));
      if (skip) it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      files.push_back(fs::relative(it->path(), root));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_source(const fs::path& file) {
  // the tree has the first six; the others must not hide from the checks
  static const std::set<std::string> endings = {".cpp", ".hpp", ".cu",  ".cuh", ".c",   ".h",
                                                ".cc",  ".cxx", ".hh",  ".hxx", ".inc", ".inl",
                                                ".ipp", ".tpp", ".ixx", ".cppm"};
  return endings.count(file.extension().string()) > 0;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string code_only(const std::string& text) { return blanked(text, true); }

std::string without_comments(const std::string& text) { return blanked(text, false); }

int line_at(const std::string& text, std::size_t place) {
  return 1 + static_cast<int>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
}

bool is_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder + "/");
}

}  // namespace dfe::test
