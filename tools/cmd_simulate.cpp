// SPDX-License-Identifier: Apache-2.0
// `dfengine simulate`: a configuration in, tomograms with their truth out.
#include "options.hpp"

namespace dfe::cli {

Command add_simulate(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand(
      "simulate", "Make synthetic tomograms with their truth, to train and test with");
  app->footer(
      "Examples:\n"
      "  dfengine simulate nine_classes.yaml -o data/\n"
      "  dfengine simulate nine_classes.yaml -o data/ noise.snr=0.05 tomograms.train=10");
  const auto request = std::make_shared<SimulateRequest>();
  app->add_option("CONFIG", request->config, "Settings, in YAML (docs/simulate.md)")->required();
  app->add_option("SETTING", request->overrides,
                  "Settings that replace those of the file: noise.snr=0.05");
  app->add_option("-o,--output", request->output, "Folder for the data set")->required();
  add_common_options(*app, common);
  return {
      app, [request, &common](Observer& observer) {
        request->common = common.request();
        request->compute = parse_compute_options(common.compute);
        if (common.seed != 0) request->overrides.push_back("seed=" + std::to_string(common.seed));
        if (common.voxel_size_angstrom)
          request->overrides.push_back("voxel_size=" + std::to_string(*common.voxel_size_angstrom));
        return run_simulate(*request, &observer);
      }};
}

}  // namespace dfe::cli
