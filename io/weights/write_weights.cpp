// SPDX-License-Identifier: Apache-2.0
// Writes one file that Keras 3 and Keras 2 both load, whatever loader the file name makes them
// choose: the tensors stand where Keras 3 keeps them (layers/NAME/vars/0 and 1), and hard links
// show the same tensors where the older loaders look.
#include <cmath>

#include "dfengine/error.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "io/weights/attributes.hpp"
#include "io/weights/network.hpp"
#include "io/weights_file.hpp"

namespace dfe::io {

namespace {

/// Throws `Error` unless these are weights that `read_weights` would take.
void check(const Weights& weights, const std::string& name) {
  std::vector<weights::LayerShape> shapes;
  for (const LayerWeights& layer : weights.layers)
    shapes.push_back({"layer " + std::to_string(shapes.size() + 1),
                      {{layer.kernel_shape.begin(), layer.kernel_shape.end()},
                       {static_cast<std::int64_t>(layer.bias.size())}}});
  const weights::NetworkSize size = weights::match_network(shapes, name);
  if (size.widths != weights.widths || size.classes != weights.classes)
    throw Error("weights", name, "widths or number of classes contradict the shapes of the layers",
                "nothing was written");
  if (!weights.class_names.empty() &&
      weights.class_names.size() != static_cast<std::size_t>(weights.classes))
    throw Error("weights", name,
                std::to_string(weights.class_names.size()) + " class names for " +
                    std::to_string(weights.classes) + " classes",
                "name every class, the background included, or none");
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    const LayerWeights& layer = weights.layers[i];
    std::int64_t elements = 1;
    for (const std::int64_t extent : layer.kernel_shape) elements *= extent;
    if (static_cast<std::int64_t>(layer.kernel.size()) != elements)
      throw Error(
          "weights", name,
          "the kernel of layer " + std::to_string(i + 1) + " does not have the size of its shape",
          "nothing was written");
    for (const auto* values : {&layer.kernel, &layer.bias})
      for (const float value : *values)
        if (!std::isfinite(value))
          throw Error("weights", name, "layer " + std::to_string(i + 1) + " holds NaN or infinity",
                      "nothing was written");
  }
}

}  // namespace

}  // namespace dfe::io

namespace dfe {

using namespace io;

void write_weights(const std::filesystem::path& path, const Weights& weights) {
  check(weights, path.string());
  h5::Writer file(path);
  const auto write_tensor = [&](const std::string& tensor, const std::vector<std::int64_t>& sizes,
                                const std::vector<float>& values) {
    file.write_dataset(tensor, sizes, h5::StoredType::Float32, std::span(values));
  };
  std::vector<std::string> names;
  for (const LayerWeights& layer : weights.layers) {
    const std::string name = names.empty() ? "conv3d" : "conv3d_" + std::to_string(names.size());
    names.push_back(name);
    file.create_group("layers/" + name + "/vars");
    const std::string kernel = "layers/" + name + "/vars/0", bias = "layers/" + name + "/vars/1";
    write_tensor(kernel, {layer.kernel_shape.begin(), layer.kernel_shape.end()}, layer.kernel);
    write_tensor(bias, {static_cast<std::int64_t>(layer.bias.size())}, layer.bias);
    file.create_group(name);
    file.create_group(name + "/" + name);
    file.link(kernel, name + "/" + name + "/kernel:0");
    file.link(bias, name + "/" + name + "/bias:0");
    file.write_attribute(name, "weight_names",
                         std::vector<std::string>{name + "/kernel:0", name + "/bias:0"});
  }
  file.create_group("vars");                              // Keras 3: variables of the model, none
  file.link("layers", "_layer_checkpoint_dependencies");  // tf.keras 2.12 to 2.15
  file.write_attribute("/", "layer_names", names);        // legacy loaders of Keras 2 and 3
  file.write_attribute("/", "backend", std::vector<std::string>{"tensorflow"});
  file.write_attribute("/", "keras_version", std::vector<std::string>{"2.13.1"});
  weights::write_attributes(file, weights);
  file.commit();
}

}  // namespace dfe
