// SPDX-License-Identifier: Apache-2.0
// Writes particle STAR files of RELION 3 (one nameless table), 4 and 5 (optics and particles).
// Positions are written with shifts applied, so there are no rlnOrigin columns.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/particle_lists.hpp"
#include "core/tomogram_names.hpp"
#include "core/voxel_size.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/kept_columns.hpp"
#include "io/lists/place.hpp"
#include "io/lists/relion.hpp"
#include "io/lists/relion_optics.hpp"
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

class Writer {
 public:
  Writer(const ParticleList& list, const std::string& name, const ListOptions& options)
      : list_(list),
        version5_(options.format == ListFormat::Relion5 ||
                  options.format == ListFormat::Relion5Import),
        version3_(options.format == ListFormat::Relion3 || options.format == ListFormat::Warp),
        name_(name),
        options_(options),
        loop_(list.particles.size()) {}

  std::string run() {
    check_cubic();
    check_all_known();
    add_tomogram_names();
    add_positions();
    add_orientations();
    add_numbers();
    for (const ExtraColumn& column : list_.extra_columns)
      if (is_star_column(column.name) && column.name != "_rlnOpticsGroup")
        add_extra(column.name, column);
    if (version3_) {
      for (const ExtraColumn& column : list_.extra_columns)
        if (const auto name = optics_column(column); !name.empty()) add_extra(name, column);
      add_pixel_columns();
      if (options_.format == ListFormat::Relion3) add_image_names();
      return loop_.text("");
    }
    if (options_.format == ListFormat::Relion5Import) return loop_.text("particles");
    const std::string optics = optics_block();
    return "# version 30001\n" + optics + "\n# version 30001\n" + loop_.text("particles");
  }

 private:
  const Particle& particle(std::size_t row) const { return list_.particles[row]; }

  template <class Predicate>
  bool any(Predicate predicate) const {
    return std::any_of(list_.particles.begin(), list_.particles.end(), predicate);
  }

  const std::string& tomogram(std::size_t row) const {
    const std::string& name = list_.tomogram_of(particle(row)).name;
    return name.empty() ? options_.tomogram_name : name;
  }

  double pixel(std::size_t row) const {
    return list_.tomogram_of(particle(row)).voxel_size.mean_angstrom();
  }

  /// RELION knows one pixel size.
  void check_cubic() const {
    for (const Particle& p : list_.particles)
      refuse_uneven_voxels(list_.tomogram_of(p).voxel_size, "RELION", "star", name_);
  }

  /// RELION reads a pixel size of 0 as a number, and a column has no empty cells.
  void check_all_known() const {
    if (!any_pixel() || options_.format == ListFormat::Relion5Import) return;
    for (std::size_t row = 0; row < list_.particles.size(); ++row)
      if (pixel(row) <= 0)
        throw Error(
            ErrorKind::Usage, "star", name_,
            "the voxel size " +
                (tomogram(row).empty() ? "of particles without a tomogram"
                                       : "of the tomogram '" + tomogram(row) + "'") +
                " is unknown, but that of others is known",
            "give " + options_.settings.tomograms + " for all, or " + options_.settings.voxel_size);
  }

  void add_tomogram_names() {
    bool known = false;
    for (std::size_t row = 0; row < list_.particles.size() && !known; ++row)
      known = !tomogram(row).empty();
    if (!known) return;
    const bool warp = options_.format == ListFormat::Warp;
    loop_.add(version3_ ? "_rlnMicrographName" : "_rlnTomoName", [&](std::size_t row) {
      return warp ? tomogram_id(tomogram(row)) + ".tomostar" : tomogram(row);
    });
    if (version3_) return;
    const ExtraColumn* const own = particle_names();
    std::map<std::string, int> count;
    loop_.add("_rlnTomoParticleName", [&](std::size_t row) {
      return own ? own->values[row] : fmt::format("{}/{}", tomogram(row), ++count[tomogram(row)]);
    });
  }

  /// RELION 3 takes a STAR file without images for one of micrographs. There are none yet: the
  /// names are those that stacks of the tomograms' particles would have.
  void add_image_names() {
    if (loop_.has("_rlnImageName")) return;
    std::map<std::string, int> count;
    loop_.add("_rlnImageName", [&](std::size_t row) {
      const std::string& name = tomogram(row);
      return fmt::format("{:06}@{}.mrcs", ++count[name], name.empty() ? "particles" : name);
    });
  }

