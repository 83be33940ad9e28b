// SPDX-License-Identifier: Apache-2.0
// RELION 3, 4 and 5 particle STAR files. The version is what the columns say:
// rlnCenteredCoordinate* is RELION 5, everything else has corner-based pixels. Shifts (rlnOrigin*)
// are subtracted and subtomogram angles composed, as RELION's own ParticleSet does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/math/rotation.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/relion.hpp"
#include "io/lists/star_table.hpp"
#include "io/lists/text.hpp"

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

const StarBlock& particle_block(const std::vector<StarBlock>& blocks, const std::string& name) {
  std::vector<const StarBlock*> found;
  for (const StarBlock& block : blocks) {
    if (block.name == "stopgap_motivelist")
      throw Error("star", name, "is a STOPGAP motive list, which cannot be read",
                  "convert it to RELION STAR, DeepFinder XML, CSV or TSV");
    if (block.table.find(kCoordinates[0]) < 0 && block.table.find(kCentred[0]) < 0) continue;
    if (block.name == "particles") return block;
    found.push_back(&block);
  }
  if (found.empty())
    throw Error("star", name,
                fmt::format("no table with particle positions in {} data block(s)", blocks.size()),
                "expected the columns _rlnCoordinateX, Y, Z or _rlnCenteredCoordinateXAngst, Y, Z "
                "of RELION");
  if (found.size() > 1)
    throw Error(
        "star", name,
        fmt::format("{} tables have particle positions (data_{} in line {}, data_{} in line {})",
                    found.size(), found[0]->name, found[0]->line, found[1]->name, found[1]->line),
        "keep one of them, or name one data_particles");
  return *found[0];
}

/// The optics table joined to the particles by rlnOpticsGroup.
class Optics {
 public:
  Optics(const std::vector<StarBlock>& blocks, const Table& particles)
      : particles_(particles), group_(particles.find("_rlnOpticsGroup")) {
    if (group_ < 0) return;
    for (const StarBlock& block : blocks)
      if (block.name == "optics") table_ = &block.table;
    if (!table_) return;
    const int key = table_->find("_rlnOpticsGroup");
    if (key < 0)
      throw Error("star", table_->file, "the optics table has no column _rlnOpticsGroup",
                  "the file is damaged");
    for (std::size_t row = 0; row < table_->rows(); ++row)
      row_of_.emplace(table_->cell(row, key), row);
  }

  const Table* table() const { return table_; }

  std::size_t row(std::size_t particle) const {
    const auto found = row_of_.find(particles_.cell(particle, group_));
    if (found == row_of_.end())
      particles_.fail(particle,
                      fmt::format("optics group {} is not in data_optics",
                                  shown(particles_.cell(particle, group_))),
                      "the file is damaged");
    return found->second;
  }

  /// A positive number of the particle's row, or of its optics group; 0 where there is none.
  double positive(std::size_t particle, std::string_view column) const {
    const int own = particles_.find(column);
    const int shared = own < 0 && table_ ? table_->find(column) : -1;
    if (own < 0 && shared < 0) return 0;
    const double value =
        own >= 0 ? particles_.number(particle, own) : table_->number(row(particle), shared);
    return value > 0 ? value : 0;
  }

 private:
  const Table& particles_;
  const Table* table_ = nullptr;
  int group_;
  std::map<std::string_view, std::size_t> row_of_;
};

/// Edge in Å of the pixels that positions count; 0 where the file does not say.
double pixel_angstrom(const Optics& optics, std::size_t row) {
  for (const std::string_view column :
       {"_rlnTomoTiltSeriesPixelSize", "_rlnMicrographOriginalPixelSize", "_rlnPixelSize",
        "_rlnImagePixelSize"})
    if (const double size = optics.positive(row, column); size > 0) return size;
  const double detector = optics.positive(row, "_rlnDetectorPixelSize"),
               magnification = optics.positive(row, "_rlnMagnification");
  return detector > 0 && magnification > 0 ? detector * 1e4 / magnification
                                           : 0;  // detector pixel in µm
}

