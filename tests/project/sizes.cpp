// SPDX-License-Identifier: Apache-2.0
// How long files, lines and functions are, see the header.
#include "sizes.hpp"

#include <algorithm>
#include <cctype>
#include <regex>

#include "source_text.hpp"

namespace dfe::test {

namespace {

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)); }

/// Code without its preprocessor lines, continued ones too: their braces need not match.
std::string without_directives(std::string code) {
  bool directive = false, first = true;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] == '\n') {
      directive = directive && i > 0 && code[i - 1] == '\\';
      first = true;
    } else if (first && !is_blank(code[i])) {
      directive = directive || code[i] == '#';
      first = false;
    }
    if (directive && code[i] != '\n' && !(code[i] == '\\' && code[i + 1] == '\n')) code[i] = ' ';
  }
  std::replace(code.begin(), code.end(), '\\', ' ');
  return code;
}

/// What a brace opens, from the text between the last statement and it.
enum class Opens { Scope, Function, Value };

Opens opened_by(const std::string& head) {
  static const std::regex scope(R"(^\s*(template\s*<[^;]*>\s*)?(inline\s+)?(typedef\s+)?)"
                                R"((namespace|extern|class|struct|union|enum)\b)");
  // after the parameters: nothing, qualifiers, or a returned type, unlike the name of a member that
  // a constructor begins with a brace; after a brace: the constructor's body; after a bracket: that
  // of a lambda
  static const std::regex function(
      R"((\)\s*((const|noexcept|override|final|mutable|try|&|&&|->[^()]*|requires[^;]*)\s*)*)"
      R"(|[\]}]\s*)$)");
  if (std::regex_search(head, scope)) {
    // `struct stat f() {` is a function, `struct alignas(16) S {` is none
    static const std::regex returns(R"(\w\s*\([^()]*\)\s*(const|noexcept)?\s*$)");
    static const std::regex plain(R"(alignas\s*\([^()]*\)\s*\w*\s*$)");
    const bool is_function = std::regex_search(head, returns) && !std::regex_search(head, plain);
    return is_function ? Opens::Function : Opens::Scope;
  }
  if (head.find('(') == std::string::npos && head.find('[') == std::string::npos)
    return Opens::Value;
  if (std::regex_search(head, function)) return Opens::Function;
  return Opens::Value;
}

std::size_t matching_brace(const std::string& code, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (code[i] == '{') ++depth;
    if (code[i] == '}' && --depth == 0) return i;
  }
  return code.size();
}

std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text)
    if (!is_blank(c) || (!line.empty() && line.back() != ' ')) line += is_blank(c) ? ' ' : c;
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

}  // namespace

std::vector<FunctionSize> cpp_functions(const std::string& text) {
  const std::string code = without_directives(code_only(text));
  std::vector<FunctionSize> functions;
  std::size_t begin = 0;  // of the statement that is being read
  int parentheses = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] == '(') ++parentheses;
    if (code[i] == ')') --parentheses;
    if (code[i] == ';' || code[i] == '}') {
      if (parentheses == 0) begin = i + 1;
      continue;
    }
    if (code[i] != '{') continue;
    const std::string head = code.substr(begin, i - begin);
    const Opens opens = parentheses > 0 ? Opens::Value : opened_by(head);
    if (opens == Opens::Scope) {
      begin = i + 1;
      continue;
    }
    const std::size_t end = matching_brace(code, i);
    if (opens == Opens::Function) {
      while (begin < i && is_blank(code[begin])) ++begin;
      const int line = line_at(code, begin);
      functions.push_back({one_line(text.substr(begin, i - begin)), line,
                           line_at(code, std::min(end, code.size())) - line + 1});
      begin = end + 1;
    }
    i = end;
  }
  return functions;
}

std::vector<FunctionSize> python_functions(const std::string& text) {
  static const std::regex definition(R"(^(\s*)(async )?def (\w+))");
  const std::vector<std::string> lines = lines_of(text);
  std::vector<FunctionSize> functions;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(lines[i], match, definition)) continue;
    const auto indent = static_cast<std::size_t>(match.length(1));
    // the head may go on over several lines: it ends with the first that ends in a colon
    std::size_t last = i;
    while (last + 1 < lines.size() && !lines[last].ends_with(':')) ++last;
    for (std::size_t k = last + 1; k < lines.size(); ++k) {
      const std::size_t first = lines[k].find_first_not_of(" \t");
      if (first == std::string::npos) continue;
      if (first <= indent) break;
      last = k;
    }
    functions.push_back({match.str(3), static_cast<int>(i) + 1, static_cast<int>(last - i) + 1});
  }
  return functions;
}

int columns_of(const std::string& line) {
  return static_cast<int>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a byte within a character
  }));
}

std::vector<int> long_lines(const std::string& text, int most, bool markdown) {
  std::vector<int> numbers;
  int number = 0;
  for (const std::string& line : lines_of(text)) {
    ++number;
    if (columns_of(line) <= most) continue;
    const std::size_t first = line.find_first_not_of(" \t");
    const bool row = line[first] == '|', word = line.find(' ', first) == std::string::npos;
    if (!(markdown && (row || word))) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace dfe::test
