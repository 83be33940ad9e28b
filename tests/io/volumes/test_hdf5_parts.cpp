// SPDX-License-Identifier: Apache-2.0
// HDF5 volumes of other programs: h5py's LZF and bool, filters that are missing, several volumes in
// one file, and EMAN2's images in few bits. Values follow from the programs' formulas.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/file_names.hpp"
#include "io/hdf5/library.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/hdf5/lzf_blocks.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::Extent3;
using dfe::Volume;
using dfe::io::open_volume;
using dfe::io::read_volume;
using dfe::test::Scratch;
namespace h5 = dfe::io::h5;

namespace {

template <class Make>
std::filesystem::path make_file(const Scratch& scratch, const std::string& name, Make&& make) {
  const auto path = scratch / name;
  h5::File file = h5::create_file(path);
  {
    const h5::Lock lock;
    make(file.get());
  }
  h5::close_file(file, path);
  return path;
}

/// One chunk of uint8 whose bytes on disk are `block`, through the filter `id` with `parameters`.
void make_filtered(hid_t file, const std::array<hsize_t, 3>& sizes, H5Z_filter_t id,
                   const std::vector<unsigned>& parameters,
                   const std::vector<std::uint8_t>& block) {
  const h5::Dataspace space(H5Screate_simple(3, sizes.data(), nullptr));
  const h5::PropertyList create(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_chunk(create, 3, sizes.data());
  // The library makes no dataset with a filter that only decodes: here it claims to encode, too.
  const H5Z_class2_t lzf{H5Z_CLASS_T_VERS,
                         32000,
                         1,
                         1,
                         "lzf",
                         nullptr,
                         nullptr,
                         [](unsigned, std::size_t, const unsigned*, std::size_t, std::size_t*,
                            void**) { return std::size_t{0}; }};
  H5Zregister(&lzf);
  REQUIRE(H5Pset_filter(create, id, H5Z_FLAG_OPTIONAL, parameters.size(), parameters.data()) >= 0);
  const h5::Dataset dataset(
      H5Dcreate2(file, "dataset", H5T_STD_U8LE, space, H5P_DEFAULT, create, H5P_DEFAULT));
  REQUIRE(dataset);
  const std::array<hsize_t, 3> begin{};
  REQUIRE(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, begin.data(), block.size(), block.data()) >= 0);
  h5::register_lzf();
}

/// `values` as a dataset of 1x2x(the rest).
template <class T>
void make_values(hid_t file, const std::string& name, hid_t type, hid_t memory,
                 const std::vector<T>& values) {
  const std::array<hsize_t, 3> sizes{1, 2, values.size() / 2};
  const h5::Dataspace space(H5Screate_simple(3, sizes.data(), nullptr));
  const h5::PropertyList link(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(link, 1);
  const h5::Dataset dataset(
      H5Dcreate2(file, name.c_str(), type, space, link, H5P_DEFAULT, H5P_DEFAULT));
  REQUIRE(H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
}

void make_bytes(hid_t file, const std::string& name, std::uint8_t first) {
  make_values<std::uint8_t>(file, name, H5T_STD_U8LE, H5T_NATIVE_UINT8, {first, 1, 2, 3, 4, 5});
}

std::vector<float> voxels(const std::filesystem::path& name) {
  const Volume<float> volume = read_volume(*open_volume(name));
  return {volume.data(), volume.data() + volume.voxels()};
}

}  // namespace

TEST_CASE("a dataset that h5py compressed by LZF is read") {
  const Scratch scratch;
  const auto path = make_file(scratch, "lzf.h5", [](hid_t file) {
    make_filtered(file, {4, 8, 16}, 32000, {4, 261, 512}, dfe::test::kLzfBlock);
  });
  const Volume<float> volume = read_volume(*open_volume(path));
  REQUIRE(volume.extent() == Extent3{4, 8, 16});
  for (std::size_t i = 0; i < dfe::test::kLzfVoxels; ++i)
    REQUIRE(volume.data()[i] == static_cast<float>(dfe::test::lzf_voxel(i)));
}

TEST_CASE("a chunk of LZF that is damaged, or of another size, is an error") {
  const Scratch scratch;
  auto block = dfe::test::kLzfBlock;
  block.pop_back();
  const auto cut = make_file(scratch, "cut.h5", [&](hid_t file) {
    make_filtered(file, {4, 8, 16}, 32000, {4, 261, 512}, block);
  });
  CHECK_THROWS_WITH(voxels(cut), DFE_CONTAINS("the file is damaged or incomplete"));
  for (const std::vector<unsigned>& parameters :
       {std::vector<unsigned>{4, 261, 511}, {4, 261, 1u << 31}, {4, 261}, {}}) {
    const auto other = make_file(scratch, "other.h5", [&](hid_t file) {
      make_filtered(file, {4, 8, 16}, 32000, parameters, dfe::test::kLzfBlock);
    });
    CHECK_THROWS_WITH(open_volume(other), DFE_CONTAINS("LZF filter is for chunks of another size"));
  }
}

TEST_CASE("a filter that is missing is named with its number and what to do") {
  const Scratch scratch;
  for (const auto& [id, words] : {std::pair{32001, "HDF5 filter 32001 (blosc), which is not"},
                                  std::pair{31999, "HDF5 filter 31999, which is not installed"}}) {
    const auto path = make_file(scratch, "missing.h5", [&, number = id](hid_t file) {
      make_filtered(file, {4, 8, 16}, number, {}, dfe::test::kLzfBlock);
    });
    CHECK_THROWS_WITH(open_volume(path),
                      DFE_CONTAINS(words) && DFE_CONTAINS("h5repack -f GZIP=1 IN OUT"));
  }
}

TEST_CASE("bool of h5py is labels of 0 and 1") {
  const Scratch scratch;
  const auto path = make_file(scratch, "bool.h5", [](hid_t file) {
    const h5::Datatype type(H5Tenum_create(H5T_STD_I8LE));
    const std::int8_t no = 0, yes = 1;
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    make_values<std::int8_t>(file, "dataset", type, type, {0, 1, 1, 0, 1, 0});
  });
  CHECK(open_volume(path)->info().mode == "int8");
  CHECK(voxels(path) == std::vector<float>{0, 1, 1, 0, 1, 0});
  const dfe::LabelMap labels = dfe::io::read_labels(path);
  CHECK(labels.labels(0, 0, 1) == 1);
}

TEST_CASE("of several volumes in a file the one that is named is read") {
  const Scratch scratch;
  const auto path = make_file(scratch, "two.h5", [](hid_t file) {
    make_bytes(file, "raw", 10);
    make_bytes(file, "a/label", 20);
  });
  const auto named = [&](const std::string& part) { return path.string() + ":" + part; };
  CHECK_THROWS_WITH(
      open_volume(path),
      DFE_CONTAINS("has several volumes: /a/label, /raw; name one: " + named("/a/label")));
  CHECK(voxels(named("/raw")).front() == 10);
  CHECK(voxels(named("raw")).front() == 10);
  CHECK(voxels(named("/a/label")).front() == 20);
  CHECK(open_volume(named("/raw"))->info().path == named("/raw"));
  CHECK_THROWS_WITH(open_volume(named("/b")),
                    DFE_CONTAINS("has no dataset '/b', but /a/label, /raw"));
  CHECK_THROWS_WITH(open_volume(named("/a")), DFE_CONTAINS("has no dataset '/a'"));
  dfe::io::VolumeReadOptions options;
  options.part = "/raw";
  CHECK(read_volume(*open_volume(path, options))(0, 0, 0) == 10);
}

TEST_CASE("EMAN2's images: one is read, one of several by name, with voxel size and origin") {
  const Scratch scratch;
  const auto path = make_file(scratch, "eman.hdf", [](hid_t file) {
    for (int n = 0; n < 2; ++n) {
      const std::string image = "/MDF/images/" + std::to_string(n);
      make_bytes(file, image + "/image", static_cast<std::uint8_t>(n));
      const h5::Group group = h5::open_group(file, image);
      for (const char* const axis : {"x", "y", "z"}) {
        h5::write_attribute(group, std::string("EMAN.apix_") + axis, 13.5);
        h5::write_attribute(group, std::string("EMAN.origin_") + axis, -(axis[0] - 'w') * 10.0);
      }
    }
  });
  CHECK_THROWS_WITH(open_volume(path), DFE_CONTAINS(":/MDF/images/0/image"));
  const auto second = open_volume(path.string() + ":/MDF/images/1/image");
  CHECK(read_volume(*second)(0, 0, 0) == 1);
  CHECK(second->info().geometry.voxel_size == dfe::VoxelSize::cubic(13.5));
  CHECK(second->info().geometry.origin_angstrom.x == -10);
  CHECK(second->info().geometry.origin_angstrom.z == -30);
  CHECK(second->info().warnings.empty());
}

TEST_CASE("EMAN2's images in few bits are mapped back to their range") {
  const Scratch scratch;
  const auto make = [&](hid_t type, hid_t memory, const auto& stored, double bits, double low,
                        double high) {
    return make_file(scratch, "bits.hdf", [&](hid_t file) {
      make_values(file, "MDF/images/0/image", type, memory, stored);
      const h5::Group group = h5::open_group(file, "MDF/images/0");
      h5::write_attribute(group, "EMAN.stored_rendermin", low);
      h5::write_attribute(group, "EMAN.stored_rendermax", high);
      h5::write_attribute(group, "EMAN.stored_renderbits", static_cast<std::int64_t>(bits));
      h5::write_attribute(group, "EMAN.stored_truncated", std::int64_t{3});
    });
  };
  const double low = -2.75, high = 4.125;
  const std::vector<std::uint8_t> bytes{0, 255, 1, 128, 7, 31};
  auto path = make(H5T_STD_U8LE, H5T_NATIVE_UINT8, bytes, 8, low, high);
  CHECK(open_volume(path)->info().mode == "float32 in uint8");
  std::vector<float> found = voxels(path);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    CHECK(found[i] == Approx(bytes[i] / 255.0 * (high - low) + low).epsilon(1e-6));
  CHECK(found[0] == static_cast<float>(low));
  CHECK(found[1] == static_cast<float>(high));

  path = make(H5T_STD_U8LE, H5T_NATIVE_UINT8, std::vector<std::uint8_t>{0, 31, 1, 16, 7, 30}, 5,
              low, high);
  CHECK(voxels(path)[1] == static_cast<float>(high));
  path = make(H5T_STD_U16LE, H5T_NATIVE_UINT16,
              std::vector<std::uint16_t>{0, 4095, 100, 4000, 1, 2}, 12, low, high);
  CHECK(voxels(path)[1] == static_cast<float>(high));
  CHECK(voxels(path)[2] == Approx(100 / 4095.0 * (high - low) + low).epsilon(1e-6));
  path = make(H5T_STD_I8LE, H5T_NATIVE_INT8, std::vector<std::int8_t>{-128, 127, 0, 1, 2, 3}, 8,
              low, high);
  CHECK(voxels(path)[0] == static_cast<float>(low));
  CHECK(voxels(path)[1] == static_cast<float>(high));
  path =
      make(H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, std::vector<float>{-1, 2, 3, 4, 5, 6}, 8, low, high);
  CHECK(voxels(path)[0] == -1);  // floats are stored as they are
  for (const double bits : {17.0, 1e9})
    CHECK_THROWS_WITH(open_volume(make(H5T_STD_U8LE, H5T_NATIVE_UINT8, bytes, bits, low, high)),
                      DFE_CONTAINS("EMAN2 writes 1 to 16 bits"));
  CHECK_THROWS_WITH(open_volume(make(H5T_STD_U8LE, H5T_NATIVE_UINT8, bytes, 8, low, NAN)),
                    DFE_CONTAINS("EMAN.stored_render"));
}

TEST_CASE("the sign of bytes can be given, whatever type the file states") {
  const Scratch scratch;
  dfe::io::VolumeReadOptions options;
  const auto first = [&](const std::filesystem::path& path, bool as_signed) {
    options.signed_bytes = as_signed;
    const auto source = open_volume(path, options);
    CHECK(source->info().mode == (as_signed ? "int8" : "uint8"));
    return read_volume(*source)(0, 0, 0);
  };
  const auto u8 = make_file(scratch, "u8.h5", [](hid_t file) { make_bytes(file, "dataset", 200); });
  const auto i8 = make_file(scratch, "i8.h5", [](hid_t file) {
    make_values<std::int8_t>(file, "dataset", H5T_STD_I8LE, H5T_NATIVE_INT8,
                             {-56, 127, 2, 3, 4, 5});
  });
  for (const auto& path : {u8, i8}) {
    CHECK(first(path, true) == -56);
    CHECK(first(path, false) == 200);
  }
}
