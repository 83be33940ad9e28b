// SPDX-License-Identifier: Apache-2.0
// Which known name a misspelt one stands for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dfe {

/// The name with the fewest single-character changes (Levenshtein distance), if these are at most a
/// third of the longer name's characters, but 2 at least; the first of equals. Empty where there is
/// none.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

}  // namespace dfe
