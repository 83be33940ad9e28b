// SPDX-License-Identifier: Apache-2.0
// Progress and messages on standard error: a bar with the time left on a terminal, a plain line now
// and then in a log file.
#pragma once

#include <chrono>
#include <string>

#include "dfengine/observer.hpp"

namespace dfe::cli {

class TerminalObserver : public Observer {
 public:
  struct Options {
    bool quiet = false, verbose = false;
    bool terminal = false;  ///< standard error is a terminal that can redraw a line
  };

  explicit TerminalObserver(Options options) : options_(options) {}
  ~TerminalObserver() override { end_line(); }

  void progress(std::string_view stage, std::int64_t done, std::int64_t total) override;
  void message(LogLevel level, std::string_view text) override;
  bool cancelled() override;

  /// Clears the bar, so that other text starts on a line of its own.
  void end_line();

 private:
  using Clock = std::chrono::steady_clock;

  Options options_;
  std::string stage_;
  Clock::time_point stage_start_, last_shown_;
  double stage_start_part_ = 0;  ///< what was done of the stage when it was entered
  std::int64_t stage_start_done_ = 0;
  bool line_open_ = false;
};

/// From now on SIGINT and SIGTERM make `cancelled()` true; a second one ends the program at once.
void watch_signals();

/// Whether one of the signals has come.
bool interrupted();

/// ", 214 orientations/s" for the stage whose units users know; else nothing.
std::string rate_text(std::string_view stage, double per_second);

/// "0:42", "12:05", "3:07:00".
std::string clock_text(double seconds);

}  // namespace dfe::cli
