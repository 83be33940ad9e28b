// SPDX-License-Identifier: Apache-2.0
// Which paths can be inputs: regular files alone. Every reader works at any place of its file and
// asks for its length, so a pipe would block or give the wrong bytes; it is refused before it is
// opened.
#pragma once

#include <filesystem>
#include <string_view>

namespace dfe::io {

/// Throws `Error` where a file is missing, a folder, a pipe, a socket, a device or standard input
/// ("-", "/dev/stdin", "/dev/fd/0"). Opens nothing. `name` may name a volume in the file, as
/// `split_volume_name` says.
void check_input_file(std::string_view area, const std::filesystem::path& name);

}  // namespace dfe::io
