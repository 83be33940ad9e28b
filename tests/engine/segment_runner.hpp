// SPDX-License-Identifier: Apache-2.0
// Segments a volume in memory and keeps labels and scores, for tests that compare runs.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "dfengine/segment.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "tests/fixtures/memory_volume.hpp"

namespace dfe::test {

struct Result {
  std::vector<std::uint8_t> labels;
  std::vector<float> scores;  // (class, z, y, x)
};

inline double largest_score_difference(const Result& a, const Result& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.scores.size(); ++i)
    largest = std::max(
        largest, std::abs(static_cast<double>(a.scores[i]) - static_cast<double>(b.scores[i])));
  return largest;
}

inline Result run_segment(const VolumeSource& volume, const Weights& weights,
                          const SegmentOptions& options) {
  const Extent3 e = volume.extent();
  Result result;
  result.scores.assign(static_cast<std::size_t>(e.voxels() * weights.classes), -1.0f);
  const LabelMap map = segment(
      volume, weights, options, [&](const Box3& box, std::int64_t classes, const float* scores) {
        for (std::int64_t c = 0; c < classes; ++c)
          for (std::int64_t z = 0; z < box.extent.z; ++z)
            for (std::int64_t y = 0; y < box.extent.y; ++y, scores += box.extent.x)
              std::copy_n(
                  scores, box.extent.x,
                  &result.scores[static_cast<std::size_t>(
                      ((c * e.z + box.begin.z + z) * e.y + box.begin.y + y) * e.x + box.begin.x)]);
      });
  result.labels.assign(map.labels.data(), map.labels.data() + map.labels.voxels());
  return result;
}

inline const DeepFinderSpec kSmall{{4, 6, 8}, 5};

/// All instruction sets; the best alone where sanitizers make each run many times longer (their
/// kernels are tested one by one elsewhere).
inline std::vector<std::string> instruction_sets() {
  std::vector<std::string> sets = cpu_instruction_sets();
#ifdef DFE_SANITIZED
  sets.resize(1);
#endif
  return sets;
}

}  // namespace dfe::test
