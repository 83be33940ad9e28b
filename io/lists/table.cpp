// SPDX-License-Identifier: Apache-2.0
// Typed access to the cells of a table.
#include "io/lists/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dfengine/error.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

int Table::find(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

double Table::number(std::size_t row, int column) const {
  const auto value = parse_number(cell(row, column));
  if (!value)
    fail(row,
         fmt::format("column {} holds {}", columns[static_cast<std::size_t>(column)],
                     shown(cell(row, column))),
         cell(row, column).find(',') == std::string_view::npos
             ? "expected a finite number"
             : "expected a finite number with a decimal point, not a comma");
  return *value;
}

std::int64_t Table::integer(std::size_t row, int column) const {
  const auto value = parse_integer(cell(row, column));
  if (!value)
    fail(row,
         fmt::format("column {} holds {}", columns[static_cast<std::size_t>(column)],
                     shown(cell(row, column))),
         parse_number(cell(row, column)) ? "expected a whole number from -2^53 to 2^53"
                                         : "expected a whole number");
  return *value;
}

int Table::class_label(std::size_t row, int column) const {
  const std::int64_t label = integer(row, column);
  if (label < 0 || label > kMaxClassLabel)
    fail(row, fmt::format("class label {}", label),
         fmt::format("expected 1 to {}", kMaxClassLabel));
  return static_cast<int>(label);
}

void Table::fail(std::size_t row, const std::string& fact, const std::string& remedy) const {
  throw Error(format, file, fmt::format("line {}: {}", lines[row], fact), remedy);
}

}  // namespace dfe::io::lists
