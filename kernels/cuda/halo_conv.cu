// SPDX-License-Identifier: Apache-2.0
// kernels/common/halo_conv.hpp on cards of capability 9.0: one warp has the copy engine bring input planes, which fills in zeros around the
// volume, and groups of 128 threads multiply. Blocks stay, one per multiprocessor, and take tile after tile.
#include <cuda.h>

#include "kernels/common/halo_conv.hpp"
#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/wgmma.cuh"

namespace dfe::card {
namespace {

/// A barrier in shared memory that also counts the bytes which the copy engine brings: PTX ISA, "mbarrier".
struct Barrier {
  std::uint32_t address;

  __device__ void init(int arrivals) const { asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(address), "r"(arrivals)); }
  __device__ void arrive() const { asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(address) : "memory"); }
  __device__ void expect(std::uint32_t bytes) const {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(address), "r"(bytes) : "memory");
  }
  /// Waits for the end of a phase of that parity.
  __device__ void wait(unsigned parity) const {
    unsigned done = 0;
    while (!done)
      asm volatile("{\n.reg .pred p;\nmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\nselp.u32 %0, 1, 0, p;\n}"
                   : "=r"(done)
                   : "r"(address), "r"(parity)
                   : "memory");
  }
};

/// Input planes go round through the ring of shared memory.
template <class Shape>
struct PlaneRing {
  std::uint32_t barriers, planes;  ///< where they lie in shared memory
  int stage = 0;
  unsigned phase = 0;

  static constexpr std::uint32_t kBarrierBytes = 256;
  __device__ Barrier full() const { return {barriers + static_cast<std::uint32_t>(stage) * 16}; }
  __device__ Barrier empty() const { return {barriers + static_cast<std::uint32_t>(stage) * 16 + 8}; }
  __device__ std::uint32_t plane() const { return planes + static_cast<std::uint32_t>(stage) * Shape::kStageBytes; }
  __device__ void advance() {
    if (++stage == Shape::kStageCount) stage = 0, phase ^= 1;
  }

  __device__ std::uint32_t next() const {
    full().wait(phase);
    return plane();
  }
  __device__ void done() {
    if (threadIdx.x % 128 == 0) empty().arrive();
    advance();
  }
};

/// Channels [channel, channel + 16) of a box of one plane; voxels outside of the volume are zeros.
__device__ void copy_box(std::uint32_t to, const CUtensorMap& map, Barrier barrier, int channel, int x, int y, int z) {
  asm volatile(
      "cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4, %5}], [%6];" ::"r"(to),
      "l"(&map), "r"(channel), "r"(x), "r"(y), "r"(z), "r"(barrier.address)
      : "memory");
}

template <class Shape>
constexpr int kThreads = 128 * Shape::kGroupCount + 32;
template <class Shape>
constexpr std::uint32_t kSharedBytes = PlaneRing<Shape>::kBarrierBytes + Shape::kWeightBytes + Shape::kStageCount* Shape::kStageBytes;

template <class T, class Shape>
__global__ void __launch_bounds__(kThreads<Shape>, 1)
    halo_conv(const __grid_constant__ CUtensorMap x0, const __grid_constant__ CUtensorMap x1, HaloConvCall call, int across, int tiles,
              int parts) {
  extern __shared__ __align__(256) unsigned char shared[];
  const auto base = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
  constexpr std::uint32_t kWeights = PlaneRing<Shape>::kBarrierBytes, kPlanes = kWeights + Shape::kWeightBytes;
  PlaneRing<Shape> ring{base, base + kPlanes};
  const int part = static_cast<int>(blockIdx.x) % parts, thread = static_cast<int>(threadIdx.x), group = thread / 128;
  if (thread == 0) {
    for (int i = 0; i < Shape::kStageCount; ++i, ring.advance()) ring.full().init(1), ring.empty().init(Shape::kGroupCount);
    ring.stage = 0, ring.phase = 0;
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  }
  const auto* const weights = static_cast<const uint4*>(call.w) + static_cast<std::int64_t>(part) * (Shape::kWeightBytes / 16);
  for (int i = thread; i < static_cast<int>(Shape::kWeightBytes / 16); i += kThreads<Shape>)
    reinterpret_cast<uint4*>(shared + kWeights)[i] = weights[i];
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");  // products read what was stored here
  __syncthreads();

  const auto for_tiles = [&](auto&& body) {
    for (int tile = static_cast<int>(blockIdx.x) / parts; tile < tiles; tile += static_cast<int>(gridDim.x) / parts)
      body(tile / across * Shape::kHeight, tile % across * Shape::kWidth);
  };
  if (group == Shape::kGroupCount) {
    if (thread % 32 == 0)
      for_tiles([&](int y, int x) {
        for (std::int64_t z = call.z_begin - 1; z <= call.z_end; ++z, ring.advance()) {
          ring.empty().wait(ring.phase ^ 1);
          ring.full().expect(Shape::kSteps * Shape::kBoxBytes);
          for (int step = 0; step < Shape::kSteps; ++step) {
            const bool second = step * 16 >= Shape::kFirst;
            copy_box(ring.plane() + static_cast<std::uint32_t>(step) * Shape::kBoxStride, second ? x1 : x0, ring.full(),
                     step * 16 - (second ? Shape::kFirst : 0), x - 1, y - 1, static_cast<int>(z - call.first));
          }
        }
      });
  } else {
    for_tiles([&](int y, int x) {
      const HaloConvGroup<T, Shape, CardGroup> work{call, {}, base + kWeights, group, y, x, part * Shape::kOutput};
      work.run(ring);
    });
  }
}

