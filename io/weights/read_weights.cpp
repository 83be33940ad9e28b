// SPDX-License-Identifier: Apache-2.0
// Reads weights: layout, then shapes (before any tensor is read), then values.
#include <algorithm>
#include <cmath>

#include "dfengine/error.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "io/input_file.hpp"
#include "io/weights/attributes.hpp"
#include "io/weights/keras_archive.hpp"
#include "io/weights/keras_layout.hpp"
#include "io/weights/network.hpp"
#include "io/weights/read_image.hpp"
#include "io/weights_file.hpp"

namespace dfe::io {

namespace {

/// All layers together; the default network has 0.9 million.
constexpr std::int64_t kMaxParameters = std::int64_t{1} << 27;

std::vector<float> read_tensor(const h5::Reader& file, const std::string& path,
                               const std::string& layer, std::int64_t& budget,
                               const std::string& name) {
  std::vector<float> values = file.read_floats(path, budget).values;
  budget -= static_cast<std::int64_t>(values.size());
  const auto bad = std::count_if(values.begin(), values.end(),
                                 [](float value) { return !std::isfinite(value); });
  if (bad > 0)
    throw Error("weights", name,
                std::to_string(bad) + " of " + std::to_string(values.size()) +
                    " values of layer '" + layer + "' are NaN or infinite",
                "the training diverged; use weights from an earlier epoch");
  return values;
}

Weights read(const h5::Reader& file, const std::string& name) {
  const weights::KerasLayout layout = weights::find_layout(file, name);
  std::vector<weights::LayerShape> shapes;
  for (const weights::StoredLayer& layer : layout.layers) {
    weights::LayerShape shape{layer.name, {}};
    for (const std::string& path : layer.tensors) {
      if (!file.is_dataset(path))
        throw Error("weights", name, "layer '" + layer.name + "' has no tensor '" + path + "'",
                    "the file is damaged");
      shape.tensors.push_back(file.facts(path).sizes);
    }
    shapes.push_back(std::move(shape));
    if (shapes.size() > weights::kLayers)
      break;  // match_network only needs to see that there are more
  }
  const weights::NetworkSize size = weights::match_network(shapes, name);

  Weights result;
  result.layout = layout.description;
  result.widths = size.widths;
  result.classes = size.classes;
  std::int64_t budget = kMaxParameters;
  for (std::size_t i = 0; i < weights::kLayers; ++i) {
    const weights::StoredLayer& layer = layout.layers[i];
    LayerWeights tensors;
    std::copy(shapes[i].tensors[0].begin(), shapes[i].tensors[0].end(),
              tensors.kernel_shape.begin());
    tensors.kernel = read_tensor(file, layer.tensors[0], layer.name, budget, name);
    tensors.bias = read_tensor(file, layer.tensors[1], layer.name, budget, name);
    result.layers.push_back(std::move(tensors));
  }
  weights::read_attributes(file, name, result);
  return result;
}

}  // namespace

Weights weights::read_image(std::span<const std::byte> bytes, const std::string& name) {
  return read(h5::Reader(bytes, name), name);
}

}  // namespace dfe::io

namespace dfe {

using namespace io;

Weights read_weights(const std::filesystem::path& path) {
  check_input_file("weights", path);
  if (!weights::is_archive(path)) return read(h5::Reader(path), path.string());
  Weights result =
      weights::read_image(weights::read_archive(path), path.string() + ":model.weights.h5");
  result.layout = ".keras archive";
  return result;
}

}  // namespace dfe
