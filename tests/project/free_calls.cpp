// SPDX-License-Identifier: Apache-2.0
// Calls of free functions, told from members and declarations by the text around a name, see the
// header.
#include "free_calls.hpp"

#include <cctype>
#include <set>

namespace dfe::test {

namespace {

constexpr const char* kBlanks = " \t\n";

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::size_t end_of_word(const std::string& code, std::size_t at) {
  while (at < code.size() && is_letter(code[at])) ++at;
  return at;
}

/// End of the text before `at` without the blanks there.
std::size_t end_before(const std::string& code, std::size_t at) {
  return at == 0 ? 0 : code.find_last_not_of(kBlanks, at - 1) + 1;  // npos + 1 is 0
}

/// Where the qualified name begins whose last part begins at `at`.
std::size_t begin_of_scope(const std::string& code, std::size_t at) {
  while (true) {
    const std::size_t end = end_before(code, at);
    if (end < 2 || code.compare(end - 2, 2, "::") != 0) return at;
    at = end - 2;
    const std::size_t word_end = end_before(code, at);
    std::size_t word = word_end;
    while (word > 0 && is_letter(code[word - 1])) --word;
    // of `return ::open()` and `auto x = ::open()` nothing more belongs to the name
    if (word == word_end || word_end != at) return at;
    at = word;
  }
}

/// What stands before `at` in its statement. Brackets end it and stay as its first character, so
/// that it is no type; those of an attribute do not count.
std::string statement_before(const std::string& code, std::size_t at) {
  std::size_t begin = code.find_last_of(";{}()[]", at == 0 ? 0 : at - 1);
  if (at == 0 || begin == std::string::npos)
    begin = 0;
  else if (std::string(";{}").find(code[begin]) != std::string::npos ||
           (begin > 0 && code.compare(begin - 1, 2, "]]") == 0))
    ++begin;
  std::string head = code.substr(begin, at - begin);
  // directives that are complete are not of the statement
  for (std::size_t hash = head.find('#'); hash != std::string::npos; hash = head.find('#')) {
    std::size_t end = head.find('\n', hash);
    while (end != std::string::npos && head[end - 1] == '\\') end = head.find('\n', end + 1);
    if (end == std::string::npos) break;
    head.erase(hash, end - hash);
  }
  return head;
}

/// Whether a text reads as a type with its specifiers, as before the name of a declared function.
bool is_type(const std::string& head) {
  static const std::set<std::string> no_type = {
      "return", "else", "do",     "case", "throw", "co_return", "co_await", "co_yield",
      "goto",   "new",  "delete", "not",  "and",   "or",        "xor",      "sizeof"};
  int depth = 0;  // of template arguments
  bool any = false;
  std::string last;
  for (std::size_t at = 0; at < head.size();) {
    const char c = head[at];
    if (is_letter(c)) {
      const std::size_t end = end_of_word(head, at);
      last = head.substr(at, end - at);
      if (no_type.count(last) > 0) return false;
      if (std::isdigit(static_cast<unsigned char>(c)) && depth == 0) return false;
      any = true;
      at = end;
      continue;
    }
    if (head.compare(at, 2, "::") == 0) {
      at += 2;
      continue;
    }
    if (c == ':') {
      if (last != "public" && last != "private" && last != "protected") return false;
      return is_type(head.substr(at + 1));
    }
    if (c == '<') ++depth;
    if (c == '>' && --depth < 0) return false;
    const bool known = c == '<' || c == '>' || std::isspace(static_cast<unsigned char>(c)) ||
                       ((c == '*' || c == '&') && any) || (depth > 0 && (c == ',' || c == '.'));
    if (!known || (depth == 0 && head.compare(at, 2, "&&") == 0)) return false;
    ++at;
  }
  return any && depth == 0;
}

/// Arguments between the parenthesis at `open` and its other one; commas of template arguments
/// count too.
int count_arguments(const std::string& code, std::size_t open) {
  int depth = 0, commas = 0;
  bool any = false;
  for (std::size_t at = open; at < code.size(); ++at) {
    const char c = code[at];
    if (c == '(' || c == '[' || c == '{') {
      any = any || depth > 0;
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      if (--depth == 0) break;
    } else {
      if (c == ',' && depth == 1) ++commas;
      any = any || !std::isspace(static_cast<unsigned char>(c));
    }
  }
  return any ? commas + 1 : 0;
}

bool is_member(const std::string& code, std::size_t begin) {
  const std::size_t end = end_before(code, begin);
  return end > 0 && (code[end - 1] == '.' || (end > 1 && code.compare(end - 2, 2, "->") == 0));
}

}  // namespace

std::vector<Name> names_of(const std::string& code) {
  std::vector<Name> names;
  for (std::size_t at = 0; at < code.size();) {
    const std::size_t end = end_of_word(code, at);
    if (end == at) {
      ++at;
      continue;
    }
    const std::size_t begin = begin_of_scope(code, at),
                      after = code.find_first_not_of(kBlanks, end);
    Name name{at, code.substr(at, end - at), code.substr(begin, at - begin), false, 0};
    if (after != std::string::npos && code[after] == '(') {
      name.is_called = !is_member(code, begin) && !is_type(statement_before(code, begin));
      name.arguments = count_arguments(code, after);
    }
    names.push_back(std::move(name));
    at = end;
  }
  return names;
}

}  // namespace dfe::test
