// SPDX-License-Identifier: Apache-2.0
// info, cluster and convert on generated files, with results worked out by hand.
#include "io/atomic_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;
using Json = nlohmann::json;

namespace {

Json json_of(const TempFolder& folder, const std::string& line) {
  const CommandResult result = dfengine(folder.path(), line + " --json");
  INFO(line << "\n" << result.err);
  REQUIRE(result.exit_code == 0);
  return parse_json(result.out);
}

}  // namespace

TEST_CASE("info tells what a volume holds") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  const Json info = json_of(folder, "info labels.mrc");
  CHECK(info.at("kind") == "volume");
  CHECK(info.at("path") == "labels.mrc");
  CHECK(info.at("format") == "mrc");
  CHECK(info.at("extent") == Json({20, 30, 40}));
  CHECK(info.at("voxel_size_angstrom") == 10.0);
  CHECK(info.at("mode") == "int8");
  CHECK(info.at("min") == 0.0);
  CHECK(info.at("max") == 2.0);
  // 125 voxels of 1 and 343 of 2 among 24000.
  const double mean = (125 + 2 * 343) / 24000.0, square = (125 + 4 * 343) / 24000.0;
  CHECK(info.at("mean").get<double>() == Approx(mean).epsilon(1e-12));
  CHECK(info.at("std").get<double>() == Approx(std::sqrt(square - mean * mean)).epsilon(1e-12));
  CHECK(info.at("nonfinite") == 0);
  CHECK(info.at("warnings").empty());

  CHECK(json_of(folder, "info labels.mrc --voxel-size 7.5").at("voxel_size_angstrom") == 7.5);
  CHECK_FALSE(json_of(folder, "info labels.mrc --no-statistics").contains("mean"));
  CHECK(json_of(folder, "info labels.mrc labels.mrc").at("files").size() == 2);
  CHECK_THAT(dfengine(folder.path(), "info labels.mrc").out, DFE_CONTAINS("20x30x40"));
}

TEST_CASE("info --ops names a kernel or a reason for every op and backend") {
  const TempFolder folder;
  const Json info = json_of(folder, "info --ops");
  CHECK(info.at("kind") == "ops");
  CHECK(info.at("widths") == Json({32, 48, 64}));
  CHECK(info.at("ops").size() == 19);  // 15 with weights, two poolings, two casts
  for (const Json& op : info.at("ops"))
    for (const Json& backend : info.at("backends")) {
      const std::string name = backend.get<std::string>();
      INFO(op.dump() << " on " << name);
      CHECK(op.at("kernels").contains(name) != op.at("refusals").contains(name));
    }
  CHECK(info.at("ops")[0].at("name") == "conv1");
  CHECK(info.at("ops")[0].at("kernels").at("ref") == "ref");
  // a GPU's kernels, or the reason why there are none
  CHECK(info.at("missing").contains("cuda") !=
        (info.dump().find("cuda fp16") != std::string::npos));
  const std::string text = dfengine(folder.path(), "info --ops").out;
  CHECK_THAT(text, DFE_CONTAINS("conv13: conv3d 3x3x3 48+32 to 32"));
  CHECK_THAT(text, DFE_CONTAINS("cpu portable direct"));
  CHECK_THAT(text, DFE_CONTAINS("none: "));
  CHECK(dfengine(folder.path(), "info --ops a.h5 b.h5").exit_code == 2);
}

TEST_CASE("info leaves voxels that are not finite out of the statistics and says so") {
  const TempFolder folder;
  dfe::VolumeGeometry geometry;
  geometry.extent = {1, 2, 3};
  dfe::Volume<float> volume(geometry.extent, 0);
  volume(0, 0, 0) = std::numeric_limits<float>::quiet_NaN();
  volume(0, 1, 2) = std::numeric_limits<float>::infinity();
  volume(0, 1, 1) = 8;
  dfe::io::write_volume(folder / "v.mrc", volume.view(), geometry);
  const Json info = json_of(folder, "info v.mrc");
  CHECK(info.at("nonfinite") == 2);
  CHECK(info.at("mean") == 2.0);
  CHECK(info.at("max") == 8.0);
  CHECK(info.at("voxel_size_angstrom").is_null());
  CHECK(info.at("warnings").size() >= 2);  // and the unknown voxel size
}

TEST_CASE("info without a file tells about the machine") {
  const TempFolder folder;
  const Json info = json_of(folder, "info");
  CHECK(info.at("kind") == "machine");
  CHECK(info.at("version") == DFENGINE_VERSION);
  CHECK(info.at("threads").get<int>() >= 1);
  CHECK(!info.at("instruction_sets").empty());
}

