// SPDX-License-Identifier: Apache-2.0
// Compiled without contraction to FMA (CMakeLists.txt): a*b+c is rounded twice, as on the CPU.
#include "kernels/cuda/machine/kernels.hpp"
#include "kernels/cuda/machine/launch.cuh"

namespace dfe::card {
namespace {

constexpr int kWarpsPerBlock = 4,
              kBlocks = 8;  // on a multiprocessor at least: 64 registers, with which nothing spills

template <class Kernel>
__global__ void __launch_bounds__(32 * kWarpsPerBlock, kBlocks)
    run_warps(Kernel kernel, std::int64_t warps) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * kWarpsPerBlock;
  for (std::int64_t warp =
           static_cast<std::int64_t>(blockIdx.x) * kWarpsPerBlock + threadIdx.x / 32;
       warp < warps; warp += step)
    kernel.template run<CardWarp>(warp);
}

}  // namespace

cudaError_t launch(cudaStream_t stream, const MeanShiftKernel& kernel) {
  cudaError_t error = cudaSuccess;
  launch_mean_shift(kernel, CardLauncher{stream, &error}, [&](const auto& k) {
    const std::int64_t blocks =
        std::min<std::int64_t>((k.warps() + kWarpsPerBlock - 1) / kWarpsPerBlock, 1 << 30);
    if (blocks == 0) return;
    run_warps<<<static_cast<unsigned>(blocks), 32 * kWarpsPerBlock, 0, stream>>>(k, k.warps());
    error = cudaGetLastError();
  });
  return error;
}

}  // namespace dfe::card
