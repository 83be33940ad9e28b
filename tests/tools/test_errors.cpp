// SPDX-License-Identifier: Apache-2.0
// What the command line says to requests it cannot fulfil: one line, the right exit code, nothing
// left behind.
#include <algorithm>
#include <fstream>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;

namespace {

/// Runs it with and without --json and checks all that every refusal has in common. `said` is part
/// of the line.
void refused(const TempFolder& folder, const std::string& line, int exit_code,
             const std::string& said) {
  const auto before = names_in(folder.path());
  INFO(line);
  const CommandResult plain = dfengine(folder.path(), line);
  INFO(plain.err);
  CHECK(plain.exit_code == exit_code);
  CHECK(plain.out.empty());
  CHECK_THAT(plain.err, DFE_CONTAINS("dfengine: "));
  CHECK_THAT(plain.err, DFE_CONTAINS(said));
  CHECK(std::count(plain.err.begin(), plain.err.end(), '\n') == 1);

  const CommandResult json = dfengine(folder.path(), line + " --json");
  CHECK(json.exit_code == exit_code);
  const auto object = parse_json(json.out);
  CHECK_THAT(object.at("error").get<std::string>(), DFE_CONTAINS(said));
  CHECK(names_in(folder.path()) == before);
}

}  // namespace

TEST_CASE("requests that make no sense exit with 2") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  write_xml_list(folder / "list.xml");
  std::ofstream(folder / "w.h5") << "x";
  refused(folder, "cluster labels.mrc -o a.star", 2, "--radius");
  refused(folder, "cluster labels.mrc --radius 8", 2, "--output");
  refused(folder, "cluster labels.mrc --radius 0 -o a.star", 2, "--radius");
  refused(folder, "cluster labels.mrc --radius -3 -o a.star", 2, "--radius");
  refused(folder, "cluster labels.mrc --radius nan -o a.star", 2, "--radius");
  refused(folder, "cluster labels.mrc --radius 8X -o a.star", 2, "8X");
  refused(folder, "cluster labels.mrc --radius 8 --method magic -o a.star", 2, "magic");
  refused(folder, "cluster labels.mrc --radius 8 --position edge -o a.star", 2, "edge");
  refused(folder, "cluster labels.mrc --radius 8 --min-size 3=x -o a.star", 2, "3=x");
  refused(folder, "cluster labels.mrc --radius 8 --min-size 0=5 -o a.star", 2, "no class 0");
  refused(folder, "cluster labels.mrc --radius 8 --min-size 99999999999999999999 -o a.star", 2,
          "--min-size");
  refused(folder, "cluster labels.mrc --radius 8 --format docx -o a.star", 2, "docx");
  refused(folder, "cluster labels.mrc --radius 8 -o labels.mrc --overwrite", 2,
          "replace the input");
  refused(folder, "cluster labels.mrc --radius 8 -o ./labels.mrc --overwrite", 2,
          "replace the input");
  refused(folder, "cluster labels.mrc --radius 8 -o a.star --overwrite --skip-existing", 2,
          "--skip-existing");
  refused(folder, "cluster labels.mrc labels.mrc --radius 8 -o out", 2, "written twice");
  refused(folder, "cluster labels.mrc list.xml --radius 8 -o out --scores w.h5", 2, "--scores");
  refused(folder, "convert list.xml list.xml --overwrite", 2, "replace the input");
  refused(folder, "convert list.xml a.csv --axes zxy", 2, "zxy");
  refused(folder, "convert list.xml a.csv --from docx", 2, "docx");
  const std::string match = "match labels.mrc --template labels.mrc -o m ";
  refused(folder, "match labels.mrc -o m --angles 30 --mask-radius 6", 2, "--template");
  refused(folder, match + "--mask-radius 6", 2, "--angles");
  refused(folder, match + "--angles 30", 2, "--mask");
  refused(folder, match + "--angles 30 --mask-radius x=6", 2, "no template 'x'");
  refused(folder, match + "--angles 30 --mask-radius 6 --compete-by zscore", 2, "several");
  refused(folder, match + "--angles 30 --mask-radius 6 --compete-by rank", 2, "rank");
  refused(folder, match + "--angles 0 --mask-radius 6", 2, "180");
  refused(folder, match + "--angles 30 --mask-radius x", 2, "--mask-radius");
  refused(folder, match + "--angles 30 --mask-radius 6 --tilt-range 60", 2, "--tilt-range");
  refused(folder, match + "--angles 30 --mask-radius 60", 2, "do not fit");
  refused(folder, match + "--angles 30 --mask-radius 6 --symmetry Q", 2, "Q");
  refused(folder, match + "--angles 30 --mask-radius 6 --low-pass -3", 2, "--low-pass");
  refused(folder, match + "--angles labels.mrc --mask-radius 6", 1, "labels.mrc");
  refused(folder, "info labels.mrc --device tpu", 2, "tpu");
  refused(folder, "info labels.mrc --device cuda", 2, "cuda");
  refused(folder, "segment labels.mrc --weights w.h5 -o a.mrc --memory lots", 2, "lots");
  refused(folder, "segment labels.mrc --weights w.h5 -o a.mrc --memory -1G", 2, "--memory");
  refused(folder, "segment labels.mrc --weights w.h5 -o a.mrc --memory 1e30G", 2, "--memory");
  refused(folder, "info labels.mrc --voxel-size 0", 2, "--voxel-size");
  refused(folder, "info labels.mrc --voxel-size nan", 2, "--voxel-size");
  refused(folder, "cluster labels.mrc --radius 8 -o a.star --threads -1", 2, "--threads");
  refused(folder, "segment labels.mrc --weights w.h5 -o a.mrc --tile 3x", 2, "--tile");
  refused(folder, "segment labels.mrc --weights w.h5 -o a.mrc --normalize much", 2, "much");
  refused(folder, "segment labels.mrc --weights w.h5 -o a.mrc --tiling loose", 2, "loose");
}

