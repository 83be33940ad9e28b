// SPDX-License-Identifier: Apache-2.0
// The command line: options in, one call of the library, result out. Results go to standard output,
// everything else to standard error.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mistakes.hpp"
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

/// Several inputs of which not all could be done: how many were. The failures themselves were said
/// when they came up.
ExitCode sum_up(const dfe::CommandReport& report) {
  const auto failed = static_cast<std::int64_t>(report.failures.size());
  if (failed == 0 && !report.cancelled) return kDone;
  if (report.cancelled) std::fprintf(stderr, "dfengine: %s\n", report.cancelled->text.c_str());
  std::string text = std::to_string(report.inputs - report.skipped - failed - report.unfinished) +
                     " of " + std::to_string(report.inputs) + " done";
  const auto add = [&](std::int64_t count, const char* what) {
    if (count > 0) text += ", " + std::to_string(count) + what;
  };
  add(report.skipped, " skipped");
  add(failed, " failed");
  add(report.unfinished, " cancelled");
  std::fprintf(stderr, "dfengine: %s\n", text.c_str());
  return kFailed;
}

/// What a person sees who calls for help, or just for dfengine.
void describe(CLI::App& app) {
  dfe::cli::use_help(app);
  app.set_version_flag("--version", "dfengine " + dfe::version(), "Print the version")
      ->group(dfe::cli::group::kCommon);
  app.require_subcommand(1);
  app.footer(
      "First steps:\n"
      "  dfengine info tomo.mrc\n"
      "  dfengine pick tomo.mrc --weights model.h5 --radius 8 --min-size 100 -o picks.star\n\n"
      "'dfengine SUBCOMMAND --help' lists the options of a subcommand.\n"
      "Documentation: README.md and the folder docs/ of the source code.");
}

int fail_with(bool json, const std::exception_ptr& error) {
  const dfe::Failure failure = dfe::describe_failure("", error);
  return fail(json, failure.kind == dfe::ErrorKind::Usage ? kUsage : kFailed, failure.text);
}

int run(const std::vector<std::string>& words) {
  CLI::App app("Finds and names macromolecules in cryo-electron tomograms", "dfengine");
  describe(app);
  dfe::cli::CommonOptions common;
  const std::array commands = {
      dfe::cli::add_info(app, common),    dfe::cli::add_convert(app, common),
      dfe::cli::add_target(app, common),  dfe::cli::add_simulate(app, common),
      dfe::cli::add_train(app, common),   dfe::cli::add_pick(app, common),
      dfe::cli::add_segment(app, common), dfe::cli::add_cluster(app, common),
      dfe::cli::add_match(app, common),   dfe::cli::add_evaluate(app, common)};
  // asked for, even if parsing fails before it gets there
  const bool json = std::find(words.begin(), words.end(), "--json") != words.end();

  try {
    if (words.empty()) return print(app.help()) ? kDone : kFailed;
    dfe::cli::check_words(app, words);
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // from the back
  } catch (const CLI::Success& asked) {                                 // --help, --version
    return app.exit(asked) == 0 && std::fflush(stdout) == 0 ? kDone : kFailed;
  } catch (const CLI::ParseError& error) {
    return fail(json, kUsage, dfe::cli::explain(app, error).what());
  } catch (const dfe::Error&) {
    return fail_with(json, std::current_exception());
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
      return fail_with(json, std::current_exception());
    }
  }
  return kUsage;
}

}  // namespace

int main(int argc, char* argv[]) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    return fail(false, kFailed, error.what());
  }
}