TEST_CASE("cluster finds the two cubes") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  const auto result =
      json_of(folder, "cluster labels.mrc --radius 50A -o picks.xml").at("results").at(0);
  CHECK(result.at("input") == "labels.mrc");
  CHECK(result.at("output") == "picks.xml");
  CHECK(result.at("particles") == 2);
  CHECK(result.at("classes") == Json({{"1", 1}, {"2", 1}}));
  const Json list = json_of(folder, "info picks.xml");
  CHECK(list.at("particles") == 2);
  CHECK(list.at("position_min") == Json({5.0, 6.0, 7.0}));
  CHECK(list.at("position_max") == Json({12.0, 20.0, 30.0}));
  const Json record = parse_json(read_text(folder / "picks.xml.run.json"));
  CHECK(record.is_object());

  const auto components = json_of(
      folder, "cluster labels.mrc --method components --min-size 200 --min-size 1=100 -o c.csv");
  CHECK(components.at("results").at(0).at("particles") == 2);
  const auto large =
      json_of(folder, "cluster labels.mrc --method components --min-size 200 -o d.csv")
          .at("results")
          .at(0);
  CHECK(large.at("classes") == Json({{"2", 1}}));
}

TEST_CASE("several label maps go to a folder under names of their own") {
  const TempFolder folder;
  write_two_cubes(folder / "a.mrc");
  write_two_cubes(folder / "b.rec");
  const std::string line = "cluster a.mrc b.rec --radius 5 -o picks --format csv";
  const Json results = json_of(folder, line).at("results");
  REQUIRE(results.size() == 2);
  CHECK(names_in(folder / "picks") ==
        std::vector<std::string>{"a.csv", "a.csv.run.json", "b.csv", "b.csv.run.json"});
  std::filesystem::remove(folder / "picks" / "b.csv");
  const Json again = json_of(folder, line + " --skip-existing").at("results");
  CHECK(again.at(0).at("skipped") == true);
  CHECK(again.at(1).at("particles") == 2);
}

TEST_CASE("an empty label map gives an empty list") {
  const TempFolder folder;
  dfe::LabelMap map;
  map.geometry.extent = {4, 4, 4};
  map.labels = dfe::Volume<std::uint8_t>(map.geometry.extent, 0);
  dfe::io::write_labels(folder / "empty.mrc", map);
  for (const char* name : {"e.star", "e.csv", "e.xml"}) {
    const Json result =
        json_of(folder, std::string("cluster empty.mrc --radius 3 --voxel-size 10 -o ") + name);
    CHECK(result.at("results").at(0).at("particles") == 0);
    CHECK(json_of(folder, std::string("info ") + name).at("particles") == 0);
  }
}

TEST_CASE("convert keeps positions and classes through every format") {
  const TempFolder folder;
  write_xml_list(folder / "list.xml");
  write_two_cubes(folder / "tomo.mrc");
  const Json original = json_of(folder, "info list.xml");
  REQUIRE(original.at("particles") == 3);
  std::string from = "list.xml";
  for (const std::string format : {"csv", "tsv", "dynamo", "imod", "motl", "motl-csv", "stopgap",
                                   "relion3", "relion4", "relion5", "xml"}) {
    const std::string ending = format.starts_with("relion") ? "star" : format;
    const std::string to = std::string(format).append(".").append(ending);
    INFO(from << " to " << to);
    std::string line = "convert ";
    line.append(from).append(" ").append(to).append(" --like tomo.mrc --format ").append(format);
    const Json result = json_of(folder, line);
    CHECK(result.at("particles") == 3);
    from = to;
  }
  const Json last = json_of(folder, "info xml.xml");
  CHECK(last.at("classes") == original.at("classes"));
  for (const char* corner : {"position_min", "position_max"})
    for (std::size_t axis = 0; axis < 3; ++axis)
      CHECK(last.at(corner).at(axis).get<double>() ==
            Approx(original.at(corner).at(axis).get<double>()).margin(1e-3));
}

TEST_CASE("convert and info read the location files that evaluate reads") {
  const TempFolder folder;
  dfe::io::write_text_file(folder / "truth.txt", "1abc 2 20 30 0 0 0\n1xyz 3 21 41 0 0 0\n");
  CHECK(json_of(folder, "info truth.txt").at("classes") == Json{{"1abc", 1}, {"1xyz", 1}});
  CHECK(json_of(folder, "convert truth.txt truth.xml").at("particles") == 2);
  CHECK(json_of(folder, "info truth.xml").at("position_max") == Json{3, 21, 41});
  CHECK(json_of(folder, "convert truth.txt x_first.csv --from-axes xyz").at("particles") == 2);
  CHECK(json_of(folder, "info x_first.csv").at("position_max") == Json{41, 21, 3});
  dfe::io::write_text_file(folder / "notes.txt", "a meeting on Tuesday\n");
  for (const char* line : {"info notes.txt", "convert notes.txt notes.csv"}) {
    const CommandResult result = dfengine(folder.path(), line);
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, DFE_CONTAINS("line 1 is not a class name and three positions"));
  }
}

