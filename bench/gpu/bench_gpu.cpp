// SPDX-License-Identifier: Apache-2.0
// What gpu_check measures, one JSON object a line: every op against the CPU, every layer's speed,
// the whole network's results and speed. Runs on any device of make_backend, and on the GPU's
// "stand-in", so that a machine without a GPU can rehearse it.
//   bench_gpu ops DEVICE PRECISION
//       correctness of every op
//   bench_gpu layers DEVICE PRECISION PLANES H W SECONDS
//       milliseconds and TFLOP/s of every layer on a slab
//   bench_gpu agree DEVICE PRECISION D H W
//       labels, scores and repeats of the whole network against the CPU
//   bench_gpu trained DEVICE PRECISION WEIGHTS TOMOGRAM
//       labels and scores of a trained network against the CPU
//   bench_gpu network DEVICE PRECISION D H W SLAB REPEATS
//       seconds of the whole network on a volume in memory
//   bench_gpu meanshift DEVICE - D H W BALLS REPEATS
//       milliseconds of mean shift, and whether it is the CPU's
//   bench_gpu voxels DEVICE PRECISION D H W SLAB
//       stored voxels: agreement with the host, seconds of statistics and input planes, and of all
//       that segment does (SLAB 0: not that)
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>

#include "bench/gpu/layer_speed.hpp"
#include "bench/gpu/mean_shift_check.hpp"
#include "bench/gpu/trained_check.hpp"
#include "engine/device.hpp"
#include "engine/executable.hpp"
#include "engine/normalize.hpp"
#include "engine/segment_plan.hpp"
#include "engine/segmenter.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cuda/machine/host_machine.hpp"
#include "kernels/cuda/network/card_backend.hpp"
#include "kernels/tensor.hpp"
#include "layers/op_facts.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/op_checks.hpp"
#include "tests/fixtures/stored_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

const DeepFinderSpec kSpec{{32, 48, 64}, 13};
/// Difference of probabilities below which rounding may choose the label: 0.02, and in bf16, which
/// has 3 bits less, 8 times that.
float close_call(const std::string& precision) { return precision == "bf16" ? 0.16f : 0.02f; }

std::unique_ptr<Backend> open_device(const std::string& device, const std::string& precision) {
  ComputeOptions options;
  options.device = device;
  options.convolution = Convolution::Direct;  // what a GPU computes, too
  for (const Precision p : {Precision::Fp16, Precision::Bf16, Precision::Tf32, Precision::Fp32})
    if (precision == precision_name(p)) options.precision = p;
  if (device == "stand-in")
    return card::make_card_backend(card::make_host_machine(), options.precision);
  return make_backend(options);
}

/// Text inside a JSON string.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' || c == '\\' ? std::string("\\") + c
           : c < ' '             ? std::string(" ")
                                 : std::string(1, c);
  return out + "\"";
}

int check_every_op(Backend& backend) {
  const auto cpu = make_cpu_backend(0, "auto", Convolution::Direct);
  for (const OpCheck& c : check_ops(backend, *cpu, {1, 100})) {
    std::printf("{\"op\": %s, \"differing\": %ld, \"relative_l2\": %.3g, \"repeats\": %s}\n",
                quoted(c.name).c_str(), static_cast<long>(c.differing), c.relative_l2,
                c.repeats ? "true" : "false");
    std::fflush(stdout);
  }
  return 0;
}

void time_layer(Backend& backend, const OpNode& node, const Graph& graph,
                const LayerWeights* weights, const Extent3& plane, std::int64_t planes,
                double seconds) {
  const LayerSpeed speed = layer_speed(backend, node, graph, weights, plane, planes, seconds);
  std::printf(
      "{\"layer\": %s, \"op\": %s, \"kernel\": %s, \"planes\": %ld, \"ms\": %.4f, \"tflops\": "
      "%.3f}\n",
      quoted(node.name).c_str(), quoted(describe(node.op)).c_str(), quoted(speed.kernel).c_str(),
      static_cast<long>(speed.planes), speed.seconds * 1e3, speed.flop / speed.seconds * 1e-12);
  std::fflush(stdout);
}

