// SPDX-License-Identifier: Apache-2.0
// What the CMake of a folder links against what its files include, see include_rules.hpp.
#include <algorithm>
#include <map>
#include <set>

#include "include_rules.hpp"
#include "source_text.hpp"

namespace dfe::test {

namespace fs = std::filesystem;

namespace {

/// A call of dfe_add_folder: its name, its folder, and what it links of ours.
struct FolderCall {
  std::string folder;  ///< "io/lists"
  std::string target;  ///< "dfe_io_lists"
  std::set<std::string> links;
};

/// The words of a command's arguments, comments left out.
std::vector<std::string> arguments_of(const std::string& cmake, const std::string& command) {
  std::string text;
  for (const std::string& line : lines_of(cmake)) text += line.substr(0, line.find('#')) + '\n';
  const std::size_t begin = text.find(command + "(");
  if (begin == std::string::npos) return {};
  const std::size_t open = begin + command.size() + 1;
  std::vector<std::string> words;
  std::string word;
  for (const char c : text.substr(open, text.find(')', open) - open) + " ") {
    if (c != ' ' && c != '\n') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  return words;
}

/// The folders of a tree that dfe_add_folder makes, by path.
std::map<std::string, FolderCall> folder_calls(const fs::path& root) {
  std::map<std::string, FolderCall> calls;
  for (const fs::path& file : project_files(root)) {
    if (file.filename() != "CMakeLists.txt") continue;
    const auto words = arguments_of(text_of(root / file), "dfe_add_folder");
    if (words.empty()) continue;
    FolderCall call{file.parent_path().generic_string(), "dfe_" + words[0], {}};
    for (auto it = std::find(words.begin(), words.end(), "LINKS"); it != words.end(); ++it)
      if (it->starts_with("dfe_")) call.links.insert(*it);
    calls[call.folder] = call;
  }
  return calls;
}

/// The folder that a file is compiled in: the nearest above it that CMake makes one of.
const FolderCall* folder_of(const std::map<std::string, FolderCall>& calls, fs::path file) {
  while (file.has_parent_path()) {
    file = file.parent_path();
    const auto found = calls.find(file.generic_string());
    if (found != calls.end()) return &found->second;
  }
  return nullptr;
}

/// For each folder's target, those that its files include from, with the first place that does.
std::map<std::string, std::map<std::string, std::string>> included_folders(
    const fs::path& root, const std::map<std::string, FolderCall>& calls) {
  std::map<std::string, std::map<std::string, std::string>> included_by;
  for (const fs::path& file : project_files(root)) {
    const FolderCall* home = is_source(file) ? folder_of(calls, file) : nullptr;
    if (!home) continue;
    int number = 0;
    for (const std::string& line : lines_of(text_of(root / file))) {
      ++number;
      const std::string quoted = included(line, '"', '"');
      const FolderCall* other =
          quoted.empty() ? nullptr : folder_of(calls, resolved_include(root, file, quoted));
      if (other && other != home)
        included_by[home->target].emplace(
            other->target,
            file.generic_string() + ":" + std::to_string(number) + " includes " + quoted);
    }
  }
  return included_by;
}

}  // namespace

std::vector<std::string> link_violations(const fs::path& root) {
  const auto calls = folder_calls(root);
  auto included_by = included_folders(root, calls);
  std::set<std::string> folders;
  for (const auto& [path, call] : calls) folders.insert(call.target);

  std::vector<std::string> violations;
  for (const auto& [path, call] : calls) {
    const std::string file = path + "/CMakeLists.txt: ";
    std::string name = "dfe_" + path;
    std::replace(name.begin(), name.end(), '/', '_');
    if (call.target != name)
      violations.push_back(file + "makes " + call.target +
                           "; a folder's library is named by its "
                           "path, " +
                           name);
    const auto& needed = included_by[call.target];
    for (const std::string& link : call.links)
      if (folders.count(link) > 0 && needed.count(link) == 0)
        violations.push_back(file + "links " + link + ", which no include of " + path + " names");
    for (const auto& [target, place] : needed)
      if (call.links.count(target) == 0)
        violations.push_back(file + "does not link " + target + ", and " + place);
  }
  return violations;
}

}  // namespace dfe::test
