// SPDX-License-Identifier: Apache-2.0
// The kernels of kernels/common/voxels.hpp for every type and byte order, in a unit of their own to
// keep units small.
#include "kernels/cuda/machine/kernel_table.hpp"
#include "kernels/cuda/machine/kernels.hpp"
#include "kernels/cuda/machine/launch.cuh"

namespace dfe::card {

cudaError_t launch(cudaStream_t stream, const RowMomentsCall& call) {
  cudaError_t error = cudaSuccess;
  launch_kernel(CardLauncher{stream, &error}, call);
  return error;
}
cudaError_t launch(cudaStream_t stream, const NormalizeCall& call) {
  cudaError_t error = cudaSuccess;
  launch_kernel(CardLauncher{stream, &error}, call);
  return error;
}

}  // namespace dfe::card
