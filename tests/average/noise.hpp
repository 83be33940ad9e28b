// SPDX-License-Identifier: Apache-2.0
// White noise of mean 0 and standard deviation 1.
#pragma once

#include "core/philox.hpp"
#include "dfengine/volume.hpp"

namespace dfe::average {

inline Volume<float> white_noise(std::int64_t box, std::uint64_t seed) {
  const Philox random(seed, RandomPurpose::ImageNoiseAfter);
  Volume<float> v({box, box, box});
  for (std::int64_t i = 0; i < v.voxels(); ++i)
    v.data()[i] = static_cast<float>(random.normal(0, static_cast<std::uint64_t>(i)));
  return v;
}

/// a + factor · b.
inline Volume<float> sum_of(const Volume<float>& a, const Volume<float>& b, float factor = 1) {
  Volume<float> v = a.clone();
  for (std::int64_t i = 0; i < v.voxels(); ++i) v.data()[i] += factor * b.data()[i];
  return v;
}

}  // namespace dfe::average
