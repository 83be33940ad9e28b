// SPDX-License-Identifier: Apache-2.0
// What every list of class names must be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dfe {

/// Throws a usage `Error` that names `area` and `setting` for an empty name, and for one that two
/// labels have: a class could not be told by its name.
void check_class_names(const std::vector<std::string>& names, std::string_view area,
                       const std::string& setting);

}  // namespace dfe