class Reader {
 public:
  Reader(const std::vector<StarBlock>& blocks, const std::string& name, const ListOptions& options)
      : name_(name),
        options_(options),
        table_(particle_block(blocks, name).table),
        optics_(blocks, table_),
        corner_(table_, kCoordinates),
        centred_(table_, kCentred),
        origin_angstrom_(table_, kOriginAngstrom),
        origin_pixels_(table_, kOriginPixels),
        angles_(table_, kAngles),
        subtomogram_angles_(table_, kSubtomogramAngles) {
    // Files on the way from RELION 4 to 5 may have both; the version decides, and centred positions
    // are the newer truth.
    use_centred_ =
        centred_ && options.format != ListFormat::Relion3 && options.format != ListFormat::Relion4;
    if (!use_centred_ && !corner_)
      throw Error("star", name, "no columns _rlnCoordinateX, Y, Z",
                  "RELION 5 positions are read with --from relion5 or star");
    if (options.format == ListFormat::Relion5 && !use_centred_)
      throw Error("star", name, "no columns _rlnCenteredCoordinateXAngst, Y, Z",
                  "RELION 3 and 4 lists are read with --from star");
  }

  ParticleList run() {
    find_voxel_size();
    const RelionFrame frame(name_, options_.relion_binning, list_.voxel_size,
                            options_.tomogram_extent);
    if (use_centred_ && table_.rows() > 0) frame.require_centre();
    const int tomogram = table_.find("_rlnTomoName") >= 0 ? table_.find("_rlnTomoName")
                                                          : table_.find("_rlnMicrographName");
    const int label = table_.find("_rlnClassNumber"),
              merit = table_.find("_rlnAutopickFigureOfMerit");
    const int id = table_.find("_rlnTomoParticleId"), size = table_.find(kClusterSizeColumn);
    TomogramNames names(list_.tomograms);
    std::size_t unclassified = 0;
    list_.particles.reserve(table_.rows());
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      Particle particle;
      orient(row, particle);
      particle.position_voxels = position(row, frame);
      particle.class_label = label < 0 ? 0 : table_.class_label(row, label);
      if (particle.class_label == 0) {
        particle.class_label = 1;
        ++unclassified;
      }
      if (tomogram >= 0)
        particle.tomogram = names.index_of(table_.cell(row, tomogram));
      else if (!options_.tomogram_name.empty())
        particle.tomogram = names.index_of(options_.tomogram_name);
      if (merit >= 0) particle.score = table_.number(row, merit);
      if (id >= 0) particle.object_id = table_.integer(row, id);
      if (size >= 0) particle.cluster_size = table_.integer(row, size);
      list_.particles.push_back(particle);
    }
    if (unclassified > 0)
      list_.warnings.push_back(
          fmt::format("{} of {} particles have no class (rlnClassNumber); they are read as class 1",
                      unclassified, table_.rows()));
    if (shifted_ > 0)
      list_.warnings.push_back(fmt::format(
          "origin shifts (rlnOrigin) of {} particles were subtracted from their positions",
          shifted_));
    keep_extra_columns(tomogram);
    return std::move(list_);
  }

 private:
  void find_voxel_size() {
    double first = 0;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      const double pixel = pixel_angstrom(optics_, row);
      if (row == 0) first = pixel;
      several_ = several_ || std::abs(pixel - first) > 1e-3 * first;
    }
    if (several_)
      list_.warnings.push_back(
          "the particles have different pixel sizes; each position is read in its own pixel size");
    const double from_file = several_ ? 0 : first * options_.relion_binning;
    if (!options_.voxel_size) {
      list_.voxel_size = VoxelSize::cubic(from_file);
      return;
    }
    list_.voxel_size = *options_.voxel_size;
    const double wanted = list_.voxel_size.mean_angstrom();
    if (!use_centred_ && from_file > 0 && wanted > 0 &&
        std::abs(from_file - wanted) > 0.02 * wanted)
      list_.warnings.push_back(
          fmt::format("the list has a pixel size of {:.4g} Å (rlnTomoTiltSeriesPixelSize or "
                      "similar), with binning {:.4g} a voxel size of {:.4g} Å, but the tomogram "
                      "has {:.4g} Å; if the tomogram is binned, use --relion-binning {:.4g}",
                      first, options_.relion_binning, from_file, wanted, wanted / first));
  }

  void orient(std::size_t row, Particle& particle) {
    subtomogram_.reset();
    if (subtomogram_angles_) {
      const auto a = subtomogram_angles_.at(table_, row);
      subtomogram_ = from_zyz({a[0], a[1], a[2]});
      particle.orientation = subtomogram_;
    }
    if (angles_) {
      const auto a = angles_.at(table_, row);
      const Rotation rotation = from_zyz({a[0], a[1], a[2]});
      particle.orientation = subtomogram_ ? math::multiply(*subtomogram_, rotation) : rotation;
    }
  }

  Point3 position(std::size_t row, const RelionFrame& frame) {
    const auto p = (use_centred_ ? centred_ : corner_).at(table_, row);
    const Point3 read{p[2], p[1], p[0]};
    Point3 pixels = use_centred_ ? frame.to_pixels(frame.from_centred_angstrom(read)) : read;
    Point3 shift;  // in unbinned pixels, in the subtomogram's frame
    if (origin_pixels_) {
      const auto o = origin_pixels_.at(table_, row);
      shift = {o[2], o[1], o[0]};
    }
    if (origin_angstrom_) {
      const auto o = origin_angstrom_.at(table_, row);
      if (o[0] != 0 || o[1] != 0 || o[2] != 0) {
        double pixel = use_centred_ ? frame.pixel_angstrom() : pixel_angstrom(optics_, row);
        if (pixel <= 0) pixel = frame.pixel_angstrom();
        if (pixel <= 0)
          throw Error(ErrorKind::Usage, "star", name_,
                      "has origin shifts in Å (rlnOriginXAngst), but no pixel size",
                      "give --voxel-size");
        shift = {shift.z + o[2] / pixel, shift.y + o[1] / pixel, shift.x + o[0] / pixel};
      }
    }
    if (shift != Point3{}) {
      ++shifted_;
      if (subtomogram_) shift = math::rotate(*subtomogram_, shift);
      pixels = {pixels.z - shift.z, pixels.y - shift.y, pixels.x - shift.x};
    }
    return frame.to_voxels(pixels);
  }

  void keep_extra_columns(int tomogram) {
    const auto used = [&](std::string_view column) {
      for (const auto& triple :
           {kCoordinates, kCentred, kOriginAngstrom, kOriginPixels, kAngles, kSubtomogramAngles})
        if (std::find(triple.begin(), triple.end(), column) != triple.end()) return true;
      return column == "_rlnClassNumber" || column == "_rlnAutopickFigureOfMerit" ||
             column == "_rlnTomoParticleId" ||
             (column == "_rlnTomoTiltSeriesPixelSize" && !several_) || column == kClusterSizeColumn;
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
  const ListOptions& options_;
  const Table& table_;
  Optics optics_;
  Triple corner_, centred_, origin_angstrom_, origin_pixels_, angles_, subtomogram_angles_;
  bool use_centred_ = false;
  bool several_ = false;  // pixel sizes
  std::optional<Rotation> subtomogram_;
  std::size_t shifted_ = 0;
  ParticleList list_;
};

}  // namespace

ParticleList parse_star(std::string_view text, const std::string& name,
                        const ListOptions& options) {
  const std::vector<StarBlock> blocks = parse_star_blocks(text, name);
  return Reader(blocks, name, options).run();
}

}  // namespace dfe::io::lists
