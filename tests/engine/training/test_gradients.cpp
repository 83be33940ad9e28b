// SPDX-License-Identifier: Apache-2.0
// Gradients of a whole small network: central differences in double on ref, cpu against ref, the
// same bits for every thread count and for one or two processes.
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/cpu_backward.hpp"
#include "tests/engine/training/small_network.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const DeepFinderSpec kSpec{{2, 3, 4}, 3};
const LossSpec kEntropy{.class_weights = {1, 2, 3}};
const LossSpec kBoth{.cross_entropy = 1, .tversky = 0.5, .alpha = 0.3, .beta = 0.7};

TrainingBackend backend(const std::string& device, int threads, const std::string& isa = "auto") {
  ComputeOptions options;
  options.device = device;
  options.threads = threads;
  options.instruction_set = isa;
  return make_training_backend(options);
}

BatchResult gradients(const TrainingBackend& on, const Graph& graph, const LossSpec& loss,
                      const Weights& weights, const Batch& batch) {
  SingleProcess alone;
  return BatchGradient(graph, on, kPatch, static_cast<std::int64_t>(batch.samples.size()), loss,
                       alone)
      .run(weights, batch.samples);
}

void check_same(const BatchResult& a, const BatchResult& b) {
  CHECK(a.loss == b.loss);
  for (std::size_t layer = 0; layer < a.gradients.size(); ++layer) {
    INFO("layer " << layer);
    CHECK(a.gradients[layer].dw == b.gradients[layer].dw);
    CHECK(a.gradients[layer].db == b.gradients[layer].db);
  }
}

/// Two processes as two threads that meet in `sum`.
class Pair {
 public:
  class Member final : public Communicator {
   public:
    Member(Pair& pair, int rank) : pair_(pair), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return 2; }
    void sum(std::span<double> values) override { pair_.sum(values, rank_); }

   private:
    Pair& pair_;
    int rank_;
  };

 private:
  void sum(std::span<double> values, int rank) {
    std::unique_lock lock(mutex_);
    const std::int64_t turn = turn_;
    values_[rank] = values;
    if (++arrived_ == 2) {
      for (std::size_t i = 0; i < values.size(); ++i)
        values_[0][i] = values_[1][i] = values_[0][i] + values_[1][i];
      arrived_ = 0;
      ++turn_;
      met_.notify_all();
    } else {
      met_.wait(lock, [&] { return turn_ != turn; });
    }
  }

  std::mutex mutex_;
  std::condition_variable met_;
  std::span<double> values_[2];
  int arrived_ = 0;
  std::int64_t turn_ = 0;
};

}  // namespace

TEST_CASE("ref: gradients of the whole network are central differences of the loss") {
  const Graph graph = deepfinder_graph(kSpec);
  const TrainingBackend ref = backend("ref", 2);
  const Batch batch(2, 3, 0);
  for (const LossSpec& loss : {kEntropy, kBoth}) {
    Weights weights = small_weights(graph, 5);
    for (LayerWeights& layer : weights.layers)  // multiples of 2^-24 below 1/2, so that w ± h is
                                                // exact; biases so that few ReLUs are dead
      for (std::vector<float>* values : {&layer.kernel, &layer.bias})
        for (float& w : *values)
          w = std::ldexp(std::round(std::ldexp(values == &layer.bias ? 0.05f : w, 24)), -24);
    SingleProcess alone;
    BatchGradient compute(graph, ref, kPatch, 2, loss, alone);
    const BatchResult at = compute.run(weights, batch.samples);
    TrainingExecutable forward(graph, ref, kPatch, 1);
    const auto loss_at = [&] {
      forward.set_weights(weights);
      ClassSums sums(3);
      for (const TrainingSample& s : batch.samples) {
        ClassSums more = forward.forward(0, s.voxels, s.labels);
        for (std::size_t row = 0; row < sums.rows().size(); ++row)
          for (std::size_t c = 0; c < 3; ++c) (*sums.rows()[row])[c] += (*more.rows()[row])[c];
      }
      return loss_value(loss, sums);
    };
    CHECK(loss_at() == at.loss);
    for (std::size_t layer = 0; layer < weights.layers.size(); ++layer) {
      double largest = 0;
      for (const double g : at.gradients[layer].dw) largest = std::max(largest, std::abs(g));
      REQUIRE(largest > 0);
      const auto check = [&](std::vector<float>& w, const std::vector<double>& g,
                             std::size_t every) {
        for (std::size_t i = 0; i < w.size(); i += every) {
          INFO("layer " << layer << " element " << i);
          const float before = w[i], h = 0x1p-17f;
          w[i] = before + h;
          const double high = loss_at();
          w[i] = before - h;
          const double low = loss_at();
          w[i] = before;
          CHECK(std::abs(g[i] - (high - low) / (2 * static_cast<double>(h))) <= 1e-6 * largest);
        }
      };
      check(weights.layers[layer].kernel, at.gradients[layer].dw,
            1 + weights.layers[layer].kernel.size() / 12);
      check(weights.layers[layer].bias, at.gradients[layer].db, 1);
    }
  }
}

