// SPDX-License-Identifier: Apache-2.0
// OME-Zarr stores that are written: levels, places, labels, and what may be replaced.
#include <nlohmann/json.hpp>

#include "dfengine/error.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/zarr_store.hpp"

using namespace dfe::test;
using dfe::Extent3;
using dfe::LabelMap;
using dfe::OmeZarr;
using dfe::Volume;
using dfe::VolumeGeometry;
using dfe::VoxelSize;
using dfe::io::open_volume;
using dfe::io::read_volume;
using Strings = std::vector<std::string>;

namespace {

VolumeGeometry geometry_of(const Extent3& extent) {
  VolumeGeometry geometry;
  geometry.extent = extent;
  geometry.voxel_size = {10, 11, 12};
  geometry.origin_angstrom = {1, -2, 3};
  geometry.start = {4, 5, -6};
  geometry.labels = {"a label"};
  return geometry;
}

/// Whole numbers, so that means of blocks are exact.
Volume<float> counting(const Extent3& extent) {
  Volume<float> volume(extent);
  for (std::int64_t i = 0; i < volume.voxels(); ++i)
    volume.data()[i] = static_cast<float>(i % 1001 * 8);
  return volume;
}

nlohmann::json json_of(const std::filesystem::path& path) {
  return nlohmann::json::parse(read_text(path));
}

}  // namespace

TEST_CASE("a volume comes back with its geometry, level by level") {
  const Extent3 extent{2, 5, 600};
  for (const OmeZarr version : {OmeZarr::V04, OmeZarr::V05}) {
    const Scratch scratch;
    const auto path = scratch / "v.zarr";
    const Volume<float> volume = counting(extent);
    dfe::io::write_volume(path, volume.view(), geometry_of(extent), {version});
    const auto source = open_volume(path);
    CHECK(source->info().warnings.empty());
    CHECK(source->info().geometry.voxel_size == VoxelSize{10, 11, 12});
    CHECK(source->info().geometry.origin_angstrom == dfe::Point3{1, -2, 3});
    CHECK(source->info().geometry.start == dfe::Index3{4, 5, -6});
    CHECK(source->info().geometry.labels == Strings{"a label"});
    const Volume<float> back = read_volume(*source);
    CHECK(std::equal(volume.span().begin(), volume.span().end(), back.span().begin()));

    const auto half = open_volume(path / "1");
    CHECK(half->extent() == Extent3{1, 3, 300});
    CHECK(half->info().geometry.voxel_size == VoxelSize{20, 22, 24});
    CHECK(half->info().geometry.origin_angstrom == dfe::Point3{6, 3.5, 9});
    const Volume<float> mean = read_volume(*half);
    double sum = 0;
    for (int z = 0; z < 2; ++z)
      for (int y = 2; y < 4; ++y)
        for (int x = 400; x < 402; ++x) sum += volume(z, y, x);
    CHECK(mean(0, 1, 200) == static_cast<float>(sum / 8));
    sum = 0;  // the last row has no partner
    for (int z = 0; z < 2; ++z)
      for (int x = 0; x < 2; ++x) sum += volume(z, 4, x);
    CHECK(mean(0, 2, 0) == static_cast<float>(sum / 4));
    CHECK(open_volume(path / "2")->extent() == Extent3{1, 2, 150});
    CHECK(open_volume(path / "2")->info().geometry.origin_angstrom.x == 3 + 12 * 1.5);
    CHECK_FALSE(std::filesystem::exists(path / "3"));
    CHECK(scratch.names() == Strings{"v.zarr"});
  }
}

TEST_CASE("metadata are those of OME-Zarr 0.4") {
  const Scratch scratch;
  const auto path = scratch / "v.zarr";
  const Extent3 extent{2, 5, 300};
  dfe::io::write_volume(path, counting(extent).view(), geometry_of(extent));
  CHECK(json_of(path / ".zgroup")["zarr_format"] == 2);
  const auto image = json_of(path / ".zattrs")["multiscales"][0];
  CHECK(image["version"] == "0.4");
  CHECK(image["axes"][0] == nlohmann::json{{"name", "z"}, {"type", "space"}, {"unit", "angstrom"}});
  CHECK(image["datasets"][0]["coordinateTransformations"][0]["scale"] ==
        std::vector<double>{10, 11, 12});
  const auto array = json_of(path / "0" / ".zarray");
  CHECK(array["chunks"] == std::vector<int>{2, 5, 256});
  CHECK(array["dtype"] == "<f4");
  CHECK(array["dimension_separator"] == "/");
  CHECK(std::filesystem::exists(path / "0" / "0" / "0" / "1"));
}

