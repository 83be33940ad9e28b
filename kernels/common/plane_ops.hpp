// SPDX-License-Identifier: Apache-2.0
// Ops on a GPU that move packs of channels and hardly compute: pooling, spreading the eight
// parities of an up-convolution, joining two tensors along channels, and planes to and from plain
// floats. One item is one pack of the result.
#pragma once

#include "kernels/common/element.hpp"

namespace dfe::card {

/// Maximum over 2x2x2; NaN wins, so that trouble is seen.
struct MaxPoolCall {
  const void* x;  ///< plane 2 * z_begin, planes (2H, 2W, channels)
  void* y;        ///< plane z_begin, planes (H, W, channels)
  std::int64_t planes, height, width, channels;
};

template <class T>
struct MaxPool {
  MaxPoolCall call;
  std::int64_t planes() const { return call.planes; }
  std::int64_t rows() const { return call.height; }
  std::int64_t items() const { return call.width * (call.channels / Pack<T>::kSize); }

  DFE_HOST_DEVICE void operator()(int plane, int row, int item) const {
    const int packs = static_cast<int>(call.channels) / Pack<T>::kSize, x = item / packs,
              pack = item % packs;
    const auto* const in = static_cast<const Pack<T>*>(call.x);
    float best[Pack<T>::kSize];
    for (int k = 0; k < 8; ++k) {
      const std::int64_t line =
          (2 * static_cast<std::int64_t>(plane) + (k >> 2)) * 2 * call.height + 2 * row +
          (k >> 1 & 1);
      const Pack<T> values = in[(line * 2 * call.width + 2 * x + (k & 1)) * packs + pack];
      for (int c = 0; c < Pack<T>::kSize; ++c) {
        const float value = to_float(values.v[c]);
        best[c] = k == 0 || value > best[c] || value != value ? value : best[c];
      }
    }
    Pack<T> result;
    for (int c = 0; c < Pack<T>::kSize; ++c) from_float(best[c], result.v[c]);
    static_cast<Pack<T>*>(call.y)[((plane * call.height + row) * call.width + x) * packs + pack] =
        result;
  }
};

/// From 8 results per small voxel, channels (parity, channel), to the doubled tensor.
struct SpreadCall {
  const void* x;  ///< small plane `z_begin / 2`, planes (H/2, W/2, 8 * channels)
  void* y;        ///< plane z_begin, planes (H, W, channels)
  std::int64_t z_begin, z_end, height, width, channels;
};

template <class T>
struct Spread {
  SpreadCall call;
  std::int64_t planes() const { return call.z_end - call.z_begin; }
  std::int64_t rows() const { return call.height; }
  std::int64_t items() const { return call.width * (call.channels / Pack<T>::kSize); }

  DFE_HOST_DEVICE void operator()(int plane, int row, int item) const {
    const int packs = static_cast<int>(call.channels) / Pack<T>::kSize, x = item / packs,
              pack = item % packs;
    const std::int64_t z = call.z_begin + plane, small = z / 2 - call.z_begin / 2;
    const int parity = static_cast<int>(z & 1) * 4 + (row & 1) * 2 + (x & 1);
    const std::int64_t from = (small * (call.height / 2) + row / 2) * (call.width / 2) + x / 2;
    static_cast<Pack<T>*>(call.y)[((plane * call.height + row) * call.width + x) * packs + pack] =
        static_cast<const Pack<T>*>(call.x)[(from * 8 + parity) * packs + pack];
  }
};

/// Two tensors behind each other along channels.
struct JoinCall {
  const void *x0, *x1;
  void* y;
  std::int64_t planes, height, width, c0, c1;
};

template <class T>
struct Join {
  JoinCall call;
  std::int64_t planes() const { return call.planes; }
  std::int64_t rows() const { return call.height; }
  std::int64_t items() const { return call.width * ((call.c0 + call.c1) / Pack<T>::kSize); }

  DFE_HOST_DEVICE void operator()(int plane, int row, int item) const {
    const int p0 = static_cast<int>(call.c0) / Pack<T>::kSize,
              p1 = static_cast<int>(call.c1) / Pack<T>::kSize;
    const int pack = item % (p0 + p1);
    const std::int64_t voxel = (plane * call.height + row) * call.width + item / (p0 + p1);
    static_cast<Pack<T>*>(call.y)[voxel * (p0 + p1) + pack] =
        pack < p0 ? static_cast<const Pack<T>*>(call.x0)[voxel * p0 + pack]
                  : static_cast<const Pack<T>*>(call.x1)[voxel * p1 + pack - p0];
  }
};

/// One plane between (H, W, channels) floats and the GPU's layout, (H, W, whole packs) elements.
struct PlaneCall {
  float* plain;
  void* packed;
  std::int64_t height, width, channels;
};

/// Floats to elements; the reverse.
struct PackCall : PlaneCall {};
struct UnpackCall : PlaneCall {};

template <class T>
struct PackPlane {
  PlaneCall call;
  std::int64_t planes() const { return 1; }
  std::int64_t rows() const { return call.height; }
  std::int64_t items() const {
    return call.width * (whole_packs(call.channels, Pack<T>::kSize) / Pack<T>::kSize);
  }

  DFE_HOST_DEVICE void operator()(int, int row, int item) const {
    const int channels = static_cast<int>(call.channels),
              packs = (channels + Pack<T>::kSize - 1) / Pack<T>::kSize;
    const std::int64_t voxel = row * call.width + item / packs;
    const int first = item % packs * Pack<T>::kSize;
    Pack<T> result;
    for (int c = 0; c < Pack<T>::kSize; ++c)
      from_float(first + c < channels ? call.plain[voxel * channels + first + c] : 0.0f,
                 result.v[c]);
    static_cast<Pack<T>*>(call.packed)[voxel * packs + item % packs] = result;
  }
};

template <class T>
struct UnpackPlane {
  PlaneCall call;
  std::int64_t planes() const { return 1; }
  std::int64_t rows() const { return call.height; }
  std::int64_t items() const { return call.width * call.channels; }

  DFE_HOST_DEVICE void operator()(int, int row, int item) const {
    const int channels = static_cast<int>(call.channels);
    const std::int64_t voxel = row * call.width + item / channels,
                       stride = whole_packs(channels, Pack<T>::kSize);
    call.plain[voxel * channels + item % channels] =
        to_float(static_cast<const T*>(call.packed)[voxel * stride + item % channels]);
  }
};

}  // namespace dfe::card
