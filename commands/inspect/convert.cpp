// SPDX-License-Identifier: Apache-2.0
// `convert`: a particle list from one format to another. Positions pass through the library's own
// voxel coordinates.
#include "commands/common/job.hpp"
#include "commands/common/json_text.hpp"
#include "commands/common/outputs.hpp"
#include "commands/common/particle_files.hpp"
#include "dfengine/commands.hpp"
#include "io/particle_list.hpp"

namespace dfe {

CommandReport run_convert(const ConvertRequest& request, Observer* observer) {
  const io::ListFormat input_format = io::parse_list_format(request.input_format);
  const io::ListFormat output_format = io::parse_list_format(request.output_format);
  const io::XmlAxes input_axes = io::parse_xml_axes(request.input_xml_axes, "--from-axes");
  const io::XmlAxes output_axes = io::parse_xml_axes(request.output_xml_axes, "--axes");
  const auto jobs = plan_outputs("convert", {request.input}, {{"OUT", request.output, ""}},
                                 request.common, {request.tomogram});
  const std::filesystem::path& output = jobs.front().outputs.front();
  Json json = {{"input", request.input}, {"output", output.string()}};
  if (jobs.front().skip) {
    json["skipped"] = true;
    return {output.string() + " exists: skipped\n", json_text(json)};
  }

  Job job("convert", observer);
  job.record.option("from", request.input_format);
  job.record.option("format", request.output_format);
  job.record.option("from-axes", request.input_xml_axes);
  job.record.option("axes", request.output_xml_axes);
  job.record.option("relion-binning", number_text(request.relion_binning));
  job.record.input(request.input);

  io::ListOptions options = list_frame(request.tomogram, request.common);
  options.relion_binning = request.relion_binning;
  options.format = input_format;
  options.xml_axes = input_axes;
  job.record.stage("read");
  const ParticleList list = io::read_list(request.input, options);
  job.warn(request.input, list.warnings);
  options.format = output_format;
  options.xml_axes = output_axes;
  job.record.stage("write");
  io::write_list(output, list, options);
  job.wrote(output);
  job.finish();

  json["particles"] = list.particles.size();
  json["warnings"] = list.warnings;
  return {std::to_string(list.particles.size()) + " particles written to " + output.string() + "\n",
          json_text(json)};
}

}  // namespace dfe
