// SPDX-License-Identifier: Apache-2.0
// The command line: options in, one call of the library, result out. Results go to standard output,
// everything else to standard error.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "options.hpp"
#include "terminal_observer.hpp"

namespace {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2 };

/// False where the text did not reach its reader (full disk, closed pipe).
bool print(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

int fail(bool json, ExitCode code, const std::string& text) {
  if (json) print(dfe::error_json(text) + "\n");
  std::fprintf(stderr, "dfengine: %s\n", text.c_str());
  return code;
}

/// Several inputs: how many were done. The failures themselves were said when they came up.
ExitCode sum_up(const dfe::CommandReport& report) {
  const std::size_t failed = report.failures.size();
  if (failed == 0) return kDone;
  const auto inputs = static_cast<std::size_t>(report.inputs);
  std::fprintf(stderr, "dfengine: %zu of %zu done; %zu failed\n", inputs - failed, inputs, failed);
  return kFailed;
}

/// The parser's message as one line of our own kind.
int fail_parse(bool json, const CLI::App& app, const CLI::ParseError& error) {
  std::string text = error.what();
  for (char& c : text)
    if (c == '\n') c = ' ';
  std::string name = "dfengine";
  for (const CLI::App* sub : app.get_subcommands()) name += " " + sub->get_name();
  return fail(json, kUsage, text + "; '" + name + " --help' lists the options");
}

int run(int argc, char* argv[]) {
  CLI::App app("Finds and names macromolecules in cryo-electron tomograms.", "dfengine");
  app.set_version_flag("--version", "dfengine " + dfe::version());
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  dfengine pick tomo.mrc --weights model.h5 --radius 8 --min-size 100 -o picks.star\n"
      "  dfengine info --json tomo.mrc\n"
      "'dfengine SUBCOMMAND --help' lists a subcommand's options.");

  dfe::cli::CommonOptions common;
  const std::array commands = {
      dfe::cli::add_pick(app, common),    dfe::cli::add_segment(app, common),
      dfe::cli::add_cluster(app, common), dfe::cli::add_train(app, common),
      dfe::cli::add_target(app, common),  dfe::cli::add_evaluate(app, common),
      dfe::cli::add_convert(app, common), dfe::cli::add_info(app, common),
      dfe::cli::add_simulate(app, common)};
  bool json = false;  // asked for, even where parsing fails before it gets there
  for (int i = 1; i < argc; ++i) json = json || std::string_view(argv[i]) == "--json";

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked) == 0 && std::fflush(stdout) == 0 ? kDone : kFailed;
  } catch (const CLI::ParseError& error) {
    return fail_parse(json, app, error);
  }

  dfe::cli::watch_signals();
  const char* terminal = std::getenv("TERM");
  dfe::cli::TerminalObserver observer(
      {common.quiet, common.verbose,
       isatty(STDERR_FILENO) != 0 && terminal && std::string_view(terminal) != "dumb"});
  for (const dfe::cli::Command& command : commands) {
    if (!command.app->parsed()) continue;
    try {
      check_common_options(common);
      const dfe::CommandReport report = command.run(observer);
      observer.end_line();
      if ((common.json || !common.quiet) && !print(common.json ? report.json + "\n" : report.text))
        return fail(false, kFailed, "standard output: cannot be written");
      return sum_up(report);
    } catch (...) {
      observer.end_line();
      const dfe::Failure failure = dfe::describe_failure("");
      return fail(json, failure.kind == dfe::ErrorKind::Usage ? kUsage : kFailed, failure.text);
    }
  }
  return kUsage;
}

}  // namespace

int main(int argc, char* argv[]) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return fail(false, kFailed, error.what());
  }
}
