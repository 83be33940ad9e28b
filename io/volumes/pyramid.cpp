// SPDX-License-Identifier: Apache-2.0
// Levels of half the resolution, see the header.
#include "io/volumes/pyramid.hpp"

#include <algorithm>
#include <array>

namespace dfe::io {
namespace {

/// Calls reduce(voxels, count) with the 1 to 8 voxels of each block.
template <class T, class Reduce>
Volume<T> reduced(VolumeView<const T> volume, Reduce reduce) {
  const Extent3 n = volume.extent;
  Volume<T> result(halved(n));
  const Extent3 half = result.extent();
  std::array<T, 8> block{};
  for (std::int64_t z = 0; z < half.z; ++z)
    for (std::int64_t y = 0; y < half.y; ++y)
      for (std::int64_t x = 0; x < half.x; ++x) {
        std::size_t count = 0;
        for (std::int64_t k = 2 * z; k < std::min(2 * z + 2, n.z); ++k)
          for (std::int64_t j = 2 * y; j < std::min(2 * y + 2, n.y); ++j)
            for (std::int64_t i = 2 * x; i < std::min(2 * x + 2, n.x); ++i)
              block[count++] = volume(k, j, i);
        result(z, y, x) = reduce(block, count);
      }
  return result;
}

}  // namespace

Extent3 halved(const Extent3& extent) {
  return {(extent.z + 1) / 2, (extent.y + 1) / 2, (extent.x + 1) / 2};
}

Volume<float> halved(VolumeView<const float> volume) {
  return reduced(volume, [](const std::array<float, 8>& block, std::size_t count) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += block[i];
    return static_cast<float>(sum / static_cast<double>(count));
  });
}

Volume<std::uint8_t> halved(VolumeView<const std::uint8_t> labels) {
  return reduced(labels, [](const std::array<std::uint8_t, 8>& block, std::size_t count) {
    std::uint8_t best = block[0];
    std::ptrdiff_t most = 0;
    const auto end = block.begin() + static_cast<std::ptrdiff_t>(count);
    if (std::all_of(block.begin(), end, [&](std::uint8_t label) { return label == best; }))
      return best;  // nearly all blocks
    for (std::size_t i = 0; i < count; ++i) {
      const std::ptrdiff_t votes = std::count(block.begin(), end, block[i]);
      if (votes > most || (votes == most && block[i] > best)) {
        most = votes;
        best = block[i];
      }
    }
    return best;
  });
}

}  // namespace dfe::io
