// SPDX-License-Identifier: Apache-2.0
// Configuration files: what is answered, what is refused and how, and what the effective
// configuration says.
#include <fstream>
#include <functional>

#include "dfengine/error.hpp"
#include "dfengine/text.hpp"
#include "io/config/config.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"

using dfe::io::Config;

namespace {

const char* kText = R"(
steps: 1e3        # a whole number, written as people do
optimizer:
  rate: 1e-3
  name: adam
data:
  - tomogram: a.mrc
    list: a.star
  - tomogram: /data/b.mrc
radii: [6, 6.5, 3]
classes: [background, "1", ribosome]
fast: yes
nothing: ~
)";

std::string error_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const dfe::Error& error) {
    CHECK(error.kind() == dfe::ErrorKind::Usage);
    return error.what();
  }
  return "no error";
}

std::string parse_error(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return error_of([&] { Config::parse(text, "f.yaml", overrides); });
}

}  // namespace

TEST_CASE("settings are found by name, with defaults") {
  const Config config = Config::parse(kText, "f.yaml");
  CHECK(config.integer("steps", 5) == 1000);
  CHECK(config.integer("absent", 5) == 5);
  CHECK(config.section("optimizer").number("rate", 0) == 1e-3);
  CHECK(config.section("optimizer").text("name", "") == "adam");
  CHECK(config.section("nowhere").number("rate", 2.5) == 2.5);
  CHECK(config.numbers("radii") == std::vector<double>{6, 6.5, 3});
  CHECK(config.texts("classes") == std::vector<std::string>{"background", "1", "ribosome"});
  CHECK(config.flag("fast", false));
  CHECK_FALSE(config.has("nothing"));
  CHECK(config.integer("nothing", 7) == 7);
  const auto data = config.sections("data");
  REQUIRE(data.size() == 2);
  CHECK(data[0].path("tomogram") == "a.mrc");
  CHECK(data[0].text("list", "") == "a.star");
  CHECK(data[1].path("tomogram") == "/data/b.mrc");
  CHECK(data[1].path("list").empty());
  config.refuse_unknown();
}

TEST_CASE("overrides come last, in lists too") {
  const Config config = Config::parse(
      kText, "f.yaml", {"optimizer.rate=2", "data.1.list=b.star", "new.deep=[1, 2]", "steps=~"});
  CHECK(config.section("optimizer").number("rate", 0) == 2);
  CHECK(config.section("optimizer").text("name", "") == "adam");
  CHECK(config.sections("data")[1].text("list", "") == "b.star");
  CHECK(config.section("new").numbers("deep") == std::vector<double>{1, 2});
  CHECK(config.integer("steps", 3) == 3);
  CHECK_THAT(parse_error("a: [1]", {"a.1=2"}),
             DFE_CONTAINS("is not an entry of the list, which has 1"));
  CHECK_THAT(parse_error("a: 1", {"a.b=2"}), DFE_CONTAINS("'a' is not a section"));
  CHECK_THAT(parse_error("a: 1", {"a"}), DFE_CONTAINS("write key=value"));
  CHECK_THAT(parse_error("a: 1", {".=3"}), DFE_CONTAINS("empty name"));
}

TEST_CASE("what nobody asks for is refused with the nearest name") {
  const Config config = Config::parse("optimizer:\n  ratte: 1\n", "f.yaml");
  config.section("optimizer").number("rate", 1);
  config.section("optimizer").number("beta", 1);
  CHECK(error_of([&] { config.refuse_unknown(); }) ==
        "config: 'f.yaml: optimizer.ratte (line 2)': is not a known setting; did you mean "
        "'optimizer.rate'?");

  const Config far = Config::parse("completely: 1\n", "f.yaml");
  far.number("rate", 1);
  CHECK_THAT(error_of([&] { far.refuse_unknown(); }),
             DFE_CONTAINS("is not a known setting; remove it"));

  const Config overridden = Config::parse("a: 1\n", "f.yaml", {"b=2"});
  overridden.number("a", 1);
  CHECK_THAT(error_of([&] { overridden.refuse_unknown(); }),
             DFE_CONTAINS("b (given in addition to f.yaml)"));
}

