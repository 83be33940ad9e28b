// SPDX-License-Identifier: Apache-2.0
// How long files, lines and functions are. Functions are found by their braces, in Python by their
// indentation: a lambda counts to the function around it, a TEST_CASE is one.
#pragma once

#include <string>
#include <vector>

namespace dfe::test {

struct FunctionSize {
  std::string head;  ///< what stands before its body, on one line
  int line = 0;      ///< where that begins
  int lines = 0;     ///< to the closing brace
};

/// Functions of C++ and CUDA outside of other functions, those of classes too.
std::vector<FunctionSize> cpp_functions(const std::string& text);

/// Functions of Python; one within another counts to it and by itself.
std::vector<FunctionSize> python_functions(const std::string& text);

/// Characters of a line of UTF-8.
int columns_of(const std::string& line);

/// Numbers of the lines of more than `most` columns, from 1. Of `markdown`, rows of tables and
/// lines that are one word too long to break do not count.
std::vector<int> long_lines(const std::string& text, int most, bool markdown);

}  // namespace dfe::test
