// SPDX-License-Identifier: Apache-2.0
// Stores that are damaged, or of kinds that are not read: each gives one error that names it.
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/zarr_store.hpp"

using namespace dfe::test;
using dfe::io::open_volume;
using dfe::io::read_volume;

namespace {

/// Puts `value` in place of `old` in the metadata of a good array.
void expect_refused(const std::string& old, const std::string& value, const std::string& message) {
  const Scratch scratch;
  std::string metadata = array_v2("[2, 3, 4]", "[2, 3, 4]", R"({"id": "zstd"})");
  REQUIRE(metadata.find(old) != std::string::npos);
  metadata.replace(metadata.find(old), old.size(), value);
  write_text(scratch / "a.zarr" / ".zarray", metadata);
  INFO(metadata);
  CHECK_THROWS_WITH(open_volume(scratch / "a.zarr"), DFE_CONTAINS(message));
}

void expect_refused_v3(const std::string& codecs, const std::string& message) {
  const Scratch scratch;
  write_text(scratch / "a.zarr" / "zarr.json",
             R"({"zarr_format": 3, "node_type": "array", "shape": [2, 3, 4], "data_type": "int8",)"
             R"( "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 3, 4]}},)"
             R"( "chunk_key_encoding": {"name": "default"}, "fill_value": 0, "codecs": )" +
                 codecs + "}");
  INFO(codecs);
  CHECK_THROWS_WITH(open_volume(scratch / "a.zarr"), DFE_CONTAINS(message));
}

}  // namespace

TEST_CASE("metadata of format 2 that are not read") {
  expect_refused("{\"zarr_format\"", "\"zarr_format\"", "is not valid JSON");
  expect_refused("[2, 3, 4]", "[2, 3]", "has 2 dimensions but 3 chunk sizes");
  expect_refused("[2, 3, 4]", "[2, 3, -4]", "shape is [2,3,-4]");
  expect_refused("[2, 3, 4]", "[2, 3, 4.5]", "shape is [2,3,4.5]");
  expect_refused("[2, 3, 4]", "[2, 3, 18446744073709551615]", "whole numbers from 0 to 2^40");
  expect_refused("[2, 3, 4]", "[2, 3, 0]", "contains no voxels");
  expect_refused("[2, 3, 4]", "[1000000, 1000000, 1000000]", "more than 2^40 voxels");
  expect_refused("[2, 3, 4], \"comp", "[1048576, 1048576, 4], \"comp", "more than 2 GiB");
  expect_refused("<f4", "<c8", "its data type is");
  expect_refused("<f4", "<M8[ns]", "its data type is");
  expect_refused("\"C\"", "\"A\"", "its order is \"A\"");
  expect_refused("\"filters\": null", R"("filters": [{"id": "delta"}])", "has the filters");
  expect_refused("zstd", "lzma", "is compressed by lzma");
  expect_refused("\"fill_value\": 0", "\"fill_value\": \"abc\"", "its fill value is \"abc\"");
}

TEST_CASE("codecs of format 3 that are not read") {
  const std::string bytes = R"({"name": "bytes"})";
  expect_refused_v3("[]", "its codecs are []");
  expect_refused_v3("[" + bytes + R"(, {"name": "numcodecs.lz4"}])", "'numcodecs.lz4' is not");
  expect_refused_v3("[" + bytes + R"(, "zstd", "gzip"])", "'gzip' compresses a second time");
  expect_refused_v3(R"([{"name": "vlen-utf8"}])", "'vlen-utf8' is not supported");
  expect_refused_v3(R"([{"name": "transpose", "configuration": {"order": [0, 0, 1]}}])",
                    "its transpose is [0,0,1]");
  expect_refused_v3(
      R"([{"name": "sharding_indexed", "configuration": {"chunk_shape": [2, 2, 4]}}])",
      "its inner chunks do not fill its shards");
}

TEST_CASE("groups that are not images") {
  const Scratch scratch;
  const auto store = make_store(scratch, R"({"multiscales": [{"datasets": [{"path": "../b"}]}]})");
  CHECK_THROWS_WITH(open_volume(store), DFE_CONTAINS("names the array \"../b\""));
  write_text(store / ".zattrs", R"({"multiscales": [{"datasets": []}]})");
  CHECK_THROWS_WITH(open_volume(store), DFE_CONTAINS("have no datasets"));
  write_text(store / ".zattrs", R"({"multiscales": [{"datasets": [{"path": "7"}]}]})");
  CHECK_THROWS_WITH(open_volume(store), DFE_CONTAINS("is not an array, but multiscales name it"));
  CHECK_THROWS_WITH(open_volume(scratch.path()), DFE_CONTAINS("is a folder and no Zarr store"));
}

TEST_CASE("chunks of the wrong length") {
  const Scratch scratch;
  const auto store = make_store(scratch, multiscales("angstrom"));
  write_bytes(store / "0" / "0.0.0", ZarrBytes(95));
  CHECK_THROWS_WITH(read_volume(*open_volume(store)),
                    DFE_CONTAINS("has a chunk of 95 bytes; expected 96"));
  write_text(store / "0" / ".zarray", array_v2("[3, 4, 5]", "[2, 3, 4]", R"({"id": "zstd"})"));
  write_bytes(store / "0" / "0.0.0", ZarrBytes(100000));
  CHECK_THROWS_WITH(read_volume(*open_volume(store)), DFE_CONTAINS("expected about 96 or less"));
}
