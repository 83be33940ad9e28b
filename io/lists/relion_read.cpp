// SPDX-License-Identifier: Apache-2.0
// RELION 3, 4 and 5 particle STAR files. The version is what the columns say:
// rlnCenteredCoordinate* is RELION 5, everything else has corner-based pixels. Shifts (rlnOrigin*)
// are subtracted and subtomogram angles composed, as RELION's own ParticleSet does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>

#include "core/class_names.hpp"
#include "core/math/rotation.hpp"
#include "core/particle_lists.hpp"
#include "core/voxel_size.hpp"
#include "io/lists/cbox.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/odd_texts.hpp"
#include "io/lists/place.hpp"
#include "io/lists/relion.hpp"
#include "io/lists/relion_optics.hpp"
#include "io/lists/star_table.hpp"
#include "io/lists/text.hpp"
#include "io/lists/warp.hpp"

namespace dfe::io::lists {

namespace {

/// Three columns that belong together; all or none must be there.
struct Triple {
  std::array<int, 3> columns{-1, -1, -1};

  Triple(const Table& table, const std::array<std::string_view, 3>& names) {
    int present = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      columns[i] = table.find(names[i]);
      present += columns[i] >= 0;
    }
    for (std::size_t i = 0; i < 3; ++i)
      if (present > 0 && columns[i] < 0)
        throw Error("star", table.file, fmt::format("column {} is missing", names[i]),
                    fmt::format("expected {}, {} and {} together", names[0], names[1], names[2]));
  }

  explicit operator bool() const { return columns[0] >= 0; }
  std::array<double, 3> at(const Table& table, std::size_t row) const {
    return {table.number(row, columns[0]), table.number(row, columns[1]),
            table.number(row, columns[2])};
  }
};

constexpr std::array<std::string_view, 3> kCoordinates{"_rlnCoordinateX", "_rlnCoordinateY",
                                                       "_rlnCoordinateZ"};
constexpr std::array<std::string_view, 3> kCentred{
    "_rlnCenteredCoordinateXAngst", "_rlnCenteredCoordinateYAngst", "_rlnCenteredCoordinateZAngst"};
constexpr std::array<std::string_view, 3> kOriginAngstrom{"_rlnOriginXAngst", "_rlnOriginYAngst",
                                                          "_rlnOriginZAngst"};
constexpr std::array<std::string_view, 3> kOriginPixels{"_rlnOriginX", "_rlnOriginY",
                                                        "_rlnOriginZ"};
constexpr std::array<std::string_view, 3> kAngles{"_rlnAngleRot", "_rlnAngleTilt", "_rlnAnglePsi"};
constexpr std::array<std::string_view, 3> kSubtomogramAngles{
    "_rlnTomoSubtomogramRot", "_rlnTomoSubtomogramTilt", "_rlnTomoSubtomogramPsi"};

/// A table of particles and the optics table that comes before it.
struct ParticleTable {
  const StarBlock* block = nullptr;
  const Table* optics = nullptr;
};

bool has_positions(const StarBlock& block) {
  return block.table.find(kCoordinates[0]) >= 0 || block.table.find(kCentred[0]) >= 0;
}

/// The particles of a file, which several joined files may have in several tables of one name.
std::vector<ParticleTable> particle_tables(const std::vector<StarBlock>& blocks,
                                           const std::string& name, const ListOptions& options) {
  std::vector<ParticleTable> found;
  const Table* optics = nullptr;
  for (const StarBlock& block : blocks) {
    if (block.name == "stopgap_motivelist")
      throw Error("star", name, "is a STOPGAP motive list, not one of RELION",
                  "read it with " + options.settings.format + " stopgap");
    if (block.name == "optics") optics = &block.table;
    if (!has_positions(block)) continue;
    found.push_back({&block, optics});
  }
  const auto is_filled = [](const ParticleTable& t) { return t.block->table.rows() > 0; };
  const auto is_named = [](const ParticleTable& t) { return t.block->name == "particles"; };
  if (std::any_of(found.begin(), found.end(), is_filled))
    std::erase_if(found, std::not_fn(is_filled));
  else if (std::any_of(found.begin(), found.end(), is_named))
    std::erase_if(found, std::not_fn(is_named));
  if (found.empty()) refuse_other_star(blocks, name);
  if (found.empty())
    throw Error("star", name,
                fmt::format("no table with particle positions in {} data block(s)", blocks.size()),
                "expected the columns _rlnCoordinateX, Y, Z or _rlnCenteredCoordinateXAngst, Y, Z "
                "of RELION");
  for (ParticleTable& table : found) {
    if (table.block->name != found[0].block->name)
      throw Error(
          "star", name,
          fmt::format("{} tables have particle positions (data_{} in line {}, data_{} in line {})",
                      found.size(), found[0].block->name, found[0].block->line, table.block->name,
                      table.block->line),
          "keep one of them, or give them the same name to join them");
    if (!table.optics) table.optics = optics;  // after the particles
  }
  return found;
}

/// What was assumed, over all tables.
struct Notes {
  std::size_t unclassified = 0, shifted = 0;
  std::size_t two_shifts = 0;  ///< those in pixels differ from those in Å

