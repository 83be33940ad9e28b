// SPDX-License-Identifier: Apache-2.0
// Several inputs of which one is bad: the others are done, the bad one is one line and leaves
// nothing, and the exit code is 1. What is wrong with the whole request ends it before any work. A
// stop ends it with what was done.
#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr dfe::Extent3 kExtent{8, 12, 16};

std::vector<std::string> lines_of(const std::string& text, const std::string& beginning = {}) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(beginning)) lines.push_back(line);
  return lines;
}

void write_tomogram(const fs::path& path, double voxel_angstrom = 10,
                    const dfe::Extent3& extent = kExtent) {
  dfe::Volume<float> volume(extent);
  const std::vector<float> values = uniform_reals(extent.voxels(), 5);
  std::copy(values.begin(), values.end(), volume.data());
  dfe::VolumeGeometry geometry;
  geometry.extent = extent;
  geometry.voxel_size = dfe::VoxelSize::cubic(voxel_angstrom);
  dfe::io::write_volume(path, volume.view(), geometry);
}

void write_weights(const fs::path& path) {
  dfe::Weights weights = random_weights({{4, 6, 8}, 4}, 11);
  weights.voxel_size_angstrom = 10;
  dfe::io::write_weights(path, weights);
}

/// One voxel of a volume that `write_volume` wrote as float.
void set_voxel(const fs::path& path, std::int64_t index, float value) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(1024 + 4 * index);
  file.write(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A way to spoil an input, and what the line about it says.
struct Fault {
  const char* name;  ///< of the file
  const char* said;
  void (*make)(const fs::path&);
};

const std::vector<Fault> kFaultsOfFiles = {
    {"missing.mrc", "no such file", [](const fs::path&) {}},
    {"folder.mrc", "is a folder", [](const fs::path& path) { fs::create_directory(path); }},
    {"loop.mrc", "cannot be read", [](const fs::path& path) { fs::create_symlink(path, path); }},
    {"empty.mrc", "is empty", [](const fs::path& path) { std::ofstream{path}; }},
    {"text.mrc", "text.mrc", [](const fs::path& path) { std::ofstream(path) << "no volume"; }},
};

const std::vector<Fault> kFaultsOfTomograms = {
    {"short.mrc", "short.mrc",
     [](const fs::path& path) {
       write_tomogram(path);
       fs::resize_file(path, 3000);
     }},
    {"nan.mrc", "NaN",
     [](const fs::path& path) {
       write_tomogram(path);
       set_voxel(path, 700, std::numeric_limits<float>::quiet_NaN());
     }},
    {"fine.mrc", "voxel size of 7 Å, but the weights were trained on 10 Å",
     [](const fs::path& path) { write_tomogram(path, 7); }},
    {"cut.mrc.gz", "cut.mrc.gz",  // compressed: found out when its turn comes
     [](const fs::path& path) { std::ofstream(path) << "\x1f\x8b\x08 and no more"; }},
};

std::vector<Fault> faults_of_tomograms() {
  std::vector<Fault> faults = kFaultsOfFiles;
  faults.insert(faults.end(), kFaultsOfTomograms.begin(), kFaultsOfTomograms.end());
  return faults;
}

/// What all batches with one bad input of three say. Returns the JSON's entries.
Json check_failed_second(const CommandResult& run, const Fault& fault, const char* list,
                         const char* name_key) {
  INFO(run.err << run.out);
  CHECK(run.exit_code == 1);
  const std::vector<std::string> said = lines_of(run.err, "dfengine: ");
  REQUIRE(said.size() == 2);
  CHECK_THAT(said[0], DFE_CONTAINS(fault.said));
  CHECK_THAT(said[0], DFE_CONTAINS(fault.name));
  CHECK(said[1] == "dfengine: 2 of 3 done, 1 failed");
  Json entries = parse_json(run.out).at(list);
  REQUIRE(entries.size() == 3);
  for (const std::size_t good : {0, 2}) CHECK_FALSE(entries[good].contains("error"));
  CHECK(entries[1].at(name_key) == fault.name);
  CHECK("dfengine: " + entries[1].at("error").get<std::string>() == said[0]);
  CHECK(entries[1].size() == 3);
  return entries;
}

std::vector<std::string> results(const std::string& ending) {
  std::vector<std::string> names;
  for (const char* input : {"a", "c"})
    for (const char* record : {"", ".run.json"}) names.push_back(input + ending + record);
  return names;
}

}  // namespace

