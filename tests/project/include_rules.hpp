// SPDX-License-Identifier: Apache-2.0
// Who may include whom: the folder table of the design as data (include_table.cpp), and the check
// of a source tree against it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dfe::test {

/// A folder and what its files may include. The longest matching folder decides for a file; its own
/// files it may always include.
struct IncludeRule {
  std::string folder;  ///< "io"
  /// Folders, the first that matches decides: "core/*" takes the files directly in the folder,
  /// "core" those of its subfolders too that have no rule of their own, "**" everything; "!tests"
  /// forbids.
  std::vector<std::string> folders;
  /// What stands between <> and is no header of the C++ standard, by its full name or, with a '/'
  /// at the end, by its beginning: "unistd.h", "nlohmann/".
  std::vector<std::string> headers;
};

/// The table. A folder with sources that is not in it breaks the rules.
const std::vector<IncludeRule>& include_rules();

/// The longest matching rule; nullptr where there is none.
const IncludeRule* rule_of(const std::string& file);

/// Where a quoted include leads: beside the file, below include/, or from the root, as the compiler
/// looks for it. Relative to `root`.
std::string resolved_include(const std::filesystem::path& root, const std::filesystem::path& file,
                             const std::string& quoted);

/// Name between the delimiters of an #include line; empty for other lines.
std::string included(const std::string& line, char open, char close);

/// One line per broken rule: "io/x.cpp:7 includes cluster/y.hpp: io may include core/*,
/// include/dfengine".
std::vector<std::string> include_violations(const std::filesystem::path& root);

/// One line per folder whose CMake says other folders after LINKS than its includes name:
/// "cluster/CMakeLists.txt: links dfe_io, which no include of cluster names". Only calls of
/// dfe_add_folder are read.
std::vector<std::string> link_violations(const std::filesystem::path& root);

}  // namespace dfe::test
