// SPDX-License-Identifier: Apache-2.0
// Every `dfengine` command in the README and the documents for users, run as written: page by page,
// in order, in a folder with simulated inputs. Only `train` and `simulate` get settings after their
// own, which make them small.
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

namespace fs = std::filesystem;
using namespace dfe::test;

namespace {

const fs::path kRoot = DFE_SOURCE_DIR;

/// Makes runs of seconds out of runs of hours.
const std::map<std::string, std::string> kSmaller = {
    {"train",
     " training.epochs=1 training.steps=1 training.batch=1 patches.size=16 patches.shift=2 "
     "optimizer.warm_up_steps=0"},
    {"simulate", " size=[48,48,48] tilts.step=20"}};

/// A page's commands, and the first file of settings that it shows.
struct Page {
  std::vector<std::string> commands;
  std::string yaml;
};

std::string without_comment(const std::string& line) { return line.substr(0, line.find("  #")); }

Page read_page(const fs::path& document) {
  Page page;
  std::istringstream in(read_text(document));
  std::string fence;  // the opening line of the block that the line is in
  bool first_yaml = true;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      if (fence == "```yaml") first_yaml = false;
      fence = fence.empty() ? line : "";
    } else if (fence == "```yaml" && first_yaml) {
      page.yaml += line + "\n";
    } else if (!fence.empty() && line.starts_with("dfengine ")) {
      for (std::string more; line.ends_with('\\') && std::getline(in, more);)
        line.replace(line.size() - 1, 1, more);
      page.commands.push_back(without_comment(line).substr(9));
    }
  }
  return page;
}

std::vector<std::string> words_of(const std::string& command) {
  std::istringstream in(command);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// Words that name what a command writes: these may not be there before it runs.
std::set<std::string> outputs_of(const std::vector<std::string>& words) {
  const std::string& verb = words.front();
  std::set<std::string> writes = {"-o", "--output", "--labels", "--report", "--csv", "--plots"};
  if (verb == "segment" || verb == "pick") writes.insert("--scores");
  std::set<std::string> outputs;
  for (std::size_t i = 1; i + 1 < words.size(); ++i)
    if (writes.count(words[i]) > 0) outputs.insert(words[i + 1]);
  if (verb == "convert" && words.size() > 2) outputs.insert(words[2]);
  return outputs;
}

/// Inputs of every kind that the pages name, made once.
const fs::path& inputs() {
  static const TempFolder folder;
  static const bool made = [] {
    REQUIRE(run_command(folder.path(), {DFE_MAKE_EXAMPLE, "."}).exit_code == 0);
    std::ofstream(folder / "scene.yaml")
        << "voxel_size: 10\nsize: [48, 64, 64]\n"
           "classes: [{shape: ribosome, count: 1}, {shape: proteasome, count: 1}]\n"
           "tilts: {step: 20}\n";
    std::ofstream(folder / "train.yaml")
        << "output: run\nclasses: [background, ribosome, proteasome]\n"
           "data: {train: [{tomogram: tomo_1.mrc, list: particles.star}], spheres: '6,7'}\n";
    const std::string pick =
        "pick tomo.mrc --weights model.h5 --radius 8 --min-size 100 --labels labels.mrc "
        "--scores scores.h5 -o picks.star";
    for (const char* command :
         {"simulate scene.yaml -o .",  // for masks/ and simulate.yaml
          pick.c_str(), "convert picks.star picks.csv", "convert picks.star picks.xml",
          "target particles.star --like tomo_1.mrc --spheres 6,7 -o target.mrc",
          "target particles.star --like tomo_1.mrc --spheres 6,7 -o target_1.mrc"}) {
      const CommandResult result = dfengine(folder.path(), command);
      INFO(command << "\n" << result.err);
      REQUIRE(result.exit_code == 0);
    }
    return true;
  }();
  REQUIRE(made);
  return folder.path();
}

/// Copies the inputs that a command names and earlier ones did not make.
void provide(const fs::path& folder, const std::string& command) {
  const auto words = words_of(command);
  const auto outputs = outputs_of(words);
  for (std::string word : words) {
    if (outputs.count(word) > 0 || word.front() == '/' || word == ".") continue;
    word = word.substr(word.find('=') + 1);  // NAME=FILE
    if (fs::exists(inputs() / word) && !fs::exists(folder / word))
      fs::copy(inputs() / word, folder / word, fs::copy_options::recursive);
  }
}

std::string run_as_written(const Page& page) {
  const TempFolder folder;
  for (const char* shared : {"bench", "models"})
    fs::create_directory_symlink(kRoot / shared, folder / shared);
  for (const char* tomogram : {"tomo_1.mrc", "tomo_2.mrc", "tomo_3.mrc", "particles.star"})
    fs::copy(inputs() / tomogram, folder / tomogram);  // those that files of settings name
  for (const std::string& command : page.commands) {
    const std::string verb = words_of(command).front();
    for (const std::string& word : words_of(command))
      if (word.ends_with(".yaml") && !page.yaml.empty() && !fs::exists(folder / word))
        std::ofstream(folder / word) << page.yaml;
    for (const std::string& output : outputs_of(words_of(command)))
      fs::remove_all(folder / output);  // pages show alternatives that write the same file
    provide(folder.path(), command);
    const auto smaller = kSmaller.find(verb);
    const CommandResult result =
        dfengine(folder.path(), command + (smaller == kSmaller.end() ? "" : smaller->second));
    if (result.exit_code != 0) return "dfengine " + command + "\n" + result.err;
  }
  return "";
}

std::vector<fs::path> user_documents() {
  std::vector<fs::path> documents = {kRoot / "README.md", kRoot / "models/README.md"};
  for (const auto& entry : fs::directory_iterator(kRoot / "docs"))
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  return documents;
}

}  // namespace

TEST_CASE("commands in the README and the user documents run as written") {
  std::size_t commands = 0;
  for (const fs::path& document : user_documents()) {
    const Page page = read_page(document);
    commands += page.commands.size();
    INFO(document);
    const std::string failed = run_as_written(page);
    INFO(failed);
    CHECK(failed.empty());
  }
  CHECK(commands > 20);
}

TEST_CASE("a command that fails, and settings that are wrong, are found") {
  CHECK_THAT(run_as_written({{"info tomo_1.mrc", "info tomo_1.mrc --no-such-option"}, ""}),
             DFE_CONTAINS("--no-such-option"));
  CHECK_THAT(run_as_written({{"train mine.yaml -o run"}, "classes: [background]\n"}),
             DFE_CONTAINS("mine.yaml"));
  CHECK(run_as_written({{"info tomo_1.mrc"}, ""}).empty());
}