TEST_CASE("segment and pick go on after a bad tomogram, which leaves nothing") {
  const TempFolder folder;
  write_weights(folder / "w.h5");
  write_tomogram(folder / "a.mrc");
  write_tomogram(folder / "c.mrc");
  for (const Fault& fault : faults_of_tomograms()) {
    INFO(fault.name);
    fault.make(folder / fault.name);
    const std::string inputs =
        std::string("a.mrc ") + fault.name + " c.mrc --weights w.h5 --json --scores s --quiet";
    const Json segmented = check_failed_second(
        dfengine(folder.path(), "segment " + inputs + " -o l"), fault, "results", "input");
    CHECK(segmented[0].at("extent") == Json({8, 12, 16}));
    CHECK(segmented[1].at("error_kind") == "failed");
    CHECK(segmented[2].at("output") == "l/c_labels.mrc");
    CHECK(names_in(folder / "l") == results("_labels.mrc"));
    CHECK(names_in(folder / "s") == results("_scores.h5"));
    const std::string labels = read_text(folder / "l" / "c_labels.mrc");
    fs::remove_all(folder / "l");
    fs::remove_all(folder / "s");

    check_failed_second(
        dfengine(folder.path(), "pick " + inputs + " --radius 3 -o p --labels l --format csv"),
        fault, "results", "input");
    CHECK(names_in(folder / "p") == results(".csv"));
    CHECK(names_in(folder / "s") == results("_scores.h5"));
    CHECK(read_text(folder / "l" / "c_labels.mrc") == labels);
    for (const char* made : {"l", "s", "p"}) fs::remove_all(folder / made);
  }
}

TEST_CASE("the bad tomogram's line is there without --json too, and the next run does the rest") {
  const TempFolder folder;
  write_weights(folder / "w.h5");
  write_tomogram(folder / "a.mrc");
  write_tomogram(folder / "b.mrc", 7);
  write_tomogram(folder / "c.mrc");
  const std::string line = "segment a.mrc b.mrc c.mrc --weights w.h5 -o l";
  const CommandResult run = dfengine(folder.path(), line);
  INFO(run.err);
  CHECK(run.exit_code == 1);
  CHECK(lines_of(run.err, "dfengine: ").size() == 2);
  const auto done = lines_of(run.out, "labels of ");
  CHECK(done == std::vector<std::string>{"labels of a.mrc written to l/a_labels.mrc",
                                         "labels of c.mrc written to l/c_labels.mrc"});

  write_tomogram(folder / "b.mrc");
  const CommandResult again = dfengine(folder.path(), line + " --skip-existing --json");
  CHECK(again.exit_code == 0);
  const Json entries = parse_json(again.out).at("results");
  CHECK(entries[0].at("skipped") == true);
  CHECK(entries[1].contains("label_counts"));
  CHECK(entries[2].at("skipped") == true);
}

TEST_CASE("what is skipped is not counted as done") {
  const TempFolder folder;
  write_weights(folder / "w.h5");
  for (const char* name : {"a.mrc", "b.mrc"}) write_tomogram(folder / name);
  REQUIRE(dfengine(folder.path(), "segment a.mrc --weights w.h5 -o a_labels.mrc").exit_code == 0);
  const CommandResult run = dfengine(
      folder.path(), "segment a.mrc none.mrc b.mrc --weights w.h5 -o . --skip-existing --quiet");
  CHECK(run.exit_code == 1);
  CHECK(lines_of(run.err, "dfengine: ").back() == "dfengine: 1 of 3 done, 1 skipped, 1 failed");
}

