// SPDX-License-Identifier: Apache-2.0
// `dfengine train`: annotated tomograms in, weights out.
#include "options.hpp"

namespace dfe::cli {

Command add_train(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand("train", "Train the network on annotated tomograms");
  app->group(step::kTrain);
  app->footer(
      "Example:\n"
      "  dfengine train train.yaml\n\n"
      "Next: 'dfengine pick' finds particles with the weights: weights_best.h5 in the\n"
      "output folder.");
  const auto r = std::make_shared<TrainRequest>();
  app->option_defaults()->group(group::kFiles);
  app->add_option("CONFIG", r->config, "Settings of the run, in YAML: see docs/train.md")
      ->required();
  app->add_option("SETTING", r->overrides,
                  "Settings that replace those in CONFIG, such as optimizer.rate=1e-3");
  app->add_option("-o,--output", r->output,
                  "Folder for everything that the run writes [default: the setting 'output']")
      ->type_name("FOLDER");
  app->add_flag("--resume", r->resume,
                "Continue from the checkpoint in the output folder, bit for bit");
  app->add_option("--init", r->init,
                  "Weights to start from [default: the setting 'network.weights', or random ones]")
      ->type_name("FILE");
  add_common_options(
      *app, common,
      {.overwrite = "Replace the run that is in the output folder",
       .seed = "Seed of random numbers [default: the setting 'seed']",
       .device = "auto or cpu (training runs on the CPU), or ref (slow reference, "
                 "for checks)",
       .threads = true,
       .memory = true,
       .voxel_size =
           "Voxel size in Å [default: the setting 'data.voxel_size', or the value in each file]"});
  add_convolution_options(*app, common.compute, "F(4,~4,~4)");
  return {app, [r, &common](Observer& observer) {
            r->common = common.request();
            if (common.seed) r->overrides.push_back("seed=" + std::to_string(*common.seed));
            r->compute = parse_compute_options(common.compute);
            return run_train(*r, &observer);
          }};
}

}  // namespace dfe::cli
