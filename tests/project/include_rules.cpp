// SPDX-License-Identifier: Apache-2.0
// The folder table and its check, see the header.
#include "include_rules.hpp"

#include <algorithm>
#include <fstream>
#include <set>

namespace dfe::test {

namespace fs = std::filesystem;

namespace {

bool starts_with_folder(const std::string& path, const std::string& folder) {
  return path.starts_with(folder + "/");
}

bool directly_in(const std::string& path, const std::string& folder) {
  return starts_with_folder(path, folder) && path.find('/', folder.size() + 1) == std::string::npos;
}

const IncludeRule* rule_of(const std::string& file) {
  const IncludeRule* best = nullptr;
  for (const IncludeRule& rule : include_rules())
    if (starts_with_folder(file, rule.folder) &&
        (!best || rule.folder.size() > best->folder.size()))
      best = &rule;
  return best;
}

bool may_include(const IncludeRule& rule, const std::string& target) {
  const IncludeRule* home = rule_of(target);
  if (home == &rule) return true;
  for (const std::string& allowed : rule.allowed) {
    if (allowed.ends_with("/*") ? directly_in(target, allowed.substr(0, allowed.size() - 2))
                                : starts_with_folder(target, allowed) &&
                                      (!home || home->folder.size() <= allowed.size()))
      return true;
  }
  return false;
}

bool may_include_package(const IncludeRule& rule, const std::string& name) {
  if (name.find('/') == std::string::npos || name.starts_with("sys/")) return true;
  return std::any_of(rule.packages.begin(), rule.packages.end(), [&](const std::string& package) {
    return package == "*" || name.starts_with(package);
  });
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "the standard library only" : text;
}

bool is_source(const fs::path& path) {
  static const std::set<std::string> endings = {".cpp", ".hpp", ".cu", ".cuh", ".c", ".h"};
  return endings.count(path.extension().string()) > 0;
}

/// Name between the delimiters of an #include line; empty for other lines.
std::string included(const std::string& line, char open, char close) {
  const std::size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string::npos || line[hash] != '#') return {};
  const std::size_t word = line.find_first_not_of(" \t", hash + 1);
  if (word == std::string::npos || line.compare(word, 7, "include") != 0) return {};
  const std::size_t begin = line.find(open, word);
  const std::size_t end = begin == std::string::npos ? begin : line.find(close, begin + 1);
  return end == std::string::npos ? std::string{} : line.substr(begin + 1, end - begin - 1);
}

/// Where a quoted include leads: beside the file, below include/, or from the root, as the compiler
/// looks for it.
std::string resolved(const fs::path& root, const fs::path& file, const std::string& quoted) {
  for (const fs::path& candidate : {file.parent_path() / quoted, fs::path("include") / quoted})
    if (fs::exists(root / candidate)) return candidate.lexically_normal().generic_string();
  return fs::path(quoted).lexically_normal().generic_string();
}

}  // namespace

const std::vector<IncludeRule>& include_rules() {
  static const std::string api = "include/dfengine", core = "core/*", math = "core/math",
                           seam = "kernels/*";
  static const std::vector<std::string> roof = {
      "commands/common", "commands/report", "engine",   "kernels", "layers", "optim", "io",
      "cluster",         "simulate",        "evaluate", "target",  math,     core,    api};
  static const std::vector<std::string> commands = {"nlohmann/", "fmt/"};
  const auto and_also = [](std::vector<std::string> folders, const std::vector<std::string>& more) {
    folders.insert(folders.end(), more.begin(), more.end());
    return folders;
  };
  static const std::vector<IncludeRule> rules = {
      {api, {}, {}},
      {"core", {api}, {}},
      {math, {core, api}, {}},
      {"core/comm", {core, api}, {}},
      {"kernels", {core, api}, {}},
      {"kernels/cuda", {"kernels", core, api}, {"*"}},
      {"layers", {seam, core, api}, {}},
      {"optim", {seam, core, api}, {}},
      {"io", {core, api}, {"*"}},
      {"cluster", {seam, core, api}, {}},
      {"simulate", {seam, math, core, api}, {}},
      {"target", {math, core, api}, {}},
      {"evaluate", {core, api}, {}},
      // engine/training still reads its settings and checkpoints itself: io goes when that has
      // moved to commands/train
      {"engine", {"kernels", "layers", "optim", "io", "core/comm", math, core, api}, {}},
      {"commands/common", {"io", core, api}, commands},
      {"commands/report", {"io/report", core, api}, {}},
      {"commands/evaluate", roof, commands},
      {"commands/inspect", roof, commands},
      {"commands/segment", roof, commands},
      {"commands/simulate", roof, commands},
      {"commands/target", roof, commands},
      {"commands/train", and_also(roof, {"commands/target", "commands/segment"}), commands},
      {"tools", {api}, {"CLI/"}},
  };
  return rules;
}

std::vector<fs::path> project_files(const fs::path& root) {
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator();
       ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory()) {
      // Only hidden folders and the build folders of the top level are not ours.
      const bool skip = (name.starts_with('.') && name != ".ci") ||
                        (it.depth() == 0 && (name.starts_with("build") || name == "out"));
      if (skip) it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      files.push_back(fs::relative(it->path(), root));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> include_violations(const fs::path& root) {
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    const IncludeRule* rule = is_source(file) ? rule_of(file.generic_string()) : nullptr;
    if (!rule) continue;
    std::ifstream in(root / file);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      const std::string place = file.generic_string() + ":" + std::to_string(number) + " includes ";
      const std::string quoted = included(line, '"', '"');
      if (!quoted.empty()) {
        const std::string target = resolved(root, file, quoted);
        if (!fs::exists(root / target))
          violations.push_back(place + quoted +
                               ": no such file in the tree; packages are included with <>");
        else if (!may_include(*rule, target))
          violations.push_back(place + target + ": " + rule->folder + " may include " +
                               list(rule->allowed));
        continue;
      }
      const std::string package = included(line, '<', '>');
      if (!package.empty() && !may_include_package(*rule, package))
        violations.push_back(place + "<" + package + ">: " + rule->folder +
                             " may use the packages " + list(rule->packages));
    }
  }
  return violations;
}

}  // namespace dfe::test
