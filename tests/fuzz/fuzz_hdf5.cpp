// SPDX-License-Identifier: Apache-2.0
// Fuzz target of volumes, label maps and score maps in HDF5: a recipe (recipe.hpp) makes a file
// with datasets of any rank, size, type, storage and attributes; whatever it holds, the readers
// give voxels or an Error.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "dfengine/error.hpp"
#include "io/hdf5/library.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "tests/fuzz/recipe.hpp"

namespace {

namespace h5 = dfe::io::h5;
using dfe::fuzz::Recipe;

hid_t choose_type(Recipe& recipe) {
  static const hid_t boolean = [] {  // h5py's
    const hid_t type = H5Tenum_create(H5T_STD_I8LE);
    const std::int8_t no = 0, yes = 1;
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    return type;
  }();
  const std::array<hid_t, 13> types{H5T_IEEE_F32LE, H5T_STD_I8LE,  H5T_STD_U8LE,  H5T_STD_I16BE,
                                    H5T_STD_U16LE,  H5T_STD_I32LE, H5T_STD_U64BE, H5T_IEEE_F64BE,
                                    H5T_IEEE_F32BE, H5T_C_S1,      H5T_STD_B16LE, H5T_STD_REF_OBJ,
                                    boolean};
  return types[recipe.next(static_cast<unsigned>(types.size()))];
}

void write_attributes(Recipe& recipe, hid_t object) {
  const std::array<const char*, 12> names{"voxel_size_angstrom",
                                          "origin_angstrom",
                                          "start_voxels",
                                          "sampling",
                                          "cell_angles_deg",
                                          "space_group",
                                          "labels",
                                          "class_names",
                                          "EMAN.apix_x",
                                          "EMAN.stored_rendermax",
                                          "EMAN.stored_renderbits",
                                          "EMAN.stored_rendermin"};
  for (unsigned count = recipe.next(5); count > 0; --count) {
    const std::string name = names[recipe.next(static_cast<unsigned>(names.size()))];
    if (h5::has_attribute(object, name)) continue;
    const double huge = recipe.next(2) == 0 ? 1.0 : 1e300;
    switch (recipe.next(5)) {
      case 0:
        h5::write_attribute(object, name, std::vector<double>{huge, 2, -3});
        break;
      case 1:
        h5::write_attribute(object, name, std::vector<double>(recipe.next(6), huge));
        break;
      case 2:
        h5::write_attribute(object, name, recipe.text(30));
        break;
      case 3:
        h5::write_attribute(object, name,
                            std::vector<std::string>(recipe.next(20), recipe.text(100)));
        break;
      default:
        h5::write_attribute(object, name, std::int64_t{-1});
        break;
    }
  }
}

void write_dataset(Recipe& recipe, hid_t file, const std::string& path) {
  std::vector<hsize_t> dims(recipe.next(6) == 0 ? recipe.next(6) : 3, 1);
  for (hsize_t& n : dims) n = recipe.next(16) == 0 ? hsize_t{1} << recipe.next(60) : recipe.next(7);
  const bool small = std::all_of(dims.begin(), dims.end(), [](hsize_t n) { return n < 8; });
  const h5::PropertyList create(H5Pcreate(H5P_DATASET_CREATE)), link(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(link, 1);
  if (!dims.empty() && recipe.next(3) == 0) {
    const std::vector<hsize_t> chunk(dims.size(), 1 + recipe.next(4));
    H5Pset_chunk(create, static_cast<int>(chunk.size()), chunk.data());
    if (recipe.next(2) == 0) H5Pset_deflate(create, 1);
    if (recipe.next(4) == 0) {  // LZF, with the size of a chunk that it should have, or another
      const std::array<unsigned, 3> lzf{4, 261, recipe.next(300)};
      H5Pset_filter(create, 32000, H5Z_FLAG_OPTIONAL, recipe.next(4), lzf.data());
    }
  }
  const h5::Dataspace space(
      dims.empty() ? H5Screate(H5S_SCALAR)
                   : H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr));
  if (!space) return;
  const hid_t type = choose_type(recipe);
  const h5::Dataset dataset(H5Dcreate2(file, path.c_str(), type, space, link, create, H5P_DEFAULT));
  if (!dataset) return;
  write_attributes(recipe, dataset);
  if (!small || recipe.next(4) == 0) return;  // never filled
  const std::vector<float> values(
      static_cast<std::size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space), 0)),
      static_cast<float>(recipe.next(5)) * 100.0f - 1.0f);
  if (!values.empty())
    H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

/// LZF whose chunks are not LZF: what the reader decodes is anything.
void register_false_lzf() {
  const H5Z_class2_t lzf{H5Z_CLASS_T_VERS,
                         32000,
                         1,
                         1,
                         "lzf",
                         nullptr,
                         nullptr,
                         [](unsigned, std::size_t, const unsigned*, std::size_t bytes, std::size_t*,
                            void**) { return bytes; }};
  H5Zregister(&lzf);
}

void write_file(Recipe& recipe, const std::filesystem::path& path) {
  const h5::Lock lock;
  register_false_lzf();
  const h5::File file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  if (!file) return;
  const std::array<const char*, 6> paths{
      "dataset", "class0", "class1", "class2", "MDF/images/0/image", "else/where"};
  for (unsigned count = 1 + recipe.next(4); count > 0; --count)
    write_dataset(recipe, file, paths[recipe.next(static_cast<unsigned>(paths.size()))]);
}

/// Reads the first plane and the last voxel, where a plane is not absurd.
template <class Read>
void read_some(const dfe::Extent3& extent, Read read) {
  if (extent.voxels() == 0 || extent.y * extent.x > 1 << 20) return;
  std::vector<float> plane(static_cast<std::size_t>(extent.y * extent.x));
  read(dfe::Box3{{0, 0, 0}, {1, extent.y, extent.x}}, plane.data());
  read(dfe::Box3{{extent.z - 1, extent.y - 1, extent.x - 1}, {1, 1, 1}}, plane.data());
}

template <class Function>
void attempt(Function function) {
  try {
    function();
  } catch (const dfe::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("dfengine_fuzz_hdf5_" + std::to_string(getpid()) + ".h5");
  Recipe recipe(data, size);
  attempt(
      [&] { write_file(recipe, path); });  // a recipe that HDF5 cannot follow leaves what it got to
  h5::register_lzf();
  attempt([&] {
    const auto volume = dfe::io::open_volume(path);
    read_some(volume->extent(),
              [&](const dfe::Box3& box, float* out) { volume->read_box(box, out); });
  });
  attempt([&] { dfe::io::read_labels(path.string() + ":/MDF/images/0/image"); });
  attempt([&] { dfe::io::read_labels(path); });
  attempt([&] {
    const dfe::io::ScoreReader scores(path);
    if (scores.classes() < 1) std::abort();
    read_some(scores.extent(), [&](const dfe::Box3& box, float* out) {
      scores.read_box(scores.classes() - 1, box, out);
    });
  });
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  return 0;
}
