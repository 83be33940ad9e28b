// SPDX-License-Identifier: Apache-2.0
// `dfengine info`: what files hold, or what this machine offers.
#include "options.hpp"

namespace dfe::cli {

Command add_info(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand(
      "info", "Describe tomograms, weights and particle lists; without a file, this computer");
  app->group(step::kPrepare);
  app->footer(
      "Example:\n"
      "  dfengine info tomo.mrc model.h5\n\n"
      "Next: 'dfengine pick' finds particles in a tomogram.");
  struct Arguments {
    InfoRequest request;
    bool no_statistics = false;
  };
  const auto a = std::make_shared<Arguments>();
  app->option_defaults()->group(group::kFiles);
  app->add_option("FILE", a->request.files, "Volumes, weights, score maps or particle lists");
  app->add_flag("--no-statistics", a->no_statistics,
                "Read headers only: no minimum, maximum, mean and standard deviation");
  add_list_reading(*app, "--from", a->request.list_format, "Format of the lists");
  add_frame(*app, a->request.frame);
  add_common_options(
      *app, common,
      {.device = "Check that this device can be used: cpu, cuda or cuda:N", .bytes = true});
  app->option_defaults()->group(group::kExpert);
  app->add_flag("--ops", a->request.ops,
                "For every operation of the network, the kernel of each backend, or why it has "
                "none; FILE may be weights");
  return {app, [a, &common](Observer& observer) {
            a->request.common = common.request();
            a->request.statistics = !a->no_statistics;
            CommandReport report = run_info(a->request, &observer);
            common.quiet = false;  // the text is the result here
            return report;
          }};
}

}  // namespace dfe::cli
