// SPDX-License-Identifier: Apache-2.0
// The rows of a delimited text (RFC 4180; lines that begin with # are comments).
#pragma once

#include <string>
#include <string_view>

#include "io/lists/table.hpp"

namespace dfe::io::lists {

/// The delimiter that the first line with content has most of. Throws `Error` if it has none.
char sniff_delimiter(std::string_view text, const std::string& name);

/// Splits the text into the table's rows. The first row becomes the columns; a table of three or
/// four columns of numbers may lack it. Returns whether it did. Throws `Error` for rows of another
/// length and open quotes.
bool split_rows(std::string_view text, char delimiter, Table& table);

}  // namespace dfe::io::lists
