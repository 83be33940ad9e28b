// SPDX-License-Identifier: Apache-2.0
// What kernels that go along z share, on GPUs of capability 9.0: a ring of input planes in shared
// memory, which the copy engine fills (with zeros around the volume) at the word of one warp, and
// which groups of 128 threads empty. Blocks stay, one per multiprocessor, and take tile after tile.
// In shared memory: barriers, weights, planes.
#pragma once

#include <cuda.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <type_traits>

#include "kernels/common/halo_conv.hpp"
#include "kernels/cuda/network/wgmma.cuh"

namespace dfe::card {

/// A barrier in shared memory that also counts the bytes which the copy engine brings: PTX ISA,
/// "mbarrier".
struct Barrier {
  std::uint32_t address;

  __device__ void init(int arrivals) const {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(address), "r"(arrivals));
  }
  __device__ void arrive() const {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(address) : "memory");
  }
  __device__ void expect(std::uint32_t bytes) const {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(address), "r"(bytes)
                 : "memory");
  }
  /// Waits for the end of a phase of that parity.
  __device__ void wait(unsigned parity) const {
    unsigned done = 0;
    while (!done)
      asm volatile(
          "{\n.reg .pred p;\nmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\nselp.u32 %0, "
          "1, 0, p;\n}"
          : "=r"(done)
          : "r"(address), "r"(parity)
          : "memory");
  }
};

/// Channels [channel, channel + 16) of a box of one plane; voxels outside of the volume are zeros.
inline __device__ void copy_box(std::uint32_t to, const CUtensorMap& map, Barrier barrier,
                                int channel, int x, int y, int z) {
  asm volatile(
      "cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, "
      "{%2, %3, %4, %5}], [%6];" ::"r"(to),
      "l"(&map), "r"(channel), "r"(x), "r"(y), "r"(z), "r"(barrier.address)
      : "memory");
}

/// Input planes go round through the ring of shared memory.
template <class Shape>
struct PlaneRing {
  std::uint32_t barriers, planes;  ///< where they lie in shared memory
  int stage = 0;
  unsigned phase = 0;

  static constexpr std::uint32_t kBarrierBytes = 256;
  __device__ Barrier full() const { return {barriers + static_cast<std::uint32_t>(stage) * 16}; }
  __device__ Barrier empty() const {
    return {barriers + static_cast<std::uint32_t>(stage) * 16 + 8};
  }
  __device__ std::uint32_t plane() const {
    return planes + static_cast<std::uint32_t>(stage) * Shape::kStageBytes;
  }
  __device__ std::uint32_t weights() const { return barriers + kBarrierBytes; }
  __device__ void advance() {
    if (++stage == Shape::kStageCount) stage = 0, phase ^= 1;
  }

  /// Brings plane z of both inputs, from voxel (y, x) on, where it is free. One thread.
  __device__ void fill(const CUtensorMap& x0, const CUtensorMap& x1, int x, int y, int z) {
    empty().wait(phase ^ 1);
    full().expect(Shape::kSteps * Shape::kBoxBytes);
    for (int step = 0; step < Shape::kSteps; ++step) {
      const bool second = step * 16 >= Shape::kFirst;
      copy_box(plane() + static_cast<std::uint32_t>(step) * Shape::kBoxStride, second ? x1 : x0,
               full(), step * 16 - (second ? Shape::kFirst : 0), x, y, z);
    }
    advance();
  }

  __device__ std::uint32_t next() const {
    full().wait(phase);
    return plane();
  }
  /// The plane after next.
  __device__ std::uint32_t after() const {
    PlaneRing ahead = *this;
    ahead.advance();
    return ahead.next();
  }
  __device__ void done() {
    if (threadIdx.x % 128 == 0) empty().arrive();
    advance();
  }
};

template <class Shape>
constexpr int kRingThreads = 128 * Shape::kGroupCount + 32;
template <class Shape>
constexpr std::uint32_t kRingBytes =
    PlaneRing<Shape>::kBarrierBytes + Shape::kWeightBytes + Shape::kStageCount* Shape::kStageBytes;

/// The driver's function that describes a tensor to the copy engine; null where the driver has
/// none.
inline decltype(&cuTensorMapEncodeTiled) tensor_map_encoder() {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found{};
#if CUDART_VERSION >= 12050
  const cudaError_t code = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &function,
                                                            12000, cudaEnableDefault, &found);
