// SPDX-License-Identifier: Apache-2.0
// What the MRC writer puts into each field, and that the geometry of an input survives. Fields are
// looked up in the bytes.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/mrc_bytes.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::Error;
using dfe::Extent3;
using dfe::LabelMap;
using dfe::Volume;
using dfe::VolumeGeometry;
using dfe::io::open_volume;
using dfe::io::read_labels;
using dfe::io::write_labels;
using dfe::io::write_volume;
using dfe::test::file_bytes;
using dfe::test::make_mrc;
using dfe::test::Scratch;

namespace {

template <class T>
T field(const std::vector<std::byte>& bytes, std::size_t offset) {
  T value;
  REQUIRE(bytes.size() >= offset + sizeof(T));
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

std::string text(const std::vector<std::byte>& bytes, std::size_t offset, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes.data()) + offset, size};
}

LabelMap labels_of(Extent3 extent, std::uint8_t largest) {
  LabelMap map;
  map.labels = Volume<std::uint8_t>(extent);
  map.geometry.extent = extent;
  for (std::int64_t i = 0; i < extent.voxels(); ++i)
    map.labels.data()[i] = static_cast<std::uint8_t>(i * 7 % (largest + 1));
  map.labels.data()[extent.voxels() - 1] = largest;
  return map;
}

void expect_same(const VolumeGeometry& a, const VolumeGeometry& b) {
  CHECK(a.extent == b.extent);
  CHECK(a.voxel_size.x_angstrom == Approx(b.voxel_size.x_angstrom));
  CHECK(a.voxel_size.y_angstrom == Approx(b.voxel_size.y_angstrom));
  CHECK(a.voxel_size.z_angstrom == Approx(b.voxel_size.z_angstrom));
  CHECK(a.start == b.start);
  CHECK(a.origin_angstrom == b.origin_angstrom);
  CHECK(a.cell_angles_deg == b.cell_angles_deg);
  CHECK(a.space_group == b.space_group);
}

}  // namespace

TEST_CASE("a label map is MRC mode 0, a large label makes it mode 6") {
  const Scratch scratch;
  for (const Extent3 extent : {Extent3{1, 1, 1}, Extent3{3, 5, 7}, Extent3{9, 101, 67}})
    for (const int largest : {0, 1, 127, 128, 255}) {
      const LabelMap map = labels_of(extent, static_cast<std::uint8_t>(largest));
      write_labels(scratch / "l.mrc", map);
      const auto bytes = file_bytes(scratch / "l.mrc");
      const bool wide = largest > 127;
      CHECK(field<std::int32_t>(bytes, 12) == (wide ? 6 : 0));
      CHECK(bytes.size() == 1024 + static_cast<std::size_t>(extent.voxels()) * (wide ? 2 : 1));
      CHECK(field<float>(bytes, 80) == static_cast<float>(largest));
      const LabelMap back = read_labels(scratch / "l.mrc");
      CHECK(back.labels.extent() == extent);
      CHECK(std::equal(map.labels.span().begin(), map.labels.span().end(),
                       back.labels.span().begin()));
    }
}

