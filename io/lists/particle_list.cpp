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
  const Extent3& n = list.tomogram_extent;
  const auto inside = [](double p, std::int64_t size) {
    return p >= -0.5 && p <= static_cast<double>(size) - 0.5;
  };
  const auto outside =
      std::count_if(list.particles.begin(), list.particles.end(), [&](const Particle& particle) {
        const Point3& p = particle.position_voxels;
        return !inside(p.z, n.z) || !inside(p.y, n.y) || !inside(p.x, n.x);
      });
  if (outside > 0)
    list.warnings.push_back(
        fmt::format("{} of {} particles are outside the tomogram of {} voxels (z, y, x); check "
                    "binning, axis order and tomogram",
                    outside, list.particles.size(), n.to_string()));
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
  const VoxelSize& voxel = list.voxel_size;
  for (const double edge : {voxel.z_angstrom, voxel.y_angstrom, voxel.x_angstrom})
    if (!(edge >= 0 && edge <= kLargestVoxel))
      throw Error("list", name, fmt::format("a voxel size of {:.6g} Å", edge),
                  "expected at most 1e6 Å; correct it with --voxel-size");
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
  if (options.voxel_size) list.voxel_size = *options.voxel_size;
  check_plausible(list, name);
  if (options.tomogram_extent) {
    list.tomogram_extent = *options.tomogram_extent;
    warn_outside(list);
  }
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

/// The file's text.
std::string format_list(const std::filesystem::path& path, const ParticleList& list,
                        const ListOptions& options) {
  const std::string name = path.string();
  check_writable(list, name);
  ListOptions chosen = options;
  if (chosen.format == ListFormat::Auto) chosen.format = format_of_ending(path);
  switch (chosen.format) {
    case ListFormat::Auto:
      break;
    case ListFormat::Xml:
      return lists::format_xml(list, chosen);
    case ListFormat::Star:
    case ListFormat::Relion3:
    case ListFormat::Relion4:
    case ListFormat::Relion5:
      return lists::format_star(list, name, chosen);
    case ListFormat::Csv:
      return lists::format_csv(list, ',');
    case ListFormat::Tsv:
      return lists::format_csv(list, '\t');
    case ListFormat::Shrec:
      throw Error(ErrorKind::Usage, "list", name, "SHREC locations can be read, but not written",
                  "choose xml, star, csv or tsv");
  }
  throw Error(ErrorKind::Usage, "list", name, "the file extension is not that of a list format",
              "use .xml, .star, .csv or .tsv, or choose a format with --format");
}

}  // namespace

void write_list(const std::filesystem::path& path, const ParticleList& list,
                const ListOptions& options) {
  write_text_file(path, format_list(path, list, options));
}

}  // namespace dfe

namespace dfe::io {

void check_list(const std::filesystem::path& path, const ParticleList& list,
                const ListOptions& options) {
  format_list(path, list, options);
}

}  // namespace dfe::io
