// SPDX-License-Identifier: Apache-2.0
// A Zarr store is one input or one result, though it is a folder: named, recorded, replaced and
// refused as a file is.
#include <fstream>

#include "io/run_record.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;
namespace fs = std::filesystem;

namespace {

/// The label map of two cubes as a store, and the list that has them.
void write_inputs(const TempFolder& folder) {
  write_two_cubes(folder / "cubes.mrc");
  dfe::io::write_labels(folder / "tomo.zarr", dfe::io::read_labels(folder / "cubes.mrc"));
  write_xml_list(folder / "list.xml");
}

std::string refusal(const TempFolder& folder, const std::string& line) {
  const CommandResult result = dfengine(folder.path(), line);
  INFO(line << "\n" << result.err);
  CHECK(result.exit_code != 0);
  return result.err;
}

void succeed(const TempFolder& folder, const std::string& line) {
  const CommandResult result = dfengine(folder.path(), line);
  INFO(line << "\n" << result.err);
  REQUIRE(result.exit_code == 0);
}

}  // namespace

TEST_CASE("info, cluster and evaluate take stores and their levels") {
  const TempFolder folder;
  write_inputs(folder);
  for (const char* name : {"tomo.zarr", "tomo.zarr/", "tomo.zarr/0"}) {
    const CommandResult info = dfengine(folder.path(), std::string("info --json ") + name);
    REQUIRE(info.exit_code == 0);
    CHECK(parse_json(info.out).at("format") == "zarr");
  }
  succeed(folder, "cluster cubes.mrc --radius 8 -o from_mrc.csv");
  succeed(folder, "cluster tomo.zarr/ --radius 8 -o from_zarr.csv");
  succeed(folder, "cluster tomo.zarr/0 cubes.mrc --radius 8 -o out/");
  CHECK(fs::exists(folder / "out/tomo.csv") + fs::exists(folder / "out/tomo.star") == 1);
  const auto particles = [&](const std::string& name) {
    const CommandResult info = dfengine(folder.path(), "info --json " + name);
    return parse_json(info.out).at("particles").get<int>();
  };
  CHECK(particles("from_zarr.csv") == particles("from_mrc.csv"));
  succeed(folder, "evaluate tomo.zarr/0 --truth cubes.mrc");

  const auto record = parse_json(read_text(folder / "from_zarr.csv.run.json"));
  const auto input = record.at("inputs").at(0);
  CHECK(input.at("xxh128") == dfe::io::file_hash(folder / "tomo.zarr"));
  std::int64_t bytes = 0;
  for (const auto& file : fs::recursive_directory_iterator(folder / "tomo.zarr"))
    if (file.is_regular_file()) bytes += static_cast<std::int64_t>(file.file_size());
  CHECK(input.at("bytes") == bytes);
}

TEST_CASE("a store is written beside its record, and replaced only as a store") {
  const TempFolder folder;
  write_inputs(folder);
  const std::string target = "target list.xml --like tomo.zarr --spheres 2,2 --from-axes xyz -o ";
  succeed(folder, target + "new.zarr");
  CHECK(fs::exists(folder / "new.zarr/.zgroup"));
  CHECK(fs::exists(folder / "new.zarr.run.json"));
  CHECK_THAT(refusal(folder, target + "new.zarr"), DFE_CONTAINS("already exists"));
  std::ofstream(folder / "new.zarr/mark") << "x";
  succeed(folder, target + "new.zarr/ --skip-existing");
  CHECK(fs::exists(folder / "new.zarr/mark"));
  succeed(folder, target + "new.zarr/ --overwrite");
  CHECK_FALSE(fs::exists(folder / "new.zarr/mark"));
  CHECK_FALSE(fs::exists(folder / "new.zarr/.run.json"));

  fs::create_directory(folder / "photos.zarr");
  CHECK_THAT(refusal(folder, target + "photos.zarr --overwrite"), DFE_CONTAINS("no Zarr store"));
  CHECK_THAT(refusal(folder, target + "tomo.zarr --overwrite"), DFE_CONTAINS("replace the input"));
  CHECK_THAT(refusal(folder,
                     "target list.xml --like tomo.zarr/0 --spheres 2,2 --from-axes xyz "
                     "--overwrite -o tomo.zarr"),
             DFE_CONTAINS("replace the input"));
  CHECK_THAT(refusal(folder, "cluster tomo.zarr cubes.mrc --radius 8 -o new.zarr"),
             DFE_CONTAINS("is a volume, not a folder for results"));
}

TEST_CASE("the hash of a folder depends on names and contents") {
  const TempFolder folder;
  const auto make = [&](const std::string& name, const std::string& file, const std::string& text) {
    fs::create_directory(folder / name);
    std::ofstream(folder / name / file) << text;
    return dfe::io::file_hash(folder / name);
  };
  const std::string first = make("a", "x", "12");
  CHECK(make("b", "x", "12") == first);
  CHECK(make("c", "x", "13") != first);
  CHECK(make("d", "y", "12") != first);
}
