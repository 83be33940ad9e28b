// SPDX-License-Identifier: Apache-2.0
// What shapes the 15 convolutions of the DeepFinder network must have, for any widths. This is
// knowledge of the file formats alone; the graph itself is built in engine/.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace dfe::io::weights {

inline constexpr std::size_t kLayers = 15;

/// Shape of one convolution: kernel (k, k, k, in, out) and bias (out).
struct ConvShape {
  std::int64_t k = 0, in = 0, out = 0;
};

/// The shapes for widths at full, half and quarter resolution. Where two tensors are joined the
/// up-sampled one comes first.
std::array<ConvShape, kLayers> network_shapes(const std::array<std::int64_t, 3>& widths,
                                              std::int64_t classes);

/// One layer of a file, with the sizes of its tensors in the file's order.
struct LayerShape {
  std::string name;
  std::vector<std::vector<std::int64_t>> tensors;
};

/// Finds widths and number of classes from the shapes and checks every layer. Throws `Error` naming
/// the first layer that does not fit and what was expected. `file` is for messages.
struct NetworkSize {
  std::array<std::int64_t, 3> widths{};
  std::int64_t classes = 0;
};
NetworkSize match_network(const std::vector<LayerShape>& layers, const std::string& file);

}  // namespace dfe::io::weights
