// SPDX-License-Identifier: Apache-2.0
// `dfengine convert`: a particle list from one format to another.
#include "options.hpp"

namespace dfe::cli {

Command add_convert(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand("convert", "Convert a particle list to another format");
  app->footer(
      "Examples:\n"
      "  dfengine convert objects.xml picks.csv\n"
      "  dfengine convert picks.csv particles.star --format relion5 --like tomo.mrc "
      "--relion-binning 4");
  const auto r = std::make_shared<ConvertRequest>();
  app->add_option(
         "IN", r->input,
         "List to read: DeepFinder XML, RELION 3, 4 or 5 STAR, CSV, TSV or SHREC locations")
      ->required();
  app->add_option("OUT", r->output, "List to write")->required();
  app->add_option("--format", r->output_format,
                  "auto (by the name), star, relion3, relion4, relion5, xml, csv or tsv")
      ->capture_default_str();
  app->add_option("--from", r->input_format,
                  "Format of IN: auto (by its content), one of the same names, or shrec")
      ->capture_default_str();
  app->add_option("--axes", r->output_xml_axes,
                  "Axis order of an XML list to write: xyz, or zyx as before April 2020")
      ->capture_default_str();
  app->add_option("--from-axes", r->input_xml_axes,
                  "Axis order of an XML or SHREC list to read: detect, xyz or zyx")
      ->capture_default_str();
  app->add_option("--like", r->tomogram, "Tomogram whose size and voxel size apply");
  app->add_option("--relion-binning", r->relion_binning,
                  "Voxels of the tomogram per unbinned pixel edge, for RELION coordinates")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_common_options(*app, common);
  return {app, [r, &common](Observer& observer) {
            r->common = common.request();
            return run_convert(*r, &observer);
          }};
}

}  // namespace dfe::cli
