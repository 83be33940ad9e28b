// SPDX-License-Identifier: Apache-2.0
// `dfengine segment`: tomograms and weights in, label maps out.
#include "options.hpp"

namespace dfe::cli {

Command add_segment(CLI::App& root, CommonOptions& common) {
  CLI::App* app =
      root.add_subcommand("segment", "Label every voxel of tomograms with the trained network");
  app->footer(
      "Examples:\n"
      "  dfengine segment tomo.mrc --weights model.h5 -o labels.mrc\n"
      "  dfengine segment tomo.mrc --weights model.h5 -o labels.mrc --scores scores.h5 --memory "
      "8G");
  struct Arguments {
    SegmentArguments segment;
    std::string output;
  };
  const auto a = std::make_shared<Arguments>();
  add_segment_options(*app, a->segment);
  app->add_option("-o,--output", a->output,
                  "Label map to write (.mrc, .h5, .em), or a folder for several tomograms")
      ->required();
  add_common_options(*app, common, Computes::Network);
  return {app, [a, &common](Observer& observer) {
            SegmentRequest request = parse_segment_request(a->segment, common);
            request.output = a->output;
            return run_segment(request, &observer);
          }};
}

}  // namespace dfe::cli
