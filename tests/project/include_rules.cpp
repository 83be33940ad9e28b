// SPDX-License-Identifier: Apache-2.0
// The check of a tree's includes against the table, see the header.
#include "include_rules.hpp"

#include <algorithm>
#include <optional>
#include <regex>
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

/// What is wrong with an include; empty where nothing is.
std::string violation(const fs::path& root, const fs::path& file, const IncludeRule& rule,
                      const Include& include) {
  const std::string& name = include.name;
  if (include.open == '"') {
    const std::string target = resolved_include(root, file, name);
    if (!fs::exists(root / target))
      return name + ": no such file in the tree; packages are included with <>";
    if (!is_source(target)) return target + ": no source by its ending";
    if (!may_include(rule, target))
      return target + ": " + rule.folder + " may include " + list(rule.folders, "no other folder");
    return {};
  }
  if (include.open != '<') return name + ": name the file itself, in quotes or <>";
  if (!may_use(rule, name))
    return "<" + name + ">: " + rule.folder + " may use the standard library" +
           list(rule.headers, " only").insert(0, rule.headers.empty() ? "" : " and ");
  return {};
}

/// The include that a directive of one line is, if it is one.
std::optional<Include> include_in(const std::string& directive) {
  static const std::regex pattern(R"(^\s*#\s*(?:include|include_next|import)\b\s*(.*?)\s*$)");
  std::smatch match;
  if (!std::regex_match(directive, match, pattern)) return std::nullopt;
  const std::string what = match[1];
  const char open = what.empty() ? 0 : what[0];
  const std::size_t end = open == '"'   ? what.find('"', 1)
                          : open == '<' ? what.find('>')
                                        : std::string::npos;
  if (end == std::string::npos) return Include{0, 0, what};
  return Include{0, open, what.substr(1, end - 1)};
}

}  // namespace

const IncludeRule* rule_of(const std::string& file) {
  const IncludeRule* best = nullptr;
  for (const IncludeRule& rule : include_rules())
    if (is_below(file, rule.folder) && (!best || rule.folder.size() > best->folder.size()))
      best = &rule;
  return best;
}

std::vector<Include> includes_of(const std::string& text) {
  std::vector<Include> includes;
  const std::vector<std::string> lines = lines_of(without_comments(text));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t first = i;
    std::string directive = lines[i];
    while (directive.ends_with('\\') && i + 1 < lines.size()) {
      directive.pop_back();
      directive += lines[++i];
    }
    if (std::optional<Include> include = include_in(directive)) {
      include->line = static_cast<int>(first) + 1;
      includes.push_back(*std::move(include));
    }
  }
  return includes;
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
    for (const Include& include : includes_of(text_of(root / file))) {
      const std::string wrong = violation(root, file, *rule, include);
      if (!wrong.empty())
        violations.push_back(name + ":" + std::to_string(include.line) + " includes " + wrong);
    }
  }
  return violations;
}

}  // namespace dfe::test