struct Run {
  std::vector<std::uint8_t> labels;
  std::vector<float> scores;
  double seconds = 0;
};

/// The volume repeats 32 planes of noise, so that reading costs nothing. `keep`: labels, and scores
/// too.
Run run_network(Executable& executable, const Extent3& extent, std::int64_t classes,
                bool keep_scores) {
  static const std::int64_t kPlanes = 32;
  const std::int64_t area = extent.y * extent.x;
  static std::vector<float> noise;
  if (noise.size() != static_cast<std::size_t>(kPlanes * area))
    noise = uniform_reals(kPlanes * area, 17);
  Run run;
  run.labels.resize(static_cast<std::size_t>(extent.voxels()));
  if (keep_scores) run.scores.resize(static_cast<std::size_t>(extent.voxels() * classes));
  const auto start = Clock::now();
  executable.run(
      [&](std::int64_t z, float* plane) {
        std::copy_n(noise.data() + z % kPlanes * area, area, plane);
      },
      [&](std::int64_t begin, std::int64_t end, const std::uint8_t* labels, const float* scores) {
        std::copy_n(labels, (end - begin) * area, run.labels.data() + begin * area);
        if (scores)
          std::copy_n(scores, (end - begin) * area * classes,
                      run.scores.data() + begin * area * classes);
      });
  run.seconds = seconds_since(start);
  return run;
}

int agree(Backend& backend, const Extent3& extent, float close_call) {
  const Weights weights = random_weights(kSpec, 1);
  const Graph graph = graph_of(weights);
  const auto cpu = make_cpu_backend(0, "auto", Convolution::Direct);
  const auto run_on = [&](Backend& on, std::int64_t slab, bool scores) {
    const Network network(graph, weights, on, extent.x);
    Executable executable(network, extent, slab, scores);
    return run_network(executable, extent, kSpec.classes, scores);
  };
  const Run expected = run_on(*cpu, 8, true), got = run_on(backend, 16, true),
            again = run_on(backend, 16, false), other = run_on(backend, 4, false);
  // with random weights many voxels are close calls, which rounding may decide: what counts is by
  // how much the other label was behind
  std::int64_t same = 0, same_slabs = 0, wrong = 0;
  const std::int64_t area = extent.y * extent.x;
  for (std::size_t i = 0; i < expected.labels.size(); ++i) {
    const auto z = static_cast<std::int64_t>(i) / area, at = static_cast<std::int64_t>(i) % area;
    const auto score = [&](int label) {
      return expected.scores[static_cast<std::size_t>((z * kSpec.classes + label) * area + at)];
    };
    same += got.labels[i] == expected.labels[i];
    same_slabs += got.labels[i] == other.labels[i];
    wrong += score(expected.labels[i]) - score(got.labels[i]) > close_call;
  }
  const double voxels = static_cast<double>(expected.labels.size());
  std::printf(
      "{\"extent\": %s, \"label_agreement\": %.6f, \"clearly_wrong\": %ld, "
      "\"relative_l2_of_scores\": %.3g, \"repeat_equal\": %s, "
      "\"slab_4_agreement\": %.6f}\n",
      quoted(extent.to_string()).c_str(), static_cast<double>(same) / voxels,
      static_cast<long>(wrong), relative_l2(got.scores, expected.scores),
      got.labels == again.labels ? "true" : "false", static_cast<double>(same_slabs) / voxels);
  return 0;
}

