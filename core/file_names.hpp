// SPDX-License-Identifier: Apache-2.0
// What a file's name says.
#pragma once

#include <filesystem>
#include <string>

namespace dfe {

/// The file's name without folder, compression ending and format ending: "a/tomo_7.rec.gz" ->
/// "tomo_7".
std::string base_name(const std::filesystem::path& path);

}  // namespace dfe
