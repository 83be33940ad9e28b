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
  struct Arguments {
    TrainRequest request;
    std::string instruction_set = "auto";
    bool strict = false, direct = false;
  };
  const auto a = std::make_shared<Arguments>();
  TrainRequest& r = a->request;
  app->add_option("CONFIG", r.config, "Settings of the run, in YAML (docs/train.md)")->required();
  app->add_option("SETTING", r.overrides,
                  "Settings that replace those of the file: optimizer.rate=1e-3");
  app->add_option("-o,--output", r.output,
                  "Folder for all that the run writes, instead of the setting 'output'");
  app->add_option("--init", r.init, "Weights to begin with, instead of random ones");
  app->add_flag("--resume", r.resume,
                "Go on from the checkpoint in the output folder, bit for bit");
  const auto strict =
      app->add_flag("--strict", a->strict,
                    "Convolve by F(2, 2, 2) instead of F(4, 4, 4): slower, smaller errors");
  app->add_flag("--direct", a->direct, "Convolve directly: slow, for checks")->excludes(strict);
  app->add_option("--instruction-set", a->instruction_set, "auto, avx512, avx2 or portable")
      ->capture_default_str();
  add_common_options(*app, common);
  return {app, [a, &common](Observer& observer) {
            TrainRequest& request = a->request;
            request.common = common.request();
            if (common.seed != 0)
              request.overrides.push_back("seed=" + std::to_string(common.seed));
            request.options = backend_options(a->instruction_set, a->strict, a->direct, common);
            return run_train(request, &observer);
          }};
}

}  // namespace dfe::cli
