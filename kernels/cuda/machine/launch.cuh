// SPDX-License-Identifier: Apache-2.0
// How a kernel of kernels/common runs on a GPU: a grid over planes, rows and blocks of items, with
// loops where a grid's side has its limit of 65535, so that no index is divided.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

namespace dfe::card {

constexpr int kThreads = 256;
constexpr std::int64_t kMostBlocks = 65535;

template <class Kernel>
__global__ void __launch_bounds__(kThreads)
    run_items(Kernel kernel, int planes, int rows, int items) {
  const int item = static_cast<int>(blockIdx.x) * kThreads + static_cast<int>(threadIdx.x);
  if (item >= items) return;
  for (int plane = static_cast<int>(blockIdx.z); plane < planes;
       plane += static_cast<int>(gridDim.z))
    for (int row = static_cast<int>(blockIdx.y); row < rows; row += static_cast<int>(gridDim.y))
      kernel(plane, row, item);
}

/// Launches on a stream; the last error of the launch is what it returns.
struct CardLauncher {
  cudaStream_t stream;
  cudaError_t* error;

  template <class Kernel>
  void operator()(const Kernel& kernel) const {
    const std::int64_t planes = kernel.planes(), rows = kernel.rows(), items = kernel.items();
    if (planes <= 0 || rows <= 0 || items <= 0) return;
    const dim3 grid(static_cast<unsigned>((items + kThreads - 1) / kThreads),
                    static_cast<unsigned>(std::min(rows, kMostBlocks)),
                    static_cast<unsigned>(std::min(planes, kMostBlocks)));
    run_items<<<grid, kThreads, 0, stream>>>(kernel, static_cast<int>(planes),
                                             static_cast<int>(rows), static_cast<int>(items));
    *error = cudaGetLastError();
  }
};

}  // namespace dfe::card
