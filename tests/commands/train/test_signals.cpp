// SPDX-License-Identifier: Apache-2.0
// `dfengine train` as a process that is killed, or asked to stop, at any moment.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "io/weights_file.hpp"
#include "tests/commands/train/toy.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using dfe::test::TempFolder;

namespace {

/// Starts training in `folder` as the leader of nothing: a plain child.
pid_t start_training(const std::filesystem::path& folder, const std::string& output,
                     const char* threads) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (chdir(folder.c_str()) != 0) _exit(100);
  execl(DFENGINE_BINARY, "dfengine", "train", "toy.yaml", "-o", output.c_str(), "--threads",
        threads, "--overwrite", "--quiet", nullptr);
  _exit(101);
}

/// Sends a signal some time after the first checkpoint lies there; returns the status of waitpid.
int signal_after(pid_t child, const std::filesystem::path& checkpoint,
                 std::chrono::milliseconds delay, int signal) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!std::filesystem::exists(checkpoint) && std::chrono::steady_clock::now() < give_up)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(delay);
  kill(child, signal);
  int status = 0;
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
  REQUIRE(
      dfe::test::dfengine(folder.path(), "train toy.yaml -o whole --threads 2 --quiet").exit_code ==
      0);
  int killed = 0;
  for (const int milliseconds : {0, 60, 250, 700}) {
    std::filesystem::remove_all(folder / "parts");
    const int status =
        signal_after(start_training(folder.path(), "parts", "1"), folder / "parts/checkpoint.h5",
                     std::chrono::milliseconds(milliseconds), SIGKILL);
    killed += WIFSIGNALED(status) ? 1 : 0;
    const auto resumed =
        dfe::test::dfengine(folder.path(), "train toy.yaml -o parts --threads 2 --resume --quiet");
    INFO(resumed.err);
    REQUIRE(resumed.exit_code == 0);
    CHECK(same_weights(folder / "parts/weights_last.h5", folder / "whole/weights_last.h5"));
    CHECK(same_weights(folder / "parts/weights_best.h5", folder / "whole/weights_best.h5"));
  }
  CHECK(killed >= 2);  // the others may have been too fast
}

TEST_CASE("asked to stop, a run writes a checkpoint and ends well") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path(), "");
  for (const int signal : {SIGTERM, SIGINT}) {
    std::filesystem::remove_all(folder / "parts");
    const int status =
        signal_after(start_training(folder.path(), "parts", "2"), folder / "parts/checkpoint.h5",
                     std::chrono::milliseconds(50), signal);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    const auto resumed =
        dfe::test::dfengine(folder.path(), "train toy.yaml -o parts --resume --json");
    CHECK(resumed.exit_code == 0);
    CHECK_THAT(resumed.out, DFE_CONTAINS("\"finished\":true"));
  }
}
