// SPDX-License-Identifier: Apache-2.0
// Fuzz target of weights files. HDF5 itself crashes on damaged bytes (docs/weights.md), so the
// input is not the file: it is a recipe for one. The file is well-formed HDF5 of hostile content:
// tensors missing, of other ranks, types and sizes, names that lead nowhere.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "dfengine/error.hpp"
#include "io/hdf5/library.hpp"
#include "io/weights/read_image.hpp"
#include "tests/fuzz/recipe.hpp"

namespace {

namespace h5 = dfe::io::h5;

using dfe::fuzz::Recipe;

struct Tensor {
  std::vector<hsize_t> dims;
  hid_t type = H5T_IEEE_F32LE;
  bool written = true;
  float value = 0.5f;
};

struct Layer {
  std::string name;
  std::vector<Tensor> tensors;
};

std::vector<Layer> network(hsize_t a, hsize_t b, hsize_t c, hsize_t classes) {
  const std::vector<std::array<hsize_t, 3>> shapes{
      {3, 1, a}, {3, a, a}, {3, a, b},     {3, b, b}, {3, b, c},
      {3, c, c}, {3, c, c}, {3, c, c},     {2, c, c}, {3, c + b, b},
      {3, b, b}, {2, b, b}, {3, b + a, a}, {3, a, a}, {1, a, classes}};
  std::vector<Layer> layers;
  for (const auto& [k, in, out] : shapes)
    layers.push_back({layers.empty() ? "conv3d" : "conv3d_" + std::to_string(layers.size()),
                      {{{k, k, k, in, out}}, {{out}}}});
  return layers;
}

void damage(Recipe& recipe, std::vector<Layer>& layers) {
  Layer& layer = layers[recipe.next(static_cast<unsigned>(layers.size()))];
  if (layer.tensors.empty()) layer.tensors.push_back({{1}});
  Tensor& tensor = layer.tensors[recipe.next(static_cast<unsigned>(layer.tensors.size()))];
  switch (recipe.next(11)) {
    case 0:
      layer.tensors.pop_back();
      break;
    case 1:
      layer.tensors.push_back({{1 + recipe.next(4)}});
      break;
    case 2:
      tensor.dims.resize(recipe.next(8), 2);
      break;
    case 3:
      if (!tensor.dims.empty())
        tensor.dims[recipe.next(static_cast<unsigned>(tensor.dims.size()))] = recipe.next(9);
      break;
    case 4:
      tensor.type =
          std::array<hid_t, 6>{H5T_IEEE_F64BE, H5T_STD_I8LE,    H5T_STD_U64BE,
                               H5T_C_S1,       H5T_STD_REF_OBJ, H5T_STD_B16LE}[recipe.next(6)];
      break;
    case 5:
      tensor.value = std::numeric_limits<float>::quiet_NaN();
      break;
    case 6:
      tensor.written = false;
      break;
    case 7:
      tensor.written = false;
      tensor.dims.assign(5, hsize_t{1} << recipe.next(60));
      tensor.dims.resize(1 + recipe.next(5));
      break;
    case 8:
      layer.name = recipe.text(12);
      break;
    case 9:
      layers.push_back(layer);
      break;
    case 10:
      layers.erase(layers.begin() + recipe.next(static_cast<unsigned>(layers.size())));
      break;
    default:
      break;
  }
}

void write_tensor(hid_t group, const std::string& path, const Tensor& tensor) {
  const h5::PropertyList create(H5Pcreate(H5P_DATASET_CREATE)), link(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(link, 1);
  const h5::Dataspace space(
      tensor.dims.empty()
          ? H5Screate(H5S_SCALAR)
          : H5Screate_simple(static_cast<int>(tensor.dims.size()), tensor.dims.data(), nullptr));
  const h5::Dataset dataset(
      H5Dcreate2(group, path.c_str(), tensor.type, space, link, create, H5P_DEFAULT));
  if (!dataset || !tensor.written) return;
  const std::vector<float> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)),
                                  tensor.value);
  H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

void write_names(Recipe& recipe, hid_t object, const std::string& name,
                 const std::vector<std::string>& texts) {
  switch (recipe.next(16)) {
    case 1:
      break;
    case 2:
      h5::write_attribute(object, name, std::vector<double>{});
      break;
    case 3:
      h5::write_attribute(object, name, std::vector<double>{1, 2});
      break;
    case 4:
      h5::write_attribute(object, name, texts.empty() ? std::string() : texts[0]);
      break;
    case 5:
      h5::write_attribute(object, name + "0", texts);
      break;
    default:
      h5::write_attribute(object, name, texts);
      break;
  }
}

void write_file(Recipe& recipe, hid_t file) {
  const unsigned layout = recipe.next(4);
  std::vector<Layer> layers =
      network(1 + recipe.next(3), 1 + recipe.next(3), 1 + recipe.next(3), 1 + recipe.next(4));
  for (unsigned count = recipe.next(4); count > 0 && !layers.empty(); --count)
    damage(recipe, layers);
  if (layout < 2) {
    const h5::Group top =
        layout == 0 ? h5::open_group(file, "/") : h5::create_group(file, "model_weights");
    std::vector<std::string> names;
    for (const Layer& layer : layers) {
      names.push_back(layer.name);
      const h5::Group group(
          H5Gcreate2(top, layer.name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      if (!group) continue;
      std::vector<std::string> weights;
      for (const Tensor& tensor : layer.tensors) {
        weights.push_back(weights.empty() ? "kernel:0"
                                          : "bias:" + std::to_string(weights.size() - 1));
        write_tensor(group, weights.back(), tensor);
      }
      write_names(recipe, group, "weight_names", weights);
    }
    write_names(recipe, top, "layer_names", names);
  } else {
    for (const Layer& layer : layers)
      for (std::size_t i = 0; i < layer.tensors.size(); ++i)
        write_tensor(file,
                     std::string(layout == 2 ? "layers/" : "_layer_checkpoint_dependencies/") +
                         layer.name + "/vars/" + std::to_string(i),
                     layer.tensors[i]);
  }
  if (recipe.next(2) == 0) return;
  const h5::Group root = h5::open_group(file, "/");
  h5::write_attribute(root, "dfengine_weights", static_cast<double>(recipe.next(4)));
  const std::array<const char*, 4> names{"class_names", "provenance", "normalization",
                                         "voxel_size_angstrom"};
  while (!recipe.done()) {
    const std::string name = names[recipe.next(4)];
    if (recipe.next(4) == 0)
      h5::write_attribute(root, name, recipe.next(3) - 1.0);
    else
      h5::write_attribute(root, name, recipe.text(40));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::byte> bytes;
  try {
    const h5::Lock lock;
    const h5::PropertyList access(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_fapl_core(access, 1 << 16, false);
    const h5::File file(H5Fcreate("recipe", H5F_ACC_TRUNC, H5P_DEFAULT, access));
    Recipe recipe(data, size);
    write_file(recipe, file);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    const ssize_t length = H5Fget_file_image(file, nullptr, 0);
    if (length <= 0) return 0;
    bytes.resize(static_cast<std::size_t>(length));
    H5Fget_file_image(file, bytes.data(), bytes.size());
  } catch (const dfe::Error&) {  // a recipe that HDF5 cannot follow
    return 0;
  }
  try {
    const dfe::Weights weights = dfe::io::weights::read_image(bytes, "recipe.weights.h5");
    if (weights.layers.size() != 15 || weights.classes < 2) std::abort();
  } catch (const dfe::Error&) {
  }
  return 0;
}
