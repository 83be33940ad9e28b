// SPDX-License-Identifier: Apache-2.0
// Labels of classes in formats that only name them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe::io::lists {

/// The label that a name is, as lists without names of classes are written: "7" is 7.
std::optional<int> label_of_name(std::string_view name);

/// The labels of names that a file has in this order, one for each particle: names that are labels
/// keep them, others get the lowest free label, in the order of their appearance.
std::vector<int> labels_of_names(const std::vector<std::string>& names);

}  // namespace dfe::io::lists
