// SPDX-License-Identifier: Apache-2.0
// The head at one voxel: one logit per class, the label of the largest (ties: the lowest), and
// softmax on request. Logits are computed anew for every pass instead of being kept: with 32
// channels that is cheaper than memory.
#pragma once

#include <cmath>

#include "kernels/common/element.hpp"

namespace dfe::card {

struct HeadCall {
  const void* x;         ///< plane z_begin, planes (H, W, channels)
  const float* w;        ///< (classes, channels)
  const float* b;        ///< (classes)
  std::uint8_t* labels;  ///< (planes, H, W)
  float* scores;         ///< (planes, classes, H, W) or null
  int* trouble;          ///< set to 1 where a largest logit is not finite
  std::int64_t planes, height, width, channels, classes;
};

/// kChannels: how many channels, kept in registers; 0: any number.
template <class T, int kChannels>
struct Head {
  HeadCall call;
  std::int64_t planes() const { return call.planes; }
  std::int64_t rows() const { return call.height; }
  std::int64_t items() const { return call.width; }

  DFE_HOST_DEVICE void operator()(int plane, int row, int column) const {
    const std::int64_t area = call.height * call.width, pixel = row * call.width + column;
    const T* const x = static_cast<const T*>(call.x) + (plane * area + pixel) * call.channels;
    float values[kChannels > 0 ? kChannels : 1];
    if constexpr (kChannels > 0)
      for (int first = 0; first < kChannels; first += Pack<T>::kSize) {
        const Pack<T> pack = *reinterpret_cast<const Pack<T>*>(x + first);
        for (int c = 0; c < Pack<T>::kSize; ++c) values[first + c] = to_float(pack.v[c]);
      }
    const auto logit = [&](int k) {
      float sum = call.b[k];
      const float* const w = call.w + k * call.channels;
      if constexpr (kChannels > 0) {
        for (int first = 0; first < kChannels;
             first += 4) {  // one load instead of four: loads would be the limit
          const Pack<float> four = *reinterpret_cast<const Pack<float>*>(w + first);
          for (int c = 0; c < 4; ++c) sum += values[first + c] * four.v[c];
        }
      } else {
        for (int c = 0; c < call.channels; ++c) sum += to_float(x[c]) * w[c];
      }
      return sum;
    };
    const int classes = static_cast<int>(call.classes);
    int best = 0;
    float highest = logit(0);
    for (int k = 1; k < classes; ++k) {
      const float value = logit(k);
      if (value > highest || value != value) highest = value, best = k;
    }
    call.labels[plane * area + pixel] = static_cast<std::uint8_t>(best);
    if (!(highest - highest == 0))
      *call.trouble = 1;  // every thread that comes here writes the same
    if (!call.scores) return;
    float total = 0;
    for (int k = 0; k < classes; ++k) total += expf(logit(k) - highest);
    float* const scores = call.scores + plane * classes * area + pixel;
    for (int k = 0; k < classes; ++k) scores[k * area] = expf(logit(k) - highest) / total;
  }
};

}  // namespace dfe::card
