// SPDX-License-Identifier: Apache-2.0
// How often each label occurs. Most of a label map is background, so 8 voxels at a time are asked
// whether they are; adding to one counter again and again would otherwise cost several cycles a
// voxel, seconds for a tomogram.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace dfe {

using LabelCounts = std::array<std::int64_t, 256>;

inline LabelCounts count_labels(std::span<const std::uint8_t> labels) {
  LabelCounts counts{};
  std::size_t i = 0;
  for (; i + 8 <= labels.size(); i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, labels.data() + i, sizeof eight);
    if (eight == 0)
      counts[0] += 8;
    else
      for (std::size_t k = i; k < i + 8; ++k) ++counts[labels[k]];
  }
  for (; i < labels.size(); ++i) ++counts[labels[i]];
  return counts;
}

}  // namespace dfe
