// SPDX-License-Identifier: Apache-2.0
// `convert`: particle lists from one format to another, several as one. Positions pass through the
// library's own voxel coordinates.
#include <algorithm>
#include <map>

#include "commands/common/job.hpp"
#include "commands/common/json_text.hpp"
#include "commands/common/list_axes.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/outputs.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/common/result_folders.hpp"
#include "core/file_names.hpp"
#include "core/number_text.hpp"
#include "core/particle_lists.hpp"
#include "core/tomogram_names.hpp"
#include "core/unnamed_classes.hpp"
#include "dfengine/commands.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

/// Options that reading and writing share, and those of each.
struct ConvertOptions {
  io::ListOptions read, write;
};

ConvertOptions parse_options(const ConvertRequest& request) {
  ConvertOptions options;
  options.read.format = io::parse_list_format(request.input_format);
  options.write.format = io::parse_list_format(request.output_format);
  options.read.xml_axes = io::parse_xml_axes(request.input_xml_axes, "--from-axes");
  options.write.xml_axes = io::parse_xml_axes(request.output_xml_axes, "--axes");
  return options;
}

void record_options(io::RunRecord& record, const ConvertRequest& request) {
  record.option("from", request.input_format);
  record.option("format", request.output_format);
  record.option("from-axes", request.input_xml_axes);
  record.option("axes", request.output_xml_axes);
  record.option("like", request.frame.like);
  record.option("tomograms", request.frame.tomograms);
  record.option("tomogram", request.frame.tomogram);
  record.option("tomogram-name", request.tomogram_name);
  if (request.frame.binning) record.option("input-binning", number_text(*request.frame.binning));
  if (request.output_binning) record.option("output-binning", number_text(*request.output_binning));
}

/// A list among several is of the tomogram that its file is called after, unless it names one.
void name_by_file(ParticleList& list, const std::string& file) {
  const std::string id = tomogram_id(file);
  for (ListTomogram& tomogram : list.tomograms)
    if (tomogram.numbered) {
      tomogram.name = list.tomograms.size() == 1 ? id : id + "_" + tomogram.name;
      tomogram.numbered = false;
    }
  std::optional<int> index;
  for (Particle& particle : list.particles) {
    if (particle.tomogram) continue;
    if (!index) {
      index = static_cast<int>(list.tomograms.size());
      list.tomograms.push_back(list.unnamed);
      list.tomograms.back().name = id;
    }
    particle.tomogram = index;
  }
  list.unnamed = {};
}

/// Whether a list says by name which tomograms its particles are of.
bool names_tomograms(const ParticleList& list) {
  return std::all_of(list.particles.begin(), list.particles.end(), [&](const Particle& particle) {
    return particle.tomogram && !list.tomogram_of(particle).numbered;
  });
}

ParticleList read_all(const ConvertRequest& request, const io::ListOptions& options, Job& job) {
  ParticleList all;
  std::map<std::string, std::string> file_of;  // by what the file is called after
  std::vector<FileClasses> classes;
  for (const std::string& input : request.inputs) {
    ParticleList list = io::read_list(input, options);
    job.warn(input, list.warnings);
    list.warnings.clear();
    if (request.inputs.size() > 1 && !names_tomograms(list)) {
      const auto [other, fresh] = file_of.emplace(tomogram_id(input), input);
      if (!fresh)
        throw Error(ErrorKind::Usage, "convert", input,
                    "and '" + other->second + "' name no tomogram, and both are called after '" +
                        other->first + "'",
                    "call the files after their tomograms, or convert each with "
                    "--tomogram-name first");
      name_by_file(list, input);
    }
    classes.push_back(list_classes(input, list));
    if (&input == &request.inputs.front())
      all = std::move(list);
    else
      append_list(all, std::move(list), "convert");
  }
  check_unnamed_classes(classes, "convert");
  if (request.inputs.size() > 1) renumber_repeated(all);
  job.warn(request.output, all.warnings);  // of joining
  return all;
}

/// RELION finds a tomogram by its name in the table that was given, also where the list calls it
/// after its file.
void call_as_in_table(ParticleList& list, const io::ListOptions& read, io::ListFormat format) {
  const bool relion = format == io::ListFormat::Star || format == io::ListFormat::Relion4 ||
                      format == io::ListFormat::Relion5 || format == io::ListFormat::Relion5Import;
  if (!relion) return;
  std::vector<std::string> names;
  for (const ListTomogram& tomogram : list.tomograms) names.push_back(tomogram.name);
  for (const ListTomogram& known : read.tomograms)
    if (const auto found = find_tomogram(names, known.name, "convert");
        found && !known.name.empty())
      list.tomograms[*found].name = known.name;
}

void rename(ParticleList& list, const ConvertRequest& request, const ConvertOptions& options) {
  const std::string& pattern = request.tomogram_name;
  if (pattern.empty()) {
    if (!request.frame.tomograms.empty())
      call_as_in_table(list, options.read, io::written_format(request.output, options.write));
    return;
  }
  bool unnamed = false;
  for (const Particle& particle : list.particles) unnamed = unnamed || !particle.tomogram;
  if (unnamed) name_by_file(list, request.inputs.front());
  std::vector<std::string> names;
  for (ListTomogram& tomogram : list.tomograms) {
    const std::string name = written_name(pattern, tomogram.name);
    for (const std::string& other : names)
      if (name == other)
        throw Error(ErrorKind::Usage, "convert", "--tomogram-name",
                    "gives two tomograms the name '" + name + "'",
                    "use {name} or {id} in it, which stand for each tomogram's own name");
    names.push_back(name);
    tomogram.name = name;
    tomogram.numbered = false;
  }
}

