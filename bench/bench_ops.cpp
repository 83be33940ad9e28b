// SPDX-License-Identifier: Apache-2.0
// Every op of the network at its default widths, layer by layer: GFLOP/s as published (direct
// convolution) and as a share of the FMA peak measured in the same run: minimal filtering exceeds
// it, since it does the work with fewer operations. Extents are those of one slab of a 64-voxel
// cube. Run: bench_ops [--benchmark_filter=...]
#include <benchmark/benchmark.h>

#include <map>
#include <set>

#include "core/overloaded.hpp"
#include "core/parallel.hpp"
#include "engine/graph.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/tensor.hpp"
#include "layers/op_facts.hpp"
#include "tests/fixtures/fill.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

constexpr std::int64_t kCube = 64;

/// "avx512" computes directly, "avx512 winograd" and "avx512 strict" by minimal filtering.
Backend& backend(const std::string& kernels, int threads) {
  static std::map<std::string, std::unique_ptr<Backend>> backends;
  auto& made = backends[kernels + std::to_string(threads)];
  const std::string isa = kernels.substr(0, kernels.find(' '));
  const Convolution convolution = kernels.ends_with("winograd") ? Convolution::Winograd
                                  : kernels.ends_with("strict") ? Convolution::Strict
                                                                : Convolution::Direct;
  if (!made) made = make_cpu_backend(threads, isa, convolution);
  return *made;
}

double peak(const std::string& kernels) {
  const std::string isa = kernels.substr(0, kernels.find(' '));
  static std::map<std::string, double> peaks;
  double& value = peaks[isa];
  if (value == 0) value = measure_fma_peak_gflops(isa, 0.5);
  return value;
}

void report(benchmark::State& state, const std::string& isa, int threads, double flop,
            double computed_flop) {
  const double gflops = flop * static_cast<double>(state.iterations()) * 1e-9;
  state.counters["GFLOP/s"] = benchmark::Counter(gflops, benchmark::Counter::kIsRate);
  state.counters["share_of_peak"] = benchmark::Counter(
      gflops * (computed_flop / flop) / (peak(isa) * threads), benchmark::Counter::kIsRate);
}

Tensor filled(Backend& on, Extent3 extent, std::int64_t channels) {
  Tensor tensor(on, extent, channels);
  tensor.store(uniform_reals(extent.voxels() * channels, 1).data());
  return tensor;
}

const auto reals = [](std::int64_t count, std::uint64_t seed) {
  return uniform_reals(count, seed);
};

void conv3d(benchmark::State& state, std::string isa, int threads, Conv3dDesc op,
            std::int64_t side) {
  Backend& on = backend(isa, threads);
  const Extent3 extent{side, side, side};
  const std::int64_t ci = op.c0 + op.c1;
  const auto planned = on.plan(op, make_weights(op.kernel, ci, op.co, 2, reals), side);
  std::vector<Tensor> tensors;
  std::vector<PlaneBuffer> x;
  for (const std::int64_t c : {op.c0, op.c1})
    if (c > 0) {
      tensors.push_back(filled(on, extent, c));
      x.push_back(tensors.back().buffer());
    }
  Tensor y(on, extent, op.co);
  for (auto _ : state) planned->run(y.buffer(), x, 0, side);
  const double flop = 2.0 * static_cast<double>(extent.voxels() * op.kernel.voxels() * ci * op.co);
  report(state, isa, threads, flop, flop);
}

void up_conv(benchmark::State& state, std::string isa, int threads, UpConvDesc op,
             std::int64_t side) {
  Backend& on = backend(isa, threads);
  const Extent3 small{side / 2, side / 2, side / 2}, large{side, side, side};
  const auto planned = on.plan(op, make_weights({2, 2, 2}, op.ci, op.co, 2, reals), side);
  const Tensor x = filled(on, small, op.ci);
  Tensor y(on, large, op.co);
  for (auto _ : state) planned->run(y.buffer(), std::span(&x.buffer(), 1), 0, side);
  const double flop = 16.0 * static_cast<double>(large.voxels() * op.ci * op.co);
  report(state, isa, threads, flop, flop * 27 / 64);
}

