// SPDX-License-Identifier: Apache-2.0
// Writes one file that Keras 3 and Keras 2 both load, whatever loader the file name makes them
// choose: the tensors stand where Keras 3 keeps them (layers/NAME/vars/0 and 1), and hard links
// show the same tensors where the older loaders look.
#include <cmath>

#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/hdf5.hpp"
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

void link(hid_t root, const std::string& target, const std::string& path) {
  const h5::Lock lock;
  if (H5Lcreate_hard(root, target.c_str(), root, path.c_str(), H5P_DEFAULT, H5P_DEFAULT) < 0)
    h5::fail(h5::name_of(root), "cannot link " + path);
}

}  // namespace

void write_weights(const std::filesystem::path& path, const Weights& weights) {
  check(weights, path.string());
  AtomicFile atomic(path);
  h5::File file = h5::create_file(atomic.path());
  {
    const h5::Group root = h5::open_group(file, "/");
    std::vector<std::string> names;
    for (const LayerWeights& layer : weights.layers) {
      const std::string name = names.empty() ? "conv3d" : "conv3d_" + std::to_string(names.size());
      names.push_back(name);
      h5::create_group(root, "layers/" + name + "/vars");
      const std::string kernel = "layers/" + name + "/vars/0", bias = "layers/" + name + "/vars/1";
      h5::write_floats(root, kernel, {layer.kernel_shape.begin(), layer.kernel_shape.end()},
                       layer.kernel.data());
      h5::write_floats(root, bias, {static_cast<std::int64_t>(layer.bias.size())},
                       layer.bias.data());
      const h5::Group legacy = h5::create_group(root, name);
      h5::create_group(root, name + "/" + name);
      link(root, kernel, name + "/" + name + "/kernel:0");
      link(root, bias, name + "/" + name + "/bias:0");
      h5::write_strings(legacy, "weight_names", {name + "/kernel:0", name + "/bias:0"});
    }
    h5::create_group(root, "vars");  // Keras 3: variables of the model itself, none
    link(root, "layers", "_layer_checkpoint_dependencies");  // tf.keras 2.12 to 2.15
    h5::write_strings(root, "layer_names", names);           // legacy loaders of Keras 2 and 3
    h5::write_strings(root, "backend", {"tensorflow"});
    h5::write_strings(root, "keras_version", {"2.13.1"});
    weights::write_attributes(root, weights);
  }
  h5::close_file(file, path);
  atomic.commit();
}

}  // namespace dfe::io
