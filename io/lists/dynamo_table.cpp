// SPDX-License-Identifier: Apache-2.0
// Dynamo tables: numbers between blanks, a row per particle, the columns of Dynamo's `dthelp`.
// Voxels count from 1 (wiki of Dynamo: Volume center), and the angles turn clockwise: the matrix of
// `dynamo_euler2matrix` takes the tomogram to the particle, so that it is the transpose of ours.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "core/math/rotation.hpp"
#include "core/voxel_size.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/kept_columns.hpp"
#include "io/lists/numbering.hpp"
#include "io/lists/place.hpp"
#include "io/lists/table.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

// Columns of dthelp, which counts from 1.
constexpr int kTag = 1, kAligned = 2, kShift = 4, kAngles = 7, kScore = 10, kTomogram = 20,
              kClass = 22, kPosition = 24, kPixelSize = 36;
constexpr std::size_t kLeast = 26, kMost = 256, kWritten = 40;
constexpr std::string_view kExtra = "dynamo_";  // "dynamo_21" is column 21
constexpr double kSameSize = 1e-3;              // more than rounding, for rows of one tomogram

bool has_meaning(int column) {
  return column == kTag || (column >= kShift && column <= kScore) || column == kTomogram ||
         column == kClass || (column >= kPosition && column < kPosition + 3) ||
         column == kPixelSize;
}

Table split(std::string_view text, const std::string& name) {
  Table table;
  table.format = "dynamo";
  table.file = name;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::vector<std::string_view> words = words_of(next_line(text));
    if (words.empty() || words[0].front() == '#' || words[0].front() == '%') continue;
    if (table.columns.empty()) {
      if (words.size() < kLeast || words.size() > kMost)
        throw Error("dynamo", name, fmt::format("line {} has {} columns", line, words.size()),
                    "a Dynamo table has at least 26, with the positions in columns 24 to 26");
      for (std::size_t i = 1; i <= words.size(); ++i) table.columns.push_back(std::to_string(i));
    }
    table.lines.push_back(line);
    if (words.size() != table.columns.size())
      table.fail(
          table.rows() - 1,
          fmt::format("{} columns, but the first row has {}", words.size(), table.columns.size()),
          "the file is damaged");
    table.cells.insert(table.cells.end(), words.begin(), words.end());
  }
  return table;
}

class Reader {
 public:
  Reader(const Table& table, const std::map<std::int64_t, std::string>& names)
      : table_(table), names_(names), numbers_(list_) {}

  ParticleList run() {
    TomogramNames tomograms(list_.tomograms);
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      Particle& particle = list_.particles.emplace_back();
      particle.object_id = table_.integer(row, kTag - 1);
      numbers_.set_class(particle, table_.class_label(row, kClass - 1));
      numbers_.set_position(particle, point(row, kPosition), point(row, kShift));
      const Point3 a = point(row, kAngles);  // tdrot, tilt, narot as x, y, z
      numbers_.set_result(particle, table_.number(row, kScore - 1),
                          math::transpose(from_zxz({a.x, a.z, a.y})));
      set_tomogram(particle, row, tomograms);
      note_pixel_size(row);
    }
    numbers_.finish();
    keep_extra_columns();
    return std::move(list_);
  }

 private:
  Point3 point(std::size_t row, int column) const {
    return {table_.number(row, column + 1), table_.number(row, column),
            table_.number(row, column - 1)};
  }

  void set_tomogram(Particle& particle, std::size_t row, TomogramNames& tomograms) {
    const std::int64_t number = table_.integer(row, kTomogram - 1);
    if (number < 0)
      table_.fail(row, fmt::format("tomogram number {}", number), "expected 0 or more");
    const auto name = names_.find(number);
    if (number == 0 && name == names_.end()) return;
    particle.tomogram =
        tomograms.index_of(name == names_.end() ? std::to_string(number) : name->second);
    list_.tomogram_of(particle).numbered = name == names_.end();
  }

  void note_pixel_size(std::size_t row) {
    if (table_.columns.size() < static_cast<std::size_t>(kPixelSize)) return;
    const double size = table_.number(row, kPixelSize - 1);
    if (size == 0) return;
    VoxelSize& voxel = list_.tomogram_of(list_.particles.back()).voxel_size;
    if (!voxel.known()) voxel = VoxelSize::cubic(size);
    if (size < 0 || std::abs(size / voxel.x_angstrom - 1) > kSameSize)
      table_.fail(row,
                  fmt::format("a pixel size of {:.6g} Å, but {}", size,
                              size < 0 ? std::string("sizes are above 0")
                                       : fmt::format("earlier rows of the tomogram have {:.6g} Å",
                                                     voxel.x_angstrom)),
                  "correct column 36");
  }

  /// Columns without a meaning here that say something.
  void keep_extra_columns() {
    for (int c = 1; c <= static_cast<int>(table_.columns.size()); ++c) {
      if (has_meaning(c)) continue;
      ExtraColumn extra{std::string(kExtra) + std::to_string(c), {}};
      bool says = false;
      for (std::size_t row = 0; row < table_.rows(); ++row) {
        const std::string_view cell = table_.cell(row, c - 1);
        extra.values.emplace_back(cell);
        says = says || parse_number(cell) != (c == kAligned ? 1.0 : 0.0);
      }
      if (says) list_.extra_columns.push_back(std::move(extra));
    }
  }

  const Table& table_;
  const std::map<std::int64_t, std::string>& names_;
  ParticleList list_;
  NumberedReader numbers_;
};

