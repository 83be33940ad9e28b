// SPDX-License-Identifier: Apache-2.0
// kernels/common/halo_conv.hpp on GPUs of capability 9.0.
#include "kernels/cuda/machine/kernels.hpp"
#include "kernels/cuda/network/plane_ring.cuh"

namespace dfe::card {
namespace {

template <class T, class Shape>
__global__ void __launch_bounds__(kRingThreads<Shape>, 1)
    halo_conv(const __grid_constant__ CUtensorMap x0, const __grid_constant__ CUtensorMap x1,
              HaloConvCall call, int parts, int across, int tiles) {
  extern __shared__ __align__(256) unsigned char shared[];
  const int part = static_cast<int>(blockIdx.x) % parts,
            group = static_cast<int>(threadIdx.x) / 128;
  PlaneRing<Shape> ring =
      begin_ring<Shape>(shared, static_cast<const unsigned char*>(call.w) +
                                    static_cast<std::int64_t>(part) * Shape::kWeightBytes);
  if (group == Shape::kGroupCount) {
    if (threadIdx.x % 32 == 0)
      for_ring_tiles<Shape>(across, tiles, parts, [&](int y, int x) {
        for (std::int64_t z = call.z_begin - 1; z <= call.z_end; ++z)
          ring.fill(x0, x1, x - 1, y - 1, static_cast<int>(z - call.first));
      });
  } else {
    for_ring_tiles<Shape>(across, tiles, parts, [&](int y, int x) {
      const HaloConvGroup<T, Shape, CardGroup> work{call, {}, ring.weights(),       group,
                                                    y,    x,  part * Shape::kOutput};
      work.run(ring);
    });
  }
}

template <class T, class Shape>
cudaError_t launch_shape(cudaStream_t stream, const HaloConvCall& call, int parts) {
  CUtensorMap x0, x1;
  if (const cudaError_t code =
          describe<T, Shape>(x0, call.x0, call.planes, call.height, call.width, call.c0))
    return code;
  x1 = x0;
  if (call.c1 > 0)
    if (const cudaError_t code =
            describe<T, Shape>(x1, call.x1, call.planes, call.height, call.width, call.c1))
      return code;
  return launch_ring<Shape>(stream, halo_conv<T, Shape>, call.height, call.width, parts, x0, x1,
                            call, parts);
}

}  // namespace

cudaError_t launch(cudaStream_t stream, const InPrecision<HaloConvCall>& kernel) {
  const HaloConvCall& call = kernel.call;
  cudaError_t code = cudaErrorInvalidValue;
  with_halo_conv(call.c0, call.c1, call.co, [&](auto shape, int parts) {
    using Shape = decltype(shape);
    code = with_16_bits(kernel.precision, [&](auto element) {
      return launch_shape<decltype(element), Shape>(stream, call, parts);
    });
  });
  return code;
}

}  // namespace dfe::card
