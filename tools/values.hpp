// SPDX-License-Identifier: Apache-2.0
// What the value of an option may be, checked while the command line is read. Each function hands
// its option back, so that calls chain; a value that does not fit is a usage `Error` with a remedy.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace dfe::cli {

/// One of a few words; for a misspelt one the error names the nearest.
CLI::Option* one_of(CLI::Option* option, std::vector<std::string> choices);

/// A whole number from `least` to `most`.
CLI::Option* whole_number(CLI::Option* option, std::uint64_t least,
                          std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

/// A number above 0.
CLI::Option* above_zero(CLI::Option* option, const std::string& example);

}  // namespace dfe::cli
