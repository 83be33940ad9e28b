// SPDX-License-Identifier: Apache-2.0
// Widths are read off the first layer of each resolution; everything else follows and is checked
// against them.
#include "io/weights/network.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe::io::weights {

namespace {

constexpr std::int64_t kMaxWidth = 65536, kMaxClasses = 256;  // labels are bytes

std::string describe(const std::vector<std::int64_t>& sizes) {
  if (sizes.empty()) return "a single number";
  std::vector<std::string> texts;
  texts.reserve(sizes.size());
  for (const std::int64_t size : sizes) texts.push_back(std::to_string(size));
  return join(texts, "x");
}

std::string describe(const ConvShape& shape) {
  const std::string k = std::to_string(shape.k), in = std::to_string(shape.in);
  // 0 stands for a width that the layer itself decides
  const std::string out = shape.out > 0 ? std::to_string(shape.out) : "n";
  return "a kernel " + k + "x" + k + "x" + k + "x" + in + "x" + out + " and a bias of " + out;
}

bool fits(const LayerShape& layer, const ConvShape& expected) {
  if (layer.tensors.size() != 2 || layer.tensors[0].size() != 5 || layer.tensors[1].size() != 1)
    return false;
  const auto& kernel = layer.tensors[0];
  const std::int64_t out = expected.out > 0 ? expected.out : kernel[4];
  return kernel[0] == expected.k && kernel[1] == expected.k && kernel[2] == expected.k &&
         kernel[3] == expected.in && kernel[4] == out && layer.tensors[1][0] == out && out > 0 &&
         out <= kMaxWidth;
}

}  // namespace

std::array<ConvShape, kLayers> network_shapes(const std::array<std::int64_t, 3>& widths,
                                              std::int64_t classes) {
  const auto [w1, w2, w3] = widths;
  return {{{3, 1, w1},
           {3, w1, w1},
           {3, w1, w2},
           {3, w2, w2},
           {3, w2, w3},
           {3, w3, w3},
           {3, w3, w3},
           {3, w3, w3},
           {2, w3, w3},
           {3, w3 + w2, w2},
           {3, w2, w2},
           {2, w2, w2},
           {3, w2 + w1, w1},
           {3, w1, w1},
           {1, w1, classes}}};
}

NetworkSize match_network(const std::vector<LayerShape>& layers, const std::string& file) {
  NetworkSize size;
  for (std::size_t i = 0; i < std::min(layers.size(), kLayers); ++i) {
    // The first layer of a resolution (and the last of all) tells its own width: 0 until it has
    // been seen.
    const ConvShape expected = network_shapes(size.widths, size.classes)[i];
    if (!fits(layers[i], expected)) {
      std::vector<std::string> found;
      for (const auto& tensor : layers[i].tensors) found.push_back(describe(tensor));
      throw Error("weights", file,
                  "not weights of the DeepFinder network: layer " + std::to_string(i + 1) +
                      " of 15 ('" + layers[i].name + "') has " + join(found),
                  "expected " + describe(expected));
    }
    const std::int64_t out = layers[i].tensors[1][0];
    if (i == 0) size.widths[0] = out;
    if (i == 2) size.widths[1] = out;
    if (i == 4) size.widths[2] = out;
    if (i == kLayers - 1) size.classes = out;
  }
  if (layers.size() != kLayers)
    throw Error("weights", file, std::to_string(layers.size()) + " layers with weights",
                "the DeepFinder network has 15 convolutions");
  if (size.classes < 2 || size.classes > kMaxClasses)
    throw Error("weights", file,
                "the last layer has " + std::to_string(size.classes) + " class(es)",
                "expected 2 to 256, the background included");
  return size;
}

}  // namespace dfe::io::weights
