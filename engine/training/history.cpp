// SPDX-License-Identifier: Apache-2.0
#include "engine/training/history.hpp"

#include <cmath>
#include <utility>

#include "core/number_text.hpp"
#include "core/text.hpp"

namespace dfe {

namespace {

std::string csv_number(double value) {
  return std::isnan(value) ? std::string() : shortest_text(value);
}

}  // namespace

void History::note(const std::string& name, std::vector<double> values) {
  for (Column& column : columns_)
    if (column.name == name) {
      column.values.insert(column.values.end(), values.begin(), values.end());
      return;
    }
  columns_.push_back({name, values.size(), std::move(values)});
}

const History::Column* History::find(std::string_view name) const {
  for (const Column& column : columns_)
    if (column.name == name) return &column;
  return nullptr;
}

std::string history_csv(const History& history, const std::vector<std::string>& class_names) {
  std::vector<std::string> names;
  for (const History::Column& column : history.columns())
    for (std::size_t i = 0; i < column.width; ++i)
      names.push_back(csv_cell(column.name + (column.width == 1 ? "" : ":" + class_names[i])));
  std::string text = join(names, ",") + "\n";
  for (std::int64_t epoch = 0; epoch < history.epochs(); ++epoch) {
    bool first = true;
    for (const History::Column& column : history.columns())
      for (std::size_t i = 0; i < column.width; ++i) {
        text += (first ? "" : ",") +
                csv_number(column.values[static_cast<std::size_t>(epoch) * column.width + i]);
        first = false;
      }
    text += "\n";
  }
  return text;
}

}  // namespace dfe
