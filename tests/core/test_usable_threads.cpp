// SPDX-License-Identifier: Apache-2.0
// Threads that are asked for against CPUs that are there.
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/one_cpu.hpp"

using namespace dfe;

namespace {

struct Listener : Observer {
  std::vector<std::string> warnings;
  void message(LogLevel level, std::string_view text) override {
    if (level == LogLevel::Warning) warnings.emplace_back(text);
  }
};

}  // namespace

TEST_CASE("more threads than CPUs become as many as CPUs, with a warning") {
  const test::OneCpu one;
  Listener listener;
  CHECK(usable_threads(0, &listener) == 1);
  CHECK(usable_threads(1, &listener) == 1);
  CHECK(listener.warnings.empty());
  CHECK(usable_threads(4096, &listener) == 1);
  CHECK(listener.warnings ==
        std::vector<std::string>{"threads: '4096': more than the available CPUs; 1 is used"});
  CHECK(usable_threads(2) == 1);
}

TEST_CASE("numbers out of range are refused") {
  for (const int number : {-1, -4096, 4097, 1 << 30}) {
    INFO(number);
    try {
      usable_threads(number);
      FAIL("was taken");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::Usage);
      CHECK_THAT(error.what(), DFE_CONTAINS("'" + std::to_string(number) + "': out of range"));
    }
  }
}

TEST_CASE("limited options keep 0 for all, and need no second warning") {
  const test::OneCpu one;
  Listener listener;
  ComputeOptions options;
  limit_threads(options, &listener);
  CHECK(options.threads == 0);
  options.threads = 7;
  limit_threads(options, &listener);
  CHECK(options.threads == 1);
  limit_threads(options, &listener);
  CHECK(listener.warnings.size() == 1);
}
