// SPDX-License-Identifier: Apache-2.0
// The texts that options accept, without a program around them.
#include "tests/fixtures/catch.hpp"
#include "tools/options.hpp"
#include "tools/terminal_observer.hpp"

using namespace dfe::cli;

TEST_CASE("memory is a number with a binary unit") {
  CHECK(parse_bytes("8G", "--memory") == std::int64_t{8} << 30);
  CHECK(parse_bytes("8GB", "--memory") == std::int64_t{8} << 30);
  CHECK(parse_bytes("512m", "--memory") == std::int64_t{512} << 20);
  CHECK(parse_bytes("1.5K", "--memory") == 1536);
  CHECK(parse_bytes("123456", "--memory") == 123456);
  for (const char* bad :
       {"", "G", "8X", "0", "-8G", "8 G", "nan", "inf", "1e40", "8GG", "0.1", "4194304T"})
    CHECK_THROWS_AS(parse_bytes(bad, "--memory"), dfe::Error);
}

TEST_CASE("the smallest size is for all classes or for one") {
  std::int64_t all = 1;
  std::map<int, std::int64_t> of_class;
  parse_min_size({"100", "3=50", "255=0"}, all, of_class);
  CHECK(all == 100);
  CHECK(of_class == std::map<int, std::int64_t>{{3, 50}, {255, 0}});
  for (const char* bad : {"", "=", "3=", "=50", "0=50", "256=50", "a=50", "3=-1", "-1", "1=2=3"})
    CHECK_THROWS_AS(parse_min_size({bad}, all, of_class), dfe::Error);
}

TEST_CASE("times read like a clock") {
  CHECK(clock_text(0) == "0:00");
  CHECK(clock_text(42.4) == "0:42");
  CHECK(clock_text(725) == "12:05");
  CHECK(clock_text(3600 * 3 + 7 * 60) == "3:07:00");
}

TEST_CASE("clustering options are checked before any file is opened") {
  ClusterArguments arguments;
  CommonOptions common;
  CHECK_THROWS_AS(parse_cluster_options(arguments, common, "cluster"), dfe::Error);  // no radius
  arguments.method = "components";
  CHECK(parse_cluster_options(arguments, common, "cluster").method ==
        dfe::ClusterMethod::ConnectedComponents);
  arguments.method = "meanshift";
  arguments.radius = "110A";
  common.compute.threads = 3;
  common.compute.device = "cuda:1";
  const dfe::ClusterOptions options = parse_cluster_options(arguments, common, "cluster");
  CHECK(options.radius.is_angstrom);
  CHECK(options.radius.value == 110);
  CHECK(options.compute.threads == 3);
  CHECK(options.compute.device == "cuda:1");
  CHECK(options.position == dfe::PickPosition::Centroid);
}
