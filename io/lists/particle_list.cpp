// SPDX-License-Identifier: Apache-2.0
// The entry point for particle lists: detects the format, calls its reader or writer, and makes the
// checks that all formats share.
#include "io/particle_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/class_names.hpp"
#include "core/number_text.hpp"
#include "core/text.hpp"
#include "io/atomic_file.hpp"
#include "io/lists/coords.hpp"
#include "io/lists/copick.hpp"
#include "io/lists/dynamo_files.hpp"
#include "io/lists/eman2.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/keeps.hpp"
#include "io/lists/list_parts.hpp"
#include "io/lists/markers.hpp"
#include "io/lists/optimisation_set.hpp"
#include "io/lists/place.hpp"
#include "io/lists/plain_csv.hpp"
#include "io/lists/relion_import.hpp"
#include "io/lists/relion_stale.hpp"
#include "io/lists/shrec_locations.hpp"
#include "io/lists/sniff.hpp"
#include "io/lists/text.hpp"
#include "io/lists/tomogram_match.hpp"
#include "io/lists/unused_options.hpp"

namespace dfe::io {

namespace {

void warn_outside(ParticleList& list) {
  const auto inside = [](double p, double size) {
    return std::isnan(p) || (p >= -0.5 && p <= size - 0.5);
  };
  const Point3* size = nullptr;
  bool several = false;
  std::int64_t outside = 0;
  for (const Particle& particle : list.particles) {
    const Point3 &p = particle.position_voxels, &n = list.tomogram_of(particle).size_voxels;
    if (n == Point3{} || (inside(p.z, n.z) && inside(p.y, n.y) && inside(p.x, n.x))) continue;
    several = several || (size && *size != n);
    size = &n;
    ++outside;
  }
  if (outside == 0) return;
  const std::string tomograms =
      several ? "their tomograms"
              : fmt::format("the tomogram of {} voxels (z, y, x)", size_text(*size));
  list.warnings.push_back(
      fmt::format("{} of {} particles are outside {}; check binning, axis order and tomogram",
                  outside, list.particles.size(), tomograms));
}

/// Positions and voxel sizes that no tomogram has would overflow later; they come from damaged
/// files and wrong units.
void check_plausible(const ParticleList& list, const std::string& name, bool need_positions) {
  constexpr double kFarthest = 1e9, kLargestVoxel = 1e6;
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Point3& p = list.particles[i].position_voxels;
    for (const double coordinate : {p.z, p.y, p.x})
      if (!(std::abs(coordinate) <= kFarthest) && (need_positions || !std::isnan(coordinate)))
        throw Error(
            "list", name,
            fmt::format("particle {} is at voxel {:.6g}, beyond any tomogram", i + 1, coordinate),
            "check the units of the positions");
  }
  const auto check_size = [&](const VoxelSize& voxel) {
    for (const double edge : {voxel.z_angstrom, voxel.y_angstrom, voxel.x_angstrom})
      if (!(edge >= 0 && edge <= kLargestVoxel))
        throw Error("list", name, fmt::format("a voxel size of {:.6g} Å", edge),
                    "expected at most 1e6 Å; correct it with --voxel-size");
  };
  check_size(list.unnamed.voxel_size);
  for (const ListTomogram& tomogram : list.tomograms) check_size(tomogram.voxel_size);
}

/// A writer must not turn a programming error upstream into a file that nobody can read.
void check_writable(const ParticleList& list, const std::string& name) {
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Particle& p = list.particles[i];
    const Point3& at = p.position_voxels;
    if (!std::isfinite(at.z) || !std::isfinite(at.y) || !std::isfinite(at.x))
      throw Error("list", name, fmt::format("particle {} has a position that is not finite", i + 1),
                  "nothing was written");
    if (p.class_label < 1)
      throw Error("list", name, fmt::format("particle {} has class label {}", i + 1, p.class_label),
                  "particles have labels from 1");
    if (p.tomogram && static_cast<std::size_t>(*p.tomogram) >= list.tomograms.size())
      throw Error("list", name,
                  fmt::format("particle {} is in tomogram {}, but the list has {}", i + 1,
                              *p.tomogram, list.tomograms.size()),
                  "nothing was written");
  }
  lists::refuse_partly_named(list, name);
  for (const ExtraColumn& column : list.extra_columns)
    if (column.values.size() != list.particles.size())
      throw Error("list", name,
                  fmt::format("extra column '{}' has {} values for {} particles", column.name,
                              column.values.size(), list.particles.size()));
}

}  // namespace

namespace lists {

namespace {

ParticleList parse_as(ListFormat format, std::string_view text, const std::string& name,
                      const ListOptions& options, std::string_view table_map) {
  switch (format) {
    case ListFormat::Xml:
      return parse_xml(text, name, options);
    case ListFormat::Star:
    case ListFormat::Relion3:
    case ListFormat::Relion4:
    case ListFormat::Relion5:
    case ListFormat::Relion5Import:
    case ListFormat::Warp:
    case ListFormat::Cbox:
      return parse_star(text, name, options);
    case ListFormat::Auto:
    case ListFormat::Csv:
    case ListFormat::Tsv:
    case ListFormat::Czii:
    case ListFormat::CopickCsv:
    case ListFormat::Napari:
      return parse_csv(text, name, options);
    case ListFormat::Coords:
    case ListFormat::DeepEtPicker:
      return parse_coords(text, name, options);
    case ListFormat::Copick:
      return parse_copick(text, name, options);
    case ListFormat::Eman2:
      return parse_eman2(text, name, options);
    case ListFormat::Markers:
      return parse_markers(text, name, options);
    case ListFormat::Shrec:
      return parse_shrec(text, name, options);
    case ListFormat::Dynamo:
      return parse_dynamo(text, name, options, table_map);
    case ListFormat::Imod:
      return parse_imod(text, name, options);
    case ListFormat::Motl:
      return parse_motl_em(text, name, options);
    case ListFormat::MotlCsv:
      return parse_motl_csv(text, name, options);
    case ListFormat::Stopgap:
      return parse_stopgap(text, name, options);
  }
  throw Error("list", name, "has an unknown format");
}

}  // namespace

ParticleList parse_list(std::string_view text, const std::string& name, const std::string& ending,
                        const ListOptions& options, std::string_view table_map) {
  const ListFormat format =
      options.format == ListFormat::Auto ? sniff(text, name, ending) : options.format;
  ParticleList list = parse_as(format, text, name, options, table_map);
  warn_unused_axes(list, format, options);
  join_same_names(list);
  check_plausible(list, name, options.need_positions);
  warn_outside(list);
  return list;
}

}  // namespace lists

}  // namespace dfe::io

