// SPDX-License-Identifier: Apache-2.0
// `dfengine cluster`: label maps in, particle lists out.
#include "options.hpp"

namespace dfe::cli {

Command add_cluster(CLI::App& root, CommonOptions& common) {
  CLI::App* app =
      root.add_subcommand("cluster", "Group the labelled voxels of label maps into particles");
  app->footer(
      "Examples:\n"
      "  dfengine cluster labels.mrc --radius 8 --min-size 100 -o picks.star\n"
      "  dfengine cluster labels.mrc --method components --min-size 100 --min-size 3=50 -o "
      "picks.csv");
  struct Arguments {
    ClusterArguments cluster;
    std::vector<std::string> label_maps;
    std::string scores, output;
  };
  const auto a = std::make_shared<Arguments>();
  app->add_option("LABELS", a->label_maps,
                  "Label maps: MRC, HDF5 or EM volumes of whole numbers from 0 to 255")
      ->required();
  app->add_option("-o,--output", a->output,
                  "Particle list to write, or a folder for several label maps")
      ->required();
  app->add_option(
      "--scores", a->scores,
      "Score maps of the label map; a particle's score is then its class's mean probability");
  add_cluster_options(*app, a->cluster);
  add_common_options(*app, common);
  return {app, [a, &common](Observer& observer) {
            ClusterRequest request;
            request.common = common.request();
            request.label_maps = a->label_maps;
            request.scores = a->scores;
            request.output = a->output;
            request.list_format = a->cluster.format;
            request.options = parse_cluster_options(a->cluster, common, "cluster");
            return run_cluster(request, &observer);
          }};
}

}  // namespace dfe::cli