/// The driver's function that describes a tensor to the copy engine; null where the driver has none.
decltype(&cuTensorMapEncodeTiled) tensor_map_encoder() {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found{};
#if CUDART_VERSION >= 12050
  const cudaError_t code = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &function, 12000, cudaEnableDefault, &found);
#else
  const cudaError_t code = cudaGetDriverEntryPoint("cuTensorMapEncodeTiled", &function, cudaEnableDefault, &found);
#endif
  return code == cudaSuccess && found == cudaDriverEntryPointSuccess ? reinterpret_cast<decltype(&cuTensorMapEncodeTiled)>(function)
                                                                     : nullptr;
}

/// Planes (D, H, W, channels), of which boxes of 16 channels are taken.
template <class Shape>
cudaError_t describe(CUtensorMap& map, bool bf16, const void* x, std::int64_t channels, const HaloConvCall& call) {
  static const auto encode = tensor_map_encoder();
  if (!encode) return cudaErrorNotSupported;
  const auto size = [](std::int64_t n) { return static_cast<cuuint64_t>(n); };
  const cuuint64_t extents[] = {size(channels), size(call.width), size(call.height), size(call.planes)};
  const cuuint64_t strides[] = {size(2 * channels), size(2 * channels * call.width), size(2 * channels * call.width * call.height)};
  const cuuint32_t box[] = {16, Shape::kHaloX, Shape::kHaloY, 1}, steps[] = {1, 1, 1, 1};
  const CUresult code = encode(&map, bf16 ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 : CU_TENSOR_MAP_DATA_TYPE_FLOAT16, 4, const_cast<void*>(x),
                               extents, strides, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_32B,
                               CU_TENSOR_MAP_L2_PROMOTION_L2_128B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  return code == CUDA_SUCCESS ? cudaSuccess : cudaErrorInvalidValue;
}

template <class T, class Shape>
cudaError_t launch_shape(cudaStream_t stream, const HaloConvCall& call, int parts) {
  CUtensorMap x0, x1;
  constexpr bool kBf16 = std::is_same_v<T, Bf16>;
  if (const cudaError_t code = describe<Shape>(x0, kBf16, call.x0, call.c0, call)) return code;
  x1 = x0;
  if (call.c1 > 0)
    if (const cudaError_t code = describe<Shape>(x1, kBf16, call.x1, call.c1, call)) return code;
  int device = 0, processors = 0;
  if (const cudaError_t code = cudaGetDevice(&device)) return code;
  if (const cudaError_t code = cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device)) return code;
  const auto kernel = halo_conv<T, Shape>;
  if (const cudaError_t code =
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(kSharedBytes<Shape>)))
    return code;
  const int across = static_cast<int>((call.width + Shape::kWidth - 1) / Shape::kWidth);
  const int tiles = across * static_cast<int>((call.height + Shape::kHeight - 1) / Shape::kHeight);
  const int blocks = parts * std::min(tiles, processors / parts);
  kernel<<<static_cast<unsigned>(blocks), kThreads<Shape>, kSharedBytes<Shape>, stream>>>(x0, x1, call, across, tiles, parts);
  return cudaGetLastError();
}

}  // namespace

cudaError_t launch(cudaStream_t stream, Precision precision, const HaloConvCall& call) {
  cudaError_t code = cudaErrorInvalidValue;
  with_halo_conv(call.c0, call.c1, call.co, [&](auto shape, int parts) {
    using Shape = decltype(shape);
    code = precision == Precision::Bf16 ? launch_shape<Bf16, Shape>(stream, call, parts) : launch_shape<Fp16, Shape>(stream, call, parts);
  });
  return code;
}

}  // namespace dfe::card
