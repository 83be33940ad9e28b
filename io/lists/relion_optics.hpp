// SPDX-License-Identifier: Apache-2.0
// The optics table of a RELION list, and the pixel sizes that RELION writes in many places.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "io/lists/table.hpp"

namespace dfe::io::lists {

/// The optics table joined to the particles by rlnOpticsGroup. Both tables must outlive it.
class Optics {
 public:
  /// `table` may be null. Particles that name no group have the only one. Throws `Error` for a
  /// table without groups, or of several where particles name none, and for one group with two sets
  /// of optics.
  Optics(const Table* table, const Table& particles);

  /// The optics table; null where there is none, or no row.
  const Table* table() const { return table_; }

  /// The optics row of a particle. Throws `Error` where its group has none.
  std::size_t row(std::size_t particle) const;

  /// Edge in Å of the pixels that positions count; 0 where the file does not say.
  double pixel_angstrom(std::size_t particle) const;

 private:
  void check_same(std::size_t first, std::size_t row, int key) const;
  double positive(std::size_t particle, std::string_view column) const;

  const Table& particles_;
  const Table* table_ = nullptr;
  int group_;
  std::map<std::string, std::size_t> row_of_;
};

/// The name of an optics group as it is compared: "1.0" and "01" are "1".
std::string optics_group(std::string_view text);

}  // namespace dfe::io::lists
