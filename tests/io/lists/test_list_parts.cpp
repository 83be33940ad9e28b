// SPDX-License-Identifier: Apache-2.0
// Formats of which a file holds one tomogram or one class: the files that a list becomes.
#include <algorithm>
#include <filesystem>

#include "core/tomogram_names.hpp"
#include "io/lists/keeps.hpp"
#include "io/particle_list.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using io::ListFormat;
using io::ListOptions;

namespace {

ParticleList two_by_two() {
  ParticleList list;
  list.tomograms = {ListTomogram::of("TS_01", {64, 64, 64}, VoxelSize::cubic(10)),
                    ListTomogram::of("TS_02", {64, 64, 64}, VoxelSize::cubic(10))};
  list.class_names = {"background", "ribo_some", "proteasome"};
  for (int i = 0; i < 4; ++i) {
    Particle& p = list.particles.emplace_back();
    p.tomogram = i / 2;
    p.class_label = 1 + i % 2;
    p.position_voxels = {1.0 + i, 2, 3};
  }
  return list;
}

std::vector<std::string> names_in(const std::filesystem::path& folder,
                                  const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const auto& file : files) names.push_back(file.lexically_relative(folder).generic_string());
  return names;
}

ListOptions as(ListFormat format) {
  ListOptions options;
  options.format = format;
  return options;
}

}  // namespace

TEST_CASE("a folder takes copick's layout, EMAN2's, or a file for each tomogram") {
  const test::TempFolder folder;
  const auto files = [&](ListFormat format) {
    return names_in(folder.path(), io::list_files(folder.path(), two_by_two(), as(format)));
  };
  CHECK(files(ListFormat::Copick) ==
        std::vector<std::string>{"ExperimentRuns/TS_01/Picks/dfengine_0_ribo-some.json",
                                 "ExperimentRuns/TS_01/Picks/dfengine_0_proteasome.json",
                                 "ExperimentRuns/TS_02/Picks/dfengine_0_ribo-some.json",
                                 "ExperimentRuns/TS_02/Picks/dfengine_0_proteasome.json"});
  CHECK(files(ListFormat::Eman2) ==
        std::vector<std::string>{"info/TS_01_info.json", "info/TS_02_info.json"});
  CHECK(files(ListFormat::Markers) == std::vector<std::string>{"TS_01.cmm", "TS_02.cmm"});

  const auto losses = io::write_list(folder.path(), two_by_two(), as(ListFormat::Copick));
  REQUIRE(losses.size() == 1);
  CHECK_THAT(losses[0], DFE_CONTAINS("ribo-some"));
  const ParticleList back =
      io::read_list(folder / "ExperimentRuns/TS_02/Picks/dfengine_0_proteasome.json");
  REQUIRE(back.particles.size() == 1);
  CHECK(back.particles[0].position_voxels == Point3{4, 2, 3});
  CHECK(back.tomograms.at(0).name == "TS_02");
}

TEST_CASE("files of a folder are of the tomogram that they are called after") {
  const test::TempFolder folder;
  ParticleList list = two_by_two();
  list.class_names.clear();
  for (Particle& p : list.particles) p.class_label = 1;
  for (const auto& [name, format] : io::written_list_formats()) {
    if (!io::is_list_folder(folder.path(), format)) continue;
    INFO(name);
    const auto files = io::list_files(folder.path(), list, as(format));
    REQUIRE(files.size() == 2);
    if (format == ListFormat::Copick) continue;  // called after the class
    CHECK(tomogram_id(files[0].string()) == "TS_01");
    CHECK(tomogram_id(files[1].string()) == "TS_02");
  }
}

TEST_CASE("a file in Å has the voxel size of the tomogram that it is called after") {
  const test::TempFolder folder;
  ParticleList list = two_by_two();
  list.tomograms[1].voxel_size = VoxelSize::cubic(5);
  io::write_list(folder.path(), list, as(ListFormat::Markers));
  ListOptions options;
  options.tomograms = list.tomograms;
  const ParticleList back = io::read_list(folder / "TS_02.cmm", options);
  CHECK(back.particles.at(0).position_voxels == Point3{3, 2, 3});
  CHECK(back.tomogram_of(back.particles[0]).name == "TS_02");
  std::filesystem::rename(folder / "TS_02.cmm", folder / "picks.cmm");
  CHECK_THROWS_WITH(io::read_list(folder / "picks.cmm", options),
                    DFE_CONTAINS("voxel size is unknown"));
}

TEST_CASE("every extension of the page's table is cut off a tomogram's name") {
  const std::string page = test::read_text(std::string(DFE_SOURCE_DIR) + "/docs/particle_lists.md");
  const std::string table = page.substr(0, page.find("Spreadsheets are recognized"));
  std::size_t found = 0;
  for (std::size_t at = 0; (at = table.find("| `", at)) != std::string::npos; ++found) {
    at += 3;
    const std::string ending = table.substr(at, table.find('`', at) - at);
    if (ending[0] != '.' && ending != "_info.json") continue;
    CHECK(tomogram_id("TS_01" + ending) == "TS_01");
  }
  CHECK(found > 20);
}