TEST_CASE("wrong types name the setting and its line") {
  const Config config =
      Config::parse("a: x\nb: [1]\nc: {d: 1}\ne: 1.5\nf: nan\ng: 99999999999999999999\n", "f.yaml");
  CHECK(error_of([&] { config.number("a", 0); }) ==
        "config: 'f.yaml: a (line 1)': is 'x', not a number; give a number");
  CHECK_THAT(error_of([&] { config.number("b", 0); }), DFE_CONTAINS("b (line 2)': is a list"));
  CHECK_THAT(error_of([&] { config.text("c", ""); }), DFE_CONTAINS("is a section"));
  CHECK_THAT(error_of([&] { config.section("a"); }), DFE_CONTAINS("is not a section"));
  CHECK_THAT(error_of([&] { config.sections("c"); }), DFE_CONTAINS("is not a list"));
  CHECK_THAT(error_of([&] { config.integer("e", 0); }), DFE_CONTAINS("not a whole number"));
  CHECK_THAT(error_of([&] { config.number("f", 0); }), DFE_CONTAINS("not a number"));
  CHECK_THAT(error_of([&] { config.integer("g", 0); }), DFE_CONTAINS("not a whole number"));
  CHECK_THAT(error_of([&] { config.flag("a", false); }), DFE_CONTAINS("give true or false"));
  CHECK_THAT(error_of([&] {
               config.choice("a", "", {"u", "v"});
             }),
             DFE_CONTAINS("choose one of: u, v"));
  CHECK_THAT(error_of([&] { config.required_text("z"); }), DFE_CONTAINS("z': is missing"));
}

TEST_CASE("texts that are no configuration are refused") {
  CHECK_THAT(parse_error("a: 1\na: 2\n"), DFE_CONTAINS("line 2': the key 'a' appears twice"));
  CHECK_THAT(parse_error("a: &x 1\nb: *x\n"), DFE_CONTAINS("line 2': is a YAML alias"));
  CHECK_THAT(parse_error("- 1\n"), DFE_CONTAINS("contains no settings"));
  CHECK_THAT(parse_error("a: [1\n"), DFE_CONTAINS("is not valid YAML"));
  CHECK_THAT(parse_error("a: 1\n---\nb: 2\n"), DFE_CONTAINS("more than one YAML document"));
  CHECK_THAT(parse_error("? [1, 2]\n: 3\n"), DFE_CONTAINS("not a plain name"));
  CHECK_THAT(parse_error(std::string(100000, '[')), DFE_CONTAINS("'f.yaml: line 1'"));
  CHECK(parse_error("") == "no error");
}

TEST_CASE(
    "files: relative paths are relative to the file, those of overrides to the working folder") {
  const dfe::test::TempFolder folder;
  std::ofstream(folder / "c.yaml") << "a: x.mrc\nb: y.mrc\n";
  const Config config = Config::read(folder / "c.yaml", {"b=z.mrc"});
  CHECK(config.path("a") == folder / "x.mrc");
  CHECK(config.path("b") == "z.mrc");
  CHECK_THROWS_WITH(Config::read(folder / "none.yaml"), DFE_CONTAINS("none.yaml"));
  CHECK_THROWS_WITH(Config::read(folder.path()), DFE_CONTAINS("is a folder"));
}

