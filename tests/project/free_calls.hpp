// SPDX-License-Identifier: Apache-2.0
// Names in C++ text, and whether they are called as free functions.
#pragma once

#include <string>
#include <vector>

namespace dfe::test {

/// An identifier, or part of a qualified one.
struct Name {
  std::size_t place = 0;   ///< of its first letter
  std::string text;        ///< "remove"
  std::string scope;       ///< what qualifies it: "std::filesystem::", "::", or nothing
  bool is_called = false;  ///< as a free function: neither as a member nor in a declaration
  int arguments = 0;       ///< between the parentheses that follow
};

/// All names of `code`, which `code_only` has cleared of comments and literals. Whether a name is
/// declared or called is told by what stands before it in its statement: only a type before it
/// makes it a declaration, so that `a * f(b);`, alone in a statement, is taken for one.
std::vector<Name> names_of(const std::string& code);

}  // namespace dfe::test
