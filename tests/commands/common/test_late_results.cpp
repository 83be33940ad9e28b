// SPDX-License-Identifier: Apache-2.0
// Results that are written while the next ones are computed.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "commands/common/late_results.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

TEST_CASE("late results: what writers say comes in their order, and at most one is at work") {
  for (const bool beside : {false, true}) {
    std::string said;
    LateResults results([&](Written&& written) { said += written.text; });
    std::atomic<int> at_work = 0, most = 0;
    for (int i = 0; i < 5; ++i)
      results.add(beside, [&, i] {
        most = std::max(most.load(), ++at_work);
        std::this_thread::sleep_for(std::chrono::milliseconds(i % 2));
        --at_work;
        return Written{std::to_string(i), Json(i), {}};
      });
    results.collect();
    CHECK(said == "01234");
    CHECK(most == 1);
  }
}

TEST_CASE(
    "late results: a writer's error is thrown where it is collected, and no writer outlives them") {
  std::atomic<bool> done = false;
  {
    LateResults results([](Written&&) {});
    results.add(true, []() -> Written { throw std::runtime_error("full"); });
    CHECK_THROWS_AS(results.collect(), std::runtime_error);
    results.add(true, [&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      done = true;
      return Written{};
    });
  }
  CHECK(done);
}
