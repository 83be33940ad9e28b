// SPDX-License-Identifier: Apache-2.0
// Codecs of chunks, made with the libraries themselves, and the codecs of format 3 made by hand.
#include <blosc.h>
#include <zlib.h>
#include <zstd.h>

#include <numeric>

#include "io/volume.hpp"
#include "io/volumes/zarr/codecs.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/zarr_store.hpp"

using namespace dfe::test;
using dfe::Extent3;
using dfe::Volume;
using dfe::io::open_volume;
using dfe::io::read_volume;
namespace zarr = dfe::io::zarr;

namespace {

const Extent3 kChunk{2, 3, 4};

ZarrBytes chunk_bytes() { return bytes_of(chunk_values<float>({}, kChunk, kChunk)); }

ZarrBytes blosc(const ZarrBytes& bytes, const char* compressor, int shuffle, std::size_t item) {
  ZarrBytes out(bytes.size() + BLOSC_MAX_OVERHEAD);
  const int size = blosc_compress_ctx(9, shuffle, item, bytes.size(), bytes.data(), out.data(),
                                      out.size(), compressor, 0, 1);
  REQUIRE(size > 0);
  out.resize(static_cast<std::size_t>(size));
  return out;
}

ZarrBytes zstd(const ZarrBytes& bytes) {
  ZarrBytes out(ZSTD_compressBound(bytes.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

/// `window`: 15 makes zlib, 31 gzip.
ZarrBytes deflated(ZarrBytes bytes, int window) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  ZarrBytes out(bytes.size() + 100);
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

ZarrBytes with_checksum(ZarrBytes bytes) {
  const std::uint32_t sum = zarr::crc32c(bytes);
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::byte>(sum >> 8 * i & 255));
  return bytes;
}

/// zarr.json of an array of 2x3x4 floats with the given codecs.
std::string array_v3(const std::string& codecs, const std::string& chunk = "[2, 3, 4]") {
  return R"({"zarr_format": 3, "node_type": "array", "shape": [2, 3, 4], "data_type": "float32",)"
         R"( "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": )" +
         chunk + R"(}}, "chunk_key_encoding": {"name": "default"}, "fill_value": 0, "codecs": [)" +
         codecs + "]}";
}

const std::string kBytes = R"({"name": "bytes", "configuration": {"endian": "little"}})";

void expect_chunk(const std::filesystem::path& path) {
  const Volume<float> volume = read_volume(*open_volume(path));
  REQUIRE(volume.extent() == kChunk);
  for (std::int64_t z = 0; z < 2; ++z)
    for (std::int64_t y = 0; y < 3; ++y)
      for (std::int64_t x = 0; x < 4; ++x) REQUIRE(volume(z, y, x) == value_at(z, y, x));
}

}  // namespace

TEST_CASE("crc32c of the published examples") {
  // RFC 3720, B.4: 32 zeros, and 0, 1, ... 31
  CHECK(zarr::crc32c(ZarrBytes(32)) == 0x8A9136AAu);
  ZarrBytes counting(32);
  for (std::size_t i = 0; i < 32; ++i) counting[i] = static_cast<std::byte>(i);
  CHECK(zarr::crc32c(counting) == 0x46DD794Eu);
}

TEST_CASE("compressed chunks of format 2") {
  const Scratch scratch;
  const auto path = scratch / "a.zarr";
  const auto check = [&](const std::string& id, const ZarrBytes& stored) {
    write_text(path / ".zarray", array_v2("[2, 3, 4]", "[2, 3, 4]", R"({"id": ")" + id + "\"}"));
    write_bytes(path / "0.0.0", stored);
    INFO(id);
    expect_chunk(path);
    CHECK(open_volume(path)->info().compression == id);
    write_bytes(path / "0.0.0", std::span(stored).first(stored.size() - 5));
    CHECK_THROWS_AS(read_volume(*open_volume(path)), dfe::Error);
  };
  for (const char* compressor : {"blosclz", "lz4", "lz4hc", "zlib", "zstd"})
    for (const int shuffle : {BLOSC_NOSHUFFLE, BLOSC_SHUFFLE, BLOSC_BITSHUFFLE})
      check("blosc", blosc(chunk_bytes(), compressor, shuffle, 4));
  check("zstd", zstd(chunk_bytes()));
  check("zlib", deflated(chunk_bytes(), 15));
  check("gzip", deflated(chunk_bytes(), 31));
}

TEST_CASE("a part of a Blosc chunk is that part of the whole") {
  ZarrBytes bytes(100000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * i / 7);
  const std::vector codecs{zarr::Codec::Blosc};
  for (const std::size_t item : {1u, 3u, 4u, 8u}) {
    const ZarrBytes stored = blosc(bytes, "lz4", BLOSC_SHUFFLE, item);
    for (const auto& [first, count] : {std::pair{0, 1}, {99999, 1}, {50001, 40000}, {0, 100000}})
      CHECK(zarr::decode_chunk(stored, codecs, 100000, first, count, "x") ==
            ZarrBytes(bytes.begin() + first, bytes.begin() + first + count));
  }
}

TEST_CASE("codecs of format 3") {
  const Scratch scratch;
  const auto path = scratch / "a.zarr";
  const auto check = [&](const std::string& codecs, const ZarrBytes& stored) {
    write_text(path / "zarr.json", array_v3(codecs));
    write_bytes(path / "c" / "0" / "0" / "0", stored);
    INFO(codecs);
    expect_chunk(path);
  };
  check(kBytes, chunk_bytes());
  check(kBytes + R"(, {"name": "zstd"})", zstd(chunk_bytes()));
  check(kBytes + R"(, {"name": "gzip"})", deflated(chunk_bytes(), 31));
  check(kBytes + R"(, "blosc")", blosc(chunk_bytes(), "lz4", BLOSC_SHUFFLE, 4));
  check(kBytes + R"(, {"name": "crc32c"})", with_checksum(chunk_bytes()));
  check(kBytes + R"(, {"name": "crc32c"}, {"name": "zstd"})", zstd(with_checksum(chunk_bytes())));
  check(kBytes + R"(, {"name": "zstd"}, {"name": "crc32c"})", with_checksum(zstd(chunk_bytes())));
  std::vector<float> turned;  // dimensions x, z, y
  for (int x = 0; x < 4; ++x)
    for (int z = 0; z < 2; ++z)
      for (int y = 0; y < 3; ++y) turned.push_back(value_at(z, y, x));
  check(R"({"name": "transpose", "configuration": {"order": [2, 0, 1]}}, )" + kBytes,
        bytes_of(turned));
  ZarrBytes spoilt = with_checksum(chunk_bytes());
  spoilt[3] ^= std::byte{1};
  write_text(path / "zarr.json", array_v3(kBytes + R"(, {"name": "crc32c"})"));
  write_bytes(path / "c" / "0" / "0" / "0", spoilt);
  CHECK_THROWS_WITH(read_volume(*open_volume(path)), DFE_CONTAINS("its checksum is wrong"));
}

TEST_CASE("shards: inner chunks, their index at either end, and absent ones") {
  const Scratch scratch;
  const auto path = scratch / "a.zarr";
  const Extent3 inner{1, 3, 2};  // 2x1x2 of them
  for (const bool at_end : {true, false}) {
    std::string sharding =
        R"({"name": "sharding_indexed", "configuration": {"chunk_shape": [1, 3, 2], "codecs": [)";
    sharding.append(kBytes).append(R"(], "index_codecs": [)").append(kBytes);
    sharding.append(R"(, {"name": "crc32c"}], "index_location": ")");
    sharding.append(at_end ? "end" : "start").append(R"("}})");
    const std::uint64_t index_bytes = 4 * 16 + 4, none = ~std::uint64_t{0};
    std::vector<std::uint64_t> index;
    ZarrBytes chunks;
    for (int z = 0; z < 2; ++z)
      for (int x = 0; x < 2; ++x) {
        if (z == 1 && x == 0) {
          index.insert(index.end(), {none, none});
          continue;
        }
        index.insert(index.end(), {chunks.size() + (at_end ? 0 : index_bytes), 24});
        const ZarrBytes bytes = bytes_of(chunk_values<float>({z, 0, x}, inner, kChunk));
        chunks.insert(chunks.end(), bytes.begin(), bytes.end());
      }
    const ZarrBytes table = with_checksum(bytes_of(index));
    ZarrBytes shard = at_end ? chunks : table;
    const ZarrBytes& rest = at_end ? table : chunks;
    shard.insert(shard.end(), rest.begin(), rest.end());
    write_text(path / "zarr.json", array_v3(sharding));
    write_bytes(path / "c" / "0" / "0" / "0", shard);
    const Volume<float> volume = read_volume(*open_volume(path));
    for (std::int64_t z = 0; z < 2; ++z)
      for (std::int64_t y = 0; y < 3; ++y)
        for (std::int64_t x = 0; x < 4; ++x)
          CHECK(volume(z, y, x) == (z == 1 && x < 2 ? 0 : value_at(z, y, x)));
    shard[at_end ? shard.size() - 10 : 3] ^= std::byte{1};
    write_bytes(path / "c" / "0" / "0" / "0", shard);
    CHECK_THROWS_WITH(read_volume(*open_volume(path)),
                      DFE_CONTAINS("the checksum of its index is wrong"));
  }
}