TEST_CASE("recorded overrides name the same files from any folder") {
  const dfe::test::TempFolder folder;
  std::filesystem::create_directory(folder / "far");
  std::ofstream(folder / "c.yaml") << "a: x.mrc\nroot: \"\"\nlist: [{file: 1}]\n";
  const auto ask = [&](const Config& config) {
    std::vector<std::filesystem::path> files{config.path("a"), config.path("b")};
    const auto root = config.path("root");
    for (const Config& entry : config.sections("list")) {
      files.push_back(entry.path("file", root));
      entry.text("name", "");
    }
    config.number("c", 0);
    for (auto& file : files)
      if (!file.empty()) file = std::filesystem::absolute(file).lexically_normal();
    return files;
  };
  std::vector<std::string> recorded;
  std::vector<std::filesystem::path> truth;
  const std::vector<std::string> given{
      "c=1", "b=./b, 1.mrc", "list=[{file: 'it''s [1], {2}: #3.mrc', name: '6,6,3'}, {file: /d}]"};
  {
    const dfe::test::WorkingFolder here(folder.path());
    const Config config = Config::read("c.yaml", given);
    truth = ask(config);
    CHECK(truth[1] == folder / "b, 1.mrc");
    CHECK(truth[2] == folder / "it's [1], {2}: #3.mrc");
    recorded = config.overrides_anywhere();
    CHECK(recorded[0] == given[0]);
    const Config rooted = Config::read("c.yaml", {"root=r", "list.0.file=f.mrc"});
    ask(rooted);
    CHECK(rooted.overrides_anywhere()[0] == "root=" + (folder / "r").string());
    CHECK(rooted.overrides_anywhere()[1] == "list.0.file=f.mrc");  // relative to the root
  }
  const dfe::test::WorkingFolder far(folder / "far");
  const Config again = Config::read("../c.yaml", recorded);
  CHECK(again.sections("list")[0].text("name", "") == "6,6,3");
  CHECK(ask(again) == truth);
  CHECK(again.overrides_anywhere() == recorded);
}

TEST_CASE("the effective configuration reads back to the same answers") {
  const auto ask = [](const Config& config) {
    config.integer("steps", 1);
    config.section("optimizer").number("rate", 0.1);
    config.section("optimizer").text("name", "true");
    for (const Config& entry : config.sections("data")) {
      entry.text("tomogram", "");
      entry.text("list", "");
    }
    config.numbers("radii");
    config.texts("classes");
    config.flag("fast", true);
    return config.effective();
  };
  const std::string once = ask(Config::parse(kText, "f.yaml"));
  const Config again = Config::parse(once, "f.yaml");
  CHECK(ask(again) == once);
  again.refuse_unknown();
  CHECK_THAT(once, DFE_CONTAINS("steps: 1000\noptimizer:\n  rate: 0.001\n  name: adam\ndata:\n  - "
                                "tomogram: a.mrc\n    list: a.star\n"));
  CHECK_THAT(once, DFE_CONTAINS("classes: [background, \"1\", ribosome]\n"));
  CHECK_THAT(ask(Config::parse("", "f.yaml")), DFE_CONTAINS("name: \"true\"\ndata: []\n"));
}

TEST_CASE("the nearest name") {
  CHECK(dfe::nearest_name("optimiser", {"loss", "optimizer"}) == "optimizer");
  CHECK(dfe::nearest_name("lss", {"loss", "less"}) == "loss");
  CHECK(dfe::nearest_name("abcdef", {"uvwxyz"}).empty());
  CHECK(dfe::nearest_name("x", {}).empty());
}

TEST_CASE("a tab as indentation is told by its line, elsewhere it is no fault") {
  for (const char* text : {"a:\n  b: 1\n\tc: 2\n", "a:\n  b:\n  \t- x\n  - y\n"})
    CHECK_THROWS_WITH(Config::parse(text, "f.yaml"),
                      DFE_CONTAINS("f.yaml: line 3'") && DFE_CONTAINS("indented with a tab"));
  CHECK(Config::parse("a:\t7\n", "f.yaml").integer("a", 0) == 7);
}

TEST_CASE("settings of another subcommand are refused with its name") {
  const Config config = Config::parse("steps: 3\nnoise: {snr: 1}\n", "f.yaml");
  CHECK_NOTHROW(config.refuse_keys_of("simulate", {"size", "tilts"}));
  CHECK_THROWS_WITH(config.refuse_keys_of("simulate", {"size", "noise"}),
                    DFE_CONTAINS("config: 'f.yaml: noise (line 2)': is a setting of `dfengine "
                                 "simulate`; run `dfengine simulate` with this file"));
}
