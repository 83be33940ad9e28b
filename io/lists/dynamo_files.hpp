// SPDX-License-Identifier: Apache-2.0
// The two files of a Dynamo table: NAME.tbl, and NAME.doc with the names of its tomograms.
#pragma once

#include <filesystem>
#include <vector>

#include "io/lists/list_parts.hpp"

namespace dfe::io::lists {

/// The table of a list, and before it its map, where the tomograms have names or an old map would
/// misname them. Throws a usage `Error` where the file that would be the map is something else.
std::vector<ListFile> format_dynamo_files(const ParticleList& list,
                                          const std::filesystem::path& path);

}  // namespace dfe::io::lists