  /// The list's own names of particles, where they still fit the names of the tomograms.
  const ExtraColumn* particle_names() const {
    for (const ExtraColumn& column : list_.extra_columns) {
      if (column.name != "_rlnTomoParticleName") continue;
      for (std::size_t row = 0; row < list_.particles.size(); ++row)
        if (!column.values[row].starts_with(tomogram(row) + "/")) return nullptr;
      return &column;
    }
    return nullptr;
  }

  void add_positions() {
    std::vector<Point3> at;
    for (const Particle& p : list_.particles)
      at.push_back(version5_ ? centred_angstrom(list_, p, name_, options_.settings)
                             : p.position_voxels);
    const auto write = [&](char axis, double Point3::*member) {
      loop_.add(version5_ ? fmt::format("_rlnCenteredCoordinate{}Angst", axis)
                          : fmt::format("_rlnCoordinate{}", axis),
                [&](std::size_t row) { return six(at[row].*member); });
    };
    write('X', &Point3::x);
    write('Y', &Point3::y);
    write('Z', &Point3::z);
    if (options_.format != ListFormat::Relion5) return;
    constexpr std::array axes{&Point3::x, &Point3::y, &Point3::z};
    for (std::size_t i = 0; i < axes.size(); ++i)
      loop_.add(kTomogramSizeColumns[i], [&](std::size_t row) {
        return format_number(list_.tomogram_of(particle(row)).size_voxels.*axes[i], 6, true);
      });
  }

  /// Readers of RELION's lists want angles always.
  void add_orientations() {
    std::vector<ZyzAngles> angles;
    for (const Particle& p : list_.particles)
      angles.push_back(p.orientation ? to_zyz(*p.orientation) : ZyzAngles{});
    loop_.add("_rlnAngleRot", [&](std::size_t row) { return six(angles[row].rot); });
    loop_.add("_rlnAngleTilt", [&](std::size_t row) { return six(angles[row].tilt); });
    loop_.add("_rlnAnglePsi", [&](std::size_t row) { return six(angles[row].psi); });
    if (any([](const Particle& p) { return !p.orientation.has_value(); }))
      loop_.add(kOrientedColumn, [&](std::size_t row) {
        return std::string(particle(row).orientation ? "1" : "0");
      });
  }

  void add_numbers() {
    loop_.add("_rlnClassNumber",
              [&](std::size_t row) { return std::to_string(particle(row).class_label); });
    if (has_class_names(list_))
      loop_.add(kClassNameColumn, [&](std::size_t row) {
        return class_name(list_.class_names, particle(row).class_label);
      });
    add_where_known("_rlnAutopickFigureOfMerit", &Particle::score, kScoredColumn,
                    [](double score) { return format_exact(score); });
    add_where_known("_rlnTomoParticleId", &Particle::object_id, kNumberedColumn,
                    [](std::int64_t id) { return std::to_string(id); });
    if (any([](const Particle& p) { return p.cluster_size.has_value(); }))
      loop_.add(kClusterSizeColumn, [&](std::size_t row) {
        return std::to_string(particle(row).cluster_size.value_or(0));
      });
  }

  /// A column of what some particles have, and 0 for the others; our own column `known` tells them
  /// apart.
  template <class Value, class Text>
  void add_where_known(std::string_view name, std::optional<Value> Particle::*member,
                       std::string_view known, Text&& text) {
    const auto has = [&](const Particle& p) { return (p.*member).has_value(); };
    if (!any(has)) return;
    loop_.add(name, [&](std::size_t row) { return text((particle(row).*member).value_or(0)); });
    if (!any([&](const Particle& p) { return !has(p); })) return;
    loop_.add(known, [&](std::size_t row) { return std::string(has(particle(row)) ? "1" : "0"); });
  }

  void add_extra(std::string_view name, const ExtraColumn& column) {
    if (name == "_rlnPixelSize" && any_pixel()) return;  // said anew, for the pixels written here
    if (!loop_.has(name)) loop_.add(name, [&](std::size_t row) { return column.values[row]; });
  }

  bool any_pixel() const {
    for (std::size_t row = 0; row < list_.particles.size(); ++row)
      if (pixel(row) > 0) return true;
    return false;
  }

  void add_pixel_columns() {
    if (!any_pixel()) return;
    const auto add = [&](std::string_view name, auto&& value) {
      if (!loop_.has(name)) loop_.add(name, [&](std::size_t row) { return six(value(row)); });
    };
    const auto own = [&](std::size_t row) { return pixel(row); };
    add("_rlnPixelSize", own);
    if (loop_.has("_rlnMagnification") || loop_.has("_rlnDetectorPixelSize")) return;
    add("_rlnMagnification", [](std::size_t) { return 10000.0; });
    add("_rlnDetectorPixelSize", own);
  }

