// SPDX-License-Identifier: Apache-2.0
// kernels/common/halo_up_conv.hpp on GPUs of capability 9.0.
#include "kernels/common/halo_up_conv.hpp"

#include "kernels/cuda/machine/kernels.hpp"
#include "kernels/cuda/network/plane_ring.cuh"

namespace dfe::card {
namespace {

template <class T, class Shape>
__global__ void __launch_bounds__(kRingThreads<Shape>, 1)
    halo_up_conv(const __grid_constant__ CUtensorMap map, UpConvCall call, int across, int tiles) {
  extern __shared__ __align__(256) unsigned char shared[];
  const int group = static_cast<int>(threadIdx.x) / 128;
  PlaneRing<Shape> ring = begin_ring<Shape>(shared, call.w);
  if (group == Shape::kGroupCount) {
    if (threadIdx.x % 32 == 0)
      for_ring_tiles<Shape>(across, tiles, 1, [&](int y, int x) {
        for (std::int64_t z = call.z_begin / 2; z <= (call.z_end + 1) / 2; ++z)
          ring.fill(map, map, x, y, static_cast<int>(z - call.first));
      });
  } else {
    for_ring_tiles<Shape>(across, tiles, 1, [&](int y, int x) {
      const HaloUpConvGroup<T, Shape, CardGroup> work{call, {}, ring.weights(), group, y, x};
      work.run(ring);
    });
  }
}

template <class T, class Shape>
cudaError_t launch_shape(cudaStream_t stream, const UpConvCall& call) {
  CUtensorMap map;
  const std::int64_t last = std::min((call.z_end + 1) / 2 + 1, call.depth);
  if (const cudaError_t code =
          describe<T, Shape>(map, call.x, last - call.first, call.height, call.width, call.ci))
    return code;
  return launch_ring<Shape>(stream, halo_up_conv<T, Shape>, call.height, call.width, 1, map, call);
}

}  // namespace

cudaError_t launch(cudaStream_t stream, const InPrecision<HaloUpConvCall>& kernel) {
  return with_16_bits(kernel.precision, [&](auto element) {
    return launch_shape<decltype(element), HaloUpConvShape48>(stream, kernel.call);
  });
}

}  // namespace dfe::card