int whole_network(Backend& backend, const Extent3& extent, std::int64_t slab, int repeats) {
  const Weights weights = random_weights(kSpec, 1);
  const auto begin = Clock::now();
  const Network network(graph_of(weights), weights, backend, extent.x);
  Executable executable(network, extent, slab, false);
  const double preparing = seconds_since(begin);
  const double work = network.graph().flop(extent);
  for (int i = 0; i < repeats; ++i) {
    const Run run = run_network(executable, extent, kSpec.classes, false);
    std::uint64_t checksum = 1469598103934665603u;
    for (const std::uint8_t label : run.labels) checksum = (checksum ^ label) * 1099511628211u;
    std::printf(
        "{\"run\": %d, \"extent\": %s, \"slab\": %ld, \"seconds\": %.4f, \"tflops\": %.2f, "
        "\"preparing_seconds\": %.3f, \"bytes\": %zu, "
        "\"checksum\": \"%016lx\"}\n",
        i, quoted(extent.to_string()).c_str(), static_cast<long>(slab), run.seconds,
        work / run.seconds * 1e-12, preparing, executable.bytes() + network.bytes(),
        static_cast<unsigned long>(checksum));
    std::fflush(stdout);
  }
  return 0;
}

/// Whether statistics and planes of the network's input are the host's, bit for bit.
bool voxels_agree(Backend& backend, const StoredVolume& volume, bool keep) {
  const Extent3 e = volume.extent(), padded{e.z, e.y + 3, e.x + 1};
  const auto input = backend.voxels(volume, keep);
  const Normalizer host(volume, Normalization::Tomogram, nullptr),
      card(volume, Normalization::Tomogram, nullptr, input.get());
  bool same = card.moments().mean == host.moments().mean &&
              card.moments().squares == host.moments().squares;
  const Tensor x(backend, padded, 1);
  std::vector<float> got(static_cast<std::size_t>(padded.y * padded.x));
  for (std::int64_t z = 0; z < e.z; ++z) {
    const Box3 plane{{z, 0, 0}, {1, e.y, e.x}};
    input->store_plane(x.buffer(), z, plane, card.mean(), card.scale());
    backend.load_plane(x.buffer(), z, got.data());
    same = same && same_bits(got, host_plane(volume, host, plane, padded.y, padded.x));
  }
  return same;
}

/// Seconds of what happens to a tomogram's voxels before the network: by the host (of a few planes,
/// times all), and on the GPU.
void time_voxels(Backend& backend, const VoxelFormat& format, const Extent3& extent) {
  const std::int64_t few = std::min<std::int64_t>(extent.z, 32);
  const StoredVolume volume(extent, format, 3, few), part({few, extent.y, extent.x}, format, 3);
  const double scale = static_cast<double>(extent.z) / static_cast<double>(few);
  const Tensor x(backend, extent, 1, few);
  std::vector<float> plane(static_cast<std::size_t>(extent.y * extent.x));
  const auto seconds = [&](auto&& work) {
    const auto start = Clock::now();
    work();
    backend.load_plane(x.buffer(), 0, plane.data());  // waits
    return seconds_since(start);
  };
  const auto box = [&](std::int64_t z) { return Box3{{z, 0, 0}, {1, extent.y, extent.x}}; };
  std::optional<Normalizer> host;
  const double host_statistics =
      scale * seconds([&] { host.emplace(part, Normalization::Tomogram, nullptr); });
  const double host_planes = scale * seconds([&] {
                               for (std::int64_t z = 0; z < few; ++z) {
                                 part.read_box(box(z), plane.data());
                                 host->apply(box(z), plane.data());
                                 backend.store_plane(x.buffer(), z, plane.data());
                               }
                             });
  double statistics = 0, planes[2] = {};  // streamed, kept
  for (const bool keep : {false, true}) {
    const auto input = backend.voxels(volume, keep);
    statistics = seconds(
        [&] { const Normalizer card(volume, Normalization::Tomogram, nullptr, input.get()); });
    planes[keep] = seconds([&] {
      for (std::int64_t z = 0; z < extent.z; ++z)
        input->store_plane(x.buffer(), z, box(z), host->mean(), host->scale());
    });
  }
  std::printf(
      "{\"voxels\": %s, \"extent\": %s, \"host_statistics_seconds\": %.4f, "
      "\"host_planes_seconds\": %.4f, \"statistics_seconds\": %.4f, "
      "\"streamed_planes_seconds\": %.4f, \"kept_planes_seconds\": %.4f}\n",
      quoted(name_of(format)).c_str(), quoted(extent.to_string()).c_str(), host_statistics,
      host_planes, statistics, planes[0], planes[1]);
  std::fflush(stdout);
}

