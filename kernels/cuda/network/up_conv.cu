// SPDX-License-Identifier: Apache-2.0
#include "kernels/common/up_conv_block.hpp"
#include "kernels/cuda/machine/kernels.hpp"

namespace dfe::card {
namespace {

template <class T, int kColumns>
__global__ void __launch_bounds__(32 * kUpConvWarps) up_conv(UpConvCall call) {
  extern __shared__ __align__(16) unsigned char shared[];
  T* const tile = reinterpret_cast<T*>(shared);
  const UpConvBlock<T, kColumns> block{call, static_cast<int>(blockIdx.x),
                                       static_cast<int>(blockIdx.y), static_cast<int>(blockIdx.z)};
  block.load(tile, static_cast<int>(threadIdx.x), 32 * kUpConvWarps);
  __syncthreads();
  block.template compute<CardWarp>(tile, static_cast<int>(threadIdx.x) / 32);
}

}  // namespace

cudaError_t launch(cudaStream_t stream, const InPrecision<UpConvCall>& kernel) {
  const UpConvCall& call = kernel.call;
  cudaError_t error = cudaErrorInvalidValue;
  with_up_conv_kernel(
      kernel.precision == Precision::Bf16, call.co, [&](auto element, auto columns) {
        constexpr int kColumns = decltype(columns)::value;
        const dim3 grid(static_cast<unsigned>((call.width + 16 * kUpConvRows<kColumns> - 1) /
                                              (16 * kUpConvRows<kColumns>)),
                        static_cast<unsigned>(call.height),
                        static_cast<unsigned>((call.z_end + 1) / 2 - call.z_begin / 2));
        up_conv<decltype(element), kColumns>
            <<<grid, 32 * kUpConvWarps, up_conv_shared_bytes<kColumns>(call.ci), stream>>>(call);
        error = cudaGetLastError();
      });
  return error;
}

}  // namespace dfe::card
