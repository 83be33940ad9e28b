// SPDX-License-Identifier: Apache-2.0
// Lists of picked particles, see the header.
#include "commands/common/particle_files.hpp"

#include <map>

#include "commands/common/list_frame.hpp"
#include "core/class_names.hpp"
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"

namespace dfe {

namespace {

std::map<int, std::int64_t> count_classes(const ParticleList& list) {
  std::map<int, std::int64_t> count;
  for (const Particle& particle : list.particles) ++count[particle.class_label];
  return count;
}

ListTomogram tomogram_of_file(const std::filesystem::path& file, const std::string& pattern,
                              const VolumeGeometry& geometry) {
  return known_tomogram(written_name(pattern, base_name(file)), geometry, file.string());
}

/// What list names in a folder end with.
std::string list_suffix(io::ListFormat format) {
  switch (format) {
    case io::ListFormat::Xml:
      return ".xml";
    case io::ListFormat::Csv:
    case io::ListFormat::Czii:
    case io::ListFormat::CopickCsv:
    case io::ListFormat::Napari:
      return ".csv";
    case io::ListFormat::Copick:
      return ".json";
    case io::ListFormat::Eman2:
      return "_info.json";
    case io::ListFormat::Coords:
    case io::ListFormat::DeepEtPicker:
      return ".coords";
    case io::ListFormat::Cbox:
      return ".cbox";
    case io::ListFormat::Markers:
      return ".cmm";
    case io::ListFormat::Tsv:
      return ".tsv";
    case io::ListFormat::Dynamo:
      return ".tbl";
    case io::ListFormat::Imod:
      return ".mod";
    case io::ListFormat::Motl:
      return ".em";
    case io::ListFormat::MotlCsv:
      return ".csv";
    default:
      return ".star";
  }
}

}  // namespace

OutputKind list_output(const std::string& option, const std::string& value, io::ListFormat format) {
  return {option, value, list_suffix(format), {}, [format](const std::filesystem::path& output) {
            return io::table_map_beside(output, format);
          }};
}

std::vector<std::filesystem::path> list_files(const std::filesystem::path& output,
                                              io::ListFormat format) {
  std::vector<std::filesystem::path> files{output};
  const std::filesystem::path map = io::table_map_beside(output, format);
  std::error_code ignored;
  if (std::filesystem::exists(map, ignored)) files.push_back(map);  // replaced or new
  return files;
}

std::string length_text(const Length& length) {
  return number_text(length.value) + (length.is_angstrom ? "A" : "");
}

void record_options(io::RunRecord& record, const ClusterOptions& options) {
  record.option("method", options.method == ClusterMethod::MeanShift ? "meanshift" : "components");
  if (options.method == ClusterMethod::MeanShift)
    record.option("radius", length_text(options.radius));
  record.option("per-class", options.per_class ? "yes" : "no");
  record.option("position", options.position == PickPosition::Centroid ? "centroid" : "mode");
  record.option("min-size", std::to_string(options.min_size));
  for (const auto& [label, size] : options.min_size_of_class)
    record.option("min-size of class " + std::to_string(label), std::to_string(size));
}

void finish_list(ParticleList& list, const LabelMap& map, const std::filesystem::path& tomogram,
                 const std::string& pattern) {
  list.tomograms = {tomogram_of_file(tomogram, pattern, map.geometry)};
  for (Particle& particle : list.particles) particle.tomogram = 0;
  if (list.class_names.empty()) list.class_names = map.class_names;
}

void check_list(const std::filesystem::path& output, const io::ListOptions& options,
                const std::filesystem::path& tomogram, const std::string& pattern,
                const VolumeGeometry& geometry) {
  const io::ListFormat format = io::written_format(output, options);
  if (format == io::ListFormat::Copick || format == io::ListFormat::Relion5Import)
    throw Error(ErrorKind::Usage, "list", output.string(),
                format == io::ListFormat::Copick ? "copick has a file for each class"
                                                 : "RELION 5's import takes several files",
                "write .star, then use 'dfengine convert'");
  ParticleList list;  // one particle: what the format must know it asks for with the first
  Particle& particle = list.particles.emplace_back();
  particle.class_label = 1;
  particle.tomogram = 0;
  list.tomograms = {tomogram_of_file(tomogram, pattern, geometry)};
  io::check_list(output, list, options);
}

void write_list(const std::filesystem::path& output, const ParticleList& list,
                const io::ListOptions& options, Job& job) {
  job.warn(output.string(), io::write_list(output, list, options));
  job.wrote(output, list_files(output, options.format));
  job.record.fact("particles", static_cast<double>(list.particles.size()));
}

void say_labels(const std::vector<std::string>& class_names, const std::string& setting, Job& job) {
  job.message(LogLevel::Info, "the list names no classes; its labels are read as " +
                                  numbered_names(class_names) + " (from " + setting + ")");
}

std::string list_text(const ParticleList& list, const std::filesystem::path& output) {
  std::string text = std::to_string(list.particles.size()) +
                     (list.particles.size() == 1 ? " particle" : " particles") + " written to " +
                     output.string() + "\n";
  for (const auto& [label, particles] : count_classes(list))
    text +=
        "  class " + class_name(list.class_names, label) + ": " + std::to_string(particles) + "\n";
  return text;
}

Json list_json(const ParticleList& list) {
  Json classes = Json::object();
  for (const auto& [label, particles] : count_classes(list))
    classes[class_name(list.class_names, label)] = particles;
  return {{"particles", list.particles.size()}, {"classes", classes}};
}

}  // namespace dfe
