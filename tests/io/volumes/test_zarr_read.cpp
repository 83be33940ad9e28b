// SPDX-License-Identifier: Apache-2.0
// OME-Zarr volumes: axes, levels, units, chunks and element types, from stores made by hand.
#include <algorithm>
#include <cmath>
#include <limits>

#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/zarr_store.hpp"

using namespace dfe::test;
using dfe::Extent3;
using dfe::Volume;
using dfe::VoxelSize;
using dfe::io::open_volume;
using dfe::io::read_volume;
using Strings = std::vector<std::string>;

namespace {

void expect_values(const dfe::VolumeSource& source) {
  const Extent3 n = source.extent();
  const Volume<float> volume = read_volume(source);
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) REQUIRE(volume(z, y, x) == value_at(z, y, x));
  std::vector<float> voxel(1);
  source.read_box({{n.z - 1, n.y - 1, n.x - 1}, {1, 1, 1}}, voxel.data());
  CHECK(voxel[0] == value_at(n.z - 1, n.y - 1, n.x - 1));
  CHECK_THROWS_WITH(source.read_box({{0, 0, 0}, {n.z + 1, 1, 1}}, voxel.data()),
                    DFE_CONTAINS("leaves the volume"));
}

}  // namespace

TEST_CASE("a group is its first level, with voxel size and origin") {
  const Scratch scratch;
  const auto store = make_store(scratch, multiscales("angstrom"));
  for (const auto& path : {store, scratch / "a.zarr/", store / "0"}) {
    const auto source = open_volume(path);
    CHECK(source->extent() == Extent3{3, 4, 5});
    CHECK(source->info().format == "zarr");
    CHECK(source->info().mode == "float32");
    CHECK(source->info().geometry.voxel_size == VoxelSize{10, 11, 12});
    CHECK(source->info().warnings == Strings{});
    expect_values(*source);
  }
}

TEST_CASE("units of length become angstrom") {
  const Scratch scratch;
  const auto size_of = [&](const std::string& unit) {
    return open_volume(make_store(scratch, multiscales(unit)))->info();
  };
  CHECK(size_of("nanometer").geometry.voxel_size == VoxelSize{100, 110, 120});
  CHECK(size_of("nm").geometry.voxel_size == VoxelSize{100, 110, 120});
  CHECK(size_of("picometer").geometry.voxel_size.z_angstrom == 0.1);
  CHECK(size_of("micrometer").geometry.voxel_size.x_angstrom == 120000);
  const auto without = size_of("");
  CHECK(without.geometry.voxel_size == VoxelSize{10, 11, 12});
  REQUIRE(without.warnings.size() == 1);
  CHECK(without.warnings[0].find("The axes have no unit") == 0);
  const auto unknown = size_of("parsnip");
  CHECK_FALSE(unknown.geometry.voxel_size.known());
  CHECK(unknown.warnings[0].find("The unit 'parsnip' of the axis z") == 0);
  dfe::io::VolumeReadOptions given;
  given.voxel_size_angstrom = 7;
  const auto source = open_volume(make_store(scratch, multiscales("")), given);
  CHECK(source->info().geometry.voxel_size == VoxelSize::cubic(7));
  CHECK(source->info().warnings == Strings{});
}

TEST_CASE("a lower level has its own scale and the place of its first voxel") {
  const Scratch scratch;
  const auto store =
      make_store(scratch, multiscales("angstrom",
                                      R"(, {"path": "half/1", "coordinateTransformations": [)"
                                      R"({"type": "scale", "scale": [20, 22, 24]},)"
                                      R"( {"type": "translation", "translation": [5, 5.5, 6]}]})"));
  write_text(store / "half" / ".zgroup", R"({"zarr_format": 2})");
  write_text(store / "half" / "1" / ".zarray", array_v2("[1, 1, 2]", "[1, 1, 2]"));
  write_bytes(store / "half" / "1" / "0.0.0", bytes_of(std::vector<float>{3, 4}));
  const auto source = open_volume(store / "half" / "1");
  CHECK(source->info().geometry.voxel_size == VoxelSize{20, 22, 24});
  CHECK(source->info().geometry.origin_angstrom == dfe::Point3{5, 5.5, 6});
  CHECK(read_volume(*source)(0, 0, 1) == 4);
}

TEST_CASE("transformations of the image come after those of the level") {
  const Scratch scratch;
  std::string attributes = multiscales("angstrom");
  attributes.insert(attributes.rfind("}]}"),
                    R"(, "coordinateTransformations": [{"type": "scale", "scale": [2, 2, 2]},)"
                    R"( {"type": "translation", "translation": [1, 2, 3]}])");
  const auto info = open_volume(make_store(scratch, attributes))->info();
  CHECK(info.geometry.voxel_size == VoxelSize{20, 22, 24});
  CHECK(info.geometry.origin_angstrom == dfe::Point3{1, 2, 3});
}

