// SPDX-License-Identifier: Apache-2.0
// `dfengine segment`: tomograms and weights in, label maps out.
#include "options.hpp"

namespace dfe::cli {

Command add_segment(CLI::App& root, CommonOptions& common) {
  CLI::App* app =
      root.add_subcommand("segment", "Label every voxel of tomograms with the trained network");
  app->group(step::kPick);
  app->footer(
      "Example:\n"
      "  dfengine segment tomo.mrc --weights model.h5 -o labels.mrc\n\n"
      "Next: 'dfengine cluster' groups the labelled voxels into particles.");
  struct Arguments {
    SegmentArguments segment;
    std::string output;
  };
  const auto a = std::make_shared<Arguments>();
  app->option_defaults()->group(group::kFiles);
  app->add_option("-o,--output", a->output,
                  "Label map to write (.mrc, .h5, .zarr, .tif or .em), or a folder for several "
                  "tomograms")
      ->required()
      ->type_name("FILE");
  add_segment_inputs(*app, a->segment);
  add_segment_results(*app, a->segment);
  add_network_options(*app, a->segment, common.compute);
  add_common_options(*app, common, uses_of_network());
  return {app, [a, &common](Observer& observer) {
            SegmentRequest request = parse_segment_request(a->segment, common);
            request.output = a->output;
            return run_segment(request, &observer);
          }};
}

}  // namespace dfe::cli
