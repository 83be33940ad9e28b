// SPDX-License-Identifier: Apache-2.0
// What the CMake of a folder links against what its files include, see include_rules.hpp.
#include <algorithm>
#include <map>
#include <regex>
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

const std::regex kFolderCall(R"(\bdfe_add_folder\s*\(([^)]*)\))", std::regex::icase);
const std::regex kWord(R"([^\s"]+)"), kOurs(R"(\bdfe_\w+)");

std::vector<std::string> matches_of(const std::string& text, const std::regex& pattern) {
  return {std::sregex_token_iterator(text.begin(), text.end(), pattern),
          std::sregex_token_iterator()};
}

bool is_cmake(const fs::path& file) {
  return file.filename() == "CMakeLists.txt" || file.extension() == ".cmake";
}

/// A CMake file without its comments.
std::string commands_of(const fs::path& file) {
  std::string text;
  for (const std::string& line : lines_of(text_of(file)))
    text += line.substr(0, line.find('#')) + '\n';
  return text;
}

/// The calls of dfe_add_folder in a folder's CMake.
std::vector<FolderCall> calls_in(const std::string& folder, const std::string& cmake) {
  std::vector<FolderCall> calls;
  for (std::sregex_iterator it(cmake.begin(), cmake.end(), kFolderCall), end; it != end; ++it) {
    const std::string arguments = (*it)[1];
    const auto words = matches_of(arguments, kWord);
    if (words.empty()) continue;
    FolderCall call{folder, "dfe_" + words[0], {}};
    for (auto word = std::find(words.begin(), words.end(), "LINKS"); word != words.end(); ++word)
      for (const std::string& link : matches_of(*word, kOurs)) call.links.insert(link);
    calls.push_back(std::move(call));
  }
  return calls;
}

/// The folders that dfe_add_folder makes, by path; one that calls it again makes `violations`
/// longer.
std::map<std::string, FolderCall> folder_calls(const fs::path& root,
                                               std::vector<std::string>& violations) {
  std::map<std::string, FolderCall> calls;
  for (const fs::path& file : project_files(root)) {
    if (file.filename() != "CMakeLists.txt") continue;
    for (const FolderCall& call :
         calls_in(file.parent_path().generic_string(), commands_of(root / file)))
      if (!calls.emplace(call.folder, call).second)
        violations.push_back(file.generic_string() + ": makes " + call.target +
                             " too; a folder is one library");
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
    for (const Include& include : includes_of(text_of(root / file))) {
      const FolderCall* other = include.open != '"'
                                    ? nullptr
                                    : folder_of(calls, resolved_include(root, file, include.name));
      if (other && other != home)
        included_by[home->target].emplace(other->target, file.generic_string() + ":" +
                                                             std::to_string(include.line) +
                                                             " includes " + include.name);
    }
  }
  return included_by;
}

/// Libraries of folders that CMake names outside dfe_add_folder, by target_link_libraries or any
/// other command: a folder may so name its own and those that its includes name.
std::vector<std::string> other_links(
    const fs::path& root, const std::map<std::string, FolderCall>& calls,
    std::map<std::string, std::map<std::string, std::string>>& included_by) {
  std::set<std::string> folders;
  for (const auto& [path, call] : calls) folders.insert(call.target);
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    const std::string name = file.generic_string();
    if (!is_cmake(file) || is_below(name, "tests") || is_below(name, "bench")) continue;
    const FolderCall* home = folder_of(calls, file);
    const std::string others = std::regex_replace(commands_of(root / file), kFolderCall, "");
    const auto named = matches_of(others, kOurs);
    for (const std::string& link : std::set<std::string>(named.begin(), named.end())) {
      if (folders.count(link) == 0 || (home && home->target == link)) continue;
      if (!home)
        violations.push_back(name + ": names " + link + ", which its own folder's CMake does");
      else if (included_by[home->target].count(link) == 0)
        violations.push_back(name + ": names " + link + ", which no include of " + home->folder +
                             " names");
    }
  }
  return violations;
}

}  // namespace

std::vector<std::string> link_violations(const fs::path& root) {
  std::vector<std::string> violations;
  const auto calls = folder_calls(root, violations);
  auto included_by = included_folders(root, calls);
  std::set<std::string> folders;
  for (const auto& [path, call] : calls) folders.insert(call.target);

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
  for (std::string& violation : other_links(root, calls, included_by))
    violations.push_back(std::move(violation));
  return violations;
}

}  // namespace dfe::test
