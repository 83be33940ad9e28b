// SPDX-License-Identifier: Apache-2.0
// What --help shows: groups in one order, an example that runs, what comes next.
#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/subcommands.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string help_of(const std::string& subcommand) {
  const TempFolder folder;
  const CommandResult help = dfengine(folder.path(), subcommand + " --help");
  CHECK(help.exit_code == 0);
  CHECK(help.err.empty());
  return help.out;
}

/// The lines of a help text that are a title alone, "Particles:".
std::vector<std::string> titles_of(const std::string& help) {
  std::vector<std::string> titles;
  for (const std::string& line : lines_of(help))
    if (!line.empty() && line.front() != ' ' && line.back() == ':') titles.push_back(line);
  return titles;
}

/// Names of the options below a title, "--output" for "-o, --output LIST", in their order.
std::vector<std::string> options_below(const std::string& help, const std::string& title) {
  std::vector<std::string> options;
  bool inside = false;
  for (const std::string& line : lines_of(help)) {
    if (line.empty() || line.front() != ' ') inside = line == title;
    const std::size_t dashes = line.find("--");
    if (inside && dashes != std::string::npos && line.find_first_not_of(' ') == 2 && line[2] == '-')
      options.push_back(line.substr(dashes, line.find(' ', dashes) - dashes));
  }
  return options;
}

/// The command after "Example:", without "dfengine ".
std::string example_of(const std::string& help) {
  const std::vector<std::string> lines = lines_of(help);
  const auto title = std::find(lines.begin(), lines.end(), "Example:");
  REQUIRE(lines.end() - title > 1);
  REQUIRE(title[1].starts_with("  dfengine "));
  return title[1].substr(std::string("  dfengine ").size());
}

/// Whether all of `some` are in `all`, in the same order.
bool in_order(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  auto at = all.begin();
  for (const std::string& one : some) {
    at = std::find(at, all.end(), one);
    if (at == all.end()) return false;
    ++at;
  }
  return true;
}

std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

TEST_CASE("bare dfengine shows the help") {
  const TempFolder folder;
  const CommandResult bare = dfengine(folder.path(), "");
  CHECK(bare.exit_code == 0);
  CHECK(bare.err.empty());
  CHECK(bare.out == help_of(""));
  CHECK(titles_of(bare.out) == std::vector<std::string>{"Prepare:", "Train:", "Pick:", "Judge:",
                                                        "Common options:", "First steps:"});
  for (const std::string& subcommand : kSubcommands)
    CHECK_THAT(bare.out, DFE_CONTAINS("\n  " + subcommand + " "));
  CHECK_THAT(bare.out, DFE_CONTAINS("\n  dfengine pick tomo.mrc "));
  CHECK_THAT(bare.out, DFE_CONTAINS("\nDocumentation: "));
}

TEST_CASE("the version goes to standard output") {
  const TempFolder folder;
  const CommandResult version = dfengine(folder.path(), "--version");
  CHECK(version.exit_code == 0);
  CHECK(version.out == "dfengine " DFENGINE_VERSION "\n");
}

TEST_CASE("every help has an example and the next command") {
  for (const std::string& subcommand : kSubcommands) {
    INFO(subcommand);
    const std::string help = help_of(subcommand);
    CHECK(example_of(help).starts_with(subcommand + " "));
    const std::size_t next = help.find("\nNext: '");
    REQUIRE(next != std::string::npos);
    bool names_a_subcommand = false;
    for (const std::string& other : kSubcommands)
      names_a_subcommand |= help.find("'dfengine " + other + "'", next) != std::string::npos;
    CHECK(names_a_subcommand);
  }
}

