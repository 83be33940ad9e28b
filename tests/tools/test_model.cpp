// SPDX-License-Identifier: Apache-2.0
// The model that comes along does what its GPU says: in a tomogram that it has not seen it finds
// the objects and names them.
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;

TEST_CASE("the nine-class model finds and names simulated objects") {
  const TempFolder folder;
  const std::string root = DFE_SOURCE_DIR;
  const CommandResult simulated = dfengine(
      folder.path(), "simulate " + root + "/bench/simulate/nine_classes.yaml tomograms.train=0 " +
                         "tomograms.valid=0 tomograms.test=0 --seed 7 -o .");
  INFO(simulated.err);
  REQUIRE(simulated.exit_code == 0);
  const CommandResult picked =
      dfengine(folder.path(), "pick tomogram.mrc --weights " + root +
                                  "/models/nine_classes.h5 --radius 8 --min-size 100 -o picks.csv");
  INFO(picked.err);
  REQUIRE(picked.exit_code == 0);
  const CommandResult scored =
      dfengine(folder.path(), "evaluate picks.csv --truth tomogram_objl.csv --distance 5 --json");
  INFO(scored.out);
  REQUIRE(scored.exit_code == 0);
  const auto scores = parse_json(scored.out);
  CHECK(scores["classes"].size() == 9);
  CHECK(scores["localization"]["f1"].get<double>() >= 0.9);
  CHECK(scores["mean"]["f1"].get<double>() >= 0.7);
}
