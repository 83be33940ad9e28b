// SPDX-License-Identifier: Apache-2.0
// What training noted at the end of each epoch: named columns of one number, or of one per class.
// The same columns in every epoch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dfe {

class History {
 public:
  struct Column {
    std::string name;
    std::size_t width = 1;       ///< 1, or one value per class
    std::vector<double> values;  ///< (epoch, width)
  };

  /// Adds values to the column's current epoch; columns are made in the first epoch. NaN: not
  /// known.
  void note(const std::string& name, std::vector<double> values);
  void note(const std::string& name, double value) { note(name, std::vector<double>{value}); }

  std::int64_t epochs() const {
    return columns_.empty()
               ? 0
               : static_cast<std::int64_t>(columns_[0].values.size() / columns_[0].width);
  }
  const std::vector<Column>& columns() const { return columns_; }

  /// Null where there is no such column.
  const Column* find(std::string_view name) const;

 private:
  std::vector<Column> columns_;
};

/// One line per epoch; a column of classes becomes one column per class, "valid_f1:ribosome".
std::string history_csv(const History& history, const std::vector<std::string>& class_names);

}  // namespace dfe
