// SPDX-License-Identifier: Apache-2.0
// Volumes in HDF5 and EM files, made here with the HDF5 library or byte by byte.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <thread>

#include "io/hdf5/library.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/mrc_bytes.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::Extent3;
using dfe::LabelMap;
using dfe::Volume;
using dfe::io::open_volume;
using dfe::io::read_volume;
using dfe::io::VolumeReadOptions;
using dfe::test::Scratch;
namespace h5 = dfe::io::h5;

namespace {

const Extent3 kExtent{5, 6, 7};

struct Layout {
  std::array<hsize_t, 3> chunk{};  ///< zeros: contiguous
  bool deflate = false;
};

/// 0, 1, 2, ... in a dataset of any type.
void make_dataset(hid_t file, const char* name, hid_t type, const Layout& layout = {},
                  Extent3 extent = kExtent) {
  const h5::Lock lock;
  const std::array<hsize_t, 3> sizes{hsize_t(extent.z), hsize_t(extent.y), hsize_t(extent.x)};
  const h5::Dataspace space(H5Screate_simple(3, sizes.data(), nullptr));
  const h5::PropertyList create(H5Pcreate(H5P_DATASET_CREATE)), link(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(link, 1);
  if (layout.chunk[0] > 0) H5Pset_chunk(create, 3, layout.chunk.data());
  if (layout.deflate) H5Pset_deflate(create, 4);
  const h5::Dataset dataset(H5Dcreate2(file, name, type, space, link, create, H5P_DEFAULT));
  std::vector<float> values(static_cast<std::size_t>(extent.voxels()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 120);
  REQUIRE(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
}

template <class Make>
std::filesystem::path make_file(const Scratch& scratch, Make&& make) {
  auto path = scratch / "made.h5";
  h5::File file = h5::create_file(path);
  make(file.get());
  h5::close_file(file, path);
  return path;
}

/// EM header of type `type` and the voxels 0, 1, 2, ...
template <class T>
std::vector<std::byte> make_em(int machine, int type, bool big, Extent3 extent) {
  dfe::test::MrcBytes file;
  file.big = big;
  file.bytes.assign(512, std::byte{});
  file.bytes[0] = static_cast<std::byte>(machine);
  file.bytes[3] = static_cast<std::byte>(type);
  file.word(4, static_cast<std::int32_t>(extent.x))
      .word(8, static_cast<std::int32_t>(extent.y))
      .word(12, static_cast<std::int32_t>(extent.z));
  for (std::int64_t i = 0; i < extent.voxels(); ++i) file.append(static_cast<T>(i % 120));
  return file.bytes;
}

void expect_counting(const dfe::VolumeSource& source) {
  const Volume<float> volume = read_volume(source);
  REQUIRE(volume.extent() == kExtent);
  for (std::int64_t i = 0; i < volume.voxels(); ++i)
    REQUIRE(volume.data()[i] == static_cast<float>(i % 120));
  std::vector<float> box(2 * 3 * 4);
  source.read_box({{1, 2, 3}, {2, 3, 4}}, box.data());
  std::size_t i = 0;
  for (std::int64_t z = 1; z < 3; ++z)
    for (std::int64_t y = 2; y < 5; ++y)
      for (std::int64_t x = 3; x < 7; ++x) REQUIRE(box[i++] == volume(z, y, x));
}

}  // namespace

TEST_CASE("HDF5 volumes of every element type, plain, chunked and compressed") {
  const Scratch scratch;
  const h5::Datatype half = h5::half_type();
  const std::vector<std::pair<hid_t, std::string>> types{
      {H5T_STD_I8LE, "int8"},    {H5T_STD_U8LE, "uint8"},     {H5T_STD_I16LE, "int16"},
      {H5T_STD_U16BE, "uint16"}, {H5T_STD_I32LE, "int32"},    {H5T_STD_I64LE, "int64"},
      {half.get(), "float16"},   {H5T_IEEE_F32BE, "float32"}, {H5T_IEEE_F64LE, "float64"}};
  for (const auto& [type, name] : types)
    for (const Layout layout : {Layout{}, Layout{{2, 4, 3}, false}, Layout{{2, 4, 3}, true}}) {
      const auto path = make_file(
          scratch, [&, id = type](hid_t file) { make_dataset(file, "dataset", id, layout); });
      const auto source = open_volume(path);
      CHECK(source->info().format == "hdf5");
      CHECK(source->info().mode == name);
      expect_counting(*source);
    }
}

TEST_CASE("the dataset is found by name, as the only volume, or not at all with a list") {
  const Scratch scratch;
  VolumeReadOptions options;
  auto source = open_volume(
      make_file(scratch, [](hid_t file) { make_dataset(file, "a/tomogram", H5T_STD_I8LE); }));
  REQUIRE(source->info().warnings.size() == 2);  // and the unknown voxel size
  CHECK_THAT(source->info().warnings[0], DFE_CONTAINS("/a/tomogram"));
  expect_counting(*source);
  source.reset();
  const auto two = make_file(scratch, [](hid_t file) {
    make_dataset(file, "one", H5T_STD_I8LE);
    make_dataset(file, "two", H5T_STD_I8LE);
  });
  CHECK_THROWS_WITH(open_volume(two), DFE_CONTAINS("/one, /two"));
  options.part = "two";
  expect_counting(*open_volume(two, options));
  CHECK_THROWS_WITH(
      open_volume(make_file(scratch, [](hid_t file) { h5::create_group(file, "empty"); })),
      DFE_CONTAINS("has no dataset 'dataset'"));
}

TEST_CASE("a group that contains itself ends the search for volumes") {
  const Scratch scratch;
  const auto path = make_file(scratch, [](hid_t file) {
    const h5::Group group = h5::create_group(file, "group");
    for (const char* const name : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
      REQUIRE(H5Lcreate_hard(file, "group", group, name, H5P_DEFAULT, H5P_DEFAULT) >= 0);
  });
  CHECK_THROWS_WITH(open_volume(path), DFE_CONTAINS("has no dataset 'dataset'"));
}

TEST_CASE("boxes may be read from several threads at once") {
  const Scratch scratch;
  const Extent3 extent{16, 40, 50};
  const auto hdf5 = open_volume(make_file(scratch, [&](hid_t file) {
    make_dataset(file, "dataset", H5T_STD_I16LE, {{4, 8, 8}, true}, extent);
  }));
  const auto mrc =
      open_volume(scratch.file("a.mrc", dfe::test::make_mrc(extent, 2, true, {2, 3, 1}).bytes));
  for (const dfe::VolumeSource* const source : {hdf5.get(), mrc.get()}) {
    const Volume<float> whole = read_volume(*source);
    std::array<int, 4> wrong{};
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        std::vector<float> box(2 * 40 * 50);
        for (int z = 0; z < 14; ++z) {
          source->read_box({{z, 0, 0}, {2, 40, 50}}, box.data());
          wrong[static_cast<std::size_t>(t)] +=
              !std::equal(box.begin(), box.end(), whole.view().plane(z));
        }
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == std::array<int, 4>{});
  }
}

TEST_CASE("EMAN2 files have their own place and attribute names") {
  const Scratch scratch;
  const auto path = make_file(scratch, [](hid_t file) {
    make_dataset(file, "MDF/images/0/image", H5T_STD_U8LE, {{1, 6, 7}, true});
    const h5::Group image = h5::open_group(file, "MDF/images/0");
    for (const char* const name : {"EMAN.apix_x", "EMAN.apix_y", "EMAN.apix_z"})
      h5::write_attribute(image, name, 12.5);
  });
  const auto source = open_volume(path);
  CHECK(source->info().geometry.voxel_size == dfe::VoxelSize::cubic(12.5));
  expect_counting(*source);
}

TEST_CASE("a dataset that the file cannot hold is refused before memory is taken") {
  const Scratch scratch;
  const auto never_filled = [&](bool chunked) {
    return make_file(scratch, [&](hid_t file) {
      const h5::Lock lock;
      const std::array<hsize_t, 3> sizes{100000, 100000, 100000}, chunk{10, 10, 10};
      const h5::Dataspace space(H5Screate_simple(3, sizes.data(), nullptr));
      const h5::PropertyList create(H5Pcreate(H5P_DATASET_CREATE));
      if (chunked) H5Pset_chunk(create, 3, chunk.data());
      const h5::Dataset dataset(
          H5Dcreate2(file, "dataset", H5T_IEEE_F32LE, space, H5P_DEFAULT, create, H5P_DEFAULT));
      REQUIRE(dataset);
    });
  };
  CHECK_THROWS_WITH(open_volume(never_filled(false)), DFE_CONTAINS("needs 4000000000000000 bytes"));
  CHECK_THROWS_WITH(open_volume(never_filled(true)), DFE_CONTAINS("needs 4000000000000000 bytes"));
  const auto cut = make_file(scratch, [](hid_t file) {
    make_dataset(file, "dataset", H5T_IEEE_F32LE, {}, {50, 50, 50});
  });
  std::filesystem::resize_file(cut, 3000);
  CHECK_THROWS_WITH(open_volume(cut), DFE_CONTAINS("hdf5"));
}

TEST_CASE("class names and geometry of a label map survive in HDF5") {
  const Scratch scratch;
  LabelMap map;
  map.labels = Volume<std::uint8_t>({2, 3, 4}, 200);
  map.geometry.extent = {2, 3, 4};
  map.geometry.voxel_size = {13.68, 13.7, 13.69};
  map.geometry.labels = {"a label"};
  map.class_names = {"background", " ribosome "};
  dfe::io::write_labels(scratch / "l.h5", map);
  map.class_names = {"background", "ribosome"};  // as others pad their texts
  const LabelMap back = dfe::io::read_labels(scratch / "l.h5");
  CHECK(back.class_names == map.class_names);
  CHECK(back.geometry.voxel_size == map.geometry.voxel_size);
  CHECK(back.geometry.labels == map.geometry.labels);
  CHECK(back.labels(1, 2, 3) == 200);
  CHECK(open_volume(scratch / "l.h5")->info().mode == "uint8");
  map.labels = Volume<std::uint8_t>({2, 3, 4}, 127);
  dfe::io::write_labels(scratch / "l.h5", map);
  CHECK(open_volume(scratch / "l.h5")->info().mode == "int8");
}

TEST_CASE("EM files of every type and both byte orders") {
  const Scratch scratch;
  for (const bool big : {false, true}) {
    const int machine = big ? 3 : 6;
    const auto check = [&](const std::vector<std::byte>& bytes, const std::string& mode) {
      const auto source = open_volume(scratch.file("a.em", bytes));
      CHECK(source->info().format == "em");
      CHECK(source->info().mode == mode);
      CHECK(source->info().byte_order == (big ? "big" : "little"));
      CHECK(source->info().warnings.size() == 1);  // the voxel size
      expect_counting(*source);
    };
    check(make_em<std::int8_t>(machine, 1, big, kExtent), "int8");
    check(make_em<std::int16_t>(machine, 2, big, kExtent), "int16");
    check(make_em<std::int32_t>(machine, 4, big, kExtent), "int32");
    check(make_em<float>(machine, 5, big, kExtent), "float32");
    check(make_em<double>(machine, 9, big, kExtent), "float64");
    const auto contradicting =
        open_volume(scratch.file("b.em", make_em<float>(big ? 6 : 3, 5, big, kExtent)));
    CHECK_THAT(contradicting->info().warnings.at(0), DFE_CONTAINS("contradicts"));
    expect_counting(*contradicting);
  }
}

TEST_CASE("EM files that are cut, complex or nonsense are refused") {
  const Scratch scratch;
  auto bytes = make_em<float>(6, 5, false, kExtent);
  bytes.pop_back();
  CHECK_THROWS_WITH(open_volume(scratch.file("a.em", bytes)),
                    DFE_CONTAINS("has 1351 bytes but its header says 1352"));
  bytes.resize(100);
  CHECK_THROWS_WITH(open_volume(scratch.file("a.em", bytes)), DFE_CONTAINS("has 100 bytes"));
  bytes = make_em<float>(6, 8, false, kExtent);
  CHECK_THROWS_WITH(open_volume(scratch.file("a.em", bytes)), DFE_CONTAINS("complex"));
  bytes = make_em<float>(6, 7, false, kExtent);
  CHECK_THROWS_WITH(open_volume(scratch.file("a.em", bytes)), DFE_CONTAINS("type 7"));
  bytes = make_em<float>(6, 5, false, kExtent);
  bytes[7] = bytes[11] = bytes[15] = std::byte{0x7f};
  CHECK_THROWS_WITH(open_volume(scratch.file("a.em", bytes)),
                    DFE_CONTAINS("are not those of a volume"));
}

TEST_CASE("EM files are written and read back, voxel size included") {
  const Scratch scratch;
  Volume<float> volume(kExtent);
  for (std::int64_t i = 0; i < volume.voxels(); ++i) volume.data()[i] = static_cast<float>(i % 120);
  dfe::VolumeGeometry geometry;
  geometry.extent = kExtent;
  geometry.voxel_size = dfe::VoxelSize::cubic(13.68);
  dfe::io::write_volume(scratch / "v.em", volume.view(), geometry);
  const auto source = open_volume(scratch / "v.em");
  CHECK(source->info().warnings.empty());
  CHECK(source->info().geometry.voxel_size.x_angstrom == Approx(13.68));
  expect_counting(*source);
  geometry.voxel_size = {30, 10, 12.5};
  dfe::io::write_volume(scratch / "slices.em", volume.view(), geometry);
  CHECK(open_volume(scratch / "slices.em")->info().geometry.voxel_size == geometry.voxel_size);
}
