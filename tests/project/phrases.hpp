// SPDX-License-Identifier: Apache-2.0
// Phrases that readers of the field stumble over, each with what to say instead. Looked for in
// every document, and in the comments and literals (help, errors, warnings) of every source of the
// product; inline code in documents is left out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dfe::test {

/// One line per phrase found: "io/x.cpp:9 says 'card': say GPU".
std::vector<std::string> phrase_violations(const std::filesystem::path& root);

}  // namespace dfe::test
