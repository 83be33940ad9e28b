// SPDX-License-Identifier: Apache-2.0
// `dfengine train`: annotated tomograms in, weights out.
#include "options.hpp"

namespace dfe::cli {

Command add_train(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand("train", "Train the network on annotated tomograms");
  app->footer(
      "Examples:\n"
      "  dfengine train ribosomes.yaml\n"
      "  dfengine train ribosomes.yaml training.epochs=50 optimizer.rate=1e-3 -o second_try\n"
      "  dfengine train ribosomes.yaml --resume");
  const auto r = std::make_shared<TrainRequest>();
  app->add_option("CONFIG", r->config, "Settings of the run, in YAML (docs/train.md)")->required();
  app->add_option("SETTING", r->overrides,
                  "Settings that replace those of the file: optimizer.rate=1e-3");
  app->add_option("-o,--output", r->output,
                  "Folder for all that the run writes, instead of the setting 'output'");
  app->add_option("--init", r->init, "Weights to begin with, instead of random ones");
  app->add_flag("--resume", r->resume,
                "Go on from the checkpoint in the output folder, bit for bit");
  add_common_options(*app, common, Computes::Training);
  return {app, [r, &common](Observer& observer) {
            r->common = common.request();
            if (common.seed != 0) r->overrides.push_back("seed=" + std::to_string(common.seed));
            r->compute = parse_compute_options(common.compute);
            return run_train(*r, &observer);
          }};
}

}  // namespace dfe::cli
