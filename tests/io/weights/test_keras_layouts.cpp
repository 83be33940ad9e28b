// SPDX-License-Identifier: Apache-2.0
// Keras' layouts made by hand, with the traps that real files have: names that lie, alphabetical
// iteration, split attributes, layers without tensors, other networks.
#include <zip.h>

#include <filesystem>
#include <fstream>

#include "dfengine/error.hpp"
#include "io/hdf5/library.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/weights/random_weights.hpp"

using namespace dfe;
namespace fs = std::filesystem;
namespace h5 = dfe::io::h5;

namespace {

const fs::path kPath = fs::temp_directory_path() / "dfe_keras_layout.h5";

std::string numbered(const std::string& base, std::size_t number) {
  return number == 0 ? base : base + "_" + std::to_string(number);
}

void write_tensor(h5::Writer& file, const std::string& path, const std::vector<std::int64_t>& sizes,
                  const std::vector<float>& values) {
  file.write_dataset(path, sizes, h5::StoredType::Float32, std::span(values));
}

void write_layer(h5::Writer& file, const std::string& kernel, const std::string& bias,
                 const LayerWeights& layer) {
  write_tensor(file, kernel, {layer.kernel_shape.begin(), layer.kernel_shape.end()}, layer.kernel);
  write_tensor(file, bias, {static_cast<std::int64_t>(layer.bias.size())}, layer.bias);
}

/// Legacy layout: `top` is "" or "model_weights/", layer names count from `first`.
void write_legacy(const Weights& weights, const std::string& top, std::size_t first,
                  bool split_names, const std::string& suffix) {
  h5::Writer file(kPath);
  std::vector<std::string> names{"input_1"};
  file.create_group(top + "input_1");
  file.write_attribute(top + "input_1", "weight_names",
                       std::vector<double>{});  // numpy's empty list
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    const std::string name = numbered("conv3d", first + i), layer = top + name;
    names.push_back(name);
    file.create_group(layer + "/" + name);
    const std::string kernel = name + "/kernel" + suffix, bias = name + "/bias" + suffix;
    write_layer(file, layer + "/" + kernel, layer + "/" + bias, weights.layers[i]);
    file.write_attribute(layer, "weight_names", std::vector<std::string>{kernel, bias});
    if (i == 1) {
      names.push_back("max_pooling3d");
      file.create_group(top + "max_pooling3d");
    }
  }
  const std::string group = "/" + top;
  if (split_names) {
    const auto middle = names.begin() + 7;
    file.write_attribute(group, "layer_names0", std::vector<std::string>(names.begin(), middle));
    file.write_attribute(group, "layer_names1", std::vector<std::string>(middle, names.end()));
  } else {
    file.write_attribute(group, "layer_names", names);
  }
  file.commit();
}

void write_numbered(const Weights& weights, const std::string& top) {
  h5::Writer file(kPath);
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    const std::string vars = top + "/" + numbered("conv3d", i) + "/vars";
    file.create_group(vars);
    write_layer(file, vars + "/0", vars + "/1", weights.layers[i]);
  }
  for (const std::string& group : {top + "/max_pooling3d/vars", top + "/up_sampling3d",
                                   std::string("vars"), std::string("optimizer/vars")})
    file.create_group(group);
  file.commit();
}

