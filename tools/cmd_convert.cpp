// SPDX-License-Identifier: Apache-2.0
// `dfengine convert`: a particle list from one format to another.
#include "options.hpp"

namespace dfe::cli {

Command add_convert(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand("convert", "Convert a particle list to another format");
  app->group(step::kPrepare);
  app->footer(
      "Example:\n"
      "  dfengine convert picks.star particles.csv\n\n"
      "Next: 'dfengine target' paints a particle list into a target to train with.");
  const auto r = std::make_shared<ConvertRequest>();
  app->option_defaults()->group(group::kFiles);
  app->add_option("IN", r->inputs,
                  "Lists to read (several are joined), then the list to write: a file, or a folder "
                  "for formats with a file for each tomogram")
      ->required()
      ->type_name("OUT");
  add_list_format(*app, r->output_format);
  app->option_defaults()->group(group::kLists);
  add_list_reading(*app, "--from", r->input_format);
  add_axes(*app, "--from-axes", r->input_xml_axes, "Axis order of an XML or SHREC list to read");
  one_of(app->add_option("--axes", r->output_xml_axes,
                         "Axis order of an XML list to write: xyz, or zyx (as before April 2020)"),
         {"xyz", "zyx"})
      ->capture_default_str()
      ->type_name("ORDER");
  add_frame(*app, r->frame);
  add_binning(*app, "--output-binning", r->output_binning, kOutputBinning);
  app->add_option("--tomogram-name", r->tomogram_name,
                  "Tomogram names to write: {name} stands for the name in the list, {id} for it "
                  "without rec_, _10.00Apx and the like [default: unchanged]")
      ->type_name("NAME");
  add_common_options(*app, common,
                     {.overwrite = kOverwrite,
                      .skip_existing = kSkipExisting,
                      .voxel_size = "Voxel size in Å of the tomogram that the list is used with, "
                                    "instead of the values in list and tomogram"});
  return {app, [r, &common](Observer& observer) {
            r->common = common.request();
            if (r->inputs.size() < 2)
              throw Error(ErrorKind::Usage, "convert", "OUT", "is missing",
                          "give the list to write after the lists to read");
            r->output = r->inputs.back();
            r->inputs.pop_back();
            return run_convert(*r, &observer);
          }};
}

}  // namespace dfe::cli
