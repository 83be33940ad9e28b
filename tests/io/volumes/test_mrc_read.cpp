// SPDX-License-Identifier: Apache-2.0
// Every mode, byte order and axis order gives the same voxels, whole and in boxes.
#include <bzlib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <random>
#include <vector>

#include "core/half.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/mrc_bytes.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::Box3;
using dfe::Error;
using dfe::Extent3;
using dfe::VolumeSource;
using dfe::io::open_volume;
using dfe::test::make_mrc;
using dfe::test::Scratch;
using dfe::test::voxel_value;

namespace {

constexpr std::array<std::array<int, 3>, 6> kAxisOrders{
    {{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}}};

/// Number of voxels of `box` that are not what they were made to be.
std::int64_t wrong_voxels(const VolumeSource& source, const Box3& box, int mode) {
  std::vector<float> voxels(static_cast<std::size_t>(box.extent.voxels()) + 1, 12345.f);
  source.read_box(box, voxels.data());
  std::int64_t wrong = voxels.back() == 12345.f ? 0 : 1;  // nothing is written behind the box
  std::size_t i = 0;
  for (std::int64_t z = 0; z < box.extent.z; ++z)
    for (std::int64_t y = 0; y < box.extent.y; ++y)
      for (std::int64_t x = 0; x < box.extent.x; ++x)
        wrong += voxels[i++] != voxel_value(mode, source.extent(), box.begin.z + z, box.begin.y + y,
                                            box.begin.x + x);
  return wrong;
}

/// The same of what read_stored gives.
std::int64_t wrong_stored_voxels(const VolumeSource& source, const Box3& box, int mode) {
  const dfe::VoxelFormat format = source.stored_format();
  const auto size = static_cast<std::size_t>(dfe::voxel_bytes(format.type));
  std::vector<std::byte> bytes((static_cast<std::size_t>(box.extent.voxels()) + 1) * size,
                               std::byte{0x5A});
  source.read_stored(box, bytes.data());
  std::int64_t wrong = std::count(bytes.end() - static_cast<std::ptrdiff_t>(size), bytes.end(),
                                  std::byte{0x5A}) != static_cast<std::ptrdiff_t>(size);
  const std::byte* at = bytes.data();
  const auto next = [&](auto value) {
    std::byte raw[sizeof value];
    std::copy_n(at, sizeof value, raw);
    if (format.swapped) std::reverse(raw, raw + sizeof value);
    std::memcpy(&value, raw, sizeof value);
    at += sizeof value;
    return value;
  };
  const auto next_voxel = [&]() -> float {
    switch (format.type) {
      case dfe::VoxelType::Int8:
        return next(std::int8_t{});
      case dfe::VoxelType::UInt8:
        return next(std::uint8_t{});
      case dfe::VoxelType::Int16:
        return next(std::int16_t{});
      case dfe::VoxelType::UInt16:
        return next(std::uint16_t{});
      case dfe::VoxelType::Float16:
        return dfe::half_to_float(next(std::uint16_t{}));
      case dfe::VoxelType::Float32:
        return next(float{});
    }
    return 0;
  };
  for (std::int64_t z = 0; z < box.extent.z; ++z)
    for (std::int64_t y = 0; y < box.extent.y; ++y)
      for (std::int64_t x = 0; x < box.extent.x; ++x)
        wrong += next_voxel() != voxel_value(mode, source.extent(), box.begin.z + z,
                                             box.begin.y + y, box.begin.x + x);
  return wrong;
}

/// Whether the voxels of such a file can be handed on as they lie there, and how.
bool right_format(const dfe::VoxelFormat& format, int mode, bool big,
                  const std::array<int, 3>& axes) {
  const bool plain = axes != std::array<int, 3>{1, 2, 3} || mode == 101;
  using dfe::VoxelType;
  const VoxelType type = plain        ? VoxelType::Float32
                         : mode == 0  ? VoxelType::Int8
                         : mode == 1  ? VoxelType::Int16
                         : mode == 6  ? VoxelType::UInt16
                         : mode == 12 ? VoxelType::Float16
                                      : VoxelType::Float32;
  const bool foreign = big == (std::endian::native == std::endian::little);
  return format.type == type && format.swapped == (!plain && mode != 0 && foreign);
}

std::vector<std::byte> gzip(const std::vector<std::byte>& bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::vector<std::byte> out(bytes.size() + 1000);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::vector<std::byte> bzip2(const std::vector<std::byte>& bytes) {
  std::vector<std::byte> out(bytes.size() * 2 + 1000);
  auto size = static_cast<unsigned>(out.size());
  REQUIRE(BZ2_bzBuffToBuffCompress(reinterpret_cast<char*>(out.data()), &size,
                                   reinterpret_cast<char*>(const_cast<std::byte*>(bytes.data())),
                                   static_cast<unsigned>(bytes.size()), 1, 0, 0) == BZ_OK);
  out.resize(size);
  return out;
}

}  // namespace

TEST_CASE("every mode, byte order and axis order of MRC gives the same voxels") {
  const Scratch scratch;
  std::mt19937 random(7);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<unsigned>(n));
  };
  for (const Extent3 extent : {Extent3{1, 1, 1}, Extent3{1, 1, 7}, Extent3{5, 1, 1},
                               Extent3{3, 5, 7}, Extent3{19, 17, 33}})
    for (const int mode : {0, 1, 2, 6, 12, 101})
      for (const bool big : {false, true})
        for (const auto& axes : kAxisOrders) {
          auto file = make_mrc(extent, mode, big, axes);
          if (mode == 0) file.real(76, -128).real(80, 127);
          const auto source = open_volume(scratch.file("a.mrc", file.bytes));
          INFO(extent.to_string() << " mode " << mode << " big " << big << " axes " << axes[0]
                                  << axes[1] << axes[2]);
          REQUIRE(source->extent() == extent);
          REQUIRE(source->info().warnings.empty());
          REQUIRE(source->info().byte_order == (big ? "big" : "little"));
          REQUIRE(source->info().mrc_mode == mode);
          REQUIRE(source->info().axis_order == axes);
          REQUIRE(source->info().geometry.voxel_size == dfe::VoxelSize::cubic(2));
          REQUIRE(source->resident_bytes() == 0);
          REQUIRE(wrong_voxels(*source, {{}, extent}, mode) == 0);
          REQUIRE(right_format(source->stored_format(), mode, big, axes));
          REQUIRE(wrong_stored_voxels(*source, {{}, extent}, mode) == 0);
          for (int i = 0; i < 4; ++i) {
            Box3 box{{below(extent.z), below(extent.y), below(extent.x)}, {}};
            box.extent = {1 + below(extent.z - box.begin.z), 1 + below(extent.y - box.begin.y),
                          1 + below(extent.x - box.begin.x)};
            REQUIRE(wrong_voxels(*source, box, mode) == 0);
            REQUIRE(wrong_stored_voxels(*source, box, mode) == 0);
          }
          REQUIRE(wrong_voxels(*source, {{extent.z, 0, 0}, {0, extent.y, extent.x}}, mode) == 0);
        }
}

