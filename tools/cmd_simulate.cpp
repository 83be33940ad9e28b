// SPDX-License-Identifier: Apache-2.0
// `dfengine simulate`: a configuration in, tomograms with their truth out.
#include "options.hpp"

namespace dfe::cli {

Command add_simulate(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand("simulate", "Make synthetic tomograms with known particles");
  app->group(step::kPrepare);
  app->footer(
      "Example:\n"
      "  dfengine simulate simulate.yaml -o simulated\n\n"
      "Next: 'dfengine train' trains on the data set: its settings 'data' and 'classes'\n"
      "are in the file train.yaml of the output folder.");
  const auto request = std::make_shared<SimulateRequest>();
  app->option_defaults()->group(group::kFiles);
  app->add_option("CONFIG", request->config, "Settings, in YAML: see docs/simulate.md")->required();
  app->add_option("SETTING", request->overrides,
                  "Settings that replace those in CONFIG, such as noise.snr=0.05");
  app->add_option("-o,--output", request->output, "Folder for the data set")
      ->required()
      ->type_name("FOLDER");
  add_common_options(*app, common,
                     {.overwrite = "Replace the data set that is in the output folder",
                      .skip_existing = "Keep the tomograms that exist and make the missing ones",
                      .seed = "Seed of random numbers [default: the setting 'seed']",
                      .threads = true,
                      .memory = true,
                      .voxel_size = "Voxel size in Å [default: the setting 'voxel_size']"});
  return {
      app, [request, &common](Observer& observer) {
        request->common = common.request();
        request->compute = parse_compute_options(common.compute);
        if (common.seed) request->overrides.push_back("seed=" + std::to_string(*common.seed));
        if (common.voxel_size_angstrom)
          request->overrides.push_back("voxel_size=" + std::to_string(*common.voxel_size_angstrom));
        return run_simulate(*request, &observer);
      }};
}

}  // namespace dfe::cli
