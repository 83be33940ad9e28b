// SPDX-License-Identifier: Apache-2.0
// The network's first convolution, 3x3x3 from one channel: 27 products per output are too few for a
// matrix unit, and the time goes into writing the result. One item computes four voxels of a row
// times one pack of channels from 54 inputs.
#pragma once

#include "kernels/common/element.hpp"

namespace dfe::card {

struct FirstLayerCall {
  const float* x;  ///< plane `first` of the input, planes (H, W) behind each other
  void* y;         ///< plane `z_begin` of the result, planes (H, W, channels)
  const float* w;  ///< (27, channels), taps in the order z, y, x
  const float* b;  ///< (channels)
  std::int64_t z_begin, z_end, first;
  std::int64_t depth, height, width, channels;  ///< channels in whole packs
  bool relu;
};

constexpr int kFirstLayerVoxels = 4;

template <class T>
struct FirstLayer {
  FirstLayerCall call;

  static constexpr int kPack = Pack<T>::kSize;
  std::int64_t planes() const { return call.z_end - call.z_begin; }
  std::int64_t rows() const { return call.height; }
  std::int64_t items() const {
    return (call.width + kFirstLayerVoxels - 1) / kFirstLayerVoxels * (call.channels / kPack);
  }

  DFE_HOST_DEVICE void operator()(int plane, int row, int item) const {
    const int packs = static_cast<int>(call.channels) / kPack, width = static_cast<int>(call.width);
    const int x = item / packs * kFirstLayerVoxels, channel = item % packs * kPack;
    float sums[kFirstLayerVoxels][kPack];
    for (int v = 0; v < kFirstLayerVoxels; ++v)
      for (int c = 0; c < kPack; ++c) sums[v][c] = call.b[channel + c];
    for (int kd = 0; kd < 3; ++kd) {
      const std::int64_t zi = call.z_begin + plane + kd - 1;
      if (zi < 0 || zi >= call.depth) continue;
      for (int kh = 0; kh < 3; ++kh) {
        const int yi = row + kh - 1;
        if (yi < 0 || yi >= call.height) continue;
        const float* const in = call.x + ((zi - call.first) * call.height + yi) * call.width;
        float values[kFirstLayerVoxels + 2];
        for (int i = 0; i < kFirstLayerVoxels + 2; ++i) {
          const int xi = x + i - 1;
          values[i] = xi >= 0 && xi < width ? in[xi] : 0.0f;
        }
        const float* w =
            call.w + static_cast<std::int64_t>((kd * 3 + kh) * 3) * call.channels + channel;
        for (int kw = 0; kw < 3; ++kw, w += call.channels)
          for (int first = 0; first < kPack; first += 4) {
            const Pack<float> four = *reinterpret_cast<const Pack<float>*>(w + first);
            for (int c = 0; c < 4; ++c)
              for (int v = 0; v < kFirstLayerVoxels; ++v)
                sums[v][first + c] += values[v + kw] * four.v[c];
          }
      }
    }
    T* const out = static_cast<T*>(call.y) +
                   ((plane * call.height + row) * call.width + x) * call.channels + channel;
    for (int v = 0; v < kFirstLayerVoxels && x + v < width; ++v) {
      Pack<T> pack;
      for (int c = 0; c < kPack; ++c)
        from_float(call.relu && sums[v][c] <= 0 ? 0.0f : sums[v][c], pack.v[c]);  // NaN stays
      *reinterpret_cast<Pack<T>*>(out + v * call.channels) = pack;
    }
  }
};

}  // namespace dfe::card
