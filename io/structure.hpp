// SPDX-License-Identifier: Apache-2.0
// The door to atomic models.
#pragma once

#include <filesystem>

#include "dfengine/simulate.hpp"

namespace dfe::io {

/// Reads the first model of a PDB or mmCIF file, also gzip compressed; content decides which it is.
/// Waters are left out. Throws `Error` where the file cannot be read, has no atoms, or is larger
/// than 1 GB.
Structure read_structure(const std::filesystem::path& path);

}  // namespace dfe::io
