// SPDX-License-Identifier: Apache-2.0
// Noise that another program can make, too: 16 bits of a hash of the voxel's place.
#pragma once

#include "dfengine/volume.hpp"

namespace dfe::match {

/// h = 7919 z + 104729 y + 1299709 x + 12345 modulo 2^32; twice h ^= h >> 16, h *= 0x45d9f3b; then
/// h ^= h >> 16. The value is h >> 16. Its first ones are 26665, 57037, 36549, 11244 for an extent
/// of 7 x 6 x 9.
inline Volume<float> hashed_volume(const Extent3& extent) {
  Volume<float> volume(extent);
  for (std::int64_t z = 0; z < extent.z; ++z)
    for (std::int64_t y = 0; y < extent.y; ++y)
      for (std::int64_t x = 0; x < extent.x; ++x) {
        auto h = static_cast<std::uint32_t>(7919 * z + 104729 * y + 1299709 * x + 12345);
        for (int round = 0; round < 2; ++round) {
          h ^= h >> 16;
          h *= 0x45d9f3bU;
        }
        h ^= h >> 16;
        volume(z, y, x) = static_cast<float>(h >> 16);
      }
  return volume;
}

}  // namespace dfe::match
