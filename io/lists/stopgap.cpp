// SPDX-License-Identifier: Apache-2.0
// STOPGAP's motive lists: a STAR file with the one block data_stopgap_motivelist. Voxels count from
// 1, and the position is orig + shift. STOPGAP cuts subtomograms at the whole orig, so the rest is
// written as shift.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/kept_columns.hpp"
#include "io/lists/numbering.hpp"
#include "io/lists/odd_texts.hpp"
#include "io/lists/place.hpp"
#include "io/lists/star_table.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr std::string_view kBlock = "stopgap_motivelist";

/// The columns in STOPGAP's order.
constexpr std::array<std::string_view, 16> kColumns{
    "_motl_idx", "_tomo_num", "_object", "_subtomo_num", "_halfset", "_orig_x",
    "_orig_y",   "_orig_z",   "_score",  "_x_shift",     "_y_shift", "_z_shift",
    "_phi",      "_psi",      "_the",    "_class"};

/// Columns that STOPGAP needs and that say nothing here, with what is written for other lists.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kFree{
    {{"_object", "1"}, {"_halfset", "A"}}};

class Reader {
 public:
  explicit Reader(const Table& table) : table_(table), numbers_(list_) {
    for (const std::string_view column : kColumns)
      if (table.find(column) < 0 && column != "_motl_idx" && column != "_object" &&
          column != "_halfset")
        throw Error("star", table.file, fmt::format("column {} is missing", column),
                    "a STOPGAP motive list has subtomo_num, tomo_num, orig_x, x_shift, phi, psi, "
                    "the, score and class");
  }

  ParticleList run() {
    TomogramNames tomograms(list_.tomograms);
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      Particle& particle = list_.particles.emplace_back();
      particle.object_id = table_.integer(row, table_.find("_subtomo_num"));
      numbers_.set_class(particle, table_.class_label(row, table_.find("_class")));
      numbers_.set_position(particle, point(row, "_orig_x", "_orig_y", "_orig_z"),
                            point(row, "_x_shift", "_y_shift", "_z_shift"));
      numbers_.set_result(
          particle, number(row, "_score"),
          from_zxz({number(row, "_phi"), number(row, "_psi"), number(row, "_the")}));
      const std::int64_t tomogram = table_.integer(row, table_.find("_tomo_num"));
      if (tomogram < 0)
        table_.fail(row, fmt::format("tomogram number {}", tomogram), "expected 0 or more");
      if (tomogram > 0) particle.tomogram = tomograms.index_of(std::to_string(tomogram));
    }
    for (ListTomogram& tomogram : list_.tomograms) tomogram.numbered = true;
    numbers_.finish();
    keep_extra_columns();
    return std::move(list_);
  }

 private:
  double number(std::size_t row, std::string_view column) const {
    return table_.number(row, table_.find(column));
  }
  Point3 point(std::size_t row, std::string_view x, std::string_view y, std::string_view z) const {
    return {number(row, z), number(row, y), number(row, x)};
  }

  /// The free ones where they differ from what is written anyway, and those that are unknown.
  void keep_extra_columns() {
    for (std::size_t c = 0; c < table_.columns.size(); ++c) {
      const std::string& name = table_.columns[c];
      const auto free = std::find_if(kFree.begin(), kFree.end(),
                                     [&](const auto& column) { return column.first == name; });
      if (free == kFree.end() &&
          std::find(kColumns.begin(), kColumns.end(), name) != kColumns.end())
        continue;
      ExtraColumn extra{name, {}};
      for (std::size_t row = 0; row < table_.rows(); ++row)
        extra.values.emplace_back(table_.cell(row, static_cast<int>(c)));
      if (free == kFree.end() ||
          std::any_of(extra.values.begin(), extra.values.end(),
                      [&](const std::string& value) { return value != free->second; }))
        list_.extra_columns.push_back(std::move(extra));
    }
  }

  const Table& table_;
  ParticleList list_;
  NumberedReader numbers_;
};

/// What the list has for one of the free columns.
std::string free_cell(const ParticleList& list, std::size_t column, std::size_t row) {
  for (const ExtraColumn& extra : list.extra_columns)
    if (extra.name == kFree[column].first) return star_value(extra.values[row]);
  return std::string(kFree[column].second);
}

}  // namespace

bool is_stopgap_block(std::string_view line) {
  return line.substr(0, 5) == "data_" && trim(line.substr(5)) == kBlock;
}

bool is_stopgap_column(std::string_view name) {
  return std::any_of(kFree.begin(), kFree.end(),
                     [&](const auto& column) { return column.first == name; });
}

ParticleList parse_stopgap(std::string_view text, const std::string& name,
                           const ListOptions& options) {
  const std::vector<StarBlock> blocks = parse_star_blocks(text, name);
  const auto is_list = [](const StarBlock& b) { return b.name == kBlock; };
  const auto block = std::find_if(blocks.begin(), blocks.end(), is_list);
  if (block == blocks.end())
    throw Error("star", name, "no block data_stopgap_motivelist", "expected a STOPGAP motive list");
  if (std::any_of(block + 1, blocks.end(), is_list)) refuse_second_list("star", name);
  return place(Reader(block->table).run(), PositionUnit::Voxels, name, options);
}

std::string format_stopgap(const ParticleList& list) {
  const std::vector<int> tomograms = tomogram_numbers(list);
  const std::vector<std::int64_t> numbers = particle_numbers(list, kMostInDouble);
  std::string out = fmt::format("\ndata_{}\n\nloop_\n{}\n", kBlock, fmt::join(kColumns, "\n"));
  const auto six = [](double value) { return format_number(value, 6, false); };
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Particle& p = list.particles[i];
    const auto [whole, shift] = whole_and_shift(p.position_voxels);
    const ZxzAngles a = p.orientation ? to_zxz(*p.orientation) : ZxzAngles{};
    const std::vector<std::string> cells{
        std::to_string(i + 1),
        std::to_string(p.tomogram ? tomograms[static_cast<std::size_t>(*p.tomogram)] : 0),
        free_cell(list, 0, i),
        std::to_string(numbers[i]),
        free_cell(list, 1, i),
        six(whole.x),
        six(whole.y),
        six(whole.z),
        format_exact(p.score.value_or(0)),
        six(shift.x),
        six(shift.y),
        six(shift.z),
        six(a.phi),
        six(a.psi),
        six(a.the),
        std::to_string(p.class_label)};
    out += join(cells, "  ") + '\n';
  }
  return out;
}

}  // namespace dfe::io::lists
