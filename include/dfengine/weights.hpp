// SPDX-License-Identifier: Apache-2.0
// Trained weights of the network with what one must know to use them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfe {

/// Which statistics bring a volume to mean 0 and standard deviation 1 before the network.
enum class Normalization {
  Tomogram,  ///< mean and population standard deviation of the whole tomogram (DeepFinder at
             ///< inference)
  Patch,     ///< of each patch by itself (DeepFinder at training)
  None,      ///< voxels as they are
};

/// "tomogram", "patch" or "none".
std::string normalization_name(Normalization normalization);

/// The opposite; nothing for any other text.
std::optional<Normalization> normalization_of(std::string_view name);

/// The same for what a user typed: throws a usage `Error` that names `option` for any other text.
Normalization parse_normalization(std::string_view text, std::string_view option);

/// Parameters of one convolution. Kernel (kz, ky, kx, ci, co), co fastest: Keras' Conv3D order.
/// Bias (co).
struct LayerWeights {
  std::array<std::int64_t, 5> kernel_shape{};
  std::vector<float> kernel;
  std::vector<float> bias;
};

/// The 15 convolutions of the network in order (see deepfinder_graph) and their description.
struct Weights {
  std::vector<LayerWeights> layers;
  std::array<std::int64_t, 3> widths{32, 48,
                                     64};  ///< channels at full, half and quarter resolution
  std::int64_t classes = 0;                ///< background included: length of the last bias
  std::vector<std::string> class_names;    ///< `classes` entries, or empty where the file has none
  double voxel_size_angstrom = 0;  ///< of the training tomograms; 0 where the file does not say
  Normalization normalization = Normalization::Tomogram;
  std::vector<std::pair<std::string, std::string>>
      provenance;      ///< free key and value texts: how these weights came to be
  std::string layout;  ///< where the file was read from: "keras 3 weights", "dfengine", ...
};

}  // namespace dfe
