// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/machine/kernels.hpp"

#include "kernels/cuda/machine/kernel_table.hpp"
#include "kernels/cuda/machine/launch.cuh"

namespace dfe::card {
namespace {

template <class Kernel>
cudaError_t launch_items(cudaStream_t stream, const Kernel& kernel) {
  cudaError_t error = cudaSuccess;
  launch_kernel(CardLauncher{stream, &error}, kernel);
  return error;
}

}  // namespace

cudaError_t launch(cudaStream_t stream, const InPrecision<FirstLayerCall>& kernel) {
  return launch_items(stream, kernel);
}
cudaError_t launch(cudaStream_t stream, const InPrecision<MaxPoolCall>& kernel) {
  return launch_items(stream, kernel);
}
cudaError_t launch(cudaStream_t stream, const InPrecision<SpreadCall>& kernel) {
  return launch_items(stream, kernel);
}
cudaError_t launch(cudaStream_t stream, const InPrecision<JoinCall>& kernel) {
  return launch_items(stream, kernel);
}
cudaError_t launch(cudaStream_t stream, const InPrecision<HeadCall>& kernel) {
  return launch_items(stream, kernel);
}
cudaError_t launch(cudaStream_t stream, const InPrecision<PackCall>& kernel) {
  return launch_items(stream, kernel);
}
cudaError_t launch(cudaStream_t stream, const InPrecision<UnpackCall>& kernel) {
  return launch_items(stream, kernel);
}

}  // namespace dfe::card