  void warn(ParticleList& list) const {
    if (unclassified > 0)
      list.warnings.push_back(
          fmt::format("{} of {} particles have no class (rlnClassNumber); they are read as class 1",
                      unclassified, list.particles.size()));
    if (two_shifts > 0)
      list.warnings.push_back(fmt::format(
          "origin shifts of {} particles differ in pixels (rlnOriginX) and in Å (rlnOriginXAngst); "
          "those in Å are used, as RELION does since 3.1",
          two_shifts));
    if (shifted > 0)
      list.warnings.push_back(fmt::format(
          "origin shifts (rlnOrigin) of {} particles were subtracted from their positions",
          shifted));
  }
};

/// One table's particles, with the numbers of the file.
class Reader {
 public:
  Reader(const ParticleTable& source, const std::string& name, const ListOptions& options)
      : name_(name),
        table_(source.block->table),
        optics_(source.optics, table_),
        corner_(table_, kCoordinates),
        centred_(table_, kCentred),
        origin_angstrom_(table_, kOriginAngstrom),
        origin_pixels_(table_, kOriginPixels),
        angles_(table_, kAngles),
        subtomogram_angles_(table_, kSubtomogramAngles),
        tomogram_size_(table_, kTomogramSizeColumns) {
    // Files on the way from RELION 4 to 5 may have both; the version decides, and centred positions
    // are the newer truth.
    use_centred_ =
        centred_ && options.format != ListFormat::Relion3 && options.format != ListFormat::Relion4;
    if (!use_centred_ && !corner_)
      throw Error(
          "star", name, "no columns _rlnCoordinateX, Y, Z",
          "RELION 5 positions are read with " + options.settings.format + " relion5 or star");
    if (options.format == ListFormat::Relion5 && !use_centred_)
      throw Error("star", name, "no columns _rlnCenteredCoordinateXAngst, Y, Z",
                  "RELION 3 and 4 lists are read with " + options.settings.format + " star");
  }

  PositionUnit unit() const {
    return use_centred_ ? PositionUnit::CentredAngstrom : PositionUnit::Voxels;
  }

  /// The particles; what is left to subtract from their positions, in Å, is appended to `shifts`.
  ParticleList run(std::vector<Point3>& shifts, Notes& notes) {
    const int tomogram = table_.find("_rlnTomoName") >= 0 ? table_.find("_rlnTomoName")
                                                          : table_.find("_rlnMicrographName");
    TomogramNames names(list_.tomograms);
    list_.particles.reserve(table_.rows());
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      Particle& particle = list_.particles.emplace_back();
      if (tomogram >= 0 && !table_.cell(row, tomogram).empty())
        particle.tomogram = names.index_of(table_.cell(row, tomogram));
      orient(row, particle);
      shifts.push_back(take_position(row, particle));
      note_pixel_size(row, particle);
      note_size(row, particle);
    }
    take_numbers(notes);
    notes.shifted += shifted_;
    notes.two_shifts += two_shifts_;
    if (table_.rows() == 0) list_.unnamed.voxel_size = VoxelSize::cubic(pixel_without_particles());
    keep_extra_columns(tomogram);
    return std::move(list_);
  }

 private:
  /// A tomogram has one pixel size; 0 in a row is an unknown one.
  void note_pixel_size(std::size_t row, const Particle& particle) {
    const VoxelSize pixel = VoxelSize::cubic(optics_.pixel_angstrom(row));
    if (!pixel.known()) return;
    ListTomogram& t = list_.tomogram_of(particle);
    if (!t.voxel_size.known()) {
      t.voxel_size = pixel;
      t.told_by = name_;
      sized_in_[particle.tomogram.value_or(-1)] = row;
    } else if (!same_voxel_size(pixel, t.voxel_size)) {
      table_.fail(row,
                  fmt::format("{} has pixels of {}, but of {} in line {}", tomogram_text(t),
                              voxel_size_text(pixel), voxel_size_text(t.voxel_size),
                              table_.lines[sized_in_[particle.tomogram.value_or(-1)]]),
                  "correct the pixel size or the optics group that is wrong");
    }
  }

