// SPDX-License-Identifier: Apache-2.0
// A training step at the default widths and 13 classes: forward, weighted cross-entropy, backward,
// Adam. Reads one number per line from standard input and makes a step for each, printing one JSON
// object a line, so that a script can interleave it with a peer.
//   bench_step SIDE BATCH THREADS [auto|avx512|avx2|portable] [winograd|strict|direct]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/cpu_seconds.hpp"
#include "core/memory.hpp"
#include "engine/training/start.hpp"
#include "engine/training/train_step.hpp"
#include "tests/fixtures/fill.hpp"

using namespace dfe;

int main(int argc, char* argv[]) {
  const std::int64_t side = argc > 1 ? std::atol(argv[1]) : 56,
                     batch = argc > 2 ? std::atol(argv[2]) : 4;
  const std::string kind = argc > 5 ? argv[5] : "winograd";
  ComputeOptions options;
  options.threads = argc > 3 ? std::atoi(argv[3]) : 0;
  options.instruction_set = argc > 4 ? argv[4] : "auto";
  options.convolution = kind == "direct"   ? Convolution::Direct
                        : kind == "strict" ? Convolution::Strict
                                           : Convolution::Winograd;

  const Extent3 patch{side, side, side};
  TrainingState state;
  state.weights = random_start({}, std::vector<std::string>(13, "class"), 1);
  const std::vector<TrainingBackend> lanes = make_training_lanes(options, batch);
  LossSpec loss;
  loss.class_weights.assign(13, 10.0);
  loss.class_weights[0] = 1;
  SingleProcess alone;
  BatchGradient gradient(deepfinder_graph({.classes = 13, .streamed = false}), lanes, patch, batch,
                         loss, alone);
  const std::vector<float> voxels = test::uniform_reals(batch * patch.voxels(), 3);
  std::vector<std::uint8_t> labels(voxels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % 13);
  std::vector<TrainingSample> samples;
  for (std::int64_t i = 0; i < batch; ++i)
    samples.push_back({voxels.data() + i * patch.voxels(), labels.data() + i * patch.voxels()});

  for (int number; std::scanf("%d", &number) == 1;) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = cpu_seconds();
    const StepReport report = apply_batch({}, gradient.run(state.weights, samples), state);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf(
        "{\"run\": %d, \"device\": \"%s, %zu lanes\", \"convolution\": \"%s\", \"seconds\": %.4f, "
        "\"cpu_seconds\": %.4f, \"loss\": %.5f, "
        "\"peak_bytes\": %lld}\n",
        number, lanes.front().forward->description().c_str(), lanes.size(), kind.c_str(), seconds,
        cpu_seconds() - cpu, report.loss, static_cast<long long>(peak_memory_bytes()));
    std::fflush(stdout);
  }
  return 0;
}
