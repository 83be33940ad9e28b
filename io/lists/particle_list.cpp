// SPDX-License-Identifier: Apache-2.0
// The entry point for particle lists: detects the format, calls its reader or writer, and makes the
// checks that all formats share.
#include "io/particle_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.hpp"
#include "io/atomic_file.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/keeps.hpp"
#include "io/lists/place.hpp"
#include "io/lists/shrec_locations.hpp"
#include "io/lists/text.hpp"

namespace dfe::io {

namespace {

constexpr std::string_view kSupported =
    "convert it to DeepFinder XML, RELION STAR (3, 4, 5), CSV, TSV or SHREC locations (.txt)";

constexpr std::array<std::pair<std::string_view, ListFormat>, 9> kNames{
    {{"auto", ListFormat::Auto},
     {"xml", ListFormat::Xml},
     {"star", ListFormat::Star},
     {"relion3", ListFormat::Relion3},
     {"relion4", ListFormat::Relion4},
     {"relion5", ListFormat::Relion5},
     {"csv", ListFormat::Csv},
     {"tsv", ListFormat::Tsv},
     {"shrec", ListFormat::Shrec}}};

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error("list", name, what, kSupported);
}

/// The format that the content has; throws for formats that are known but not read.
ListFormat sniff(std::string_view text, const std::string& name, const std::string& ending) {
  if (ending == ".tbl") refuse(name, "is a Dynamo table, which cannot be read");
  if (ending == ".coords" || ending == ".cbox" || ending == ".em")
    refuse(name, fmt::format("has the extension {}, which is not a list format that can be read",
                             ending));
  if (text.substr(0, 4) == "IMOD") refuse(name, "is an IMOD model, which cannot be read");
  if (text.substr(0, 4) == "PK\x03\x04")
    refuse(name, "is a spreadsheet or zip archive, which cannot be read");
  const bool byte_order_mark = text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF";
  if (text.find('\0') != std::string_view::npos && !byte_order_mark)
    refuse(name, "is a binary file, not a particle list");
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);

  std::string_view rest = text, line;
  do {
    line = trim(next_line(rest));
  } while (!rest.empty() && (line.empty() || line.front() == '#'));
  if (byte_order_mark || line.substr(0, 1) == "<") return ListFormat::Xml;
  if (line.substr(0, 5) == "data_") return ListFormat::Star;
  if (line.substr(0, 1) == "{" || line.substr(0, 1) == "[")
    refuse(name, "is a JSON file (copick picks?), which cannot be read");
  return ending == ".txt" ? ListFormat::Shrec : ListFormat::Csv;
}

/// The format that a file extension stands for.
ListFormat format_of_ending(const std::filesystem::path& path) {
  const std::string ending = to_lower(path.extension().string());
  if (ending == ".xml") return ListFormat::Xml;
  if (ending == ".star") return ListFormat::Star;
  if (ending == ".csv") return ListFormat::Csv;
  if (ending == ".tsv") return ListFormat::Tsv;
  return ListFormat::Auto;
}

void warn_outside(ParticleList& list) {
  const auto inside = [](double p, double size) { return p >= -0.5 && p <= size - 0.5; };
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
              : fmt::format("the tomogram of {:.6g}x{:.6g}x{:.6g} voxels (z, y, x)", size->z,
                            size->y, size->x);
  list.warnings.push_back(
      fmt::format("{} of {} particles are outside {}; check binning, axis order and tomogram",
                  outside, list.particles.size(), tomograms));
}

/// Positions and voxel sizes that no tomogram has would overflow later; they come from damaged
/// files and wrong units.
void check_plausible(const ParticleList& list, const std::string& name) {
  constexpr double kFarthest = 1e9, kLargestVoxel = 1e6;
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Point3& p = list.particles[i].position_voxels;
    for (const double coordinate : {p.z, p.y, p.x})
      if (!(std::abs(coordinate) <= kFarthest))
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
  for (const ExtraColumn& column : list.extra_columns)
    if (column.values.size() != list.particles.size())
      throw Error("list", name,
                  fmt::format("extra column '{}' has {} values for {} particles", column.name,
                              column.values.size(), list.particles.size()));
}

}  // namespace