TEST_CASE("axes are found by name, others have one entry") {
  const Scratch scratch;
  const auto store = make_store(scratch, "{}");
  const auto with_axes = [&](const std::string& axes) {
    write_text(store / ".zattrs",
               R"({"multiscales": [{"axes": [)" + axes + R"(], "datasets": [{"path": "0"}]}]})");
    return open_volume(store);
  };
  const auto turned = with_axes(R"("x", "y", "z")");  // version 0.3: names alone
  CHECK(turned->extent() == Extent3{5, 4, 3});
  CHECK(turned->info().axis_order == std::array{3, 2, 1});
  const Volume<float> volume = read_volume(*turned);
  for (std::int64_t z = 0; z < 5; ++z)
    for (std::int64_t y = 0; y < 4; ++y)
      for (std::int64_t x = 0; x < 3; ++x) REQUIRE(volume(z, y, x) == value_at(x, y, z));
  CHECK_THROWS_WITH(with_axes(R"("c", "y", "x")"), DFE_CONTAINS("3 entries along the axis 'c'"));
  CHECK_THROWS_WITH(with_axes(R"("y", "x")"), DFE_CONTAINS("3 dimensions and 2 names"));
  write_text(store / "0" / ".zarray", array_v2("[1, 1, 3, 4, 5]", "[2, 1, 2, 3, 4]"));
  for (const char* key : {"0.0.0.0.0"})
    write_bytes(store / "0" / key, bytes_of([] {
                  auto values = chunk_values<float>({0, 0, 0}, {2, 3, 4}, {3, 4, 5});
                  values.resize(values.size() * 2, -1);  // the second time step does not exist
                  return values;
                }()));
  const auto five = with_axes("");
  CHECK(five->extent() == Extent3{3, 4, 5});
  CHECK(read_volume(*five)(1, 2, 3) == value_at(1, 2, 3));
}

TEST_CASE("all element types are read in both byte orders") {
  const Scratch scratch;
  const auto path = scratch / "t.zarr";
  const auto check = [&]<class T>(T, const std::string& name) {
    for (const char order : {'<', '>'}) {
      const std::vector<T> values{static_cast<T>(0), static_cast<T>(1), static_cast<T>(100)};
      ZarrBytes bytes = bytes_of(values);
      if (order == '>')
        for (std::size_t i = 0; i < bytes.size(); i += sizeof(T))
          std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                       bytes.begin() + static_cast<std::ptrdiff_t>(i + sizeof(T)));
      std::string metadata = array_v2("[1, 1, 3]", "[1, 1, 3]");
      metadata.replace(metadata.find("<f4"), 3, order + name);
      write_text(path / ".zarray", metadata);
      write_bytes(path / "0.0.0", bytes);
      const Volume<float> volume = read_volume(*open_volume(path));
      INFO(name << order);
      CHECK(volume(0, 0, 0) == 0);
      CHECK(volume(0, 0, 1) == 1);
      CHECK(volume(0, 0, 2) == 100);
    }
  };
  check(std::int8_t{}, "i1");
  check(std::uint8_t{}, "u1");
  check(std::int16_t{}, "i2");
  check(std::uint16_t{}, "u2");
  check(std::int32_t{}, "i4");
  check(std::uint32_t{}, "u4");
  check(std::int64_t{}, "i8");
  check(std::uint64_t{}, "u8");
  check(float{}, "f4");
  check(double{}, "f8");
  check(std::uint8_t{}, "b1");
}

TEST_CASE("missing chunks have the fill value and are counted") {
  const Scratch scratch;
  const auto store = make_store(scratch, multiscales("angstrom"));
  std::filesystem::remove(store / "0" / "0.1.0");
  std::string metadata = array_v2("[3, 4, 5]", "[2, 3, 4]");
  metadata.replace(metadata.find("\"fill_value\": 0"), 15, "\"fill_value\": \"NaN\"");
  write_text(store / "0" / ".zarray", metadata);
  const auto source = open_volume(store);
  REQUIRE(source->info().warnings.size() == 1);
  CHECK(source->info().warnings[0].find("1 of 8 chunk files do not exist") == 0);
  const Volume<float> volume = read_volume(*source);
  CHECK(std::isnan(volume(1, 3, 3)));
  CHECK(volume(1, 3, 4) == value_at(1, 3, 4));
  CHECK(volume(2, 3, 3) == value_at(2, 3, 3));
}

TEST_CASE("Fortran order and the slash separator") {
  const Scratch scratch;
  const auto path = scratch / "f.zarr";
  std::string metadata =
      array_v2("[2, 3, 4]", "[2, 3, 4]", "null", R"(, "dimension_separator": "/")");
  metadata.replace(metadata.find("\"C\""), 3, "\"F\"");
  write_text(path / ".zarray", metadata);
  std::vector<float> values;
  for (int x = 0; x < 4; ++x)
    for (int y = 0; y < 3; ++y)
      for (int z = 0; z < 2; ++z) values.push_back(value_at(z, y, x));
  write_bytes(path / "0" / "0" / "0", bytes_of(values));
  expect_values(*open_volume(path));
}

TEST_CASE("a chunk that several boxes need is kept, and other chunks are not read") {
  const Scratch scratch;
  const auto store = make_store(scratch, multiscales("angstrom"));
  const auto source = open_volume(store);
  CHECK(source->resident_bytes() == 4 * 2 * 3 * 4 * 4);  // 2x2 chunks under a plane
  std::vector<float> plane(20);
  source->read_box({{0, 0, 0}, {1, 4, 5}}, plane.data());
  std::filesystem::remove(store / "0" / "0.0.0");  // kept: not read again
  write_bytes(store / "0" / "1.0.0", {});          // damaged: not read
  source->read_box({{1, 0, 0}, {1, 4, 5}}, plane.data());
  CHECK(plane[0] == value_at(1, 0, 0));
  CHECK_THROWS_WITH(source->read_box({{2, 0, 0}, {1, 4, 5}}, plane.data()),
                    DFE_CONTAINS("has a chunk of 0 bytes"));
}

TEST_CASE("an array alone has the order z, y, x and no voxel size") {
  const Scratch scratch;
  const auto store = make_store(scratch, "{}");
  const auto source = open_volume(store / "0");
  CHECK(source->extent() == Extent3{3, 4, 5});
  CHECK_FALSE(source->info().geometry.voxel_size.known());
  CHECK(source->info().warnings.size() == 1);
  expect_values(*source);
  CHECK_THROWS_WITH(open_volume(store), DFE_CONTAINS("is a group without multiscales; name the"));
}
