// SPDX-License-Identifier: Apache-2.0
// `dfengine pick`: tomograms and weights in, particle lists out.
#include "options.hpp"

namespace dfe::cli {

Command add_pick(CLI::App& root, CommonOptions& common) {
  CLI::App* app =
      root.add_subcommand("pick", "Find particles in tomograms: segment and cluster in one pass");
  app->footer(
      "Examples:\n"
      "  dfengine pick tomo.mrc --weights model.h5 --radius 8 --min-size 100 -o picks.star\n"
      "  dfengine pick *.rec --weights model.h5 --radius 110A --labels labels/ -o picks/ --format "
      "csv");
  struct Arguments {
    SegmentArguments segment;
    ClusterArguments cluster;
    std::string output, labels;
  };
  const auto a = std::make_shared<Arguments>();
  add_segment_options(*app, a->segment);
  app->add_option("-o,--output", a->output,
                  "Particle list to write, or a folder for several tomograms")
      ->required();
  app->add_option("--labels", a->labels,
                  "Also keep the label map: a volume file, or a folder for several tomograms");
  add_cluster_options(*app, a->cluster);
  add_common_options(*app, common, Computes::Network);
  return {app, [a, &common](Observer& observer) {
            PickRequest request;
            request.segment = parse_segment_request(a->segment, common);
            request.segment.output = a->labels;
            request.cluster = parse_cluster_options(a->cluster, common, "pick");
            request.output = a->output;
            request.list_format = a->cluster.format;
            return run_pick(request, &observer);
          }};
}

}  // namespace dfe::cli
