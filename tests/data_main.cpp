// SPDX-License-Identifier: Apache-2.0
// main() of the test programs that need the real test data: where it is absent they say so and exit with 77, which CTest shows as skipped.
#include <cstdio>

#define CATCH_CONFIG_RUNNER
#include "tests/catch.hpp"
#include "tests/data_dir.hpp"

int main(int argc, char* argv[]) {
  if (!std::filesystem::is_directory(dfe::test::data_dir())) {
    std::printf("skipped: no test data at %s (set DFENGINE_TEST_DATA)\n", dfe::test::data_dir().c_str());
    return 77;
  }
  return Catch::Session().run(argc, argv);
}
