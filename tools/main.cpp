// SPDX-License-Identifier: Apache-2.0
// The command line: options in, one call of the library, result out. Results go to standard output,
// everything else to standard error.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
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
      if (!common.json && common.quiet) return kDone;
      if (!print(common.json ? report.json + "\n" : report.text))
        return fail(false, kFailed, "standard output: cannot be written");
      return kDone;
    } catch (const dfe::Error& error) {
      observer.end_line();
      return fail(json, error.kind() == dfe::ErrorKind::Usage ? kUsage : kFailed, error.what());
    } catch (const std::bad_alloc&) {
      observer.end_line();
      return fail(json, kFailed,
                  "memory: not enough to go on; give --memory a smaller budget or free some");
    } catch (const std::exception& error) {
      observer.end_line();
      return fail(
          json, kFailed,
          std::string("internal error: ") + error.what() + "; please report it with the command");
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
