// SPDX-License-Identifier: Apache-2.0
// Optics groups, see the header.
#include "io/lists/relion_optics.hpp"

#include <fmt/format.h>

#include <cmath>

#include "dfengine/error.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

std::string optics_group(std::string_view text) {
  const auto number = parse_integer(text);
  return number ? std::to_string(*number) : std::string(text);
}

Optics::Optics(const Table* table, const Table& particles)
    : particles_(particles), group_(particles.find("_rlnOpticsGroup")) {
  if (!table || table->rows() == 0) return;
  table_ = table;
  if (group_ < 0) {
    if (table_->rows() > 1 && particles.rows() > 0)
      throw Error(
          "star", table_->file,
          fmt::format("the particles have no column _rlnOpticsGroup, but data_optics has {} "
                      "groups",
                      table_->rows()),
          "add the column");
    return;
  }
  const int key = table_->find("_rlnOpticsGroup");
  if (key < 0)
    throw Error("star", table_->file, "the optics table has no column _rlnOpticsGroup",
                "the file is damaged");
  for (std::size_t row = 0; row < table_->rows(); ++row) {
    const auto [found, fresh] = row_of_.emplace(optics_group(table_->cell(row, key)), row);
    if (!fresh) check_same(found->second, row, key);
  }
}

/// A group that is there twice, as in joined files, must be the same.
void Optics::check_same(std::size_t first, std::size_t row, int key) const {
  constexpr double kSame = 0.01;
  for (std::size_t c = 0; c < table_->columns.size(); ++c) {
    const int column = static_cast<int>(c);
    const std::string_view a = table_->cell(first, column), b = table_->cell(row, column);
    const auto x = parse_number(a), y = parse_number(b);
    if (column == key || a == b || (x && y && std::abs(*x - *y) <= kSame * std::abs(*x))) continue;
    table_->fail(row,
                 fmt::format("optics group {} has {} in {}, but {} in line {}",
                             shown(table_->cell(row, key)), shown(b), table_->columns[c], shown(a),
                             table_->lines[first]),
                 "give each group one row, and a number of its own");
  }
}

std::size_t Optics::row(std::size_t particle) const {
  if (group_ < 0) return 0;  // the only one
  const auto found = row_of_.find(optics_group(particles_.cell(particle, group_)));
  if (found == row_of_.end())
    particles_.fail(particle,
                    fmt::format("optics group {} is not in data_optics",
                                shown(particles_.cell(particle, group_))),
                    "the file is damaged");
  return found->second;
}

/// A positive number of the particle's row, or of its optics group; 0 where there is none.
double Optics::positive(std::size_t particle, std::string_view column) const {
  const int own = particles_.find(column);
  const int shared = own < 0 && table_ ? table_->find(column) : -1;
  if (own < 0 && shared < 0) return 0;
  const double value =
      own >= 0 ? particles_.number(particle, own) : table_->number(row(particle), shared);
  return value > 0 ? value : 0;
}

double Optics::pixel_angstrom(std::size_t particle) const {
  for (const std::string_view column :
       {"_rlnTomoTiltSeriesPixelSize", "_rlnMicrographOriginalPixelSize", "_rlnPixelSize",
        "_rlnImagePixelSize"})
    if (const double size = positive(particle, column); size > 0) return size;
  const double detector = positive(particle, "_rlnDetectorPixelSize"),
               magnification = positive(particle, "_rlnMagnification");
  return detector > 0 && magnification > 0 ? detector * 1e4 / magnification
                                           : 0;  // detector pixel in µm
}

}  // namespace dfe::io::lists