void max_pool(benchmark::State& state, std::string isa, int threads, MaxPoolDesc op,
              std::int64_t side) {
  Backend& on = backend(isa, threads);
  const Extent3 large{side, side, side}, small{side / 2, side / 2, side / 2};
  const auto planned = on.plan(op);
  const Tensor x = filled(on, large, op.channels);
  Tensor y(on, small, op.channels);
  for (auto _ : state) planned->run(y.buffer(), std::span(&x.buffer(), 1), 0, side / 2);
  state.SetBytesProcessed(state.iterations() * large.voxels() * op.channels * 4 * 9 / 8);
}

void head(benchmark::State& state, std::string isa, int threads, HeadDesc op, bool with_scores) {
  Backend& on = backend(isa, threads);
  const Extent3 extent{kCube, kCube, kCube};
  const auto planned = on.plan(op, make_weights({1, 1, 1}, op.ci, op.classes, 2, reals), kCube);
  const Tensor x = filled(on, extent, op.ci);
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(extent.voxels()));
  std::vector<float> scores(static_cast<std::size_t>(extent.voxels() * op.classes));
  for (auto _ : state)
    planned->run({labels.data(), with_scores ? scores.data() : nullptr}, x.buffer(), 0, kCube);
  const double flop = 2.0 * static_cast<double>(extent.voxels() * op.ci * op.classes);
  report(state, isa, threads, flop, flop);
}

void register_all(const std::string& isa, int threads) {
  const std::string tag = "/" + isa + "/threads:" + std::to_string(threads);
  const auto add = [](const std::string& name, auto function, auto... arguments) {
    benchmark::RegisterBenchmark(name.c_str(), function, arguments...)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  const Graph graph = deepfinder_graph({.classes = 13});
  std::set<std::string> names;
  for (const OpNode& node : graph.ops) {
    const std::int64_t side =
        node.output < 0 ? kCube
                        : kCube >> graph.tensors[static_cast<std::size_t>(node.output)].level;
    const std::string width = std::to_string(output_channels(node.op));
    std::visit(Overloaded{[&](const Conv3dDesc& op) {
                            const std::string name = "conv3d " + std::to_string(op.c0) +
                                                     (op.c1 ? "+" + std::to_string(op.c1) : "") +
                                                     " to " + width;
                            if (names.insert(name).second)
                              add(name + tag, conv3d, isa, threads, op, side);
                          },
                          [&](const MaxPoolDesc& op) {
                            add("max_pool " + width + tag, max_pool, isa, threads, op, 2 * side);
                          },
                          [&](const UpConvDesc& op) {
                            add("up_conv " + std::to_string(op.ci) + " to " + width + tag, up_conv,
                                isa, threads, op, side);
                          },
                          [](const HeadDesc&) {},  // in two ways, below
                          [](const CastDesc&) {}},
               node.op);
  }
  add("head 32 to 13, labels" + tag, head, isa, threads, graph.head(), false);
  add("head 32 to 13, scores" + tag, head, isa, threads, graph.head(), true);
}

}  // namespace

int main(int argc, char* argv[]) {
  const int all = available_threads();
  for (const std::string& isa : cpu_instruction_sets()) {
    for (const char* const kind : {"", " winograd", " strict"}) {
      register_all(isa + kind, 1);
      if (all > 1) register_all(isa + kind, all);
    }
  }
  benchmark::Initialize(&argc, argv);
  for (const std::string& isa : cpu_instruction_sets())
    benchmark::AddCustomContext("fma_peak_" + isa + "_GFLOP/s_per_thread",
                                std::to_string(peak(isa)));
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
