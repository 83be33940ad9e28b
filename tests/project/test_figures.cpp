// SPDX-License-Identifier: Apache-2.0
// Figures and defaults that several texts state: `--help` against the page on the command line, and
// the README, the CHANGELOG and the documents against each other.
#include <map>
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
using Texts = std::map<std::string, std::string>;  // option, what is said about it

/// The options that a help text describes.
Texts described_in_help(const std::string& help) {
  static const std::regex head(R"(^  (-\w, ?)?(--[a-z][a-z0-9-]*)(.*))");
  Texts texts;
  std::string* text = nullptr;
  std::istringstream in(help);
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (std::regex_match(line, match, head)) {
      text = &(texts[match[2].str()] = match[3].str());
    } else if (text && line.starts_with("     ")) {
      *text += " " + line;
    } else {
      text = nullptr;
    }
  }
  for (auto& [option, said] : texts) said = one_line(said);
  return texts;
}

/// What the page says of each option: the sentences from its name to the next option's, by the
/// subcommand whose section they are in ("" for the options of every subcommand).
std::map<std::string, Texts> described_in_page(const std::string& page) {
  static const std::regex option("`(?:-\\w, )?(--[a-z][a-z0-9-]*)[^`]*`");
  std::map<std::string, Texts> texts;
  std::string section, item;
  const auto finish = [&] {
    std::sregex_iterator it(item.begin(), item.end(), option), end;
    for (; it != end; ++it) texts[section][(*it)[1].str()] += " " + one_line(item);
    item.clear();
  };
  std::istringstream in(page);
  for (std::string line; std::getline(in, line);) {
    const bool continues = line.starts_with("  ") && !item.empty();
    if (!continues) finish();
    if (line.starts_with("## ")) section.clear();
    if (line.starts_with("### ")) section = line.substr(4);
    if (continues || line.starts_with("- `--") || line.starts_with("| `--")) item += line + "\n";
  }
  finish();
  for (auto& [named, options] : texts)
    for (auto& [name, text] : options)
      for (const auto& [other, others] : texts)  // "as for [`convert`](#convert)"
        if (text.find("as for [`" + other + "`]") != std::string::npos && others.count(name) > 0)
          text += others.at(name);
  return texts;
}

/// Winograd tiles, shares, ranges, and numbers with an exponent.
std::set<std::string> figures_in(const std::string& text) {
  static const std::regex figure(
      R"(F\(\d, \d, \d\)|\d+(\.\d+)?e-?\d+|\d+(\.\d+)? %|from \d+ to \d+)");
  std::set<std::string> figures;
  for (std::sregex_iterator it(text.begin(), text.end(), figure), end; it != end; ++it)
    figures.insert(it->str());
  return figures;
}

/// What help and page say differently about one option; empty if nothing.
std::string contradiction(const std::string& help, const std::string& page) {
  const auto in_page = figures_in(page);
  for (const std::string& figure : figures_in(help))
    if (!in_page.empty() && in_page.count(figure) == 0) return "the page lacks " + figure;
  static const std::regex stated("\\[default: ([a-z0-9.-]+)\\]");
  std::smatch value;
  if (std::regex_search(help, value, stated) && page.find("default") != std::string::npos) {
    const std::regex same("(`|\\b)" + value[1].str() + "(`|\\b)");
    if (!std::regex_search(page, same)) return "the page lacks the default " + value[1].str();
  }
  return "";
}

struct Fact {
  std::string what;
  std::vector<std::pair<std::string, std::string>> places;  // file, expression with one group
};

/// Figures that more than one text states. The group of each expression is the figure.
const std::vector<Fact> kFacts = {
    {"version",
     {{"CMakeLists.txt", R"(VERSION (\d+\.\d+\.\d+))"}, {"CHANGELOG.md", R"(## (\d+\.\d+\.\d+))"}}},
    {"convolution of inference",
     {{"CHANGELOG.md", R"(Winograd (F\(\d, \d, \d\)))"},
      {"docs/command_line.md", R"(instead of (F\(\d, \d, \d\)))"},
      {"docs/performance.md", R"(3x3x3 layers as (F\(\d, \d, \d\)))"},
      {"include/dfengine/compute.hpp", R"((F\(\d, \d, \d\)))"}}},
    {"times as fast as PyTorch on the CPU",
     {{"README.md", R"((\d+\.\d)\d? times as fast as PyTorch on the same cores)"},
      {"docs/performance.md", R"(is (\d+\.\d)\d? times as fast as PyTorch's best fp32)"}}},
    {"times as fast as PyTorch on the GPU",
     {{"README.md", R"((\d+\.\d)\d? times as fast on the same GPU)"},
      {"docs/performance.md", R"(\| fp16 \| 0\.559 \| 277 \| 2\.304 \| (\d+\.\d)\d? \|)"}}},
    {"pixel sizes that the network accepts",
     {{"docs/command_line.md", R"(differences above (\d+ %) are refused)"},
      {"docs/train.md", R"(differ by more than (\d+ %))"}}},
};

}  // namespace

TEST_CASE("help and the page on the command line state the same figures and defaults") {
  const TempFolder folder;
  auto page = described_in_page(read_text(kRoot / "docs/command_line.md"));
  std::size_t compared = 0, figures = 0;
  for (const std::string& subcommand : kSubcommands)
    for (const auto& [option, help] :
         described_in_help(dfengine(folder.path(), subcommand + " --help").out))
      for (const std::string& section : {subcommand, std::string("segment"), std::string()}) {
        if (section != subcommand && subcommand != "pick" && !section.empty()) continue;
        const auto said = page[section].find(option);
        if (said == page[section].end()) continue;
        INFO(subcommand << " " << option << ": " << help << "\npage: " << said->second);
        const std::string trouble = contradiction(help, said->second);
        INFO(trouble);
        CHECK(trouble.empty());
        ++compared;
        figures += figures_in(help).size();
        break;
      }
  CHECK(compared > 60);
  CHECK(figures > 5);
}

TEST_CASE("figures that several texts state are the same") {
  for (const Fact& fact : kFacts) {
    std::set<std::string> values;
    for (const auto& [file, expression] : fact.places) {
      const std::string text = one_line(read_text(kRoot / file));
      std::smatch match;
      INFO(fact.what << " in " << file);
      REQUIRE(std::regex_search(text, match, std::regex(expression)));
      values.insert(match[1].str());
    }
    INFO(fact.what);
    CHECK(values.size() == 1);
  }
}

TEST_CASE("a figure and a default that differ are found") {
  CHECK(contradiction("by F(4, 4, 6) [default: 160]", "by F(4, 4, 6), 160 by default").empty());
  CHECK(contradiction("by F(4, 4, 4)", "by F(4, 4, 6)") == "the page lacks F(4, 4, 4)");
  CHECK(contradiction("[default: fp16]", "`bf16` (default)") == "the page lacks the default fp16");
  CHECK(contradiction("up to 6e-4", "nothing of it").empty());
  const Texts help = described_in_help("  -o, --out FILE   Where\n      to [default: a]\n\nNext\n");
  CHECK(help == Texts{{"--out", " FILE Where to [default: a]"}});
  CHECK(described_in_page("### pick\n- `--a N`, `--b`: one\n  5 %\n\n")["pick"].count("--b") == 1);
}