TEST_CASE("rows longer than a piece are read in parts") {
  const Scratch scratch;
  const Extent3 extent{1, 3, 300001};
  for (const int mode : {1, 2, 101})
    for (const auto& axes : {kAxisOrders[0], kAxisOrders[5]}) {
      const auto source =
          open_volume(scratch.file("long.mrc", make_mrc(extent, mode, true, axes).bytes));
      CHECK(wrong_voxels(*source, {{}, extent}, mode) == 0);
      CHECK(wrong_voxels(*source, {{0, 1, 99}, {1, 2, 200003}}, mode) == 0);
      CHECK(wrong_stored_voxels(*source, {{0, 1, 99}, {1, 2, 200003}}, mode) == 0);
    }
}

TEST_CASE("a box outside the volume is refused") {
  const Scratch scratch;
  const auto source = open_volume(scratch.file("a.mrc", make_mrc({2, 3, 4}, 2).bytes));
  float voxel = 0;
  CHECK_THROWS_WITH(source->read_box({{0, 0, 4}, {1, 1, 1}}, &voxel),
                    DFE_CONTAINS("leaves the volume of 2x3x4"));
  CHECK_THROWS_AS(source->read_box({{-1, 0, 0}, {1, 1, 1}}, &voxel), Error);
  CHECK_THROWS_AS(
      source->read_stored({{-1, 0, 0}, {1, 1, 1}}, reinterpret_cast<std::byte*>(&voxel)), Error);
  CHECK_THROWS_AS(source->read_box({{0, 0, 0}, {1, -1, 1}}, &voxel), Error);
  CHECK_THROWS_AS(source->read_box({{1, 0, 0}, {std::int64_t{1} << 62, 1, 1}}, &voxel), Error);
}

