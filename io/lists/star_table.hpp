// SPDX-License-Identifier: Apache-2.0
// The STAR syntax as RELION writes it: data blocks that hold one table each, as a loop or as single
// lines of name and value. One row stands on one line; CIF's multi-line texts are refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/lists/table.hpp"

namespace dfe::io::lists {

/// A `data_NAME` block. Column names keep their underscore.
struct StarBlock {
  std::string name;       ///< without "data_"
  std::int64_t line = 0;  ///< of the data_ word
  Table table;
};

/// Parses all blocks. Throws `Error` naming file, line and fact. The tables view `text`.
std::vector<StarBlock> parse_star_blocks(std::string_view text, const std::string& name);

/// `value` as it must stand in a row: quoted where it is empty or has blanks, a comment sign
/// (anywhere, because PyPI's starfile cuts lines there) or a leading quote.
std::string star_value(std::string_view value);

}  // namespace dfe::io::lists
