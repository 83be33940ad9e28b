// SPDX-License-Identifier: Apache-2.0
// Steps of the optimizer on a small network: it learns, gathers batches, leaves non-finite batches
// out, and goes on from a copied state.
#include <cmath>
#include <limits>

#include "tests/engine/training/small_network.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

struct Trainer {
  Graph graph = deepfinder_graph({{8, 8, 8}, 3});
  TrainingBackend on = make_training_backend(options());
  SingleProcess alone;
  BatchGradient compute;
  OptimizerOptions optimizer;
  TrainingState state;

  explicit Trainer(const LossSpec& loss = {}) : compute(graph, on, kPatch, 2, loss, alone) {
    optimizer.schedule.rate = 1e-2;
    state.weights = small_weights(graph, 3);
  }
  static ComputeOptions options() {
    ComputeOptions o;
    o.device = "cpu";
    o.threads = 1;
    return o;
  }
  StepReport step(std::uint32_t number) {
    const Batch batch(2, 3, number);
    return apply_batch(optimizer, compute.run(state.weights, batch.samples), state);
  }
};

void check_same(const TrainingState& a, const TrainingState& b) {
  CHECK(a.adam.steps == b.adam.steps);
  CHECK(a.adam.m == b.adam.m);
  CHECK(a.adam.v == b.adam.v);
  CHECK(a.pending.batches == b.pending.batches);
  for (std::size_t layer = 0; layer < a.weights.layers.size(); ++layer) {
    CHECK(a.weights.layers[layer].kernel == b.weights.layers[layer].kernel);
    CHECK(a.weights.layers[layer].bias == b.weights.layers[layer].bias);
  }
}

}  // namespace

TEST_CASE("the loss falls, for cross-entropy and for both losses together") {
  for (const LossSpec& loss : {LossSpec{}, LossSpec{.cross_entropy = 1, .tversky = 0.5}}) {
    Trainer t(loss);
    const double first = t.step(0).loss;
    StepReport last;
    for (std::uint32_t i = 1; i < 100; ++i) last = t.step(i);
    CHECK(last.stepped);
    CHECK(last.loss < 0.6 * first);
  }
}

TEST_CASE("a state copied after five steps goes on to the same bits") {
  Trainer t;
  t.optimizer.average_decay = 0.9;
  t.optimizer.batches_per_step = 2;
  for (std::uint32_t i = 0; i < 5; ++i) t.step(i);  // the fifth batch waits for the sixth
  Trainer resumed;
  resumed.optimizer = t.optimizer;
  resumed.state = t.state;
  for (std::uint32_t i = 5; i < 10; ++i) {
    t.step(i);
    resumed.step(i);
  }
  CHECK(t.state.adam.steps == 5);
  check_same(t.state, resumed.state);
  CHECK(t.state.average[3].kernel == resumed.state.average[3].kernel);
}

TEST_CASE("two gathered batches step as one batch of both") {
  Trainer apart, together;
  apart.optimizer.batches_per_step = 2;
  const Batch both(4, 3, 7);
  const std::vector<TrainingSample> first(both.samples.begin(), both.samples.begin() + 2),
      second(both.samples.begin() + 2, both.samples.end());
  CHECK(!apply_batch(apart.optimizer, apart.compute.run(apart.state.weights, first), apart.state)
             .stepped);
  CHECK(apply_batch(apart.optimizer, apart.compute.run(apart.state.weights, second), apart.state)
            .stepped);
  BatchGradient four(together.graph, together.on, kPatch, 4, {}, together.alone);
  CHECK(apply_batch(together.optimizer, four.run(together.state.weights, both.samples),
                    together.state)
            .stepped);
  for (std::size_t layer = 0; layer < apart.state.weights.layers.size(); ++layer)
    for (std::size_t i = 0; i < apart.state.weights.layers[layer].kernel.size(); ++i)
      CHECK(apart.state.weights.layers[layer].kernel[i] ==
            Approx(together.state.weights.layers[layer].kernel[i]).margin(1e-6));
}

TEST_CASE("a batch that is not finite is left out, said, and changes nothing") {
  Trainer t;
  for (std::uint32_t i = 0; i < 3; ++i) t.step(i);
  const TrainingState before = t.state;
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Batch batch(2, 3, 3);
    batch.voxels[1][200] = bad;
    const StepReport report =
        apply_batch(t.optimizer, t.compute.run(t.state.weights, batch.samples), t.state);
    CHECK(!report.stepped);
    CHECK_THAT(report.problem, DFE_CONTAINS("not finite"));
    check_same(t.state, before);
  }
  BatchResult result = t.compute.run(t.state.weights, Batch(2, 3, 3).samples);
  result.gradients[4].dw[0] = INFINITY;
  CHECK(apply_batch(t.optimizer, result, t.state).problem == "a gradient is not finite");
  check_same(t.state, before);
  CHECK(t.step(3).stepped);
}

TEST_CASE("a second set of weights gives the gradients of a fresh start, bit for bit") {
  const Graph graph = deepfinder_graph({.widths = {8, 20, 8}, .classes = 3, .streamed = false});
  const Batch batch(2, 3, 1);
  const Weights first = small_weights(graph, 3), second = small_weights(graph, 4);
  ComputeOptions options = Trainer::options();
  for (const char* const device : {"cpu", "ref"})
    for (const Convolution convolution :
         {Convolution::Winograd, Convolution::Strict, Convolution::Direct}) {
      options.device = device;
      options.convolution = convolution;
      const TrainingBackend on = make_training_backend(options),
                            other = make_training_backend(options);
      SingleProcess alone;
      BatchGradient used(graph, on, kPatch, 2, {}, alone),
          fresh(graph, other, kPatch, 2, {}, alone);
      used.run(first, batch.samples);
      const BatchResult got = used.run(second, batch.samples),
                        expected = fresh.run(second, batch.samples);
      CHECK(got.loss == expected.loss);
      for (std::size_t layer = 0; layer < expected.gradients.size(); ++layer) {
        CHECK(got.gradients[layer].dw == expected.gradients[layer].dw);
        CHECK(got.gradients[layer].db == expected.gradients[layer].db);
      }
      CHECK(used.bytes() == fresh.bytes());
      Weights wrong = second;
      wrong.layers[5].bias.pop_back();
      CHECK_THROWS_WITH(used.run(wrong, batch.samples), DFE_CONTAINS("number of values"));
      CHECK(used.run(second, batch.samples).loss == expected.loss);
    }
}

TEST_CASE("constant patches are safe") {
  Trainer t;
  Batch batch(2, 3, 0);
  for (auto& voxels : batch.voxels) voxels.assign(voxels.size(), 0.0f);
  const StepReport report =
      apply_batch(t.optimizer, t.compute.run(t.state.weights, batch.samples), t.state);
  CHECK(report.stepped);
  CHECK(std::isfinite(report.loss));
}

TEST_CASE("optimizer options out of range are refused by name") {
  CHECK_THROWS_WITH(check_optimizer({.adam = {.beta2 = 1}}), DFE_CONTAINS("beta2"));
  CHECK_THROWS_WITH(check_optimizer({.clip_norm = -1}), DFE_CONTAINS("clip_norm"));
  CHECK_THROWS_WITH(check_optimizer({.batches_per_step = 0}), DFE_CONTAINS("batches_per_step"));
  CHECK_NOTHROW(check_optimizer({}));
}