TEST_CASE("a batch that is interrupted reports what was done and what had failed") {
  const TempFolder folder;
  dfe::Weights weights = random_weights({{16, 24, 32}, 4}, 11);
  weights.voxel_size_angstrom = 10;
  dfe::io::write_weights(folder / "w.h5", weights);
  write_tomogram(folder / "small.mrc");
  // seconds of work for one thread, while the shell looks twenty times a second
  for (const char* name : {"large.mrc", "other.mrc"})
    write_tomogram(folder / name, 10, {64, 256, 256});
  const std::string line =
      " missing.mrc small.mrc large.mrc other.mrc --weights w.h5 -o o --json "
      "--threads 1 --slab 4 & p=$!; "
      "while kill -0 $p && ! [ -e o/small";
  for (const auto& [verb, result] : std::vector<std::pair<std::string, std::string>>{
           {"segment", "_labels.mrc"}, {"pick --radius 3", ".star"}}) {
    INFO(verb);
    const CommandResult run =
        run_command(folder.path(), {"/bin/sh", "-c",
                                    std::string(DFENGINE_BINARY) + " " + verb + line + result +
                                        ".run.json ]; do sleep 0.05; done; kill -INT $p; wait $p"});
    INFO(run.err << run.out);
    CHECK(run.exit_code == 1);
    const std::string error = verb.substr(0, verb.find(' ')) + ": 'large.mrc': cancelled";
    const Json json = parse_json(run.out);
    REQUIRE(json.at("results").size() == 2);
    CHECK(json.at("results")[0].at("error_kind") == "failed");
    CHECK(json.at("results")[1].at("output") == "o/small" + result);
    CHECK(json.at("error") == error);
    CHECK(json.at("error_kind") == "cancelled");
    const auto said = lines_of(run.err, "dfengine: ");
    REQUIRE(said.size() == 3);
    CHECK_THAT(said[0], DFE_CONTAINS("'missing.mrc': no such file"));
    CHECK(said[1] == "dfengine: " + error);
    CHECK(said[2] == "dfengine: 1 of 4 done, 1 failed, 2 cancelled");
    CHECK(names_in(folder / "o") ==
          std::vector<std::string>{"small" + result, "small" + result + ".run.json"});
    fs::remove_all(folder / "o");
  }
}

TEST_CASE("all of several tomograms are bad") {
  const TempFolder folder;
  write_weights(folder / "w.h5");
  write_tomogram(folder / "a.mrc", 7);
  const CommandResult run =
      dfengine(folder.path(), "segment a.mrc none.mrc --weights w.h5 -o l --json");
  CHECK(run.exit_code == 1);
  CHECK(lines_of(run.err, "dfengine: ").back() == "dfengine: 0 of 2 done, 2 failed");
  CHECK(parse_json(run.out).at("results").size() == 2);
  CHECK_FALSE(fs::exists(folder / "l"));
}

TEST_CASE("a result that cannot be written is its input's failure, and no part of it stays") {
  const TempFolder folder;
  write_weights(folder / "w.h5");
  write_tomogram(folder / "a.mrc");
  write_tomogram(folder / "b.mrc", 10, {24, 40, 40});
  write_tomogram(folder / "c.mrc");
  // Files of at most 64 blocks of 512 bytes: labels of b.mrc have 39424 bytes, all others fit.
  const CommandResult run = run_command(
      folder.path(), {"/bin/sh", "-c",
                      "ulimit -f 64; exec " + std::string(DFENGINE_BINARY) +
                          " pick a.mrc b.mrc c.mrc --weights w.h5 --radius 4 -o p --labels l "
                          "--min-size 30 --json --quiet"});
  const Json entries =
      check_failed_second(run, {"b.mrc", "l/b_labels.mrc", nullptr}, "results", "input");
  CHECK(names_in(folder / "l") == results("_labels.mrc"));
  CHECK(names_in(folder / "p") == results(".star"));
}

TEST_CASE("what is wrong with the whole request ends it before any work") {
  const TempFolder folder;
  write_weights(folder / "w.h5");
  std::ofstream(folder / "noise.h5") << "not HDF5";
  write_tomogram(folder / "a.mrc");
  write_tomogram(folder / "b.mrc", 10, {16, 24, 24});
  fs::create_directory(folder / "full");
  std::ofstream(folder / "full" / "b_labels.mrc") << "mine";
  const auto before = names_in(folder.path());
  const auto refused = [&](const std::string& options, int exit_code, const std::string& said) {
    INFO(options);
    const CommandResult run =
        dfengine(folder.path(), "segment a.mrc b.mrc none.mrc " + options + " --quiet");
    INFO(run.err);
    CHECK(run.exit_code == exit_code);
    CHECK(run.out.empty());
    CHECK(lines_of(run.err).size() == 1);
    CHECK_THAT(run.err, DFE_CONTAINS(said));
    CHECK(names_in(folder.path()) == before);
    CHECK(names_in(folder / "full") == std::vector<std::string>{"b_labels.mrc"});
  };
  refused("--weights noise.h5 -o l", 1, "noise.h5");
  refused("--weights w0.h5 -o l", 1, "w0.h5");
  refused("--weights w.h5 -o full", 1, "already exists");
  refused("--weights w.h5 -o a/b/c", 1, "does not exist");
  refused("--weights w.h5 -o a.mrc", 1, "is not a folder");
  refused("--weights w.h5 -o l --memory 1M", 2, "at least");
  refused("--weights w.h5 -o l --tiling deepfinder --patch 50", 2, "patch");
  refused("--weights w.h5 -o l --device cuda:99", 2, "cuda:99");
  refused("--weights w.h5 -o l --instruction-set mmx", 2, "mmx");
  refused("--weights w.h5 -o l --classes a,b", 2, "--classes");
}