TEST_CASE("groups have one order in every help, with files first and expert options last") {
  const std::vector<std::string> all = {
      "Input and output:", "Particles:",      "Matching:",
      "More analyses:",    "Tomograms:",      "Particle list formats:",
      "Common options:",   "Expert options:", "Example:"};
  for (const std::string& subcommand : kSubcommands) {
    INFO(subcommand);
    const std::string help = help_of(subcommand);
    const std::vector<std::string> titles = titles_of(help);
    CHECK(in_order(titles, all));
    REQUIRE_FALSE(titles.empty());
    CHECK(titles.front() == "Input and output:");
    const std::vector<std::string> files = options_below(help, "Input and output:");
    const bool has_output = help.find("\n  -o, --output ") != std::string::npos;
    CHECK(has_output == (std::find(files.begin(), files.end(), "--output") != files.end()));
  }
  const std::string pick = help_of("pick");
  CHECK(in_order({"--output", "--weights"}, options_below(pick, "Input and output:")));
  CHECK(in_order({"--radius", "--min-size", "--method"}, options_below(pick, "Particles:")));
  CHECK(in_order({"--precision", "--strict", "--direct", "--instruction-set", "--first-skip",
                  "--slab", "--tile"},
                 options_below(pick, "Expert options:")));
}

TEST_CASE("common options have one order in every help") {
  const std::vector<std::string> all = {
      "--voxel-size", "--bytes",  "--overwrite", "--skip-existing", "--seed",    "--device",
      "--threads",    "--memory", "--json",      "--quiet",         "--verbose", "--help"};
  for (const std::string& subcommand : kSubcommands) {
    INFO(subcommand);
    const auto common = options_below(help_of(subcommand), "Common options:");
    CHECK(in_order(common, all));
    CHECK(in_order({"--voxel-size", "--json", "--quiet", "--verbose", "--help"}, common));
  }
}

TEST_CASE("required options are marked and in the usage line") {
  struct Required {
    std::string subcommand, usage;
    int marks;
  };
  for (const Required& expected :
       {Required{"pick", "TOMOGRAM... -o LIST --weights FILE", 3},
        Required{"cluster", "LABELS... -o LIST", 2},
        Required{"target", "LIST -o FILE --like TOMOGRAM", 3},
        Required{"match", "TOMOGRAM... -o PREFIX", 2}, Required{"train", "CONFIG [SETTING...]", 1},
        Required{"info", "[FILE...]", 0}}) {
    const std::string help = help_of(expected.subcommand);
    INFO(help);
    CHECK_THAT(help, DFE_CONTAINS("\nUsage: dfengine " + expected.subcommand + " " +
                                  expected.usage + " [options]\n"));
    std::istringstream in(help);
    int marks = 0;
    for (std::string word; in >> word;) marks += word == "(required)" ? 1 : 0;
    CHECK(marks == expected.marks);
  }
}

TEST_CASE("no line of a help is wider than a terminal of 80 columns, but for commands") {
  for (const std::string& subcommand : kSubcommands)
    for (const std::string& line : lines_of(help_of(subcommand))) {
      INFO(line);
      CHECK((columns(line) <= 80 || line.starts_with("  dfengine ")));
      CHECK((line.empty() || line.back() != ' '));
    }
}

TEST_CASE("the examples run, one after the other") {
  const TempFolder folder;
  REQUIRE(run_command(folder.path(), {DFE_MAKE_EXAMPLE, "."}).exit_code == 0);
  const auto run = [&](const std::string& line) {
    const CommandResult result = dfengine(folder.path(), line);
    INFO(line << "\n" << result.err);
    CHECK(result.exit_code == 0);
  };
  for (const char* of_three : {"particles.star", "particles.csv", "particles.xml"})
    std::filesystem::remove(folder / of_three);  // here it is the list of tomo.mrc
  run("convert truth.csv particles.star --like tomo.mrc");
  std::ofstream(folder / "simulate.yaml")
      << "size: [24, 32, 32]\nclasses: [{shape: ribosome, count: 1}]\ntilts: {step: 20}\n";
  std::ofstream(folder / "train.yaml")
      << "output: run\nclasses: [background, dense, denser]\n"
         "data: {train: [{tomogram: tomo.mrc, target: target.mrc}]}\n"
         "network: {widths: [4, 4, 4]}\npatches: {size: 24}\n"
         "training: {epochs: 1, steps: 1, batch: 1}\n";
  for (const char* const subcommand : {"info", "segment", "cluster", "pick", "evaluate", "convert",
                                       "target", "train", "simulate", "match"}) {
    const bool again = std::string(subcommand) == "pick";  // cluster has written picks.star
    run(example_of(help_of(subcommand)) + (again ? " --overwrite" : ""));
  }
}
