// SPDX-License-Identifier: Apache-2.0
// The run record: hashes against xxh128sum, JSON that parses, stages that add up.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "dfengine/error.hpp"
#include "io/run_record.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
namespace fs = std::filesystem;

namespace {

fs::path file_with(const std::string& name, const std::string& text) {
  const fs::path path = fs::temp_directory_path() / ("dfe_record_" + name);
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

}  // namespace

TEST_CASE("file_hash is what xxh128sum prints") {
  CHECK(io::file_hash(file_with("empty", "")) == "99aa06d3014798d86001c324468d497f");
  CHECK(io::file_hash(file_with("abc", "abc")) == "06b05ab6733a618578af5f94892f3950");
  CHECK(io::file_hash(file_with("zeros", std::string(3000000, '\0'))) ==
        "c0b66d2c29af5d09a16251685b6b78c4");
  CHECK_THROWS_AS(io::file_hash("/nonexistent/file"), Error);
}

TEST_CASE("file_hash of a folder is that of its files' names, sizes and bytes") {
  const fs::path folder = fs::temp_directory_path() / "dfe_record_folder";
  fs::remove_all(folder);
  fs::create_directories(folder / "b");
  std::ofstream(folder / "b" / "c");
  std::ofstream(folder / "a") << "abc";
  // printf 'a\0003\000abcb/c\0000\000' | xxh128sum
  CHECK(io::file_hash(folder) == "01f91b1dad8c4531933f5127f495f658");
  fs::rename(folder / "a", folder / "d");
  CHECK(io::file_hash(folder) != "01f91b1dad8c4531933f5127f495f658");
}

TEST_CASE("a record holds what was noted, in order") {
  const fs::path input = file_with("input.bin", "abc"), result = file_with("picks.star", "data_");
  io::RunRecord record("pick");
  record.option("radius", "8");
  record.option("output", "picks \"x\".star");
  record.device("cpu (avx512, 2 threads)");
  record.input(input);
  record.output(result);
  record.fact("particles", 27);
  record.fact("note", "name with \xFF in it");
  record.fact("ratio", std::numeric_limits<double>::quiet_NaN());
  record.warning("voxel size unknown");
  record.stage("read");
  record.stage("network");
  record.stage("read");
  record.write_beside(result);

  CHECK(io::run_record_path(result).filename() == "dfe_record_picks.star.run.json");
  std::ifstream in(io::run_record_path(result));
  const auto json = nlohmann::ordered_json::parse(in);
  CHECK(json["command"] == "pick");
  CHECK_THAT(json["dfengine"].get<std::string>(), DFE_CONTAINS("."));
  CHECK(json["options"].dump() == R"({"radius":"8","output":"picks \"x\".star"})");
  CHECK(json["inputs"][0]["xxh128"] == "06b05ab6733a618578af5f94892f3950");
  CHECK(json["inputs"][0]["bytes"] == 3);
  CHECK(json["outputs"][0]["bytes"] == 5);
  CHECK(json["facts"]["particles"] == 27);
  CHECK(json["facts"]["ratio"].is_null());
  CHECK(json["warnings"][0] == "voxel size unknown");
  CHECK(json["host_threads"] >= 1);
  REQUIRE(json["timings_seconds"].size() == 2);
  CHECK(json["timings_seconds"].items().begin().key() == "read");
  CHECK(record.timings().size() == 2);
  CHECK(record.timings()[0].second >= 0);
  fs::remove(io::run_record_path(result));
  fs::remove(result);
  fs::remove(input);
}