TEST_CASE("header fields are written as MRC2014 defines them") {
  const Scratch scratch;
  Volume<float> volume({2, 3, 4}, 0.f);
  VolumeGeometry geometry;
  geometry.extent = volume.extent();
  geometry.voxel_size = {10, 11, 12};
  geometry.start = {-1, 2, 3};
  geometry.origin_angstrom = {1.5, -2.5, 3.5};
  geometry.labels = {"made by hand"};
  for (int i = 0; i < 24; ++i)
    volume.data()[i] = static_cast<float>(i % 4);  // mean 1.5, variance 1.25
  write_volume(scratch / "v.map", volume.view(), geometry);
  const auto bytes = file_bytes(scratch / "v.map");
  CHECK(bytes.size() == 1024 + 96);
  const std::array<std::int32_t, 10> words{4, 3, 2, 2, 3, 2, -1, 4, 3, 2};
  for (std::size_t i = 0; i < words.size(); ++i)
    CHECK(field<std::int32_t>(bytes, 4 * i) == words[i]);
  const std::array<float, 6> cell{48, 33, 20, 90, 90, 90};
  for (std::size_t i = 0; i < cell.size(); ++i) CHECK(field<float>(bytes, 40 + 4 * i) == cell[i]);
  for (std::int32_t i = 0; i < 3; ++i)
    CHECK(field<std::int32_t>(bytes, 64 + 4 * static_cast<std::size_t>(i)) == i + 1);
  CHECK(field<float>(bytes, 76) == 0);
  CHECK(field<float>(bytes, 80) == 3);
  CHECK(field<float>(bytes, 84) == 1.5f);
  CHECK(field<float>(bytes, 216) == Approx(std::sqrt(1.25)));
  CHECK(field<std::int32_t>(bytes, 88) == 1);
  CHECK(field<std::int32_t>(bytes, 92) == 0);
  CHECK(field<std::int32_t>(bytes, 108) == 20141);
  CHECK(field<float>(bytes, 196) == 3.5f);
  CHECK(field<float>(bytes, 200) == -2.5f);
  CHECK(field<float>(bytes, 204) == 1.5f);
  CHECK(text(bytes, 208, 4) == "MAP ");
  CHECK(text(bytes, 212, 4) == std::string("\x44\x44\0\0", 4));
  CHECK(field<std::int32_t>(bytes, 220) == 2);
  CHECK(text(bytes, 224, 13) == "made by hand ");
  CHECK(text(bytes, 304, 9) == "dfengine ");
  CHECK(field<float>(bytes, 1024 + 4 * 23) == 3);
}

TEST_CASE("the geometry of an input is in the output, whatever the axis order was") {
  const Scratch scratch;
  auto file = make_mrc({5, 6, 7}, 2, true, {2, 3, 1});
  file.word(16, -20)
      .word(20, 30)
      .word(24, 40)
      .word(28, 70)
      .word(32, 60)
      .word(36, 50)
      .real(196, 12.25f)
      .real(204, -8);
  file.real(40, 350).real(44, 300).real(48, 250).real(60, 91.5f).word(88, 5);
  const auto source = open_volume(scratch.file("in.mrc", file.bytes));
  LabelMap map = labels_of({5, 6, 7}, 3);
  map.geometry = source->info().geometry;
  for (const std::string name : {"out.mrc", "out.h5"}) {
    write_labels(scratch / name, map);
    const auto back = open_volume(scratch / name);
    expect_same(back->info().geometry, source->info().geometry);
    CHECK(back->info().geometry.sampling == Extent3{50, 60, 70});
  }
  CHECK(source->info().geometry.voxel_size == dfe::VoxelSize::cubic(5));
  CHECK(source->info().geometry.start == dfe::Index3{30, -20, 40});
}

TEST_CASE("our own label is in a header once, however often a volume passes through") {
  const Scratch scratch;
  VolumeGeometry geometry;
  geometry.extent = {2, 3, 4};
  geometry.labels = {"dfengine 0.0.9", "by hand", "dfengine 0.1.0", "dfengines are not ours"};
  const Volume<float> volume(geometry.extent, 1);
  std::vector<std::string> labels;
  for (int pass = 0; pass < 3; ++pass) {
    write_volume(scratch / "v.mrc", volume.view(), geometry);
    geometry = open_volume(scratch / "v.mrc")->info().geometry;
    REQUIRE(geometry.labels.size() == 3);
    CHECK(geometry.labels[0] == "by hand");
    CHECK(geometry.labels[1] == "dfengines are not ours");
    CHECK_THAT(geometry.labels[2], DFE_CONTAINS("dfengine "));
  }
}

TEST_CASE("an unknown voxel size stays unknown, and stacks become volumes") {
  const Scratch scratch;
  LabelMap map = labels_of({2, 2, 2}, 1);
  map.geometry.space_group = 401;
  write_labels(scratch / "l.mrc", map);
  const auto info = open_volume(scratch / "l.mrc")->info();
  CHECK_FALSE(info.geometry.voxel_size.known());
  CHECK(info.geometry.space_group == 1);
}

