// SPDX-License-Identifier: Apache-2.0
// `.keras` files: a zip archive with the weights as an HDF5 file inside.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace dfe::io::weights {

/// Whether the file begins like a zip archive.
bool is_archive(const std::filesystem::path& path);

/// The bytes of `model.weights.h5`. Throws `Error` where the archive is damaged, has no such
/// member, or claims more than 1 GiB.
std::vector<std::byte> read_archive(const std::filesystem::path& path);

}  // namespace dfe::io::weights
