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

/// Makes weights of another task fit: a last layer for another number of classes is made anew, at
/// random. Returns whether it was.
bool adapt_start(Weights& weights, const NetworkSettings& settings,
                 const std::vector<std::string>& class_names, std::uint64_t seed);

}  // namespace dfe