  static std::string tomogram_text(const ListTomogram& t) {
    return t.name.empty() ? "the tomogram" : "the tomogram " + shown(t.name);
  }

  /// Our own columns: the tomogram's size, which RELION 5 positions need.
  void note_size(std::size_t row, const Particle& particle) {
    if (!tomogram_size_) return;
    const auto n = tomogram_size_.at(table_, row);
    if (!(std::min({n[0], n[1], n[2]}) > 0)) return;
    ListTomogram& t = list_.tomogram_of(particle);
    const Point3 size{n[2], n[1], n[0]};
    if (t.size_voxels != Point3{} && t.size_voxels != size)
      table_.fail(row, tomogram_text(t) + " has another size than in the rows before",
                  "give each tomogram one size (dfeTomoSizeX, Y and Z)");
    t.size_voxels = size;
    t.size_from = FactSource::List;
  }

  /// An empty list may still have an optics table.
  double pixel_without_particles() const {
    const Table* const optics = optics_.table();
    const int column = optics ? optics->find("_rlnTomoTiltSeriesPixelSize") : -1;
    return column >= 0 && optics->rows() > 0 ? std::max(0.0, optics->number(0, column)) : 0;
  }

  void take_numbers(Notes& notes) {
    const int label = table_.find("_rlnClassNumber"),
              merit = table_.find("_rlnAutopickFigureOfMerit"),
              id = table_.find("_rlnTomoParticleId"), size = table_.find(kClusterSizeColumn),
              name = table_.find(kClassNameColumn);
    ClassNames names(list_.class_names);
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      Particle& particle = list_.particles[row];
      particle.class_label = label < 0 ? 0 : table_.class_label(row, label);
      if (particle.class_label == 0) {
        particle.class_label = 1;
        ++notes.unclassified;
      }
      if (merit >= 0 && !is_absent(row, kScoredColumn)) particle.score = table_.number(row, merit);
      if (id >= 0 && !is_absent(row, kNumberedColumn)) particle.object_id = table_.integer(row, id);
      if (size >= 0 && table_.integer(row, size) > 0)
        particle.cluster_size = table_.integer(row, size);
      if (name < 0) continue;
      if (const std::string fact = names.take(particle.class_label, table_.cell(row, name));
          !fact.empty())
        table_.fail(row, fact, "give each class a name of its own");
    }
  }

  /// Whether one of our own columns says that a cell of the row means nothing.
  bool is_absent(std::size_t row, std::string_view column) const {
    const int at = table_.find(column);
    return at >= 0 && table_.integer(row, at) == 0;
  }

  void orient(std::size_t row, Particle& particle) {
    subtomogram_.reset();
    if (subtomogram_angles_) {
      const auto a = subtomogram_angles_.at(table_, row);
      subtomogram_ = from_zyz({a[0], a[1], a[2]});
      particle.orientation = subtomogram_;
    }
    if (is_absent(row, kOrientedColumn)) return;
    if (angles_) {
      const auto a = angles_.at(table_, row);
      const Rotation rotation = from_zyz({a[0], a[1], a[2]});
      particle.orientation = subtomogram_ ? math::multiply(*subtomogram_, rotation) : rotation;
    }
  }

  /// Sets the position with shifts in pixels subtracted, and gives what remains, in Å.
  Point3 take_position(std::size_t row, Particle& particle) {
    const auto p = (use_centred_ ? centred_ : corner_).at(table_, row);
    particle.position_voxels = {p[2], p[1], p[0]};
    const auto turned = [&](const Triple& columns) {
      if (!columns) return Point3{};
      const auto o = columns.at(table_, row);
      const Point3 shift{o[2], o[1], o[0]};
      return subtomogram_ ? math::rotate(*subtomogram_, shift) : shift;
    };
    Point3 pixels = turned(origin_pixels_), angstrom = turned(origin_angstrom_);
    const double pixel = optics_.pixel_angstrom(row);
    if (origin_pixels_ && origin_angstrom_) {
      constexpr double kAgree = 0.05;  // pixels; files round
      const Point3 other = scaled(pixels, pixel);
      const double apart = std::max({std::abs(other.z - angstrom.z), std::abs(other.y - angstrom.y),
                                     std::abs(other.x - angstrom.x)});
      if (pixel > 0 && apart > kAgree * pixel) ++two_shifts_;
      pixels = {};
    }
    if (pixels == Point3{} && angstrom == Point3{}) return {};
    ++shifted_;
    if (use_centred_) {
      if (pixels != Point3{} && pixel <= 0)
        throw Error("star", name_, "has origin shifts in pixels (rlnOriginX), but no pixel size",
                    "add the column rlnTomoTiltSeriesPixelSize");
      const Point3 more = scaled(pixels, pixel);
      return {angstrom.z + more.z, angstrom.y + more.y, angstrom.x + more.x};
    }
    if (pixel > 0) {
      const Point3 more = scaled(angstrom, 1 / pixel);
      pixels = {pixels.z + more.z, pixels.y + more.y, pixels.x + more.x};
      angstrom = {};
    }
    Point3& at = particle.position_voxels;
    at = {at.z - pixels.z, at.y - pixels.y, at.x - pixels.x};
    return angstrom;
  }

  void keep_extra_columns(int tomogram) {
    const auto used = [&](std::string_view column) {
      for (const auto& triple : {kCoordinates, kCentred, kOriginAngstrom, kOriginPixels, kAngles,
                                 kSubtomogramAngles, kTomogramSizeColumns})
        if (std::find(triple.begin(), triple.end(), column) != triple.end()) return true;
      for (const std::string_view own :
           {std::string_view("_rlnClassNumber"), std::string_view("_rlnAutopickFigureOfMerit"),
            std::string_view("_rlnTomoParticleId"), kClusterSizeColumn, kClassNameColumn,
            kOrientedColumn, kScoredColumn, kNumberedColumn})
        if (column == own) return true;
      return column == "_rlnTomoTiltSeriesPixelSize";
    };
    for (std::size_t c = 0; c < table_.columns.size(); ++c) {
      if (used(table_.columns[c]) || static_cast<int>(c) == tomogram) continue;
      ExtraColumn extra{table_.columns[c], {}};
      for (std::size_t row = 0; row < table_.rows(); ++row)
        extra.values.emplace_back(table_.cell(row, static_cast<int>(c)));
      list_.extra_columns.push_back(std::move(extra));
    }
    const Table* const optics = optics_.table();
    if (!optics) return;
    for (std::size_t c = 0; c < optics->columns.size(); ++c) {
      if (used(optics->columns[c]) || optics->columns[c] == "_rlnOpticsGroup") continue;
      ExtraColumn extra{std::string(kOpticsPrefix) + optics->columns[c], {}};
      for (std::size_t row = 0; row < table_.rows(); ++row)
        extra.values.emplace_back(optics->cell(optics_.row(row), static_cast<int>(c)));
      list_.extra_columns.push_back(std::move(extra));
    }
  }

  const std::string& name_;
  const Table& table_;
  Optics optics_;
  Triple corner_, centred_, origin_angstrom_, origin_pixels_, angles_, subtomogram_angles_,
      tomogram_size_;
  bool use_centred_ = false;
  std::map<int, std::size_t> sized_in_;  // row that stated the pixel size of a tomogram
  std::optional<Rotation> subtomogram_;
  std::size_t shifted_ = 0, two_shifts_ = 0;
  ParticleList list_;
};

}  // namespace

