// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/machine/kernels.hpp"

#include "kernels/cuda/machine/kernel_table.hpp"
#include "kernels/cuda/machine/launch.cuh"

namespace dfe::card {
namespace {

template <class Call>
cudaError_t launch_call(cudaStream_t stream, Precision precision, const Call& call) {
  cudaError_t error = cudaSuccess;
  launch_kernel(CardLauncher{stream, &error}, precision, call);
  return error;
}

}  // namespace

cudaError_t launch(cudaStream_t stream, Precision precision, const FirstLayerCall& call) {
  return launch_call(stream, precision, call);
}
cudaError_t launch(cudaStream_t stream, Precision precision, const MaxPoolCall& call) {
  return launch_call(stream, precision, call);
}
cudaError_t launch(cudaStream_t stream, Precision precision, const SpreadCall& call) {
  return launch_call(stream, precision, call);
}
cudaError_t launch(cudaStream_t stream, Precision precision, const JoinCall& call) {
  return launch_call(stream, precision, call);
}
cudaError_t launch(cudaStream_t stream, Precision precision, const HeadCall& call) {
  return launch_call(stream, precision, call);
}

cudaError_t launch_packing(cudaStream_t stream, Precision precision, const PlaneCall& call) {
  cudaError_t error = cudaSuccess;
  launch_pack(CardLauncher{stream, &error}, precision, call);
  return error;
}
cudaError_t launch_unpacking(cudaStream_t stream, Precision precision, const PlaneCall& call) {
  cudaError_t error = cudaSuccess;
  launch_unpack(CardLauncher{stream, &error}, precision, call);
  return error;
}

}  // namespace dfe::card
