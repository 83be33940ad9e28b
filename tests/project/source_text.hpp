// SPDX-License-Identifier: Apache-2.0
// The source tree as text: which files people wrote, and C++ with what is not code blanked out.
// Every check of the tree reads through these; none of them parses C++.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dfe::test {

/// Every file below `root` that people write: no build folders, no hidden ones but .ci. Paths
/// relative to `root`, sorted.
std::vector<std::filesystem::path> project_files(const std::filesystem::path& root);

/// C, C++ and CUDA by the file's ending.
bool is_source(const std::filesystem::path& file);

std::string text_of(const std::filesystem::path& file);

std::vector<std::string> lines_of(const std::string& text);

/// `text` with comments and the contents of literals, raw ones too, as blanks: what is left is
/// code, at its old places.
std::string code_only(const std::string& text);

/// `text` with comments as blanks; literals stay.
std::string without_comments(const std::string& text);

/// Line, from 1, of a place in a text.
int line_at(const std::string& text, std::size_t place);

/// Whether `path` lies below `folder`: "io/x.cpp" and "io".
bool is_below(const std::string& path, const std::string& folder);

}  // namespace dfe::test
