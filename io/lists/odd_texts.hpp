// SPDX-License-Identifier: Apache-2.0
// Texts that are no particle lists, or none that can be read: what they are, and what to give
// instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/lists/star_table.hpp"

namespace dfe::io::lists {

/// Throws `Error` for UTF-16 text that is not XML.
void refuse_utf16(std::string_view text, const std::string& name);

/// Throws `Error` where the numbers of the first line have decimal commas: "1;10,5;20,5;30,5".
void refuse_decimal_commas(std::string_view line, const std::string& name);

/// Throws `Error` for STAR files of RELION and Warp that say something else than where particles
/// are: an optimisation set, a table of tomograms, a tilt series, an import list.
void refuse_other_star(const std::vector<StarBlock>& blocks, const std::string& name);

/// For files that were written one after the other into one: what follows the first list would be
/// lost. `area` begins the message.
[[noreturn]] void refuse_second_list(const std::string& area, const std::string& file);

}  // namespace dfe::io::lists
