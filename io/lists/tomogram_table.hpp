// SPDX-License-Identifier: Apache-2.0
// Text of a table of tomograms: what `io::read_tomograms` does once it has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe::io::lists {

/// The tomograms of RELION's tomograms.star. Throws `Error` for other texts; `file` is for
/// messages.
std::vector<ListTomogram> parse_tomograms(std::string_view text, const std::string& file);

}  // namespace dfe::io::lists
