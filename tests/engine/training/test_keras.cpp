// SPDX-License-Identifier: Apache-2.0
// Ten steps of training against Keras: losses, first gradients, and weights after one and ten
// steps. The golden values were written by tests/peers/train_steps.py from the same formulas for
// weights and batches.
#include <cmath>
#include <fstream>
#include <string>

#include "tests/engine/training/small_network.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

struct Golden {
  std::string what;
  std::int64_t step = 0, index = 0;
  double value = 0;
};

std::vector<Golden> golden(const std::string& loss) {
  std::ifstream in(DFE_SOURCE_DIR "/tests/peers/train_steps.txt");
  REQUIRE(in);
  std::vector<Golden> lines;
  std::string name;
  for (Golden g; in >> name >> g.what >> g.step >> g.index >> g.value;)
    if (name == loss) lines.push_back(g);
  return lines;
}

template <class T>
void append(std::vector<double>& flat, const std::vector<T>& values) {
  flat.insert(flat.end(), values.begin(), values.end());
}

std::vector<double> flat(const std::vector<LayerWeights>& layers) {
  std::vector<double> all;
  for (const LayerWeights& layer : layers) append(all, layer.kernel), append(all, layer.bias);
  return all;
}

std::vector<double> flat(const Gradients& gradients) {
  std::vector<double> all;
  for (const LayerGradient& layer : gradients) append(all, layer.dw), append(all, layer.db);
  return all;
}

void compare(const ComputeOptions& device, const std::string& name, const LossSpec& loss) {
  const std::vector<Golden> expected = golden(name);
  REQUIRE(expected.size() > 200);
  const Graph graph =
      deepfinder_graph({.widths = {3, 4, 5}, .classes = 3, .streamed = false});  // as `train` does
  const TrainingBackend on = make_training_backend(device);
  SingleProcess alone;
  BatchGradient compute(graph, on, kPatch, 2, loss, alone);
  OptimizerOptions optimizer;
  optimizer.schedule.rate = 1e-3;
  TrainingState state;
  state.weights = small_weights(graph, 21);
  for (std::int64_t step = 1; step <= 10; ++step) {
    const Batch batch(2, 3, static_cast<std::uint32_t>(step - 1));
    const BatchResult result = compute.run(state.weights, batch.samples);
    const std::vector<double> gradients = flat(result.gradients);
    REQUIRE(apply_batch(optimizer, result, state).stepped);
    const std::vector<double> weights = flat(state.weights.layers);
    for (const Golden& g : expected) {
      if (g.step != step) continue;
      INFO(on.forward->description()
           << ", " << name << " " << g.what << " " << g.index << " at step " << step);
      const std::size_t index = static_cast<std::size_t>(g.index);
      const double got = g.what == "loss"       ? result.loss
                         : g.what == "gradient" ? gradients[index]
                                                : weights[index];
      CHECK(std::abs(got - g.value) <=
            (g.what == "gradient" ? 1e-7 : 1e-5));  // the largest gradient is 4.5e-3
    }
  }
}

}  // namespace

TEST_CASE("ten steps agree with Keras to 1e-5, for cross-entropy and Tversky, on ref and cpu") {
  for (const std::string device : {"ref", "cpu"}) {
    ComputeOptions options;
    options.device = device;
    options.threads = 2;
    compare(options, "entropy", {});
    compare(options, "tversky",
            {.cross_entropy = 0, .tversky = 1, .alpha = 0.3, .beta = 0.7, .epsilon = 1e-6});
  }
}
