// SPDX-License-Identifier: Apache-2.0
// Trained weights of the network, with the information needed to use them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfe {

/// The statistics by which voxels are normalized to mean 0 and standard deviation 1 before they
/// enter the network.
enum class Normalization {
  Tomogram,  ///< mean and population standard deviation of the whole tomogram (DeepFinder at
             ///< inference)
  Patch,     ///< mean and standard deviation of each patch (DeepFinder at training)
  None,      ///< voxels are not changed
};

/// "tomogram", "patch" or "none".
std::string normalization_name(Normalization normalization);

/// The inverse of `normalization_name`; empty for any other text.
std::optional<Normalization> normalization_of(std::string_view name);

/// The same for text that a user typed: throws a usage `Error` that names `option` for any other
/// text.
Normalization parse_normalization(std::string_view text, std::string_view option);

/// Parameters of one convolution: kernel (kz, ky, kx, ci, co), co fastest, which is the order of
/// Keras' Conv3D, and bias (co). ci and co are the numbers of input and output channels.
struct LayerWeights {
  std::array<std::int64_t, 5> kernel_shape{};
  std::vector<float> kernel;
  std::vector<float> bias;
};

/// The 15 convolutions of the network in the order in which they run (see `deepfinder_graph` in
/// engine/graph.hpp), and their description.
struct Weights {
  std::vector<LayerWeights> layers;
  std::array<std::int64_t, 3> widths{32, 48,
                                     64};  ///< channels at full, half and quarter resolution
  std::int64_t classes = 0;                ///< number of classes, background included
  std::vector<std::string> class_names;    ///< `classes` entries, or empty if the file has none
  double voxel_size_angstrom = 0;  ///< of the training tomograms; 0 if the file does not give it
  Normalization normalization = Normalization::Tomogram;
  std::vector<std::pair<std::string, std::string>>
      provenance;      ///< keys and values, as free text: how these weights were made
  std::string layout;  ///< layout of the file that was read: "keras 3 weights", "dfengine", ...
};

}  // namespace dfe
