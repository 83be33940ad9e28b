// SPDX-License-Identifier: Apache-2.0
// The check of a tree's includes against the table, see the header.
#include "include_rules.hpp"

#include <algorithm>
#include <set>

#include "source_text.hpp"

namespace dfe::test {

namespace fs = std::filesystem;

namespace {

const std::set<std::string> kStandardHeaders = {"algorithm",
                                                "any",
                                                "array",
                                                "atomic",
                                                "barrier",
                                                "bit",
                                                "bitset",
                                                "cassert",
                                                "cctype",
                                                "cerrno",
                                                "cfenv",
                                                "cfloat",
                                                "charconv",
                                                "chrono",
                                                "cinttypes",
                                                "climits",
                                                "clocale",
                                                "cmath",
                                                "compare",
                                                "complex",
                                                "concepts",
                                                "condition_variable",
                                                "coroutine",
                                                "csetjmp",
                                                "csignal",
                                                "cstdarg",
                                                "cstddef",
                                                "cstdint",
                                                "cstdio",
                                                "cstdlib",
                                                "cstring",
                                                "ctime",
                                                "cuchar",
                                                "cwchar",
                                                "cwctype",
                                                "deque",
                                                "exception",
                                                "execution",
                                                "filesystem",
                                                "forward_list",
                                                "fstream",
                                                "functional",
                                                "future",
                                                "initializer_list",
                                                "iomanip",
                                                "ios",
                                                "iosfwd",
                                                "iostream",
                                                "istream",
                                                "iterator",
                                                "latch",
                                                "limits",
                                                "list",
                                                "locale",
                                                "map",
                                                "memory",
                                                "memory_resource",
                                                "mutex",
                                                "new",
                                                "numbers",
                                                "numeric",
                                                "optional",
                                                "ostream",
                                                "queue",
                                                "random",
                                                "ratio",
                                                "regex",
                                                "scoped_allocator",
                                                "semaphore",
                                                "set",
                                                "shared_mutex",
                                                "span",
                                                "sstream",
                                                "stack",
                                                "stdexcept",
                                                "stop_token",
                                                "streambuf",
                                                "string",
                                                "string_view",
                                                "syncstream",
                                                "system_error",
                                                "thread",
                                                "tuple",
                                                "type_traits",
                                                "typeindex",
                                                "typeinfo",
                                                "unordered_map",
                                                "unordered_set",
                                                "utility",
                                                "valarray",
                                                "variant",
                                                "vector",
                                                "version"};

bool directly_in(const std::string& path, const std::string& folder) {
  return is_below(path, folder) && path.find('/', folder.size() + 1) == std::string::npos;
}

bool matches(const std::string& pattern, const std::string& target) {
  if (pattern == "**") return true;
  if (pattern.ends_with("/*")) return directly_in(target, pattern.substr(0, pattern.size() - 2));
  const IncludeRule* home = rule_of(target);
  return is_below(target, pattern) && (!home || home->folder.size() <= pattern.size());
}

bool may_include(const IncludeRule& rule, const std::string& target) {
  if (rule_of(target) == &rule) return true;
  for (const std::string& entry : rule.folders) {
    const bool forbids = entry.starts_with('!');
    const std::string folder = entry.substr(forbids ? 1 : 0);
    if (forbids ? is_below(target, folder) : matches(folder, target)) return !forbids;
  }
  return false;
}

bool may_use(const IncludeRule& rule, const std::string& header) {
  return kStandardHeaders.count(header) > 0 ||
         std::any_of(rule.headers.begin(), rule.headers.end(), [&](const std::string& known) {
           return known.ends_with('/') ? header.starts_with(known) : header == known;
         });
}

std::string list(const std::vector<std::string>& names, const std::string& none) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? none : text;
}

/// What is wrong with a line; empty where nothing is.
std::string violation(const fs::path& root, const fs::path& file, const IncludeRule& rule,
                      const std::string& line) {
  const std::string quoted = included(line, '"', '"');
  if (!quoted.empty()) {
    const std::string target = resolved_include(root, file, quoted);
    if (!fs::exists(root / target))
      return quoted + ": no such file in the tree; packages are included with <>";
    if (!may_include(rule, target))
      return target + ": " + rule.folder + " may include " + list(rule.folders, "no other folder");
    return {};
  }
  const std::string header = included(line, '<', '>');
  if (!header.empty() && !may_use(rule, header))
    return "<" + header + ">: " + rule.folder + " may use the standard library" +
           list(rule.headers, " only").insert(0, rule.headers.empty() ? "" : " and ");
  return {};
}

}  // namespace

const IncludeRule* rule_of(const std::string& file) {
  const IncludeRule* best = nullptr;
  for (const IncludeRule& rule : include_rules())
    if (is_below(file, rule.folder) && (!best || rule.folder.size() > best->folder.size()))
      best = &rule;
  return best;
}

std::string included(const std::string& line, char open, char close) {
  const std::size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string::npos || line[hash] != '#') return {};
  const std::size_t word = line.find_first_not_of(" \t", hash + 1);
  if (word == std::string::npos || line.compare(word, 7, "include") != 0) return {};
  const std::size_t begin = line.find(open, word);
  const std::size_t end = begin == std::string::npos ? begin : line.find(close, begin + 1);
  return end == std::string::npos ? std::string{} : line.substr(begin + 1, end - begin - 1);
}

std::string resolved_include(const fs::path& root, const fs::path& file,
                             const std::string& quoted) {
  for (const fs::path& candidate : {file.parent_path() / quoted, fs::path("include") / quoted})
    if (fs::exists(root / candidate)) return candidate.lexically_normal().generic_string();
  return fs::path(quoted).lexically_normal().generic_string();
}

std::vector<std::string> include_violations(const fs::path& root) {
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    if (!is_source(file)) continue;
    const std::string name = file.generic_string();
    const IncludeRule* rule = rule_of(name);
    if (!rule) {
      violations.push_back(name + ": its folder has no rule in tests/project/include_table.cpp");
      continue;
    }
    int number = 0;
    for (const std::string& line : lines_of(text_of(root / file))) {
      ++number;
      const std::string wrong = violation(root, file, *rule, line);
      if (!wrong.empty())
        violations.push_back(name + ":" + std::to_string(number) + " includes " + wrong);
    }
  }
  return violations;
}

}  // namespace dfe::test
