// SPDX-License-Identifier: Apache-2.0
// What RELION 5's job "Import coordinates" takes: a STAR file of rlnTomoName and
// rlnTomoImportParticleFile, and a STAR file of positions for each tomogram. The job takes the
// first table of each file and copies its columns (readCoordinateFile in RELION 5's source).
#pragma once

#include <filesystem>
#include <vector>

#include "io/lists/list_parts.hpp"
#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// The file `path`, and one file for each tomogram in a folder beside it that has its name. The
/// paths in the file `path` begin as `path` does, because RELION reads them from the project's
/// folder. Throws a usage `Error` for particles of a tomogram without a name.
std::vector<ListFile> format_relion_import(const ParticleList& list,
                                           const std::filesystem::path& path,
                                           const ListOptions& options);

}  // namespace dfe::io::lists