TEST_CASE("cpu: gradients of the whole network agree with ref, on every instruction set") {
  const Graph graph = deepfinder_graph({{3, 5, 18}, 3});
  const Weights weights = small_weights(graph, 6);
  const Batch batch(2, 3, 1);
  const TrainingBackend ref = backend("ref", 2);
  for (const LossSpec& loss : {kEntropy, kBoth}) {
    const BatchResult expected = gradients(ref, graph, loss, weights, batch);
    for (const std::string& isa : cpu_instruction_sets()) {
      const BatchResult got = gradients(backend("cpu", 2, isa), graph, loss, weights, batch);
      CHECK(got.loss == Approx(expected.loss).epsilon(1e-6));
      for (std::size_t layer = 0; layer < expected.gradients.size(); ++layer) {
        INFO(isa << " layer " << layer);
        double largest = 0, error = 0;
        for (std::size_t i = 0; i < expected.gradients[layer].dw.size(); ++i) {
          largest = std::max(largest, std::abs(expected.gradients[layer].dw[i]));
          error = std::max(error,
                           std::abs(got.gradients[layer].dw[i] - expected.gradients[layer].dw[i]));
        }
        CHECK(error <= 1e-4 * largest);  // 15 layers of float sums; a sign or a tap that is wrong
                                         // is off by the order of `largest`
      }
    }
  }
}

TEST_CASE("cpu: thread counts and repeats do not change a bit of a batch's gradients") {
  const Graph graph = deepfinder_graph({{18, 20, 33}, 3});
  const Weights weights = small_weights(graph, 7);
  const Batch batch(3, 3, 2);
  for (const LossSpec& loss : {kEntropy, kBoth}) {
    const BatchResult once = gradients(backend("cpu", 1), graph, loss, weights, batch);
    for (const int threads : {1, 2, 3}) {
      INFO(threads << " threads");
      check_same(gradients(backend("cpu", threads), graph, loss, weights, batch), once);
    }
  }
}

TEST_CASE("two processes with half the batch each get the bits of one with all of it") {
  const Graph graph = deepfinder_graph(kSpec);
  const Weights weights = small_weights(graph, 8);
  const Batch batch(4, 3, 3);
  for (const LossSpec& loss : {kEntropy, kBoth}) {
    const BatchResult whole = gradients(backend("cpu", 1), graph, loss, weights, batch);
    Pair pair;
    BatchResult results[2];
    std::thread processes[2];
    for (int rank = 0; rank < 2; ++rank)
      processes[rank] = std::thread([&, rank] {
        Pair::Member member(pair, rank);
        const TrainingBackend on = backend("cpu", 1);
        const auto first = batch.samples.begin() + 2 * rank;
        results[rank] =
            BatchGradient(graph, on, kPatch, 2, loss, member).run(weights, {first, first + 2});
      });
    for (std::thread& process : processes) process.join();
    check_same(results[0], whole);
    check_same(results[1], whole);
  }
}

TEST_CASE("samples side by side on several backends give the bits of one after the other") {
  const Graph graph = deepfinder_graph(kSpec);
  const Weights weights = small_weights(graph, 9);
  ComputeOptions options;
  options.threads = 3;
  const std::vector<TrainingBackend> lanes = make_training_lanes(options, 5);
  REQUIRE(lanes.size() == 3);
  for (const LossSpec& loss : {kBoth, kEntropy}) {
    const Batch batch(5, 3, 4);
    const TrainingBackend one = backend("cpu", 1);
    SingleProcess alone;
    const BatchResult expected =
        BatchGradient(graph, one, kPatch, 5, loss, alone).run(weights, batch.samples);
    BatchGradient compute(graph, lanes, kPatch, 5, loss, alone);
    for (int repeat = 0; repeat < 2; ++repeat) {
      const BatchResult result = compute.run(weights, batch.samples);
      CHECK(result.loss == expected.loss);
      CHECK(result.sums.overlap == expected.sums.overlap);
      for (std::size_t layer = 0; layer < weights.layers.size(); ++layer) {
        CHECK(result.gradients[layer].dw == expected.gradients[layer].dw);
        CHECK(result.gradients[layer].db == expected.gradients[layer].db);
      }
    }
  }
}

TEST_CASE("patches, batches and labels that do not fit are refused") {
  const Graph graph = deepfinder_graph(kSpec);
  const TrainingBackend on = backend("cpu", 1);
  SingleProcess alone;
  CHECK_THROWS_WITH(BatchGradient(graph, on, Extent3{8, 8, 6}, 1, kEntropy, alone),
                    DFE_CONTAINS("8x8x6") && DFE_CONTAINS("multiple of 4"));
  CHECK_THROWS_WITH(BatchGradient(graph, on, kPatch, 0, kEntropy, alone), DFE_CONTAINS("batch"));
  BatchGradient compute(graph, on, kPatch, 1, kEntropy, alone);
  Batch batch(1, 3, 0);
  batch.labels[0][100] = 3;
  CHECK_THROWS_WITH(compute.run(small_weights(graph, 1), batch.samples),
                    DFE_CONTAINS("label 3") && DFE_CONTAINS("3 classes"));
  CHECK_THROWS_WITH(compute.run(small_weights(graph, 1), {}), DFE_CONTAINS("0 samples"));
}