/// Whether files of a list that goes into several are there and are to stay. Throws where only the
/// user can decide, and where one of them is an input.
bool keep_existing(const std::vector<std::filesystem::path>& files,
                   const std::vector<std::string>& inputs, const CommonRequest& common) {
  std::filesystem::path existing;
  bool all = !files.empty();
  for (const std::filesystem::path& file : files) {
    std::error_code ignored;
    for (const std::string& input : inputs)
      if (std::filesystem::equivalent(file, input, ignored))
        throw Error(ErrorKind::Usage, "convert", file.string(),
                    "would replace the input '" + input + "'", "choose another folder");
    if (std::filesystem::exists(file, ignored))
      existing = file;
    else
      all = false;
  }
  if (!existing.empty() && !common.overwrite && !common.skip_existing)
    throw Error("convert", existing.string(), "already exists",
                "use --overwrite to replace it or --skip-existing to keep it");
  return all && common.skip_existing;
}

void check_request(const ConvertRequest& request, const ConvertOptions& options) {
  check_existing_rule("convert", request.common);
  refuse_repeated("convert", request.inputs);
  check_name_pattern("convert", request.tomogram_name, 1);  // names may repeat: `rename` looks
  if (options.write.xml_axes == io::XmlAxes::Zyx &&
      io::written_format(request.output, options.write) != io::ListFormat::Xml)
    throw Error(ErrorKind::Usage, "convert", "--axes", "is for XML lists, and the output is none",
                "leave it out, or give --from-axes for the input");
}

/// What is known of the tomograms, for reading and for writing.
void take_frame(ConvertOptions& options, const ConvertRequest& request) {
  const io::ListOptions frame = list_frame(request.frame, request.common);
  for (io::ListOptions* side : {&options.read, &options.write}) {
    side->tomograms = frame.tomograms;
    side->voxel_size = frame.voxel_size;
    side->settings.axes = "--from-axes";
  }
  if (const std::string& like = request.frame.like; !like.empty())
    find_axes_in(options.read, io::open_volume(like),
                 any_of_tomogram(request.frame.tomogram, base_name(like)));
  if (!request.frame.tomogram.empty()) options.read.settings.tomogram.clear();  // said already
  options.read.binning = frame.binning;
  options.read.tomogram_name = frame.tomogram_name;
  options.write.binning = request.output_binning;
}

CommandReport skipped(const std::filesystem::path& output, Json json) {
  json["skipped"] = true;
  return {output.string() + " exists: skipped\n", json_text(json)};
}

}  // namespace

CommandReport run_convert(const ConvertRequest& request, Observer* observer) {
  ConvertOptions options = parse_options(request);
  std::vector<std::string> others(request.inputs.begin() + 1, request.inputs.end());
  others.insert(others.end(), {request.frame.like, request.frame.tomograms});
  for (const std::string& input : request.inputs) {  // a table's names are read with it
    const std::filesystem::path map = io::table_map_beside(input, options.read.format);
    std::error_code ignored;
    if (std::filesystem::exists(map, ignored)) others.push_back(map.string());
  }
  const bool folder = io::is_list_folder(request.output, options.write.format);
  std::vector<OutputKind> kinds;
  if (!folder) kinds.push_back(list_output("OUT", request.output, options.write.format));
  check_request(request, options);
  const auto jobs =
      plan_outputs("convert", {request.inputs.front()}, kinds, request.common, others);
  const std::filesystem::path output =
      folder ? std::filesystem::path(request.output) : jobs.front().outputs.front();
  Json json = {{"input", request.inputs.front()}, {"output", output.string()}};
  if (request.inputs.size() > 1) json["inputs"] = request.inputs;
  if (jobs.front().skip) return skipped(output, json);

  ResultFolders folders("convert");
  Job job("convert", observer);
  record_options(job.record, request);
  for (const std::string& input : request.inputs) job.record.input(input);
  take_frame(options, request);
  job.record.stage("read");
  ParticleList list = read_all(request, options.read, job);
  rename(list, request, options);
  job.record.stage("write");
  std::vector<std::filesystem::path> files;
  if (folder || options.write.format == io::ListFormat::Relion5Import) {
    check_place("convert", output);
    files = io::list_files(output, list, options.write);
    if (keep_existing(files, request.inputs, request.common)) return skipped(output, json);
  }
  folders.make_for(files.empty() ? std::vector{output} : files);
  job.warn(output.string(), io::write_list(output, list, options.write));
  if (files.empty()) files = list_files(output, options.write.format);
  job.wrote(output, files);
  job.finish();

  if (files.size() > 1) {
    Json& names = json["files"] = Json::array();
    for (const std::filesystem::path& file : files) names.push_back(file.string());
  }
  json["particles"] = list.particles.size();
  json["warnings"] = job.warnings();
  return {counted(list.particles.size(), "particle") + " written to " + output.string() + "\n",
          json_text(json)};
}

}  // namespace dfe