TEST_CASE("a motive list is a list, though volumes are called .em, too") {
  const TempFolder folder;
  dfe::io::write_text_file(folder / "a.csv", "class_label,x,y,z\n1,3,2,1\n1,30,20,10\n");
  REQUIRE(json_of(folder, "convert a.csv a.em").at("particles") == 2);
  CHECK(json_of(folder, "info a.em").at("position_max") == Json{10, 20, 30});
  const Json scores = json_of(folder, "evaluate a.em --truth a.csv --distance 2");
  CHECK(scores.at("localization").at("f1") == 1.0);
}

TEST_CASE("convert writes a folder where a file holds one tomogram or one class") {
  const TempFolder folder;
  dfe::io::write_text_file(
      folder / "two.csv",
      "tomogram,class_label,class_name,x,y,z,voxel_size_angstrom\n"
      "TS_01,1,ribosome,3,2,1,10\nTS_01,2,other,6,5,4,10\nTS_02,1,ribosome,3,2,1,10\n");
  const std::string line = "convert two.csv project --format copick";
  const Json result = json_of(folder, line);
  const std::string picks = "project/ExperimentRuns/TS_01/Picks/dfengine_0_other.json";
  CHECK(result.at("files").size() == 3);
  CHECK(result.at("files").at(1) == picks);
  CHECK(std::filesystem::exists(folder / "project.run.json"));
  CHECK(json_of(folder, "info " + picks).at("position_min") == Json{4, 5, 6});

  // nothing in the folder is replaced unasked, least of all the input
  CHECK_THAT(dfengine(folder.path(), line).err, DFE_CONTAINS("already exists"));
  CHECK(json_of(folder, line + " --skip-existing").at("skipped") == true);
  CHECK(json_of(folder, line + " --overwrite").at("particles") == 3);
  const CommandResult self =
      dfengine(folder.path(), "convert " + picks + " project --format copick --overwrite");
  CHECK(self.exit_code == 2);
  CHECK_THAT(self.err, DFE_CONTAINS("would replace the input"));

  CHECK_THAT(dfengine(folder.path(), "convert two.csv picks.json").err,
             DFE_CONTAINS("particles of 2 tomograms"));
  dfe::io::write_text_file(
      folder / "t.star",
      "data_\nloop_\n_rlnTomoName\n_rlnTomoSizeX\n_rlnTomoSizeY\n_rlnTomoSizeZ\n"
      "TS_01 64 64 64\nTS_02 64 64 64\n");
  const Json import =
      json_of(folder, "convert two.csv import.star --format relion5-import --tomograms t.star");
  CHECK(import.at("files").at(2) == "import/TS_02.star");
}

TEST_CASE("a format of several files is refused by cluster before it begins") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  CHECK_THAT(dfengine(folder.path(), "cluster labels.mrc --radius 5 -o picks.json").err,
             DFE_CONTAINS("copick has a file for each class"));
  CHECK(dfengine(folder.path(), "cluster labels.mrc --radius 5 -o picks.cmm").exit_code == 0);
  CHECK(json_of(folder, "info picks.cmm --voxel-size 10").at("particles") == 2);
}

TEST_CASE("the map of a Dynamo table is replaced and kept as results are") {
  const TempFolder folder;
  write_two_cubes(folder / "TS_01.mrc");
  dfe::io::write_text_file(folder / "b.csv", "tomogram,class_label,x,y,z\nTS_02,1,3,2,1\n");
  const std::string old = "1 TS_old\n",
                    line = GENERATE("cluster TS_01.mrc --radius 5 -o a.tbl", "convert b.csv a.tbl");
  CAPTURE(line);
  dfe::io::write_text_file(folder / "a.doc", old);
  const CommandResult refused = dfengine(folder.path(), line);
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.err, DFE_CONTAINS("'a.doc': already exists"));
  CHECK(read_text(folder / "a.doc") == old);
  CHECK_FALSE(std::filesystem::exists(folder / "a.tbl"));

  CHECK(dfengine(folder.path(), line + " --overwrite").exit_code == 0);
  const bool first = line.starts_with("cluster");
  CHECK(read_text(folder / "a.doc") == (first ? "1 TS_01\n" : "1 TS_02\n"));
  const Json outputs = parse_json(read_text(folder / "a.tbl.run.json")).at("outputs");
  CHECK(outputs.size() == 2);
  CHECK(dfengine(folder.path(), line + " --skip-existing").exit_code == 0);

  // What is not a map is not replaced, and a map that is read is an input.
  dfe::io::write_text_file(folder / "a.doc", "minutes of the meeting\n");
  CHECK_THAT(dfengine(folder.path(), line + " --overwrite").err, DFE_CONTAINS("is in the way"));
  dfe::io::write_text_file(folder / "a.doc", old);
  CHECK_THAT(dfengine(folder.path(), "convert a.tbl a.doc --format csv --overwrite").err,
             DFE_CONTAINS("would replace the input"));
}

TEST_CASE("quiet says nothing, json says nothing else") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  const CommandResult quiet =
      dfengine(folder.path(), "cluster labels.mrc --radius 5 -o a.csv --quiet");
  CHECK(quiet.exit_code == 0);
  CHECK(quiet.out.empty());
  CHECK(quiet.err.empty());
}