TEST_CASE("a list that is called after another tomogram of the series is named in a warning") {
  const test::TempFolder folder;
  ParticleList list = two_by_two();
  list.particles.resize(2);
  const auto warned = [&](const std::string& file, const std::string& tomogram) {
    io::write_list(folder / file, list);
    ListOptions options;
    options.tomograms = {ListTomogram::of(tomogram, {64, 64, 64}, VoxelSize::cubic(10))};
    options.tomogram_name = tomogram;
    const ParticleList back = io::read_list(folder / file, options);
    return std::any_of(back.warnings.begin(), back.warnings.end(), [](const std::string& text) {
      return text.find("but is read as one of the tomogram") != std::string::npos;
    });
  };
  for (const char* ending : {".coords", ".cbox", ".cmm"}) {
    CHECK(warned(std::string("TS_02") + ending, "TS_01"));
    CHECK(warned(std::string("TS_10") + ending, "rec_TS_9.mrc"));
    CHECK(!warned(std::string("TS_01") + ending, "rec_TS_01.mrc"));
    CHECK(!warned(std::string("picks") + ending, "TS_01"));  // says nothing of a tomogram
  }
}

TEST_CASE("formats with one voxel size for all axes refuse voxels that are not cubic") {
  const test::TempFolder folder;
  for (const auto& [name, format] : io::written_list_formats()) {
    if (!io::lists::keeps(format).voxel_size && format != ListFormat::Eman2) continue;
    INFO(name);
    ParticleList list = two_by_two();
    list.particles.resize(1);
    list.tomograms.pop_back();
    list.tomograms[0].voxel_size = {30, 10, 10};
    ListOptions options = as(format);
    const auto file = folder / (name + ".list");
    bool refused = false;
    try {
      io::write_list(file, list, options);
    } catch (const Error& error) {
      refused = std::string(error.what()).find("knows cubic voxels only") != std::string::npos;
    }
    const bool keeps_three = !refused && io::read_list(file, options).tomograms.at(0).voxel_size ==
                                             VoxelSize{30, 10, 10};
    CHECK(refused != keeps_three);
  }
}

TEST_CASE("a file that cannot hold the list is refused before anything is written") {
  const test::TempFolder folder;
  CHECK_THROWS_WITH(io::write_list(folder / "all.cmm", two_by_two(), {}),
                    DFE_CONTAINS("particles of 2 tomograms"));
  ParticleList one = two_by_two();
  one.particles.resize(2);
  CHECK_THROWS_WITH(io::write_list(folder / "all.json", one, {}), DFE_CONTAINS("2 classes"));
  CHECK(std::filesystem::is_empty(folder.path()));
  io::write_list(folder / "all.cmm", one, {});
  CHECK(std::filesystem::exists(folder / "all.cmm"));
}

TEST_CASE("RELION 5's import job gets a list of lists") {
  const test::TempFolder folder;
  const auto path = folder / "import.star";
  io::write_list(path, two_by_two(), as(ListFormat::Relion5Import));
  const std::string first = (folder / "import/TS_01.star").string();
  CHECK_THAT(test::read_text(path), DFE_CONTAINS("_rlnTomoImportParticleFile #2") &&
                                        DFE_CONTAINS("TS_01\t" + first + "\n"));
  const std::string part = test::read_text(first);
  // RELION reads the first table of a file: the particles must come first
  CHECK_THAT(part, DFE_CONTAINS("_rlnCenteredCoordinateXAngst #3"));
  CHECK(part.find("data_optics") == std::string::npos);
  CHECK_THAT(part, DFE_CONTAINS("-290.000000\t-300.000000\t-310.000000"));  // (3 - 32)·10, ...
  ParticleList unnamed = two_by_two();
  for (Particle& p : unnamed.particles) p.tomogram.reset();
  CHECK_THROWS_WITH(io::write_list(path, unnamed, as(ListFormat::Relion5Import)),
                    DFE_CONTAINS("--tomogram-name"));
}

TEST_CASE("a CZII submission has the challenge's columns") {
  const test::TempFolder folder;
  io::write_list(folder / "submission.csv", two_by_two(), as(ListFormat::Czii));
  CHECK(test::read_text(folder / "submission.csv") ==
        "id,experiment,particle_type,x,y,z\n0,TS_01,ribo_some,30,20,10\n1,TS_01,proteasome,30,20,20"
        "\n2,TS_02,ribo_some,30,20,30\n3,TS_02,proteasome,30,20,40\n");
}