TEST_CASE("compressed MRC files are unpacked, and their memory is told") {
  const Scratch scratch;
  const Extent3 extent{9, 40, 41};
  const auto plain = make_mrc(extent, 1).bytes;
  for (const bool gz : {true, false}) {
    const auto packed = gz ? gzip(plain) : bzip2(plain);
    const auto path = scratch.file("a.packed", packed);  // content decides, not the name
    const auto source = open_volume(path);
    CHECK(source->info().compression == (gz ? "gzip" : "bzip2"));
    CHECK(source->info().warnings.empty());
    CHECK(source->resident_bytes() == static_cast<std::int64_t>(plain.size()));
    CHECK(wrong_voxels(*source, {{}, extent}, 1) == 0);

    // Streams one after the other, as bgzip and pbzip2 write them.
    const std::ptrdiff_t half = 5000;
    const std::vector<std::byte> first(plain.begin(), plain.begin() + half),
        second(plain.begin() + half, plain.end());
    auto joined = gz ? gzip(first) : bzip2(first);
    const auto tail = gz ? gzip(second) : bzip2(second);
    joined.insert(joined.end(), tail.begin(), tail.end());
    CHECK(wrong_voxels(*open_volume(scratch.file("joined", joined)), {{}, extent}, 1) == 0);

    auto cut = packed;
    cut.resize(cut.size() / 2);
    // bzip2 gives nothing before a block is complete.
    CHECK_THROWS_WITH(open_volume(scratch.file("cut", cut)),
                      DFE_CONTAINS(gz ? "incomplete" : "has 0 bytes"));
    cut.resize(4);
    CHECK_THROWS_AS(open_volume(scratch.file("cut", cut)), Error);
    auto damaged = packed;
    for (std::size_t i = damaged.size() / 2; i < damaged.size() / 2 + 40; ++i)
      damaged[i] ^= std::byte{0x5a};
    CHECK_THROWS_AS(open_volume(scratch.file("damaged", damaged)), Error);

    auto longer = plain;
    longer.resize(longer.size() + 100);
    const auto tolerated = open_volume(scratch.file("longer", gz ? gzip(longer) : bzip2(longer)));
    REQUIRE(tolerated->info().warnings.size() == 1);
    CHECK_THAT(tolerated->info().warnings[0], DFE_CONTAINS("longer"));
  }
}

TEST_CASE("a small compressed file that claims a huge volume takes no huge memory") {
  const Scratch scratch;
  auto file = make_mrc({1, 1, 1}, 2);
  file.word(0, 1 << 18).word(4, 1 << 18).word(8, 1 << 18);
  CHECK_THROWS_WITH(open_volume(scratch.file("bomb.gz", gzip(file.bytes))),
                    DFE_CONTAINS("bytes of memory when decompressed"));
  file.word(0, 1 << 10).word(4, 1 << 10).word(8, 100);  // 400 MB claimed, four bytes there
  CHECK_THROWS_WITH(open_volume(scratch.file("bomb.gz", gzip(file.bytes))),
                    DFE_CONTAINS("has 1028 bytes but its header says 419431424"));
}