TEST_CASE("work that fails exits with 1") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  write_xml_list(folder / "list.xml");
  std::ofstream(folder / "short.mrc") << read_text(folder / "labels.mrc").substr(0, 9000);
  std::ofstream(folder / "empty.mrc") << "";
  std::ofstream(folder / "noise.xml") << "<objlist><object x=";
  std::ofstream(folder / "w.h5") << "not HDF5";
  std::filesystem::create_directory(folder / "dir");
  refused(folder, "info missing.mrc", 1, "missing.mrc");
  refused(folder, "info dir", 1, "is a folder");
  refused(folder, "info short.mrc", 1, "short.mrc");
  refused(folder, "info empty.mrc", 1, "empty.mrc");
  refused(folder, "info noise.xml", 1, "noise.xml");
  refused(folder, "cluster missing.mrc --radius 8 -o a.star", 1, "missing.mrc");
  refused(folder, "cluster short.mrc --radius 8 -o a.star", 1, "short.mrc");
  refused(folder, "cluster labels.mrc --radius 8 -o nowhere/a.star", 1, "nowhere");
  refused(folder, "cluster labels.mrc --radius 8 -o nowhere/below/", 1, "nowhere");
  refused(folder, "cluster labels.mrc --radius 8 -o labels.mrc/a.star", 1, "is not a folder");
  refused(folder, "convert noise.xml a.csv", 1, "noise.xml");
  refused(folder, "segment labels.mrc --weights missing.h5 -o a.mrc", 1, "missing.h5");
  refused(folder, "segment labels.mrc --weights w.h5 -o a.mrc", 1, "w.h5");
  refused(folder, "pick labels.mrc --weights w.h5 --radius 8 -o a.star --labels b.mrc", 1, "w.h5");
}

TEST_CASE("existing results are refused, replaced or left") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  std::ofstream(folder / "a.csv") << "mine";
  const std::string line = "cluster labels.mrc --radius 4 -o a.csv";
  refused(folder, line, 1, "already exists");
  CHECK(read_text(folder / "a.csv") == "mine");
  CHECK(dfengine(folder.path(), line + " --skip-existing").exit_code == 0);
  CHECK(read_text(folder / "a.csv") == "mine");
  CHECK(dfengine(folder.path(), line + " --overwrite").exit_code == 0);
  CHECK(read_text(folder / "a.csv") != "mine");
  CHECK(names_in(folder.path()) ==
        std::vector<std::string>{"a.csv", "a.csv.run.json", "labels.mrc"});
}

TEST_CASE("a result that cannot be printed is a failure") {
  const TempFolder folder;
  const CommandResult result = run_command(
      folder.path(), {"/bin/sh", "-c", std::string(DFENGINE_BINARY) + " info > /dev/full"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, DFE_CONTAINS("standard output"));
}
