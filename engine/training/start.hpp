// SPDX-License-Identifier: Apache-2.0
// The weights that training begins with: random ones, or those of another network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/training/settings.hpp"

namespace dfe {

/// Random weights of the network of `settings`; the same seed gives the same weights.
Weights random_start(const NetworkSettings& settings, const std::vector<std::string>& class_names,
                     std::uint64_t seed);

/// What became of the last layer of weights to start from.
struct AdaptedStart {
  std::vector<std::string> random;  ///< classes whose outputs were made anew, at random
  bool reordered = false;           ///< outputs were moved to the labels of their names
};

/// Makes weights of another task fit: the output of a class starts from that of the same name, and
/// at random where there is none; the background is first on both sides, whatever its name. Weights
/// without names are taken by label, or have a new last layer for another number of classes.
AdaptedStart adapt_start(Weights& weights, const NetworkSettings& settings,
                         const std::vector<std::string>& class_names, std::uint64_t seed);

}  // namespace dfe