#else
  const cudaError_t code =
      cudaGetDriverEntryPoint("cuTensorMapEncodeTiled", &function, cudaEnableDefault, &found);
#endif
  return code == cudaSuccess && found == cudaDriverEntryPointSuccess
             ? reinterpret_cast<decltype(&cuTensorMapEncodeTiled)>(function)
             : nullptr;
}

/// `planes` planes (H, W, channels), of which a Shape's boxes are taken.
template <class T, class Shape>
cudaError_t describe(CUtensorMap& map, const void* x, std::int64_t planes, std::int64_t height,
                     std::int64_t width, std::int64_t channels) {
  static const auto encode = tensor_map_encoder();
  if (!encode) return cudaErrorNotSupported;
  const auto size = [](std::int64_t n) { return static_cast<cuuint64_t>(n); };
  const cuuint64_t extents[] = {size(channels), size(width), size(height), size(planes)};
  const cuuint64_t strides[] = {size(2 * channels), size(2 * channels * width),
                                size(2 * channels * width * height)};
  const cuuint32_t box[] = {16, Shape::kHaloX, Shape::kHaloY, 1}, steps[] = {1, 1, 1, 1};
  const CUresult code = encode(
      &map,
      std::is_same_v<T, Bf16> ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 : CU_TENSOR_MAP_DATA_TYPE_FLOAT16,
      4, const_cast<void*>(x), extents, strides, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
      CU_TENSOR_MAP_SWIZZLE_32B, CU_TENSOR_MAP_L2_PROMOTION_L2_128B,
      CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  return code == CUDA_SUCCESS ? cudaSuccess : cudaErrorInvalidValue;
}

/// Readies the ring and brings the weights; all threads of the block.
template <class Shape>
__device__ PlaneRing<Shape> begin_ring(unsigned char* shared, const void* weights) {
  const auto base = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
  PlaneRing<Shape> ring{base, base + PlaneRing<Shape>::kBarrierBytes + Shape::kWeightBytes};
  const int thread = static_cast<int>(threadIdx.x);
  if (thread == 0) {
    PlaneRing<Shape> each = ring;
    for (int i = 0; i < Shape::kStageCount; ++i, each.advance())
      each.full().init(1), each.empty().init(Shape::kGroupCount);
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  }
  for (int i = thread; i < static_cast<int>(Shape::kWeightBytes / 16); i += kRingThreads<Shape>)
    reinterpret_cast<uint4*>(shared + PlaneRing<Shape>::kBarrierBytes)[i] =
        static_cast<const uint4*>(weights)[i];
  asm volatile("fence.proxy.async.shared::cta;" ::
                   : "memory");  // products read what was stored here
  __syncthreads();
  return ring;
}

/// Calls body(y, x) for the tiles of this block, of which `parts` share each.
template <class Shape, class Body>
__device__ void for_ring_tiles(int across, int tiles, int parts, Body&& body) {
  for (int tile = static_cast<int>(blockIdx.x) / parts; tile < tiles;
       tile += static_cast<int>(gridDim.x) / parts)
    body(tile / across * Shape::kHeight, tile % across * Shape::kWidth);
}

/// Launches a kernel of Shape over tiles of a plane, `parts` blocks for each: grid of what the GPU
/// holds at once.
template <class Shape, class Kernel, class... Arguments>
cudaError_t launch_ring(cudaStream_t stream, Kernel kernel, std::int64_t height, std::int64_t width,
                        int parts, Arguments&&... arguments) {
  int device = 0, processors = 0;
  if (const cudaError_t code = cudaGetDevice(&device)) return code;
  if (const cudaError_t code =
          cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device))
    return code;
  if (const cudaError_t code = cudaFuncSetAttribute(
          kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(kRingBytes<Shape>)))
    return code;
  const int across = static_cast<int>((width + Shape::kWidth - 1) / Shape::kWidth);
  const int tiles = across * static_cast<int>((height + Shape::kHeight - 1) / Shape::kHeight);
  const int blocks = parts * std::min(tiles, processors / parts);
  kernel<<<static_cast<unsigned>(blocks), kRingThreads<Shape>, kRingBytes<Shape>, stream>>>(
      std::forward<Arguments>(arguments)..., across, tiles);
  return cudaGetLastError();
}

}  // namespace dfe::card
