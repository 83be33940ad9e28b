// SPDX-License-Identifier: Apache-2.0
// Progress on standard error, see the header. The time left is what the stage took since it was
// entered, scaled: a stage can be entered with a part of it done.
#include "terminal_observer.hpp"

#include <cmath>
#include <csignal>
#include <cstdio>

namespace dfe::cli {

namespace {

volatile std::sig_atomic_t signal_seen = 0;

constexpr int kBarWidth = 24;
constexpr double kRedrawSeconds = 0.2;
constexpr double kLineSeconds = 10;

}  // namespace

extern "C" {
static void note_signal(int signal) { signal_seen = signal; }
}

void watch_signals() {
  struct sigaction action = {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESETHAND;  // the second one takes its default course
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // a file size limit and a closed pipe are errors to report, not ends of the process that leave
  // temporary files
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

bool interrupted() { return signal_seen != 0; }

std::string clock_text(double seconds) {
  const long long s = seconds > 0 ? std::llround(seconds) : 0;
  char text[48];
  if (s >= 3600)
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
  else
    std::snprintf(text, sizeof text, "%lld:%02lld", s / 60, s % 60);
  return text;
}

std::string rate_text(std::string_view stage, double per_second) {
  if (stage != "match" || !(per_second > 0)) return "";
  char text[48];
  std::snprintf(text, sizeof text, ", %.3g orientations/s", per_second);
  return text;
}

void TerminalObserver::progress(std::string_view stage, std::int64_t done, std::int64_t total) {
  if (options_.quiet || total <= 0) return;
  const Clock::time_point now = Clock::now();
  const double part = static_cast<double>(done) / static_cast<double>(total);
  if (stage != stage_) {
    end_line();
    stage_ = stage;
    stage_start_part_ = part;
    stage_start_done_ = done;
    stage_start_ = last_shown_ = now;
  }
  const double since_shown = std::chrono::duration<double>(now - last_shown_).count();
  const double elapsed = std::chrono::duration<double>(now - stage_start_).count();
  if (since_shown < (options_.terminal ? kRedrawSeconds : kLineSeconds)) return;
  last_shown_ = now;
  const double gone = part - stage_start_part_;
  const std::string left =
      gone > 0 && done < total ? ", " + clock_text(elapsed * (1 - part) / gone) + " left" : "";
  const std::string rate =
      rate_text(stage, static_cast<double>(done - stage_start_done_) / elapsed);
  const int percent = static_cast<int>(100 * part);
  if (options_.terminal) {
    const auto filled = static_cast<std::size_t>(part * kBarWidth);
    const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '.');
    std::fprintf(stderr, "\r\033[K%s [%s] %d %%%s%s", stage_.c_str(), bar.c_str(), percent,
                 rate.c_str(), left.c_str());
    line_open_ = true;
  } else {
    std::fprintf(stderr, "%s: %d %%%s%s\n", stage_.c_str(), percent, rate.c_str(), left.c_str());
  }
  std::fflush(stderr);
}

void TerminalObserver::message(LogLevel level, std::string_view text) {
  if (options_.quiet && level != LogLevel::Error) return;
  if (level == LogLevel::Debug && !options_.verbose) return;
  end_line();
  const char* const begin = level == LogLevel::Error     ? "dfengine: "
                            : level == LogLevel::Warning ? "warning: "
                                                         : "";
  std::fprintf(stderr, "%s%.*s\n", begin, static_cast<int>(text.size()), text.data());
}

bool TerminalObserver::cancelled() { return interrupted(); }

void TerminalObserver::end_line() {
  if (line_open_) std::fputs("\r\033[K", stderr);
  line_open_ = false;
}

}  // namespace dfe::cli
