// SPDX-License-Identifier: Apache-2.0
// Mistyped command lines: one line that says what was probably meant, exit code 2, nothing written.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;

namespace {

struct Mistake {
  std::string line, said;  ///< the words after `dfengine`, and the whole answer
};

void check_all(const std::vector<Mistake>& mistakes) {
  const TempFolder folder;
  for (const Mistake& mistake : mistakes) {
    INFO(mistake.line);
    const CommandResult plain = dfengine(folder.path(), mistake.line);
    CHECK(plain.exit_code == 2);
    CHECK(plain.out.empty());
    CHECK(plain.err == "dfengine: " + mistake.said + "\n");
    const CommandResult json = dfengine(folder.path(), mistake.line + " --json");
    CHECK(json.exit_code == 2);
    CHECK(parse_json(json.out).at("error") == mistake.said);
    CHECK(names_in(folder.path()).empty());
  }
}

}  // namespace

TEST_CASE("a misspelt subcommand gets a suggestion") {
  check_all({
      {"pik tomo.mrc", "command line: 'pik': unknown subcommand; did you mean pick?"},
      {"segmnet tomo.mrc", "command line: 'segmnet': unknown subcommand; did you mean segment?"},
      {"eval a.star", "command line: 'eval': unknown subcommand; did you mean evaluate?"},
      {"fly", "command line: 'fly': unknown subcommand; 'dfengine --help' lists the subcommands"},
  });
}

TEST_CASE("a misspelt option gets a suggestion, whatever else is missing") {
  check_all({
      {"pick tomo.mrc --weigths model.h5 --radius 8 -o a.star",
       "pick: '--weigths': unknown option; did you mean --weights?"},
      {"pick tomo.mrc --weigths=model.h5 --radius 8 -o a.star",
       "pick: '--weigths': unknown option; did you mean --weights?"},
      {"pick tomo.mrc --weights model.h5 --radius 8 --ouput a.star",
       "pick: '--ouput': unknown option; did you mean --output?"},
      {"cluster labels.mrc --minsize 100 --radius 8 -o a.star",
       "cluster: '--minsize': unknown option; did you mean --min-size?"},
      {"segment tomo.mrc --weights model.h5 --norm tomogram -o a.mrc",
       "segment: '--norm': unknown option; did you mean --normalize?"},
      {"train train.yaml --epochs 3",
       "train: '--epochs': unknown option; 'dfengine train --help' lists the options"},
  });
}

TEST_CASE("one dash before a long name is an unknown option, not -o with a value") {
  check_all({
      {"cluster labels.mrc --radius 8 -output a.star",
       "cluster: '-output': unknown option; did you mean --output?"},
      {"cluster labels.mrc -radius 8 -o a.star",
       "cluster: '-radius': unknown option; did you mean --radius?"},
      {"pick tomo.mrc -w model.h5 --radius 8 -o a.star",
       "pick: '-w': unknown option; did you mean --weights?"},
  });
}

TEST_CASE("an option of other subcommands is to be left out") {
  check_all({
      {"convert a.star b.csv --threads 4",
       "convert: '--threads': not an option of this subcommand; leave it out; 'dfengine convert "
       "--help' lists the options"},
      {"cluster labels.mrc --weights model.h5 --radius 8 -o a.star",
       "cluster: '--weights': not an option of this subcommand; leave it out; 'dfengine cluster "
       "--help' lists the options"},
  });
}

TEST_CASE("what is missing is named with its option") {
  check_all({
      {"segment tomo.mrc -o a.mrc",
       "segment: '--weights': is missing; add --weights FILE, as in the example of 'dfengine "
       "segment --help'"},
      {"cluster labels.mrc --radius 8",
       "cluster: '--output': is missing; add -o LIST, as in the example of 'dfengine cluster "
       "--help'"},
      {"convert a.star",
       "convert: 'OUT': is missing; give the list to write after the lists to read"},
      {"segment tomo.mrc --weights -o a.mrc",
       "segment: '--weights': has no value; write --weights FILE"},
      {"--voxel-size 10 info tomo.mrc",
       "command line: '--voxel-size': is before the subcommand; write options after it, as in "
       "'dfengine pick --help'"},
  });
}

TEST_CASE("too much is refused") {
  check_all({
      {"target a.star b.csv --like tomo.mrc --spheres 6 -o t.mrc",
       "target: 'b.csv': is one argument too many; 'dfengine target --help' lists the options"},
      {"cluster labels.mrc --radius 8 --radius 9 -o a.star",
       "cluster: '--radius': is given more than once; give it once"},
      {"segment tomo.mrc --weights model.h5 -o a.mrc --strict --direct",
       "command line: '--strict': cannot go with --direct; choose one of them"},
      {"info --quiet --verbose",
       "command line: '--quiet': cannot go with --verbose; choose one of them"},
  });
}

TEST_CASE("a misspelt choice gets a suggestion and the choices") {
  check_all({
      {"cluster labels.mrc --radius 8 --method meanshfit -o a.star",
       "--method: 'meanshfit': cannot be used; did you mean meanshift? Choose meanshift or "
       "components"},
      {"convert a.star b --format relion6",
       "--format: 'relion6': cannot be used; did you mean relion3? Choose auto, star, relion3, "
       "relion4, relion5, relion5-import, warp, xml, csv, tsv, copick, copick-csv, eman2, czii, "
       "coords, deepetpicker, cbox, cmm, napari, dynamo, imod, motl, motl-csv or stopgap"},
      {"segment tomo.mrc --weights model.h5 -o a.mrc --precision double",
       "--precision: 'double': cannot be used; choose fp16, bf16, tf32 or fp32"},
  });
}

TEST_CASE("a number out of range gets the range") {
  const std::string segment = "segment tomo.mrc --weights model.h5 -o a.mrc ";
  check_all({
      {segment + "--slab -4", "--slab: '-4': cannot be used; give a whole number of at least 0"},
      {segment + "--bin 65", "--bin: '65': cannot be used; give a whole number from 1 to 64"},
      {segment + "--threads 1.5",
       "--threads: '1.5': cannot be used; give a whole number from 0 to 4096"},
      {segment + "--voxel-size 0",
       "--voxel-size: '0': not above 0; give a number of Å above 0, such as 13.68"},
      {segment + "--voxel-size 7,5",
       "--voxel-size: '7,5': not a length; write a decimal point: 7.5"},
      {"convert a.star b.csv --input-binning -1",
       "--input-binning: '-1': cannot be used; give a number above 0, such as 4"},
  });
}
