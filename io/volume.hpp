// SPDX-License-Identifier: Apache-2.0
// The door to volume files for the rest of the library: the public functions, called by io:: so
// that whoever touches a file shows it, and what commands alone ask. Content decides the format
// that is read, not the file name.
#pragma once

#include <filesystem>

#include "dfengine/files.hpp"

namespace dfe::io {

using dfe::open_volume;
using dfe::read_labels;
using dfe::read_volume;
using dfe::VolumeReadOptions;
using dfe::write_labels;
using dfe::write_volume;

/// Endings of the file names that `write_labels` and `write_volume` take.
bool is_volume_file_name(const std::filesystem::path& path);

/// Throws a usage `Error`, as they do, for any other ending.
void check_volume_file_name(const std::filesystem::path& path);

}  // namespace dfe::io
