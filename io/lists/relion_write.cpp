// SPDX-License-Identifier: Apache-2.0
// Writes particle STAR files of RELION 3 (one nameless table), 4 and 5 (optics and particles).
// Positions are written with shifts applied, so there are no rlnOrigin columns.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/relion.hpp"
#include "io/lists/star_table.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

/// Columns of texts, written as one loop.
class Loop {
 public:
  explicit Loop(std::size_t rows) : rows_(rows) {}

  bool has(std::string_view name) const {
    return std::any_of(columns_.begin(), columns_.end(),
                       [&](const ExtraColumn& column) { return column.name == name; });
  }

  template <class Value>
  void add(std::string_view name, Value&& value_of_row) {
    ExtraColumn column{std::string(name), {}};
    column.values.reserve(rows_);
    for (std::size_t row = 0; row < rows_; ++row)
      column.values.push_back(star_value(value_of_row(row)));
    columns_.push_back(std::move(column));
  }

  std::string text(std::string_view block) const {
    std::string out = fmt::format("\ndata_{}\n\nloop_\n", block);
    for (std::size_t c = 0; c < columns_.size(); ++c)
      out += fmt::format("{} #{}\n", columns_[c].name, c + 1);
    for (std::size_t row = 0; row < rows_; ++row) {
      for (const ExtraColumn& column : columns_)
        out.append(&column == columns_.data() ? "" : "\t").append(column.values[row]);
      out += '\n';
    }
    return out;
  }

 private:
  std::size_t rows_;
  std::vector<ExtraColumn> columns_;
};

std::string six(double value) { return format_number(value, 6, false); }

/// Name of the column without "data_optics/", or nothing for other columns.
std::string_view optics_column(const ExtraColumn& column) {
  const std::string_view name = column.name;
  return name.substr(0, kOpticsPrefix.size()) == kOpticsPrefix ? name.substr(kOpticsPrefix.size())
                                                               : std::string_view();
}

bool is_star_column(const ExtraColumn& column) {
  return column.name.size() > 1 && column.name[0] == '_' &&
         std::none_of(column.name.begin(), column.name.end(),
                      [](unsigned char c) { return c <= 32 || c == '#'; });
}

class Writer {
 public:
  Writer(const ParticleList& list, const std::string& name, const ListOptions& options)
      : list_(list),
        version5_(options.format == ListFormat::Relion5),
        version3_(options.format == ListFormat::Relion3),
        frame_(name, options.relion_binning, options.voxel_size.value_or(list.voxel_size),
               options.tomogram_extent.value_or(list.tomogram_extent)),
        default_tomogram_(options.tomogram_name),
        loop_(list.particles.size()) {}

  std::string run() {
    if (version5_) frame_.require_centre();
    add_tomogram_names();
    add_positions();
    add_orientations();
    add_numbers();
    for (const ExtraColumn& column : list_.extra_columns)
      if (is_star_column(column) && column.name != "_rlnOpticsGroup")
        add_extra(column.name, column);
    if (version3_) {
      for (const ExtraColumn& column : list_.extra_columns)
        if (const auto name = optics_column(column); !name.empty()) add_extra(name, column);
      add_pixel_columns();
      return loop_.text("");
    }
    const std::string optics = optics_block();
    return "# version 30001\n" + optics + "\n# version 30001\n" + loop_.text("particles");
  }

 private:
  const Particle& particle(std::size_t row) const { return list_.particles[row]; }

  template <class Predicate>
  bool any(Predicate predicate) const {
    return std::any_of(list_.particles.begin(), list_.particles.end(), predicate);
  }

  std::string tomogram(std::size_t row) const {
    const auto index = particle(row).tomogram;
    if (index && *index >= 0 && static_cast<std::size_t>(*index) < list_.tomograms.size())
      return list_.tomograms[static_cast<std::size_t>(*index)];
    return default_tomogram_;
  }

  void add_tomogram_names() {
    bool known = false;
    for (std::size_t row = 0; row < list_.particles.size() && !known; ++row)
      known = !tomogram(row).empty();
    if (known)
      loop_.add(version3_ ? "_rlnMicrographName" : "_rlnTomoName",
                [&](std::size_t row) { return tomogram(row); });
  }

  void add_positions() {
    const auto write = [&](const char* pattern, auto&& convert) {
      loop_.add(fmt::format(fmt::runtime(pattern), 'X'),
                [&](std::size_t row) { return six(convert(particle(row).position_voxels).x); });
      loop_.add(fmt::format(fmt::runtime(pattern), 'Y'),
                [&](std::size_t row) { return six(convert(particle(row).position_voxels).y); });
      loop_.add(fmt::format(fmt::runtime(pattern), 'Z'),
                [&](std::size_t row) { return six(convert(particle(row).position_voxels).z); });
    };
    if (version5_)
      write("_rlnCenteredCoordinate{}Angst",
            [&](const Point3& p) { return frame_.to_centred_angstrom(p); });
    else
      write("_rlnCoordinate{}", [&](const Point3& p) { return frame_.to_pixels(p); });
  }

