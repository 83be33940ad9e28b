// SPDX-License-Identifier: Apache-2.0
// A tomogram's voxels on a GPU, as they are stored: statistics of their rows, and planes of the
// network's input from them. A pass of its own writes the input, because its padding is zero after
// normalization: it moves 6 bytes a voxel where the first layer writes 64 and up.
#pragma once

#include <bit>
#include <type_traits>

#include "dfengine/volume_source.hpp"
#include "kernels/common/row_moments.hpp"

namespace dfe::card {

/// Voxels from `at` on, as floats. T: std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, Fp16
/// or float.
template <class T, bool kSwapped>
struct Voxels {
  const T* at;

  DFE_HOST_DEVICE float operator()(std::int64_t i) const {
    if constexpr (!kSwapped) {
      return value(at[i]);
    } else if constexpr (sizeof(T) == 2) {
      const unsigned bits = reinterpret_cast<const std::uint16_t*>(at)[i];
      return of_bits(static_cast<std::uint16_t>((bits << 8 | bits >> 8) & 0xFFFFu));
    } else {
      const std::uint32_t bits = reinterpret_cast<const std::uint32_t*>(at)[i];
      return of_bits(bits << 24 | (bits & 0xFF00u) << 8 | (bits >> 8 & 0xFF00u) | bits >> 24);
    }
  }

 private:
  static DFE_HOST_DEVICE float value(T v) {
    if constexpr (std::is_integral_v<T>)
      return static_cast<float>(v);
    else
      return to_float(v);
  }
  static DFE_HOST_DEVICE float of_bits(std::uint16_t bits) {
    if constexpr (std::is_integral_v<T>)
      return static_cast<float>(static_cast<T>(bits));
    else
      return to_float(T{bits});
  }
  static DFE_HOST_DEVICE float of_bits(std::uint32_t bits) {
#ifdef __CUDA_ARCH__
    return __uint_as_float(bits);
#else
    return std::bit_cast<float>(bits);
#endif
  }
};

/// Calls body(voxels) with the Voxels type of a format, which begin at `at`.
template <class Body>
void with_voxels(const VoxelFormat& format, const void* at, Body&& body) {
  const auto ordered = [&](auto zero) {
    using T = decltype(zero);
    if (format.swapped)
      body(Voxels<T, true>{static_cast<const T*>(at)});
    else
      body(Voxels<T, false>{static_cast<const T*>(at)});
  };
  switch (format.type) {
    case VoxelType::Int8:
      return body(Voxels<std::int8_t, false>{static_cast<const std::int8_t*>(at)});
    case VoxelType::UInt8:
      return body(Voxels<std::uint8_t, false>{static_cast<const std::uint8_t*>(at)});
    case VoxelType::Int16:
      return ordered(std::int16_t{});
    case VoxelType::UInt16:
      return ordered(std::uint16_t{});
    case VoxelType::Float16:
      return ordered(Fp16{});
    case VoxelType::Float32:
      return ordered(float{});
  }
}

struct RowMomentsCall {
  const void* voxels;  ///< planes (height, width) behind each other
  VoxelFormat format;
  RowMoments* results;  ///< (planes, height)
  std::int64_t planes, height, width;
};

template <class Load>
struct RowMomentsKernel {
  RowMomentsCall call;
  Load load;
  std::int64_t planes() const { return call.planes; }
  std::int64_t rows() const { return 1; }
  std::int64_t items() const { return call.height; }

  DFE_HOST_DEVICE void operator()(int plane, int, int y) const {
    const std::int64_t row = plane * call.height + y;
    Load from = load;
    from.at += row * call.width;
    call.results[row] = row_moments(from, call.width);
  }
};

/// One plane of the network's input.
struct NormalizeCall {
  const void* voxels;  ///< of row 0; row y begins y * stride voxels behind
  VoxelFormat format;
  float* to;  ///< (height, width), of which the first `rows` x `columns` become (v - mean) * scale
              ///< and the others 0
  std::int64_t stride, rows, columns, height, width;
  double mean, scale;
};

template <class Load>
struct NormalizeKernel {
  NormalizeCall call;
  Load load;
  std::int64_t planes() const { return 1; }
  std::int64_t rows() const { return call.height; }
  std::int64_t items() const { return call.width; }

  DFE_HOST_DEVICE void operator()(int, int y, int x) const {
    const bool inside = y < call.rows && x < call.columns;
    call.to[y * call.width + x] =
        inside ? static_cast<float>((static_cast<double>(load(y * call.stride + x)) - call.mean) *
                                    call.scale)
               : 0.0f;
  }
};

}  // namespace dfe::card