TEST_CASE("ten labels of the input make room for one of ours, and long ones are cut") {
  const Scratch scratch;
  LabelMap map = labels_of({1, 1, 1}, 1);
  for (int i = 0; i < 12; ++i) map.geometry.labels.push_back("label " + std::to_string(i));
  map.geometry.labels[0] = std::string(200, 'x');
  write_labels(scratch / "l.mrc", map);
  const auto labels = open_volume(scratch / "l.mrc")->info().geometry.labels;
  REQUIRE(labels.size() == 10);
  CHECK(labels[0] == std::string(80, 'x'));
  CHECK(labels[8] == "label 8");
  CHECK_THAT(labels[9], DFE_CONTAINS("dfengine"));
}

TEST_CASE(
    "statistics leave out what is not finite; without any finite voxel they are marked unknown") {
  const Scratch scratch;
  Volume<float> volume({1, 1, 4}, std::nanf(""));
  VolumeGeometry geometry;
  geometry.extent = volume.extent();
  write_volume(scratch / "nan.mrc", volume.view(), geometry);
  auto bytes = file_bytes(scratch / "nan.mrc");
  CHECK(field<float>(bytes, 80) < field<float>(bytes, 76));
  CHECK(field<float>(bytes, 84) < field<float>(bytes, 80));
  CHECK(field<float>(bytes, 216) < 0);
  volume(0, 0, 1) = 2;
  volume(0, 0, 2) = 4;
  volume(0, 0, 3) = std::numeric_limits<float>::infinity();
  write_volume(scratch / "nan.mrc", volume.view(), geometry);
  bytes = file_bytes(scratch / "nan.mrc");
  CHECK(field<float>(bytes, 84) == 3);
  CHECK(field<float>(bytes, 216) == 1);
  CHECK(std::isnan(dfe::io::read_volume(*open_volume(scratch / "nan.mrc"))(0, 0, 0)));
}

TEST_CASE("a volume that is no label map is refused with the count and the first place") {
  const Scratch scratch;
  Volume<float> volume({2, 3, 4}, 1.f);
  VolumeGeometry geometry;
  geometry.extent = volume.extent();
  volume(1, 0, 2) = 0.5f;
  volume(1, 2, 3) = std::nanf("");
  for (const std::string name : {"v.mrc", "v.h5", "v.em"}) {
    write_volume(scratch / name, volume.view(), geometry);
    CHECK_THROWS_WITH(read_labels(scratch / name),
                      DFE_CONTAINS("2 of 24 voxels") && DFE_CONTAINS("0.500000 at z,y,x 1,0,2"));
  }
  auto negative = make_mrc({1, 1, 3}, 0).real(76, -128).real(80, 127);
  CHECK_THROWS_WITH(read_labels(scratch.file("n.mrc", negative.bytes)),
                    DFE_CONTAINS("-128.000000 at z,y,x 0,0,0"));
  auto large = make_mrc({1, 1, 3}, 6);
  CHECK_THROWS_WITH(read_labels(scratch.file("n.mrc", large.bytes)),
                    DFE_CONTAINS("2 of 3 voxels") && DFE_CONTAINS("1201"));
}

TEST_CASE("endings decide the format that is written") {
  const Scratch scratch;
  const LabelMap map = labels_of({2, 2, 2}, 1);
  for (const std::string name : {"a.txt", "a", "a.h5.gz", "a.tif.gz"}) {
    CHECK_FALSE(dfe::io::is_volume_file_name(scratch / name));
    CHECK_THROWS_WITH(write_labels(scratch / name, map), DFE_CONTAINS("use .mrc"));
  }
  for (const std::string name : {"a.mrc", "a.REC", "a.map", "a.h5", "a.em", "a.mrc.gz"}) {
    CHECK(dfe::io::is_volume_file_name(scratch / name));
    write_labels(scratch / name, map);
    CHECK(read_labels(scratch / name).labels(1, 1, 1) == 1);
  }
  LabelMap torn = labels_of({2, 2, 2}, 1);
  torn.geometry.extent = {2, 2, 3};
  CHECK_THROWS_AS(write_labels(scratch / "b.mrc", torn), Error);
  CHECK(scratch.names().size() == 6);
}