namespace lists {

ParticleList parse_list(std::string_view text, const std::string& name, const std::string& ending,
                        const ListOptions& options) {
  ParticleList list;
  switch (options.format == ListFormat::Auto ? sniff(text, name, ending) : options.format) {
    case ListFormat::Xml:
      list = parse_xml(text, name, options);
      break;
    case ListFormat::Star:
    case ListFormat::Relion3:
    case ListFormat::Relion4:
    case ListFormat::Relion5:
      list = parse_star(text, name, options);
      break;
    case ListFormat::Auto:
    case ListFormat::Csv:
    case ListFormat::Tsv:
      list = parse_csv(text, name, options);
      break;
    case ListFormat::Shrec:
      list = parse_shrec(text, name, options);
      break;
  }
  check_plausible(list, name);
  warn_outside(list);
  return list;
}

}  // namespace lists

ListFormat parse_list_format(const std::string& name) {
  std::vector<std::string> choices;
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
    choices.emplace_back(known);
  }
  throw Error(ErrorKind::Usage, "list", name, "is not a list format",
              "choose one of " + join(choices));
}

std::vector<std::pair<std::string, ListFormat>> written_list_formats() {
  std::vector<std::pair<std::string, ListFormat>> written;
  for (const auto& [name, format] : kNames)
    if (format != ListFormat::Star && lists::keeps(format).classes)
      written.emplace_back(name, format);
  return written;
}

XmlAxes parse_xml_axes(const std::string& name, const std::string& option) {
  if (name == "detect") return XmlAxes::Detect;
  if (name == "xyz") return XmlAxes::Xyz;
  if (name == "zyx") return XmlAxes::Zyx;
  throw Error(ErrorKind::Usage, option, name, "is not an axis order", "choose detect, xyz or zyx");
}

bool is_list_file_name(const std::filesystem::path& path) {
  return format_of_ending(path) != ListFormat::Auto;
}

}  // namespace dfe::io

namespace dfe {

using namespace io;

ParticleList read_list(const std::filesystem::path& path, const ListOptions& options) {
  const std::string text = lists::load_text(path);
  return lists::parse_list(text, path.string(), to_lower(path.extension().string()), options);
}

namespace {

struct Formatted {
  std::string text;
  std::vector<std::string> losses;
};

/// The format to write, by the file's name where the options do not say it.
ListFormat chosen_format(const std::filesystem::path& path, const ListOptions& options) {
  if (options.format != ListFormat::Auto) return options.format;
  const ListFormat format = format_of_ending(path);
  if (format == ListFormat::Auto)
    throw Error(ErrorKind::Usage, "list", path.string(),
                "the file extension is not that of a list format",
                "use .xml, .star, .csv or .tsv, or choose a format with --format");
  return format;
}

Formatted format_list(const std::filesystem::path& path, const ParticleList& list,
                      const ListOptions& options) {
  const std::string name = path.string();
  check_writable(list, name);
  ListOptions chosen = options;
  chosen.format = chosen_format(path, options);
  const bool unbinned = chosen.format == ListFormat::Star || chosen.format == ListFormat::Relion4 ||
                        chosen.format == ListFormat::Relion5;
  const ParticleList pixels = lists::on_pixels(list, name, options, unbinned);
  Formatted formatted;
  formatted.losses = lists::losses(pixels, chosen.format);
  switch (chosen.format) {
    case ListFormat::Auto:
      break;
    case ListFormat::Xml:
      formatted.text = lists::format_xml(pixels, chosen);
      break;
    case ListFormat::Star:
    case ListFormat::Relion3:
    case ListFormat::Relion4:
    case ListFormat::Relion5:
      formatted.text = lists::format_star(pixels, name, chosen);
      break;
    case ListFormat::Csv:
      formatted.text = lists::format_csv(pixels, ',');
      break;
    case ListFormat::Tsv:
      formatted.text = lists::format_csv(pixels, '\t');
      break;
    case ListFormat::Shrec:
      throw Error(ErrorKind::Usage, "list", name, "SHREC locations can be read, but not written",
                  "choose xml, star, csv or tsv");
  }
  return formatted;
}

}  // namespace

std::vector<std::string> write_list(const std::filesystem::path& path, const ParticleList& list,
                                    const ListOptions& options) {
  Formatted formatted = format_list(path, list, options);
  write_text_file(path, formatted.text);
  return std::move(formatted.losses);
}

}  // namespace dfe

namespace dfe::io {

void check_list(const std::filesystem::path& path, const ParticleList& list,
                const ListOptions& options) {
  format_list(path, list, options);
}

}  // namespace dfe::io
