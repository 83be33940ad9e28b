// SPDX-License-Identifier: Apache-2.0
// Clustering from labels in memory to the particle list, with the peak memory of the process.
// `shrec` needs the test data (tests/fixtures/data_dir.hpp) and is left out without it; `balls` is
// a map of the size of a whole tomogram with 5,000 particles.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/parallel.hpp"
#include "core/philox.hpp"
#include "dfengine/cluster.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/data_dir.hpp"

namespace {

using namespace dfe;

/// Resident memory of the process in bytes: "VmRSS" now, "VmHWM" at its peak.
double resident_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == key + ':') {
      double kib = 0;
      status >> kib;
      return kib * 1024;
    }
  return 0;
}

/// Gives freed memory back and starts the peak anew.
void reset_peak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
}

LabelMap map_of_balls(const Extent3& extent, int balls) {
  LabelMap map;
  map.labels = Volume<std::uint8_t>(extent, 0);
  map.geometry.extent = extent;
  const Philox philox(20261126, RandomPurpose{1});
  for (int k = 0; k < balls; ++k) {
    const auto words = philox.at(0, static_cast<std::uint64_t>(k));
    const auto radius = static_cast<std::int64_t>(8 + words[3] % 3);
    const auto place = [radius](std::uint32_t word, std::int64_t size) {
      return radius + static_cast<std::int64_t>(word) % (size - 2 * radius);
    };
    const Index3 c{place(words[0], extent.z), place(words[1], extent.y), place(words[2], extent.x)};
    for (std::int64_t z = -radius; z <= radius; ++z)
      for (std::int64_t y = -radius; y <= radius; ++y)
        for (std::int64_t x = -radius; x <= radius; ++x)
          if (z * z + y * y + x * x <= radius * radius)
            map.labels(c.z + z, c.y + y, c.x + x) = static_cast<std::uint8_t>(1 + k % 12);
  }
  return map;
}

void run(benchmark::State& state, const LabelMap& map, ClusterOptions options) {
  std::size_t particles = 0;
  reset_peak();
  const double before = resident_bytes("VmRSS");
  for (auto _ : state) particles = cluster(map, options).particles.size();
  state.counters["particles"] = static_cast<double>(particles);
  state.counters["foreground"] = static_cast<double>(
      map.labels.voxels() - std::count(map.labels.span().begin(), map.labels.span().end(), 0));
  state.counters["working_MB"] = (resident_bytes("VmHWM") - before) / 1e6;
}

ClusterOptions options_for(double radius, int threads, bool per_class = false) {
  ClusterOptions options;
  options.radius.value = radius;
  options.compute.threads = threads;
  options.per_class = per_class;
  return options;
}

void shrec(benchmark::State& state, const std::string& name) {
  const LabelMap map = io::read_labels(test::data_dir() / "golden" / "cluster" / name);
  run(state, map, options_for(5, static_cast<int>(state.range(0))));
}

void balls(benchmark::State& state, bool per_class, ClusterMethod method) {
  static const LabelMap map = map_of_balls({464, 928, 928}, 5000);
  ClusterOptions options = options_for(8, static_cast<int>(state.range(0)), per_class);
  options.method = method;
  run(state, map, options);
}

}  // namespace

int main(int argc, char** argv) {
  const auto add = [](const std::string& name, auto function) {
    benchmark::RegisterBenchmark(name.c_str(), function)
        ->ArgName("threads")
        ->Arg(1)
        ->Arg(available_threads())
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  };
  for (const std::string kind : {"spheres", "shapes"}) {
    const std::string name = "tomo0_" + kind + "_bin2_labelmap.mrc.gz";
    if (std::filesystem::exists(test::data_dir() / "golden" / "cluster" / name))
      add("shrec/" + kind, [name](benchmark::State& state) { shrec(state, name); });
  }
  add("balls/together",
      [](benchmark::State& state) { balls(state, false, ClusterMethod::MeanShift); });
  add("balls/per_class",
      [](benchmark::State& state) { balls(state, true, ClusterMethod::MeanShift); });
  add("balls/components",
      [](benchmark::State& state) { balls(state, false, ClusterMethod::ConnectedComponents); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
