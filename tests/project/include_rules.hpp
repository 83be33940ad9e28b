// SPDX-License-Identifier: Apache-2.0
// Who may include whom: the folder table of the design as data, and the check of a source tree
// against it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dfe::test {

/// A folder and what its files may include. The longest matching folder decides for a file.
struct IncludeRule {
  std::string folder;                ///< "io"
  std::vector<std::string> allowed;  ///< folders; a trailing '*' takes the files directly in the
                                     ///< folder only ("kernels/*")
  std::vector<std::string>
      packages;  ///< beginnings of <...> includes that hold a '/': "CLI/"; "*" takes any
};

/// The table. Folders not listed (bench, tests, scripts) may include anything.
const std::vector<IncludeRule>& include_rules();

/// One line per broken rule: "io/x.cpp:7 includes cluster/y.hpp: io may include core,
/// include/dfengine". Quoted includes are looked up beside the file, below include/, then from the
/// root, as the compiler does.
std::vector<std::string> include_violations(const std::filesystem::path& root);

/// Every file below `root` that people write: no build folders, no hidden ones. Paths relative to
/// `root`, sorted.
std::vector<std::filesystem::path> project_files(const std::filesystem::path& root);

}  // namespace dfe::test
