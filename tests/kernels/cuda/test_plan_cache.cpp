// SPDX-License-Identifier: Apache-2.0
// The file of measured kernels: kept, shared, and never in the way.
#include <fstream>

#include "kernels/cuda/cudnn/plan_cache.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"

using dfe::card::PlanCache;
using dfe::test::TempFolder;

TEST_CASE(
    "plan cache: what is stored is found by the next program, and by one that started before") {
  const TempFolder folder;
  const std::string path = (folder / "deep/down/plans.txt").string();
  PlanCache early(path), writer(path);
  CHECK_FALSE(writer.find("a | b"));
  writer.store("a | b", "62 2=16", 1.25);
  CHECK(writer.find("a | b") == "62 2=16");
  CHECK(PlanCache(path).find("a | b") == "62 2=16");
  early.store("c", "41", 0.5);
  CHECK(PlanCache(path).find("a | b") == "62 2=16");
  CHECK(PlanCache(path).find("c") == "41");
}

TEST_CASE("plan cache: nonsense and folders that cannot be written to are as good as nothing") {
  const TempFolder folder;
  const std::string path = (folder / "plans.txt").string();
  std::ofstream(path) << "# comment\nno tab\n\tno key\t1\nonly\tone tab\nkey\t7 1=2\t0.1\n"
                      << std::string(1000, '\0');
  CHECK(PlanCache(path).find("key") == "7 1=2");
  CHECK_FALSE(PlanCache(path).find("only"));
  PlanCache nowhere("/proc/nowhere/plans.txt");
  nowhere.store("key", "1", 1);
  CHECK(nowhere.find("key") == "1");
  PlanCache none("");
  none.store("key", "2", 1);
  CHECK(none.find("key") == "2");
  CHECK_FALSE(PlanCache(folder.path().string()).find("key"));  // a folder
}