std::string read_error() {
  try {
    io::read_weights(kPath);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("every layout gives the same weights, whatever its names") {
  const Weights weights = test::random_weights({2, 3, 4}, 5);
  const auto same = [&](const char* layout) {
    const Weights read = io::read_weights(kPath);
    CHECK(test::same_bits(weights, read));
    CHECK(read.layout == layout);
    CHECK(read.widths == weights.widths);
    CHECK(read.classes == 5);
    CHECK(read.class_names.empty());
    CHECK(read.voxel_size_angstrom == 0);
    CHECK(read.normalization == Normalization::Tomogram);
  };
  for (const std::size_t first : {0, 1, 9, 16}) {
    write_legacy(weights, "", first, false, ":0");
    same("keras 2 weights");
    write_legacy(weights, "model_weights/", first, false, ":0");
    same("keras 2 model");
    write_legacy(weights, "model_weights/", first, true, "");
    same("keras 2 model");
  }
  write_numbered(weights, "layers");
  same("keras 3 weights");
  write_numbered(weights, "_layer_checkpoint_dependencies");
  same("tf.keras 2.12 to 2.15 weights");
}

TEST_CASE(".keras archives") {
  const Weights weights = test::random_weights({2, 3, 4}, 5);
  write_numbered(weights, "layers");
  const fs::path archive = fs::temp_directory_path() / "dfe_layout.keras";
  for (const bool with_member : {true, false}) {
    fs::remove(archive);
    int code = 0;
    zip_t* zip = zip_open(archive.c_str(), ZIP_CREATE, &code);
    REQUIRE(zip);
    zip_source_t* config = zip_source_buffer(zip, "{}", 2, 0);
    zip_file_add(zip, "config.json", config, 0);
    if (with_member)
      zip_file_add(zip, "model.weights.h5", zip_source_file(zip, kPath.c_str(), 0, -1), 0);
    REQUIRE(zip_close(zip) == 0);
    if (with_member) {
      const Weights read = io::read_weights(archive);
      CHECK(test::same_bits(weights, read));
      CHECK(read.layout == ".keras archive");
    } else {
      CHECK_THROWS_WITH(io::read_weights(archive), DFE_CONTAINS("without model.weights.h5"));
    }
  }
  fs::remove(archive);
}

TEST_CASE("weights of another network are refused, naming the first layer that does not fit") {
  // The fork's U-Net: the 2x2x2 convolutions give the width of the level above.
  Weights fork = test::random_weights({2, 3, 4}, 5);
  fork.layers[8].kernel_shape = {2, 2, 2, 4, 3};
  fork.layers[8].kernel.resize(96);
  fork.layers[8].bias.resize(3);
  write_legacy(fork, "", 0, false, ":0");
  CHECK_THAT(read_error(), DFE_CONTAINS("layer 9 of 15 ('conv3d_8') has 2x2x2x4x3, 3; expected a "
                                        "kernel 2x2x2x4x4 and a bias of 4"));

  // A residual network has batch normalizations between its convolutions.
  Weights residual = test::random_weights({2, 3, 4}, 5);
  residual.layers[1].kernel_shape = {1, 1, 1, 1, 2};
  residual.layers[1].kernel.resize(2);
  write_numbered(residual, "layers");
  CHECK_THAT(read_error(), DFE_CONTAINS("layer 2 of 15 ('conv3d_1')"));

  Weights concatenated = test::random_weights(
      {2, 3, 4}, 5);  // skip and up-sampled of equal width would not be noticed; these are
  concatenated.layers[9].kernel_shape[3] = 8;
  concatenated.layers[9].kernel.resize(27 * 8 * 3);
  write_numbered(concatenated, "layers");
  CHECK_THAT(read_error(), DFE_CONTAINS("layer 10 of 15"));

  Weights more = test::random_weights({2, 3, 4}, 5);
  more.layers.push_back(more.layers.back());
  write_numbered(more, "layers");
  CHECK_THAT(read_error(), DFE_CONTAINS("16 layers with weights"));

  Weights one = test::random_weights({2, 3, 4}, 1);
  write_numbered(one, "layers");
  CHECK_THAT(read_error(), DFE_CONTAINS("1 class(es)"));

  h5::Writer file(kPath);
  for (const char* number : {"0", "1", "2", "3"})
    write_tensor(file, std::string("layers/batch_normalization/vars/") + number, {2}, {1, 1});
  file.commit();
  CHECK_THAT(
      read_error(),
      DFE_CONTAINS(
          "layer 1 of 15 ('batch_normalization') has 2, 2, 2, 2; expected a kernel 3x3x3x1xn"));
}

TEST_CASE("NaN in weights is refused, naming the layer") {
  Weights weights = test::random_weights({2, 3, 4}, 5);
  weights.layers[3].bias[1] = std::numeric_limits<float>::infinity();
  write_numbered(weights, "layers");
  CHECK_THAT(read_error(), DFE_CONTAINS("1 of 3 values of layer 'conv3d_3' are NaN or infinite"));
}

TEST_CASE("missing tensors are named") {
  write_legacy(test::random_weights({2, 3, 4}, 5), "", 1, false, ":0");
  {
    const h5::Lock lock;
    const h5::File file(H5Fopen(kPath.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    H5Ldelete(file, "conv3d_4/conv3d_4/bias:0", H5P_DEFAULT);
  }
  CHECK_THAT(read_error(), DFE_CONTAINS("layer 'conv3d_4' has no tensor"));
  fs::remove(kPath);
}
