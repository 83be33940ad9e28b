// SPDX-License-Identifier: Apache-2.0
// `convert`: particle lists from one format to another, several as one. Positions pass through the
// library's own voxel coordinates.
#include "commands/common/job.hpp"
#include "commands/common/json_text.hpp"
#include "commands/common/list_axes.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/outputs.hpp"
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"
#include "core/tomogram_names.hpp"
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

ParticleList read_all(const ConvertRequest& request, const io::ListOptions& options, Job& job) {
  ParticleList all;
  for (const std::string& input : request.inputs) {
    ParticleList list = io::read_list(input, options);
    job.warn(input, list.warnings);
    list.warnings.clear();
    if (request.inputs.size() > 1) name_by_file(list, input);
    if (&input == &request.inputs.front())
      all = std::move(list);
    else
      append_list(all, std::move(list), "convert");
  }
  job.warn(request.output, all.warnings);  // of joining
  return all;
}

void rename(ParticleList& list, const std::string& pattern, const std::string& file) {
  if (pattern.empty()) return;
  bool unnamed = false;
  for (const Particle& particle : list.particles) unnamed = unnamed || !particle.tomogram;
  if (unnamed) name_by_file(list, file);
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

}  // namespace

CommandReport run_convert(const ConvertRequest& request, Observer* observer) {
  ConvertOptions options = parse_options(request);
  std::vector<std::string> others(request.inputs.begin() + 1, request.inputs.end());
  others.insert(others.end(), {request.frame.like, request.frame.tomograms});
  const auto jobs = plan_outputs("convert", {request.inputs.front()}, {{"OUT", request.output, ""}},
                                 request.common, others);
  const std::filesystem::path& output = jobs.front().outputs.front();
  Json json = {{"input", request.inputs.front()}, {"output", output.string()}};
  if (request.inputs.size() > 1) json["inputs"] = request.inputs;
  if (jobs.front().skip) {
    json["skipped"] = true;
    return {output.string() + " exists: skipped\n", json_text(json)};
  }

  Job job("convert", observer);
  record_options(job.record, request);
  for (const std::string& input : request.inputs) job.record.input(input);
  const io::ListOptions frame = list_frame(request.frame, request.common);
  for (io::ListOptions* side : {&options.read, &options.write}) {
    side->tomograms = frame.tomograms;
    side->voxel_size = frame.voxel_size;
    side->settings.axes = "--from-axes";
  }
  if (const std::string& like = request.frame.like; !like.empty())
    find_axes_in(options.read, io::open_volume(like),
                 any_of_tomogram(request.frame.tomogram, base_name(like)));
  options.read.binning = frame.binning;
  options.read.tomogram_name = frame.tomogram_name;
  options.write.binning = request.output_binning;
  job.record.stage("read");
  ParticleList list = read_all(request, options.read, job);
  rename(list, request.tomogram_name, request.inputs.front());
  job.record.stage("write");
  job.warn(output.string(), io::write_list(output, list, options.write));
  job.wrote(output);
  job.finish();

  json["particles"] = list.particles.size();
  json["warnings"] = job.warnings();
  return {std::to_string(list.particles.size()) + " particles written to " + output.string() + "\n",
          json_text(json)};
}

}  // namespace dfe
