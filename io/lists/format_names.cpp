// SPDX-License-Identifier: Apache-2.0
// The names by which users choose list formats, and the file extensions that stand for one.
#include <array>

#include "core/text.hpp"
#include "io/particle_list.hpp"

namespace dfe::io {

namespace {

constexpr std::array<std::pair<std::string_view, ListFormat>, 25> kNames{
    {{"auto", ListFormat::Auto},
     {"xml", ListFormat::Xml},
     {"star", ListFormat::Star},
     {"relion3", ListFormat::Relion3},
     {"relion4", ListFormat::Relion4},
     {"relion5", ListFormat::Relion5},
     {"csv", ListFormat::Csv},
     {"tsv", ListFormat::Tsv},
     {"shrec", ListFormat::Shrec},
     {"copick", ListFormat::Copick},
     {"copick-csv", ListFormat::CopickCsv},
     {"eman2", ListFormat::Eman2},
     {"warp", ListFormat::Warp},
     {"relion5-import", ListFormat::Relion5Import},
     {"czii", ListFormat::Czii},
     {"coords", ListFormat::Coords},
     {"deepetpicker", ListFormat::DeepEtPicker},
     {"cbox", ListFormat::Cbox},
     {"cmm", ListFormat::Markers},
     {"napari", ListFormat::Napari},
     {"dynamo", ListFormat::Dynamo},
     {"imod", ListFormat::Imod},
     {"motl", ListFormat::Motl},
     {"motl-csv", ListFormat::MotlCsv},
     {"stopgap", ListFormat::Stopgap}}};

constexpr std::array<std::pair<std::string_view, ListFormat>, 9> kEndings{
    {{".xml", ListFormat::Xml},
     {".star", ListFormat::Star},
     {".csv", ListFormat::Csv},
     {".tsv", ListFormat::Tsv},
     {".coords", ListFormat::Coords},
     {".cbox", ListFormat::Cbox},
     {".cmm", ListFormat::Markers},
     {".tbl", ListFormat::Dynamo},
     {".mod", ListFormat::Imod}}};

/// The format that a file extension stands for. `.em` is not among them: it may be a volume.
ListFormat format_of_ending(const std::filesystem::path& path) {
  const std::string ending = to_lower(path.extension().string());
  for (const auto& [known, format] : kEndings)
    if (known == ending) return format;
  if (ending == ".json")
    return path.stem().string().ends_with("_info") ? ListFormat::Eman2 : ListFormat::Copick;
  return ListFormat::Auto;
}

}  // namespace

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
    if (format != ListFormat::Auto && format != ListFormat::Star && format != ListFormat::Shrec)
      written.emplace_back(name, format);
  return written;
}

XmlAxes parse_xml_axes(const std::string& name, const std::string& option) {
  if (name == "detect") return XmlAxes::Detect;
  if (name == "xyz") return XmlAxes::Xyz;
  if (name == "zyx") return XmlAxes::Zyx;
  throw Error(ErrorKind::Usage, option, name, "is not an axis order", "choose detect, xyz or zyx");
}

ListFormat written_format(const std::filesystem::path& path, const ListOptions& options) {
  if (options.format != ListFormat::Auto) return options.format;
  if (to_lower(path.extension().string()) == ".em") return ListFormat::Motl;
  const ListFormat format = format_of_ending(path);
  if (format == ListFormat::Auto)
    throw Error(ErrorKind::Usage, "list", path.string(),
                "the file extension is not that of a list format",
                "use .star, .csv, .tsv, .xml, .json, .coords, .cbox, .cmm, .tbl, .mod or .em, or "
                "choose a format with --format");
  return format;
}

bool is_list_file_name(const std::filesystem::path& path) {
  return format_of_ending(path) != ListFormat::Auto;
}

std::filesystem::path table_map_beside(const std::filesystem::path& path, ListFormat format) {
  const bool dynamo = format == ListFormat::Dynamo ||
                      (format == ListFormat::Auto && format_of_ending(path) == ListFormat::Dynamo);
  return dynamo ? std::filesystem::path(path).replace_extension(".doc") : std::filesystem::path();
}

}  // namespace dfe::io