struct MapLine {
  std::int64_t number;
  std::string_view tomogram;
};

/// "1 /data/TS_01.mrc"
std::optional<MapLine> parse_map_line(std::string_view line) {
  const std::size_t gap = std::min(line.find_first_of(kBlanks), line.size());
  const auto number = parse_integer(line.substr(0, gap));
  const std::string_view tomogram = trim(line.substr(gap));
  if (!number || tomogram.empty()) return std::nullopt;
  return MapLine{*number, tomogram};
}

/// Names by number; those that are no more than the number are left out.
std::map<std::int64_t, std::string> parse_table_map(std::string_view text,
                                                    const std::string& name) {
  std::map<std::int64_t, std::string> names;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::string_view all = trim(next_line(text));
    if (all.empty()) continue;
    const auto entry = parse_map_line(all);
    if (!entry)
      throw Error("dynamo", name,
                  fmt::format("line {} of the table map next to it is {}", line, shown(all)),
                  "expected a number and the name of a tomogram");
    if (entry->tomogram != std::to_string(entry->number)) names[entry->number] = entry->tomogram;
  }
  return names;
}

/// The number of the column in "dynamo_21"; 0 for other names.
int extra_column(std::string_view name) {
  if (name.substr(0, kExtra.size()) != kExtra) return 0;
  const auto number = parse_integer(name.substr(kExtra.size()));
  const bool good = number && *number >= 1 && *number <= static_cast<int>(kMost);
  return good && !has_meaning(static_cast<int>(*number)) ? static_cast<int>(*number) : 0;
}

}  // namespace

ParticleList parse_dynamo(std::string_view text, const std::string& name,
                          const ListOptions& options, std::string_view table_map) {
  const std::map<std::int64_t, std::string> names = parse_table_map(table_map, name);
  const Table table = split(text, name);
  return place(Reader(table, names).run(), PositionUnit::Voxels, name, options);
}

std::string format_dynamo(const ParticleList& list, const std::string& name) {
  for (const Particle& p : list.particles)
    refuse_uneven_voxels(list.tomogram_of(p).voxel_size, "Dynamo", "dynamo", name);
  const std::vector<int> tomograms = tomogram_numbers(list);
  const std::vector<std::int64_t> tags = particle_numbers(list, kMostInDouble);
  std::map<int, const ExtraColumn*> extras;
  for (const ExtraColumn& column : list.extra_columns)
    if (const int number = extra_column(column.name)) extras[number] = &column;
  const std::size_t width =
      extras.empty() ? kWritten
                     : std::max(kWritten, static_cast<std::size_t>(extras.rbegin()->first));
  std::string out;
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Particle& p = list.particles[i];
    std::vector<std::string> row(width, "0");
    const auto set = [&](int column, double value) {
      row[static_cast<std::size_t>(column - 1)] = format_number(value, 6, true);
    };
    set(kAligned, 1);
    for (const auto& [number, column] : extras)
      if (parse_number(column->values[i]) || column->values[i] == "NaN")
        row[static_cast<std::size_t>(number - 1)] = trim(column->values[i]);
    row[kTag - 1] = std::to_string(tags[i]);
    const ZxzAngles a = p.orientation ? to_zxz(math::transpose(*p.orientation)) : ZxzAngles{};
    set(kAngles, a.phi);
    set(kAngles + 1, a.the);
    set(kAngles + 2, a.psi);
    row[kScore - 1] = format_exact(p.score.value_or(0));
    set(kTomogram, p.tomogram ? tomograms[static_cast<std::size_t>(*p.tomogram)] : 0);
    set(kClass, p.class_label);
    set(kPosition, p.position_voxels.x + 1);
    set(kPosition + 1, p.position_voxels.y + 1);
    set(kPosition + 2, p.position_voxels.z + 1);
    set(kPixelSize, list.tomogram_of(p).voxel_size.mean_angstrom());
    out += join(row, " ") + '\n';
  }
  return out.empty() ? "\n" : out;  // a file of 0 bytes would be that of a killed job
}

bool is_dynamo_column(std::string_view name) { return extra_column(name) != 0; }

std::string table_map_name(std::string_view name) {
  std::string text(name);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 32; }, ' ');
  return std::string(trim(text));
}

std::string format_table_map(const ParticleList& list) {
  const std::vector<int> numbers = tomogram_numbers(list);
  const bool only_numbers = same_tomogram_numbers(list);
  std::string out;
  std::vector<bool> written(numbers.size());
  for (const Particle& particle : list.particles) {
    if (!particle.tomogram || written[static_cast<std::size_t>(*particle.tomogram)]) continue;
    const auto index = static_cast<std::size_t>(*particle.tomogram);
    written[index] = true;
    const std::string name = table_map_name(list.tomograms[index].name);
    const std::string number = std::to_string(numbers[index]);
    out += fmt::format("{} {}\n", number, only_numbers || name.empty() ? number : name);
  }
  return out;
}

bool is_dynamo_row(std::string_view line) {
  const std::vector<std::string_view> words = words_of(line);
  return words.size() >= kLeast &&
         std::all_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(kLeast),
                     [](std::string_view word) { return parse_number(word).has_value(); });
}

bool is_table_map(std::string_view text) {
  while (!text.empty())
    if (const std::string_view line = trim(next_line(text)); !line.empty() && !parse_map_line(line))
      return false;
  return true;
}

}  // namespace dfe::io::lists
