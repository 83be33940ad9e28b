// SPDX-License-Identifier: Apache-2.0
// Command lines that cannot be read: what is wrong with them in one line, and what was probably
// meant.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "dfengine/error.hpp"

namespace dfe::cli {

/// Throws a usage `Error` for words that CLI11 would take for something else than they were meant
/// as: "-output" (for it: -o utput), and an option in the place of another one's value. `words` is
/// the command line without the program's name.
void check_words(const CLI::App& root, const std::vector<std::string>& words);

/// The usage `Error` for what CLI11 refused.
Error explain(const CLI::App& root, const CLI::ParseError& error);

}  // namespace dfe::cli
