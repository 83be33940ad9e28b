// SPDX-License-Identifier: Apache-2.0
// Training at the default widths: a step of one patch of 56 voxels as a whole, and the backward of
// every op with and without dx. FLOP are counted as published (direct convolution, 2 per
// multiply-add and pass); times are CPU seconds. Run: bench_training
// [--benchmark_filter=...]
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "core/overloaded.hpp"
#include "engine/training/train_step.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "layers/op_facts.hpp"
#include "tests/fixtures/fill.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

constexpr std::int64_t kPatch = 56;

TrainingBackend backend(const std::string& isa, Convolution convolution) {
  ComputeOptions options;
  options.threads = 1;
  options.instruction_set = isa;
  options.convolution = convolution;
  return make_training_backend(options);
}

void report(benchmark::State& state, const std::string& isa, double flop) {
  static const double peak = measure_fma_peak_gflops(isa, 0.5);
  const double gflops = flop * static_cast<double>(state.iterations()) * 1e-9;
  state.counters["GFLOP/s"] = benchmark::Counter(gflops, benchmark::Counter::kIsRate);
  state.counters["share_of_peak"] = benchmark::Counter(gflops / peak, benchmark::Counter::kIsRate);
}

/// The backward of one op of the network at a resolution of `side` voxels of its input.
void backward(benchmark::State& state, std::string isa, Convolution convolution, OpDesc op,
              std::int64_t side, bool with_dx) {
  const TrainingBackend on = backend(isa, convolution);
  const Extent3 in{side, side, side}, out = output_extent(op, in);
  std::vector<std::int64_t> channels;
  std::unique_ptr<PlannedBackward> planned;
  const auto none = [] { throw std::logic_error("has no backward of its own"); };
  std::visit(Overloaded{[&](const Conv3dDesc& d) {
                          planned = on.backward->plan(d, side);
                          channels = {d.c0};
                          if (d.c1 > 0) channels.push_back(d.c1);
                        },
                        [&](const MaxPoolDesc& d) {
                          planned = on.backward->plan(d);
                          channels = {d.channels};
                        },
                        [&](const UpConvDesc& d) {
                          planned = on.backward->plan(d, 2 * side);
                          channels = {d.ci};
                        },
                        [&](const HeadDesc&) { none(); }, [&](const CastDesc&) { none(); }},
             op);
  if (parameter_count(op) > 0)
    planned->set_weights(initial_weights(op, Philox(1, RandomPurpose{1}), 0));
  std::vector<Tensor> tensors;
  const auto filled = [&](Extent3 extent, std::int64_t count) {
    tensors.emplace_back(*on.forward, extent, count);
    tensors.back().store(uniform_reals(extent.voxels() * count, 1).data());
    return tensors.back().buffer();
  };
  std::vector<PlaneBuffer> x, dx;
  for (const std::int64_t c : channels) {
    x.push_back(filled(in, c));
    dx.push_back(with_dx ? filled(in, c) : PlaneBuffer{});
  }
  const PlaneBuffer y = filled(out, output_channels(op)), dy = filled(out, output_channels(op));
  LayerGradient gradient;
  for (auto _ : state) planned->run({x, y, dy, dx}, &gradient);
  report(state, isa, flop(op, out) * (with_dx ? 2 : 1));
}

void step(benchmark::State& state, std::string isa, Convolution convolution, bool gradients_only) {
  const TrainingBackend on = backend(isa, convolution);
  const Graph graph = deepfinder_graph({.classes = 13, .streamed = false});
  SingleProcess alone;
  BatchGradient compute(graph, on, {kPatch, kPatch, kPatch}, 1, {.tversky = 1}, alone);
  TrainingState training;
  for (const OpNode& node : graph.ops)
    if (node.weights >= 0)
      training.weights.layers.push_back(initial_weights(node.op, Philox(1, RandomPurpose{1}),
                                                        static_cast<std::uint32_t>(node.weights)));
  const double pass = graph.flop({kPatch, kPatch, kPatch});
  const std::vector<float> voxels = uniform_reals(kPatch * kPatch * kPatch, 3);
  std::vector<std::uint8_t> labels(voxels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % 13);
  for (auto _ : state) {
    BatchResult result = compute.run(training.weights, {{voxels.data(), labels.data()}});
    if (!gradients_only) benchmark::DoNotOptimize(apply_batch({}, std::move(result), training));
  }
  state.counters["MiB"] = static_cast<double>(compute.bytes()) / (1 << 20);
  report(state, isa, 3 * pass);
}

void register_all(const std::string& isa, Convolution convolution, const std::string& tag) {
  const auto add = [&](const std::string& name, auto function, auto... arguments) {
    benchmark::RegisterBenchmark((name + tag).c_str(), function, isa, convolution, arguments...)
        ->Unit(benchmark::kMillisecond);
  };
  add("step 56", step, false);
  add("gradients 56", step, true);
  const auto add_op = [&](const OpDesc& op, std::int64_t side) {
    const bool one_channel =
        std::holds_alternative<Conv3dDesc>(op) && std::get<Conv3dDesc>(op).c0 == 1;
    if (parameter_count(op) > 0) add("dw of " + describe(op), backward, op, side, false);
    if (!one_channel)
      add((parameter_count(op) > 0 ? "dw and dx of " : "dx of ") + describe(op), backward, op, side,
          true);
  };
  const Graph graph = deepfinder_graph({.classes = 13, .streamed = false});
  for (const OpNode& node : graph.ops)
    if (!std::holds_alternative<HeadDesc>(node.op))
      add_op(node.op, kPatch >> graph.tensors[static_cast<std::size_t>(node.inputs[0])].level);
}

}  // namespace

int main(int argc, char* argv[]) {
  for (const std::string& isa : cpu_instruction_sets()) {
    register_all(isa, Convolution::Winograd, "/" + isa + " winograd");
    register_all(isa, Convolution::Direct, "/" + isa);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
