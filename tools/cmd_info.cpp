// SPDX-License-Identifier: Apache-2.0
// `dfengine info`: what files hold, or what this machine offers.
#include "options.hpp"

namespace dfe::cli {

Command add_info(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand(
      "info", "Tell about volumes, weights, particle lists; without a file, about this machine");
  app->footer(
      "Examples:\n"
      "  dfengine info tomo.mrc\n"
      "  dfengine info --json tomo.mrc model.h5 picks.star\n"
      "  dfengine info --ops");
  struct Arguments {
    InfoRequest request;
    bool no_statistics = false;
  };
  const auto a = std::make_shared<Arguments>();
  app->add_option("FILE", a->request.files, "Volumes, weights, score maps or particle lists");
  app->add_option("--like", a->request.like,
                  "Tomogram that lists refer to, for formats that count from its centre");
  app->add_flag("--no-statistics", a->no_statistics,
                "Read headers only: no minimum, maximum, mean");
  app->add_flag("--ops", a->request.ops,
                "Every op of the network with its kernel on each backend, or why it has none; a "
                "file of weights gives the widths");
  add_common_options(*app, common);
  return {app, [a, &common](Observer& observer) {
            a->request.common = common.request();
            a->request.statistics = !a->no_statistics;
            CommandReport report = run_info(a->request, &observer);
            common.quiet = false;  // the text is the result here
            return report;
          }};
}

}  // namespace dfe::cli
