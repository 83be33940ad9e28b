// SPDX-License-Identifier: Apache-2.0
// `dfengine pick`: tomograms and weights in, particle lists out.
#include "options.hpp"

namespace dfe::cli {

Command add_pick(CLI::App& root, CommonOptions& common) {
  CLI::App* app =
      root.add_subcommand("pick", "Find particles in tomograms: segment and cluster in one step");
  app->group(step::kPick);
  app->footer(
      "Example:\n"
      "  dfengine pick tomo.mrc --weights model.h5 --radius 8 --min-size 100 -o picks.star\n\n"
      "Next: 'dfengine evaluate' compares the picks with particles that you know;\n"
      "'dfengine convert' writes them in another format.");
  struct Arguments {
    SegmentArguments segment;
    ClusterArguments cluster;
    std::string output, labels;
    std::string tomogram_name;
    std::optional<double> output_binning;
  };
  const auto a = std::make_shared<Arguments>();
  app->option_defaults()->group(group::kFiles);
  app->add_option("-o,--output", a->output,
                  "Particle list to write, or a folder for several tomograms")
      ->required()
      ->type_name("LIST");
  add_segment_inputs(*app, a->segment);
  app->add_option("--labels", a->labels,
                  "Also save the label map: a file, or a folder for several tomograms")
      ->type_name("FILE");
  add_segment_results(*app, a->segment);
  add_list_format(*app, a->cluster.format);
  add_written_list(*app, a->tomogram_name, a->output_binning);
  add_cluster_options(*app, a->cluster);
  add_network_options(*app, a->segment, common.compute);
  add_common_options(*app, common, uses_of_network());
  return {app, [a, &common](Observer& observer) {
            PickRequest request;
            request.segment = parse_segment_request(a->segment, common);
            request.segment.output = a->labels;
            request.cluster = parse_cluster_options(a->cluster, common, "pick");
            request.min_sizes = parse_min_size(a->cluster.min_size).of_class;
            request.output = a->output;
            request.list_format = a->cluster.format;
            request.tomogram_name = a->tomogram_name;
            request.output_binning = a->output_binning;
            return run_pick(request, &observer);
          }};
}

}  // namespace dfe::cli
