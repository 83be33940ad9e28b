// SPDX-License-Identifier: Apache-2.0
// `dfengine train` as a process that is killed, or asked to stop, at any moment.
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "io/weights_file.hpp"
#include "tests/commands/train/toy.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using dfe::test::TempFolder;

namespace {

/// Starts training in `folder` as the leader of nothing: a plain child. It ends by SIGPROF once it
/// has taken `cpu_seconds`, which no handler sees and no busy machine moves; 0: it does not.
pid_t start_training(const std::filesystem::path& folder, const std::string& output,
                     const char* threads, double cpu_seconds = 0) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (chdir(folder.c_str()) != 0) _exit(100);
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(cpu_seconds);
  timer.it_value.tv_usec = static_cast<suseconds_t>(1e6 * (cpu_seconds - std::floor(cpu_seconds)));
  setitimer(ITIMER_PROF, &timer, nullptr);  // it goes on in the program that follows
  execl(DFENGINE_BINARY, "dfengine", "train", "toy.yaml", "-o", output.c_str(), "--threads",
        threads, "--overwrite", "--quiet", nullptr);
  _exit(101);
}

/// Of all children that have ended.
double cpu_seconds_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Sends a signal once a checkpoint lies there, or the child has ended; returns its status.
int signal_at(pid_t child, const std::filesystem::path& checkpoint, int signal) {
  int status = 0;
  while (!std::filesystem::exists(checkpoint)) {
    if (waitpid(child, &status, WNOHANG) == child) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  kill(child, signal);
  waitpid(child, &status, 0);
  return status;
}

bool same_weights(const std::filesystem::path& a, const std::filesystem::path& b) {
  const dfe::Weights of_a = dfe::io::read_weights(a), of_b = dfe::io::read_weights(b);
  for (std::size_t layer = 0; layer < of_a.layers.size(); ++layer)
    if (of_a.layers[layer].kernel != of_b.layers[layer].kernel ||
        of_a.layers[layer].bias != of_b.layers[layer].bias)
      return false;
  return of_a.layers.size() == of_b.layers.size();
}

}  // namespace

TEST_CASE("killed at any moment, a run goes on to the same weights") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  const double before = cpu_seconds_of_children();
  REQUIRE(
      dfe::test::dfengine(folder.path(), "train toy.yaml -o whole --threads 2 --quiet").exit_code ==
      0);
  const double whole = cpu_seconds_of_children() - before;
  int killed = 0, resumed_runs = 0;
  for (const double share : {0.25, 0.45, 0.65, 0.85}) {
    std::filesystem::remove_all(folder / "parts");
    int status = 0;
    waitpid(start_training(folder.path(), "parts", "1", share * whole), &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    if (!std::filesystem::exists(folder / "parts/checkpoint.h5")) continue;  // before the first one
    const auto resumed =
        dfe::test::dfengine(folder.path(), "train toy.yaml -o parts --threads 2 --resume --quiet");
    INFO(resumed.err);
    REQUIRE(resumed.exit_code == 0);
    CHECK(same_weights(folder / "parts/weights_last.h5", folder / "whole/weights_last.h5"));
    CHECK(same_weights(folder / "parts/weights_best.h5", folder / "whole/weights_best.h5"));
    ++resumed_runs;
  }
  CHECK(killed >= 2);  // two threads may need more than one
  CHECK(resumed_runs >= 2);
}

TEST_CASE("asked to stop, a run writes a checkpoint and ends well") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path(), "");
  for (const int signal : {SIGTERM, SIGINT}) {
    std::filesystem::remove_all(folder / "parts");
    const int status = signal_at(start_training(folder.path(), "parts", "2"),
                                 folder / "parts/checkpoint.h5", signal);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    const auto resumed =
        dfe::test::dfengine(folder.path(), "train toy.yaml -o parts --resume --json");
    CHECK(resumed.exit_code == 0);
    CHECK_THAT(resumed.out, DFE_CONTAINS("\"finished\":true"));
  }
}