TEST_CASE("cluster goes on after a bad label map") {
  std::vector<Fault> faults = kFaultsOfFiles;
  faults.push_back({"short.mrc", "short.mrc", [](const fs::path& path) {
                      write_two_cubes(path);
                      fs::resize_file(path, 9000);
                    }});
  faults.push_back({"nan.mrc", "nan.mrc", kFaultsOfTomograms[1].make});
  faults.push_back({"half.mrc", "half.mrc", [](const fs::path& path) { write_tomogram(path); }});
  faults.push_back({"unknown.h5", "voxel size", [](const fs::path& path) {
                      dfe::LabelMap map;
                      map.geometry.extent = {4, 4, 4};
                      map.labels = dfe::Volume<std::uint8_t>(map.geometry.extent, 1);
                      dfe::io::write_labels(path, map);
                    }});
  const TempFolder folder;
  write_two_cubes(folder / "a.mrc");
  write_two_cubes(folder / "c.mrc");
  for (const Fault& fault : faults) {
    INFO(fault.name);
    fault.make(folder / fault.name);
    const CommandResult run =
        dfengine(folder.path(), std::string("cluster a.mrc ") + fault.name +
                                    " c.mrc --radius 50A -o p --format csv --json --quiet");
    const Json entries = check_failed_second(run, fault, "results", "input");
    CHECK(entries[1].at("error_kind") ==
          (fault.name == std::string("unknown.h5") ? "usage" : "failed"));
    CHECK(entries[2].at("particles") == 2);
    CHECK(names_in(folder / "p") == results(".csv"));
    fs::remove_all(folder / "p");
  }
}

TEST_CASE("info goes on after a bad file") {
  std::vector<Fault> faults = kFaultsOfFiles;
  faults[2].said = "loop.mrc";
  faults.push_back(kFaultsOfTomograms[0]);
  faults.push_back({"noise.xml", "noise.xml",
                    [](const fs::path& path) { std::ofstream(path) << "<objlist><object x="; }});
  faults.push_back({"noise.h5", "noise.h5", [](const fs::path& path) {
                      std::ofstream(path) << "\x89HDF\r\n\x1a\n and no more";
                    }});
  const TempFolder folder;
  write_two_cubes(folder / "a.mrc");
  write_xml_list(folder / "c.xml");
  for (const Fault& fault : faults) {
    INFO(fault.name);
    fault.make(folder / fault.name);
    const std::string line = std::string("info a.mrc ") + fault.name + " c.xml";
    const Json entries =
        check_failed_second(dfengine(folder.path(), line + " --json"), fault, "files", "path");
    CHECK(entries[0].at("extent") == Json({20, 30, 40}));
    CHECK(entries[2].at("particles") == 3);
    const CommandResult text = dfengine(folder.path(), line);
    CHECK(text.exit_code == 1);
    CHECK_THAT(text.out, DFE_CONTAINS("a.mrc: mrc volume") && DFE_CONTAINS("c.xml: particle list"));
  }
}

TEST_CASE("what a header tells is checked before the network runs, of a single tomogram too") {
  const TempFolder folder;
  write_weights(folder / "w.h5");
  write_tomogram(folder / "a.mrc");
  write_tomogram(folder / "unknown.mrc", 0);
  const auto before = names_in(folder.path());
  const auto refused = [&](const std::string& line, const std::string& said) {
    INFO(line);
    const CommandResult run = dfengine(folder.path(), line + " --weights w.h5");
    INFO(run.err);
    CHECK(run.exit_code == 2);
    CHECK_THAT(run.err, DFE_CONTAINS(said));
    CHECK_THAT(run.err, !DFE_CONTAINS("device "));  // the first words of a run
    CHECK(names_in(folder.path()) == before);
  };
  refused("pick a.mrc --radius 3 -o picks.txt", "not that of a list format");
  refused("pick a.mrc --radius 3 -o p.star --labels l.nii.gz", "has no file extension");
  refused("segment a.mrc -o labels.nii", "has no file extension");
  refused("pick a.mrc --radius 1e9 -o p.star --scores s.h5", "diagonal");
  refused("pick unknown.mrc --radius 30A -o p.star", "voxel size");
  refused("pick unknown.mrc --radius 3 --format relion5 -o p.star", "--voxel-size");
}
