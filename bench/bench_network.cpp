// SPDX-License-Identifier: Apache-2.0
// The whole network, forward, on a cube in memory: seconds, nanoseconds per voxel, effective
// GFLOP/s (direct convolution's count) and what that is of the FMA peak. Reads one number per line
// from standard input and runs once for each, printing one JSON object a line, so that a script can
// interleave it with a peer.
//   bench_network SIDE THREADS [auto|avx512|avx2|portable] [winograd|strict|direct] [WEIGHTS.h5]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "bench/cpu_seconds.hpp"
#include "engine/executable.hpp"
#include "engine/segment_plan.hpp"
#include "io/weights_file.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;

int main(int argc, char* argv[]) {
  const std::int64_t side = argc > 1 ? std::atol(argv[1]) : 128;
  const int threads = argc > 2 ? std::atoi(argv[2]) : 0;
  const std::string isa = argc > 3 ? argv[3] : "auto", kind = argc > 4 ? argv[4] : "winograd";
  const Convolution convolution = kind == "direct"   ? Convolution::Direct
                                  : kind == "strict" ? Convolution::Strict
                                                     : Convolution::Winograd;
  const Weights weights =
      argc > 5 ? io::read_weights(argv[5]) : test::random_weights({{32, 48, 64}, 13}, 1);
  const auto backend = make_cpu_backend(threads, isa, convolution);
  const Network network(graph_of(weights), weights, *backend, side);
  Executable executable(network, {side, side, side}, 16, false);
  const std::vector<float> voxels = test::uniform_reals(side * side * side, 1);
  const double peak = measure_fma_peak_gflops(isa, 0.5) * backend->threads(),
               flops = network.graph().flop({side, side, side});
  std::int64_t checksum = 0;
  for (int number; std::scanf("%d", &number) == 1;) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = cpu_seconds();
    executable.run(
        [&](std::int64_t z, float* plane) {
          std::copy_n(voxels.data() + z * side * side, side * side, plane);
        },
        [&](std::int64_t, std::int64_t, const std::uint8_t* labels, const float*) {
          checksum += labels[0];
        });
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf(
        "{\"run\": %d, \"device\": \"%s\", \"convolution\": \"%s\", \"side\": %ld, \"seconds\": "
        "%.4f, \"cpu_seconds\": %.4f, "
        "\"ns_per_voxel\": %.1f, \"effective_gflops\": %.1f, \"of_fma_peak\": %.2f, \"bytes\": "
        "%zu, \"checksum\": %ld}\n",
        number, backend->description().c_str(), kind.c_str(), static_cast<long>(side), seconds,
        cpu_seconds() - cpu, seconds * 1e9 / static_cast<double>(side * side * side),
        flops / seconds * 1e-9, flops / seconds * 1e-9 / peak,
        executable.bytes() + network.bytes() + network.workspace_bytes({side, side, side}, 16),
        static_cast<long>(checksum));
    std::fflush(stdout);
  }
  return 0;
}