  void add_orientations() {
    if (!any([](const Particle& p) { return p.orientation.has_value(); })) return;
    std::vector<ZyzAngles> angles;
    for (const Particle& p : list_.particles)
      angles.push_back(p.orientation ? to_zyz(*p.orientation) : ZyzAngles{});
    loop_.add("_rlnAngleRot", [&](std::size_t row) { return six(angles[row].rot); });
    loop_.add("_rlnAngleTilt", [&](std::size_t row) { return six(angles[row].tilt); });
    loop_.add("_rlnAnglePsi", [&](std::size_t row) { return six(angles[row].psi); });
  }

  void add_numbers() {
    loop_.add("_rlnClassNumber",
              [&](std::size_t row) { return std::to_string(particle(row).class_label); });
    if (any([](const Particle& p) { return p.score.has_value(); }))
      loop_.add("_rlnAutopickFigureOfMerit",
                [&](std::size_t row) { return six(particle(row).score.value_or(0)); });
    if (any([](const Particle& p) { return p.object_id.has_value(); }))
      loop_.add("_rlnTomoParticleId", [&](std::size_t row) {
        return std::to_string(particle(row).object_id.value_or(0));
      });
    if (any([](const Particle& p) { return p.cluster_size.has_value(); }))
      loop_.add(kClusterSizeColumn, [&](std::size_t row) {
        return std::to_string(particle(row).cluster_size.value_or(0));
      });
  }

  void add_extra(std::string_view name, const ExtraColumn& column) {
    if (name == "_rlnPixelSize" && frame_.pixel_angstrom() > 0)
      return;  // said anew, for the pixels written here
    if (!loop_.has(name)) loop_.add(name, [&](std::size_t row) { return column.values[row]; });
  }

  void add_pixel_columns() {
    const double pixel = frame_.pixel_angstrom();
    if (pixel <= 0) return;
    const auto add = [&](std::string_view name, double value) {
      if (!loop_.has(name)) loop_.add(name, [&](std::size_t) { return six(value); });
    };
    add("_rlnPixelSize", pixel);
    if (loop_.has("_rlnMagnification") || loop_.has("_rlnDetectorPixelSize")) return;
    add("_rlnMagnification", 10000);
    add("_rlnDetectorPixelSize", pixel);
  }

  /// The optics table, and the column that points to it; empty where there is nothing to say.
  std::string optics_block() {
    std::vector<const ExtraColumn*> columns;
    const ExtraColumn* group = nullptr;
    for (const ExtraColumn& column : list_.extra_columns) {
      if (column.name == "_rlnOpticsGroup") group = &column;
      if (!optics_column(column).empty()) columns.push_back(&column);
    }
    const double pixel = frame_.pixel_angstrom();
    if (!group && columns.empty() && pixel <= 0) return "";
    const auto group_of = [&](std::size_t row) {
      return group ? group->values[row] : std::string("1");
    };
    std::vector<std::size_t> first;  // a particle of each group
    std::vector<std::string> seen;
    std::unordered_set<std::string> known;
    for (std::size_t row = 0; row < list_.particles.size(); ++row) {
      if (!known.insert(group_of(row)).second) continue;
      seen.push_back(group_of(row));
      first.push_back(row);
    }
    const bool empty = first.empty();  // a list without particles still says its pixel size
    Loop optics(empty ? 1 : first.size());
    optics.add("_rlnOpticsGroup", [&](std::size_t row) { return empty ? "1" : seen[row]; });
    for (const ExtraColumn* column : columns)
      if (!empty && !optics.has(optics_column(*column)))
        optics.add(optics_column(*column),
                   [&](std::size_t row) { return column->values[first[row]]; });
    if (!optics.has("_rlnOpticsGroupName"))
      optics.add("_rlnOpticsGroupName", [&](std::size_t row) {
        return "opticsGroup" + (empty ? std::string("1") : seen[row]);
      });
    if (pixel > 0 && !optics.has("_rlnTomoTiltSeriesPixelSize"))
      optics.add("_rlnTomoTiltSeriesPixelSize", [&](std::size_t) { return six(pixel); });
    loop_.add("_rlnOpticsGroup", group_of);
    return optics.text("optics");
  }

  const ParticleList& list_;
  bool version5_, version3_;
  RelionFrame frame_;
  std::string default_tomogram_;
  Loop loop_;
};

}  // namespace

std::string format_star(const ParticleList& list, const std::string& name,
                        const ListOptions& options) {
  return Writer(list, name, options).run();
}

}  // namespace dfe::io::lists
