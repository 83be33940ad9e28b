// SPDX-License-Identifier: Apache-2.0
// The door to lists of orientations for template matching.
#pragma once

#include <filesystem>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe::io {

/// Reads a list as text, or PyTom's list in an EM file (.em), in its order. The formats are in
/// io/lists/orientation_list.hpp. Throws `Error` that names the line.
std::vector<Rotation> read_orientations(const std::filesystem::path& path);

}  // namespace dfe::io