int stored_voxels(Backend& backend, const Extent3& extent, std::int64_t slab) {
  if (!backend.voxels(StoredVolume({1, 1, 4}, {}, 1), false)) {
    std::printf("{\"skipped\": \"the host normalizes for this device\"}\n");
    return 0;
  }
  for (const VoxelFormat& format : kVoxelFormats) {
    const StoredVolume volume({37, 21, 301}, format, 5);
    std::printf("{\"voxels\": %s, \"streamed_agrees\": %s, \"kept_agrees\": %s}\n",
                quoted(name_of(format)).c_str(),
                voxels_agree(backend, volume, false) ? "true" : "false",
                voxels_agree(backend, volume, true) ? "true" : "false");
  }
  for (const VoxelType type : {VoxelType::Int8, VoxelType::Int16, VoxelType::Float32})
    time_voxels(backend, {type, false}, extent);
  // all of it, from voxels in memory to labels
  const StoredVolume volume(extent, {VoxelType::Int16, false}, 3, 32);
  SegmentOptions options;
  options.slab_planes = slab;
  for (int i = 0; i < (slab > 0 ? 2 : 0); ++i) {
    SegmentPlan plan;
    const auto start = Clock::now();
    segment_on(backend, volume, random_weights(kSpec, 1), options, {}, nullptr, &plan);
    std::printf(
        "{\"segment\": \"int16\", \"seconds\": %.4f, \"voxels_on_card\": %s, \"card_mib\": %ld}\n",
        seconds_since(start), plan.voxels_on_card ? "true" : "false",
        static_cast<long>(plan.card_bytes >> 20));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char* argv[]) try {
  const auto number = [&](int i) {
    return static_cast<std::int64_t>(argc > i ? std::atol(argv[i]) : 0);
  };
  const std::string what = argc > 3 ? argv[1] : "";
  if (what.empty()) {
    std::fprintf(stderr,
                 "usage: bench_gpu ops|layers|agree|trained|network|meanshift|voxels DEVICE "
                 "PRECISION [numbers, see the head of bench_gpu.cpp]\n");
    return 2;
  }
  if (what == "meanshift")
    return check_mean_shift(argv[2], {number(4), number(5), number(6)}, number(7),
                            static_cast<int>(number(8)));
  const auto backend = open_device(argv[2], argv[3]);
  std::printf("{\"device\": %s}\n", quoted(backend->description()).c_str());
  if (what == "ops") return check_every_op(*backend);
  if (what == "agree")
    return agree(*backend, {number(4), number(5), number(6)}, close_call(argv[3]));
  if (what == "trained" && argc == 6) return check_trained(*backend, argv[4], argv[5]);
  if (what == "network")
    return whole_network(*backend, {number(4), number(5), number(6)}, number(7),
                         static_cast<int>(number(8)));
  if (what == "voxels")
    return stored_voxels(*backend, {number(4), number(5), number(6)}, number(7));
  const Weights weights = random_weights(kSpec, 1);
  const Graph graph = graph_of(weights);
  for (const OpNode& node : graph.ops)
    time_layer(*backend, node, graph,
               node.weights < 0 ? nullptr : &weights.layers[static_cast<std::size_t>(node.weights)],
               {1, number(5), number(6)}, number(4), argc > 7 ? std::atof(argv[7]) : 0.0);
  return 0;
} catch (const std::exception& error) {
  std::printf("{\"error\": %s}\n", quoted(error.what()).c_str());
  return 1;
}
