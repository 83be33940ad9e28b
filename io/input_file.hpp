// SPDX-License-Identifier: Apache-2.0
// Which paths can be inputs: regular files alone. Every reader works at any place of its file and
// asks for its length, so a pipe would block or give the wrong bytes; it is refused before it is
// opened.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/file_names.hpp"

namespace dfe::io {

/// Throws `Error` where a file is missing, a folder, a pipe, a socket, a device or standard input
/// ("-", "/dev/stdin", "/dev/fd/0"). Opens nothing. `name` may name a volume in the file, as
/// `named_volume` says.
void check_input_file(std::string_view area, const std::filesystem::path& name);

/// `split_volume_name`, except that an existing file of the whole name is that file: "q.mrc:1".
VolumeName named_volume(const std::filesystem::path& name);

}  // namespace dfe::io