  /// A group of particles with the same optics: its name and one of its rows.
  struct Group {
    std::string name;
    std::size_t row;
  };

  /// The groups, and which one each row belongs to. Names of the list are kept where each means one
  /// set of optics; lists that were joined may need new ones.
  std::vector<Group> find_groups(const std::vector<const ExtraColumn*>& columns,
                                 const ExtraColumn* named, std::vector<std::size_t>& group_of) {
    std::vector<Group> groups;
    std::map<std::string, std::size_t> place;
    std::map<std::string, std::size_t> by_name;
    bool ambiguous = false;
    for (std::size_t row = 0; row < list_.particles.size(); ++row) {
      const std::string name = named ? optics_group(named->values[row]) : std::string("1");
      std::string key = fmt::format("{}\n{:.6g}", name, pixel(row));
      for (const ExtraColumn* column : columns) key += "\n" + column->values[row];
      const auto [found, fresh] = place.try_emplace(key, groups.size());
      if (fresh) groups.push_back({name, row});
      ambiguous =
          by_name.try_emplace(name, found->second).first->second != found->second || ambiguous;
      group_of.push_back(found->second);
    }
    for (std::size_t i = 0; i < groups.size() && ambiguous; ++i)
      groups[i].name = std::to_string(i + 1);
    return groups;
  }

  /// The optics table, and the column that points to it; empty where there is nothing to say.
  std::string optics_block() {
    if (list_.particles.empty()) return optics_of_nothing();
    std::vector<const ExtraColumn*> columns;
    const ExtraColumn* named = nullptr;
    for (const ExtraColumn& column : list_.extra_columns) {
      if (column.name == "_rlnOpticsGroup") named = &column;
      if (!optics_column(column).empty()) columns.push_back(&column);
    }
    if (!named && columns.empty() && !any_pixel()) return "";
    std::vector<std::size_t> group_of;
    const std::vector<Group> groups = find_groups(columns, named, group_of);
    Loop optics(groups.size());
    optics.add("_rlnOpticsGroup", [&](std::size_t i) { return groups[i].name; });
    for (const ExtraColumn* column : columns)
      if (!optics.has(optics_column(*column)))
        optics.add(optics_column(*column),
                   [&](std::size_t i) { return column->values[groups[i].row]; });
    if (!optics.has("_rlnOpticsGroupName"))
      optics.add("_rlnOpticsGroupName",
                 [&](std::size_t i) { return "opticsGroup" + groups[i].name; });
    if (any_pixel() && !optics.has("_rlnTomoTiltSeriesPixelSize"))
      optics.add("_rlnTomoTiltSeriesPixelSize",
                 [&](std::size_t i) { return six(pixel(groups[i].row)); });
    loop_.add("_rlnOpticsGroup", [&](std::size_t row) { return groups[group_of[row]].name; });
    return optics.text("optics");
  }

  /// A list without particles still says its pixel size.
  std::string optics_of_nothing() {
    double pixel = list_.unnamed.voxel_size.mean_angstrom();
    for (const ListTomogram& t : list_.tomograms)
      if (pixel <= 0) pixel = t.voxel_size.mean_angstrom();
    if (pixel <= 0) return "";
    Loop optics(1);
    optics.add("_rlnOpticsGroup", [](std::size_t) { return std::string("1"); });
    optics.add("_rlnOpticsGroupName", [](std::size_t) { return std::string("opticsGroup1"); });
    optics.add("_rlnTomoTiltSeriesPixelSize", [&](std::size_t) { return six(pixel); });
    loop_.add("_rlnOpticsGroup", [](std::size_t) { return std::string("1"); });
    return optics.text("optics");
  }

  const ParticleList& list_;
  bool version5_, version3_;
  const std::string& name_;
  const ListOptions& options_;
  Loop loop_;
};

}  // namespace

std::string_view optics_column(const ExtraColumn& column) {
  const std::string_view name = column.name;
  return name.substr(0, kOpticsPrefix.size()) == kOpticsPrefix ? name.substr(kOpticsPrefix.size())
                                                               : std::string_view();
}

std::string format_star(const ParticleList& list, const std::string& name,
                        const ListOptions& options) {
  return Writer(list, name, options).run();
}

}  // namespace dfe::io::lists
