// SPDX-License-Identifier: Apache-2.0
// --threads on the command line: more than there are CPUs is a warning, what is no number of
// threads an error.
#include <algorithm>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/one_cpu.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;

TEST_CASE("more threads than CPUs are reduced with one warning, and the list is the same") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  const OneCpu one;
  const std::string line = "cluster labels.mrc --radius 4 --threads ";
  const CommandResult plain = dfengine(folder.path(), line + "1 -o one.csv"),
                      many = dfengine(folder.path(), line + "64 -o many.csv");
  CHECK(plain.exit_code == 0);
  CHECK(plain.err.find("warning: threads") == std::string::npos);
  CHECK(many.exit_code == 0);
  const std::string warning = "warning: threads: '64': more than the available CPUs; 1 is used\n";
  const std::size_t at = many.err.find(warning);
  REQUIRE(at != std::string::npos);
  CHECK(many.err.find("warning: threads", at + 1) == std::string::npos);
  CHECK(read_text(folder / "many.csv") == read_text(folder / "one.csv"));
  CHECK(parse_json(read_text(folder / "many.csv.run.json")).at("host_threads") == 1);
}

TEST_CASE("what is no number of threads is refused") {
  const TempFolder folder;
  write_two_cubes(folder / "labels.mrc");
  for (const char* bad : {"-1", "4097", "two", "1.5", "99999999999"}) {
    INFO(bad);
    const CommandResult run = dfengine(
        folder.path(), std::string("cluster labels.mrc --radius 4 -o a.csv --threads ") + bad);
    CHECK(run.exit_code == 2);
    CHECK_THAT(run.err, DFE_CONTAINS("--threads"));
    CHECK(names_in(folder.path()) == std::vector<std::string>{"labels.mrc"});
  }
}
