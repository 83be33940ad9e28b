// SPDX-License-Identifier: Apache-2.0
// Words that only some folders may use: those that open, look for or change files, those that print
// or end the program, and those of CUDA. A check of the text, with comments and literals left out:
// it sees calls by their usual names, not through pointers or packages.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dfe::test {

/// One line per broken rule: "engine/x.cpp:9 says 'ifstream': only io/ and commands/ touch files".
/// A named exception that has lost its reason is one too.
std::vector<std::string> word_violations(const std::filesystem::path& root);

}  // namespace dfe::test