ParticleList parse_star(std::string_view text, const std::string& name,
                        const ListOptions& options) {
  const std::vector<StarBlock> blocks = parse_star_blocks(text, name);
  if (options.format == ListFormat::Cbox || is_cbox(blocks))
    return parse_cbox(blocks, name, options);
  for (const StarBlock& block : blocks)
    if (is_species(block.table)) return parse_species(block.table, name, options);
  ParticleList list;
  std::vector<Point3> shifts;
  std::optional<PositionUnit> unit;
  bool classes = false;  // Warp's matches have none; our lists always
  Notes notes;
  for (const ParticleTable& table : particle_tables(blocks, name, options)) {
    Reader reader(table, name, options);
    if (unit && *unit != reader.unit())
      throw Error("star", name, "has tables of RELION 5 positions and of older ones",
                  "split the file and join the lists with 'dfengine convert'");
    if (unit)
      append_list(list, reader.run(shifts, notes), "star");
    else
      list = reader.run(shifts, notes);
    unit = reader.unit();
    classes = classes || table.block->table.find("_rlnClassNumber") >= 0;
  }
  notes.warn(list);
  if (unit == PositionUnit::Voxels && !classes && are_fractions(list)) {
    unit = PositionUnit::Fractions;
    list.warnings.emplace_back(
        "all positions are from 0 to 1 and are read as Warp's fractions of the tomogram's size");
  }
  return place(std::move(list), unit.value_or(PositionUnit::Voxels), name, options, shifts);
}

}  // namespace dfe::io::lists
