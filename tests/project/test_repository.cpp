// SPDX-License-Identifier: Apache-2.0
// What the checks themselves are told: which folders clang-tidy looks at, which tests the presets
// name.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

#include "planted_tree.hpp"
#include "source_text.hpp"

namespace fs = std::filesystem;
using namespace dfe::test;

namespace {

/// The parts of "(a|b|c)", the first such group of a text.
std::set<std::string> alternatives(const std::string& text) {
  const std::size_t open = text.find('('), close = text.find(')', open);
  std::set<std::string> parts;
  std::string part;
  for (const char c : text.substr(open + 1, close - open - 1) + "|") {
    if (c != '|') {
      part += c;
      continue;
    }
    parts.insert(part);
    part.clear();
  }
  return parts;
}

std::vector<std::string> tidy_violations(const fs::path& root) {
  std::set<std::string> folders;
  for (const fs::path& file : project_files(root))
    if (is_source(file) && file.has_parent_path()) folders.insert(file.begin()->string());
  const std::string text = text_of(root / ".clang-tidy");
  const std::size_t filter = text.find("HeaderFilterRegex:");
  REQUIRE(filter != std::string::npos);
  const std::string line = text.substr(filter, text.find('\n', filter) - filter);
  std::vector<std::string> violations;
  for (const std::string& folder : folders)
    if (alternatives(line).count(folder) == 0)
      violations.push_back(".clang-tidy: HeaderFilterRegex leaves out " + folder);
  for (const std::string& named : alternatives(line))
    if (folders.count(named) == 0)
      violations.push_back(".clang-tidy: HeaderFilterRegex names " + named +
                           ", which is no folder");
  return violations;
}

/// Names of the tests that the CMake files make; what a variable stands for is "NAME".
std::set<std::string> test_names(const fs::path& root) {
  static const std::regex call(R"((dfe_add_test\(|add_test\(NAME\s+)([\w${}]+))");
  static const std::regex variable(R"(\$\{\w+\})");
  std::set<std::string> names;
  for (const fs::path& file : project_files(root)) {
    if (file.filename() != "CMakeLists.txt") continue;
    const std::string text = text_of(root / file);
    for (std::sregex_iterator it(text.begin(), text.end(), call), end; it != end; ++it)
      names.insert(std::regex_replace((*it)[2].str(), variable, "NAME"));
  }
  return names;
}

/// Filters of test presets that name no test, and tests that a build preset leaves unbuilt.
std::vector<std::string> preset_violations(const fs::path& root) {
  const auto presets = nlohmann::json::parse(text_of(root / "CMakePresets.json"));
  std::map<std::string, std::set<std::string>> built;
  for (const auto& preset : presets["buildPresets"])
    for (const auto& target : preset.value("targets", nlohmann::json::array()))
      built[preset["configurePreset"]].insert(target.get<std::string>());
  const auto names = test_names(root);
  std::vector<std::string> violations;
  for (const auto& preset : presets["testPresets"]) {
    const auto place = nlohmann::json::json_pointer("/filter/include/name");
    if (!preset.contains(place)) continue;
    const std::string name = preset["name"], filter = preset[place];
    for (const std::string& part : alternatives(filter)) {
      const bool known = std::any_of(names.begin(), names.end(), [&](const std::string& test) {
        return std::regex_match(test, std::regex(part));
      });
      if (!known) violations.push_back("preset " + name + ": no test is called " + part);
      const auto& targets = built[preset["configurePreset"]];
      if (!targets.empty() && names.count(part) > 0 && targets.count("test_" + part) == 0)
        violations.push_back("preset " + name + ": test_" + part + " is not built");
    }
  }
  return violations;
}

}  // namespace

TEST_CASE("clang-tidy looks at the headers of every folder") {
  expect_none(tidy_violations(DFE_SOURCE_DIR));
}

TEST_CASE("presets name tests that exist and are built") {
  REQUIRE(test_names(DFE_SOURCE_DIR).count("fuzz_replay_NAME") == 1);
  expect_none(preset_violations(DFE_SOURCE_DIR));
}

TEST_CASE("a folder that clang-tidy misses and a filter without a test are found") {
  PlantedTree tree(tidy_violations);
  tree.write(".clang-tidy", "HeaderFilterRegex: '/(core|io)/'\n");
  tree.write("core/a.hpp", "");
  tree.write("io/lists/a.hpp", "");
  expect_none(tree.violations());
  tree.finds("engine/a.hpp", "", "HeaderFilterRegex leaves out engine");
  tree.finds(".clang-tidy", "HeaderFilterRegex: '/(core|io|layers)/'\n", "names layers");

  PlantedTree presets(preset_violations);
  const auto text = [](const std::string& filter) {
    return R"({"buildPresets": [{"name": "a", "configurePreset": "a", "targets": ["test_core"]}],
              "testPresets": [{"name": "a", "configurePreset": "a",
                               "filter": {"include": {"name": ")" +
           filter + R"("}}}]})";
  };
  presets.write("tests/CMakeLists.txt",
                "dfe_add_test(core)\ndfe_add_test(io)\n"
                "add_test(NAME fuzz_${reader} COMMAND x)\n");
  presets.write("CMakePresets.json", text("^(core|fuzz_.*)$"));
  expect_none(presets.violations());
  presets.finds("CMakePresets.json", text("^(core|gone)$"), "preset a: no test is called gone");
  presets.finds("CMakePresets.json", text("^(core|io)$"), "preset a: test_io is not built");
}
