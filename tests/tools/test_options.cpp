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
  CHECK(parse_bytes("12345678", "--memory") == 12345678);
  CHECK_THROWS_WITH(parse_bytes("8", "--memory"), DFE_CONTAINS("is 8 bytes; did you mean 8G?"));
  for (const char* bad :
       {"", "G", "8X", "0", "-8G", "8 G", "nan", "inf", "1e40", "8GG", "0.1", "4194304T"})
    CHECK_THROWS_AS(parse_bytes(bad, "--memory"), dfe::Error);
}

TEST_CASE("the smallest size is for all classes or for one") {
  const MinSizes sizes = parse_min_size({"100", "3=50", "ribosome=0", "a=b=7"});
  CHECK(sizes.all == 100);
  CHECK(sizes.of_class ==
        std::vector<std::pair<std::string, std::int64_t>>{{"3", 50}, {"ribosome", 0}, {"a=b", 7}});
  CHECK(parse_min_size({}).all == 1);
  for (const char* bad : {"", "=", "3=", "=50", "3=-1", "-1", "3=x", "1.5"})
    CHECK_THROWS_AS(parse_min_size({bad}), dfe::Error);
}

TEST_CASE("times read like a clock") {
  CHECK(clock_text(0) == "0:00");
  CHECK(clock_text(42.4) == "0:42");
  CHECK(clock_text(725) == "12:05");
  CHECK(clock_text(3600 * 3 + 7 * 60) == "3:07:00");
  CHECK(rate_text("match", 213.96) == ", 214 orientations/s");
  CHECK(rate_text("match", 0).empty());
  CHECK(rate_text("network", 10).empty());
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
