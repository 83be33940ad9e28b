// SPDX-License-Identifier: Apache-2.0
// Runs a program as a shell would, in a folder of choice, and collects all that it says.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dfe::test {

struct CommandResult {
  int exit_code = -1;  ///< 128 + signal where a signal ended it
  std::string out, err;
};

/// Runs `arguments` (program first, looked up in PATH where it has no slash) with standard input closed.
CommandResult run_command(const std::filesystem::path& folder, const std::vector<std::string>& arguments);

/// `run_command` of the built dfengine with the words of `line`, split at blanks.
CommandResult dfengine(const std::filesystem::path& folder, const std::string& line);

std::string read_text(const std::filesystem::path& path);

/// Names of all that lies in a folder, sorted.
std::vector<std::string> names_in(const std::filesystem::path& folder);

}  // namespace dfe::test