TEST_CASE("labels keep their class names, and lower levels the most frequent label") {
  const Extent3 extent{1, 2, 300};
  LabelMap map{Volume<std::uint8_t>(extent, 0), geometry_of(extent), {"background", "", "80S"}};
  map.labels(0, 0, 0) = map.labels(0, 1, 0) = map.labels(0, 1, 1) = 2;
  map.labels(0, 0, 2) = map.labels(0, 1, 2) = 200;  // as many as the background
  map.labels(0, 0, 4) = 7;
  for (const OmeZarr version : {OmeZarr::V04, OmeZarr::V05}) {
    const Scratch scratch;
    const auto path = scratch / "l.zarr";
    dfe::io::write_labels(path, map, {version});
    const LabelMap back = dfe::io::read_labels(path);
    CHECK(
        std::equal(map.labels.span().begin(), map.labels.span().end(), back.labels.span().begin()));
    CHECK(back.class_names == map.class_names);
    CHECK(open_volume(path)->info().class_names == map.class_names);
    CHECK(open_volume(path)->info().mode == "uint8");
    const LabelMap half = dfe::io::read_labels(path / "1");
    CHECK(half.labels.extent() == Extent3{1, 1, 150});
    CHECK(half.class_names == map.class_names);
    CHECK(int{half.labels(0, 0, 0)} == 2);
    CHECK(int{half.labels(0, 0, 1)} == 200);
    CHECK(int{half.labels(0, 0, 2)} == 0);
    CHECK(half.geometry.voxel_size == VoxelSize{10, 22, 24});  // one plane stays one plane
  }
}

TEST_CASE("an unknown voxel size stays unknown") {
  const Scratch scratch;
  const Extent3 extent{1, 2, 300};
  VolumeGeometry geometry;
  geometry.extent = extent;
  dfe::io::write_volume(scratch / "v.zarr", counting(extent).view(), geometry);
  for (const auto& path : {scratch / "v.zarr", scratch / "v.zarr" / "1"}) {
    const auto info = open_volume(path)->info();
    CHECK_FALSE(info.geometry.voxel_size.known());
    REQUIRE(info.warnings.size() == 1);
    CHECK(info.warnings[0].find("The voxel size is not in the file") == 0);
  }
}

TEST_CASE("a store is replaced whole, and nothing else is") {
  const Scratch scratch;
  const auto path = scratch / "v.zarr";
  const Extent3 extent{1, 2, 3};
  const auto write = [&](const std::filesystem::path& target) {
    dfe::io::write_volume(target, counting(extent).view(), geometry_of(extent));
  };
  write(path);
  write_text(path / "9" / "of before", "x");
  write(scratch / "v.zarr/");
  CHECK_FALSE(std::filesystem::exists(path / "9"));
  CHECK(open_volume(path)->extent() == extent);

  write_text(scratch / "photos.zarr" / "cat.jpg", "x");
  CHECK_THROWS_WITH(write(scratch / "photos.zarr"), DFE_CONTAINS("exists and is no Zarr store"));
  CHECK(std::filesystem::exists(scratch / "photos.zarr" / "cat.jpg"));
  scratch.file("file.zarr", {});
  CHECK_THROWS_WITH(write(scratch / "file.zarr"), DFE_CONTAINS("exists and is no Zarr store"));
  CHECK_THROWS_WITH(write(scratch / "no" / "v.zarr"), DFE_CONTAINS("cannot write in its folder"));
  CHECK(scratch.names().size() == 3);  // nothing temporary is left

  write(scratch / "real.zarr");
  std::filesystem::create_directory_symlink(scratch / "real.zarr", scratch / "link.zarr");
  write(scratch / "link.zarr");
  CHECK(std::filesystem::is_symlink(scratch / "link.zarr"));
  CHECK(open_volume(scratch / "link.zarr")->extent() == extent);
}
