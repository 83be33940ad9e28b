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

/// An #include: of a file in quotes, of a package or system header in <>, or of something else.
struct Include {
  int line = 0;      ///< from 1
  char open = 0;     ///< '"', '<', or 0: what is included is not written there
  std::string name;  ///< between the marks; without them all that follows
};

/// The #include directives of a text, with comments before and lines continued within them.
std::vector<Include> includes_of(const std::string& text);

/// One line per broken rule: "io/x.cpp:7 includes cluster/y.hpp: io may include core/*,
/// include/dfengine".
std::vector<std::string> include_violations(const std::filesystem::path& root);

/// One line per folder whose CMake says other folders after LINKS than its includes name:
/// "cluster/CMakeLists.txt: links dfe_io, which no include of cluster names"; and one for each
/// other place, outside tests/ and bench/, where CMake names a folder's library that is not
/// included. Names that CMake puts together from variables are not seen.
std::vector<std::string> link_violations(const std::filesystem::path& root);

}  // namespace dfe::test
