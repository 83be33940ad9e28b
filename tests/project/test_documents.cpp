// SPDX-License-Identifier: Apache-2.0
// README and docs against the program: every option they name exists, every option that exists is
// described. test_document_commands.cpp runs their commands.
#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/subcommands.hpp"
#include "tests/fixtures/temp_folder.hpp"

namespace fs = std::filesystem;
using namespace dfe::test;

namespace {

const fs::path kRoot = DFE_SOURCE_DIR;
/// Every --long-option in a text.
std::set<std::string> options_in(const std::string& text) {
  std::set<std::string> options;
  for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at + 1)) {
    if (at > 0 && (text[at - 1] == '-' || std::isalnum(static_cast<unsigned char>(text[at - 1]))))
      continue;
    std::size_t end = at + 2;
    while (end < text.size() &&
           (std::islower(static_cast<unsigned char>(text[end])) ||
            std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == '-'))
      ++end;
    if (end > at + 2 && text[at + 2] != '-') options.insert(text.substr(at, end - at));
  }
  return options;
}

/// Options that the help of a subcommand declares: those at the beginning of a line, before the
/// description.
std::set<std::string> declared_options(const std::string& subcommand) {
  const TempFolder folder;
  std::istringstream help(dfengine(folder.path(), subcommand + " --help").out);
  std::set<std::string> options;
  for (std::string line; std::getline(help, line);) {
    std::istringstream words(line);
    for (std::string word;
         words >> word &&
         word.starts_with('-');)  // "-o,--output" or "-o, --output", by CLI11's version
      for (const std::string& option : options_in(word)) options.insert(option);
  }
  return options;
}

/// Lines of fenced blocks that begin with "dfengine ".
std::vector<std::string> commands_of(const fs::path& document) {
  std::vector<std::string> commands;
  std::istringstream in(read_text(document));
  bool fenced = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) fenced = !fenced;
    if (fenced && line.starts_with("dfengine ")) commands.push_back(line);
  }
  return commands;
}

/// Everything that is there to be read.
std::vector<fs::path> documents() {
  std::vector<fs::path> documents = {kRoot / "README.md", kRoot / "CONTRIBUTING.md",
                                     kRoot / "CHANGELOG.md"};
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "docs"))
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  return documents;
}

std::set<std::string> difference(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> only_in_a;
  for (const std::string& option : a)
    if (b.count(option) == 0) only_in_a.insert(option);
  return only_in_a;
}

const std::set<std::string> kNone;

}  // namespace

TEST_CASE("the command line's page and the program name the same options") {
  std::set<std::string> declared;
  for (const std::string& subcommand : kSubcommands) {
    const auto options = declared_options(subcommand);
    CHECK(options.count("--json") == 1);
    declared.insert(options.begin(), options.end());
  }
  declared.insert("--version");
  const auto described = options_in(read_text(kRoot / "docs/command_line.md"));
  CHECK(difference(described, declared) == kNone);
  CHECK(difference(declared, described) == kNone);
}

TEST_CASE("help texts show no option that does not exist") {
  const TempFolder folder;
  for (const std::string& subcommand : kSubcommands) {
    INFO(subcommand);
    CHECK(difference(options_in(dfengine(folder.path(), subcommand + " --help").out),
                     declared_options(subcommand)) == kNone);
  }
}

TEST_CASE("commands in documents name options of their subcommand") {
  for (const fs::path& document :
       {kRoot / "README.md", kRoot / "docs/building.md", kRoot / "docs/command_line.md"})
    for (const std::string& command : commands_of(document)) {
      INFO(document << ": " << command);
      std::string subcommand;
      std::istringstream(command.substr(9)) >> subcommand;
      REQUIRE(std::find(kSubcommands.begin(), kSubcommands.end(), subcommand) !=
              kSubcommands.end());
      CHECK(difference(options_in(command), declared_options(subcommand)) == kNone);
    }
}

TEST_CASE("the example for the library is the program that the package's test builds and runs") {
  const std::string page = read_text(kRoot / "docs/building.md");
  const std::string begin = "```cpp\n", end = "```\n";
  const std::size_t first = page.find(begin);
  REQUIRE(first != std::string::npos);
  const std::size_t from = first + begin.size(), to = page.find(end, from);
  CHECK(page.find(begin, to) == std::string::npos);  // the only one
  std::string program = read_text(kRoot / "tests/project/consumer/pick_array.cpp");
  for (int line = 0; line < 2; ++line) program.erase(0, program.find('\n') + 1);  // its head
  CHECK(page.substr(from, to - from) == program);
}

TEST_CASE("links between documents lead somewhere") {
  for (const fs::path& document : documents()) {
    const std::string text = read_text(document);
    for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
      const std::size_t end = text.find(')', at);
      const std::string target = text.substr(at + 2, end - at - 2);
      if (end == std::string::npos || target.find("://") != std::string::npos ||
          target.starts_with('#'))
        continue;
      INFO(document << " links to " << target);
      CHECK(fs::exists(document.parent_path() / target.substr(0, target.find('#'))));
    }
  }
}

TEST_CASE("documents name files that exist") {
  // `core/x.hpp`; names with capitals stand for others: `tools/cmd_VERB.cpp`
  const std::regex file("`([a-z0-9_./-]+/[a-z0-9_.-]+[.](cpp|hpp|cu|cuh|cmake|py|yaml|md))`");
  std::size_t named = 0;
  for (const fs::path& document : documents()) {
    const std::string text = read_text(document);
    for (std::sregex_iterator it(text.begin(), text.end(), file), end; it != end; ++it, ++named) {
      INFO(document << " names " << (*it)[1]);
      CHECK((fs::exists(kRoot / (*it)[1].str()) || fs::exists(kRoot / "include" / (*it)[1].str())));
    }
  }
  CHECK(named > 50);
}

TEST_CASE("docs/README.md leads to every document") {
  const std::string index = read_text(kRoot / "docs/README.md");
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "docs")) {
    const std::string name = fs::relative(entry.path(), kRoot / "docs").generic_string();
    if (entry.path().extension() != ".md" || name == "README.md") continue;
    INFO(name);
    CHECK_THAT(index, DFE_CONTAINS("(" + name + ")"));
  }
}