namespace dfe {

using namespace io;

ParticleList read_list(const std::filesystem::path& path, const ListOptions& options) {
  const std::string text = lists::load_text(path);
  if (const auto set = lists::parse_optimisation_set(text, path.string()))
    return lists::read_particles_of(*set, path, options);
  const std::filesystem::path map = table_map_beside(path, options.format);
  const std::string names =
      map.empty() || !std::filesystem::exists(map) ? std::string() : lists::load_text(map);
  return lists::parse_list(text, path.string(), to_lower(path.extension().string()), options,
                           names);
}

namespace {

struct Formatted {
  std::vector<lists::ListFile> files;
  std::vector<std::string> losses;
};

void append(std::vector<std::string>& texts, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(texts));
}

Formatted format_list(const std::filesystem::path& path, const ParticleList& list,
                      const ListOptions& options) {
  const std::string name = path.string();
  check_writable(list, name);
  ListOptions chosen = options;
  chosen.format = written_format(path, options);
  Formatted formatted{{}, lists::losses(list, chosen.format)};
  if (lists::one_tomogram_per_file(chosen.format)) {
    return {lists::format_parts(list, path, chosen), std::move(formatted.losses)};
  }
  const bool unbinned = lists::is_relion(chosen.format) && chosen.format != ListFormat::Relion3 &&
                        chosen.format != ListFormat::Warp;
  ListOptions counted = options;
  if (chosen.format == ListFormat::Czii || chosen.format == ListFormat::CopickCsv)
    counted.binning.reset();  // Å count from the tomogram's voxel
  ParticleList pixels = lists::on_pixels(list, name, counted, unbinned);
  if (lists::is_relion(chosen.format))
    append(formatted.losses, lists::drop_stale_columns(pixels, list));
  switch (chosen.format) {
    case ListFormat::Xml:
      formatted.files = {{path, lists::format_xml(pixels, chosen)}};
      break;
    case ListFormat::Csv:
    case ListFormat::Tsv:
      formatted.files = {
          {path, lists::format_csv(pixels, chosen.format == ListFormat::Csv ? ',' : '\t',
                                   counted.binning.value_or(1) == 1)}};
      break;
    case ListFormat::Czii:
      formatted.files = {{path, lists::format_czii(pixels, name, chosen)}};
      break;
    case ListFormat::CopickCsv:
      formatted.files = {{path, lists::format_copick_csv(pixels, name, chosen)}};
      break;
    case ListFormat::Relion5Import:
      formatted.files = lists::format_relion_import(pixels, path, chosen);
      break;
    case ListFormat::Dynamo:
      formatted.files = lists::format_dynamo_files(pixels, path);
      break;
    case ListFormat::Imod:
      formatted.files = {{path, lists::format_imod(pixels)}};
      break;
    case ListFormat::Motl:
      formatted.files = {{path, lists::format_motl_em(pixels)}};
      break;
    case ListFormat::MotlCsv:
      formatted.files = {{path, lists::format_motl_csv(pixels)}};
      break;
    case ListFormat::Stopgap:
      formatted.files = {{path, lists::format_stopgap(pixels)}};
      break;
    case ListFormat::Shrec:
      throw Error(ErrorKind::Usage, "list", name, "SHREC locations can be read, but not written",
                  "choose xml, star, csv or tsv");
    default:
      formatted.files = {{path, lists::format_star(pixels, name, chosen)}};
  }
  return formatted;
}

}  // namespace

std::vector<std::string> write_list(const std::filesystem::path& path, const ParticleList& list,
                                    const ListOptions& options) {
  Formatted formatted = format_list(path, list, options);
  for (const lists::ListFile& file : formatted.files) {
    std::error_code ignored;  // the writing of the file says what is wrong
    if (file.path != path) std::filesystem::create_directories(file.path.parent_path(), ignored);
    write_text_file(file.path, file.text);
  }
  return std::move(formatted.losses);
}

}  // namespace dfe

namespace dfe::io {

void check_list(const std::filesystem::path& path, const ParticleList& list,
                const ListOptions& options) {
  format_list(path, list, options);
}

std::vector<std::filesystem::path> list_files(const std::filesystem::path& path,
                                              const ParticleList& list,
                                              const ListOptions& options) {
  std::vector<std::filesystem::path> files;
  for (const lists::ListFile& file : format_list(path, list, options).files)
    files.push_back(file.path);
  return files;
}

bool is_list_folder(const std::filesystem::path& path, ListFormat format) {
  std::error_code ignored;
  return lists::one_tomogram_per_file(format) &&
         (path.extension().empty() || std::filesystem::is_directory(path, ignored));
}

}  // namespace dfe::io
