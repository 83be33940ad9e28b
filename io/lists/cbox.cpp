// SPDX-License-Identifier: Apache-2.0
// Boxes of crYOLO, see the header.
#include "io/lists/cbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "dfengine/error.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/odd_texts.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr std::string_view kMissing = "<NA>";
constexpr double kBoxSize = 32;  // voxels; lists have no sizes of boxes

bool has_boxes(const StarBlock& block) {
  return block.name == "cryolo" && block.table.find("_CoordinateX") >= 0;
}

int required(const Table& table, const char* column) {
  const int found = table.find(column);
  if (found < 0)
    throw Error("cbox", table.file, fmt::format("column {} is missing", column),
                std::string(column) == "_CoordinateZ"
                    ? "picks in images have no z: give those of a tomogram"
                    : "expected the columns of crYOLO 1.8 or later");
  return found;
}

void keep_others(ParticleList& list, const Table& table) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const std::string& name = table.columns[c];
    if (name.starts_with("_Coordinate") || name == "_Confidence") continue;
    ExtraColumn extra{name, {}};
    for (std::size_t row = 0; row < table.rows(); ++row)
      extra.values.emplace_back(table.cell(row, static_cast<int>(c)));
    list.extra_columns.push_back(std::move(extra));
  }
}

/// A column of the list as it was read from a .cbox file; the fallback where there is none.
class Kept {
 public:
  Kept(const ParticleList& list, std::string_view name, std::string fallback)
      : fallback_(std::move(fallback)) {
    for (const ExtraColumn& column : list.extra_columns)
      if (column.name == name) values_ = &column.values;
  }
  std::string text(std::size_t row) const {
    return values_ && !(*values_)[row].empty() ? star_value((*values_)[row]) : fallback_;
  }
  double number(std::size_t row) const { return parse_number(text(row)).value_or(kBoxSize); }

 private:
  const std::vector<std::string>* values_ = nullptr;
  std::string fallback_;
};

std::string decimal(double value) { return format_number(value, 6, false); }

}  // namespace

bool is_cbox(const std::vector<StarBlock>& blocks) {
  return std::any_of(blocks.begin(), blocks.end(), has_boxes);
}

ParticleList parse_cbox(const std::vector<StarBlock>& blocks, const std::string& name,
                        const ListOptions& options) {
  const auto block = std::find_if(blocks.begin(), blocks.end(), has_boxes);
  if (block == blocks.end())
    throw Error("cbox", name, "no table data_cryolo with the column _CoordinateX",
                "expected a .cbox file of crYOLO 1.8 or later");
  if (std::any_of(block + 1, blocks.end(), has_boxes)) refuse_second_list("cbox", name);
  const Table* const table = &block->table;
  const int x = required(*table, "_CoordinateX"), y = required(*table, "_CoordinateY"),
            z = required(*table, "_CoordinateZ"), width = required(*table, "_Width"),
            height = required(*table, "_Height"), confidence = table->find("_Confidence");
  ParticleList list;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    Particle& particle = list.particles.emplace_back();
    particle.class_label = 1;
    particle.position_voxels = {table->number(row, z),
                                table->number(row, y) + table->number(row, height) / 2,
                                table->number(row, x) + table->number(row, width) / 2};
    if (confidence >= 0 && table->cell(row, confidence) != kMissing)
      particle.score = table->number(row, confidence);
  }
  keep_others(list, *table);
  return place(std::move(list), PositionUnit::Voxels, name, options);
}

std::string format_cbox(const ParticleList& list) {
  std::string out = "\ndata_global\n\n_cbox_format_version 1.0\n\ndata_cryolo\n\nloop_\n";
  int column = 0;
  for (const char* name :
       {"_CoordinateX", "_CoordinateY", "_CoordinateZ", "_Width", "_Height", "_Depth", "_EstWidth",
        "_EstHeight", "_Confidence", "_NumBoxes", "_Angle"})
    out += fmt::format("{} #{}\n", name, ++column);
  const std::string missing(kMissing), size = decimal(kBoxSize);
  const Kept width(list, "_Width", size), height(list, "_Height", size),
      depth(list, "_Depth", size), est_width(list, "_EstWidth", missing),
      est_height(list, "_EstHeight", missing), boxes(list, "_NumBoxes", missing),
      angle(list, "_Angle", missing);
  std::set<std::int64_t> slices;
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Particle& p = list.particles[i];
    const Point3& at = p.position_voxels;
    out += fmt::format("{} {} {} {} {} {} {} {} {} {} {}\n", decimal(at.x - width.number(i) / 2),
                       decimal(at.y - height.number(i) / 2), decimal(at.z), width.text(i),
                       height.text(i), depth.text(i), est_width.text(i), est_height.text(i),
                       p.score ? format_exact(*p.score) : missing, boxes.text(i), angle.text(i));
    slices.insert(std::llround(at.z));
  }
  out += "\ndata_cryolo_include\n\nloop_\n_slice_index #1\n";
  for (const std::int64_t slice : slices) out += fmt::format("{}\n", slice);
  return out;
}

}  // namespace dfe::io::lists
