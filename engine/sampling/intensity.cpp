// SPDX-License-Identifier: Apache-2.0
// Blur and noise of a patch. The blur renormalises its kernel at the faces, so that a constant
// stays what it is there.
#include "engine/sampling/intensity.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace dfe::sampling {

namespace {

/// Filters along the middle axis of data[outer][n][inner] with a symmetric kernel, half of which is
/// given.
void blur_axis(float* data, std::int64_t outer, std::int64_t n, std::int64_t inner,
               const std::vector<double>& kernel) {
  const std::int64_t reach = static_cast<std::int64_t>(kernel.size()) - 1;
  std::vector<double> sums(static_cast<std::size_t>(n * inner));
  for (std::int64_t o = 0; o < outer; ++o, data += n * inner) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::int64_t k = 0; k < n; ++k) {
      const std::int64_t begin = std::max<std::int64_t>(k - reach, 0),
                         end = std::min(k + reach + 1, n);
      double total = 0;
      for (std::int64_t j = begin; j < end; ++j)
        total += kernel[static_cast<std::size_t>(std::abs(j - k))];
      double* const to = sums.data() + k * inner;
      for (std::int64_t j = begin; j < end; ++j) {
        const double w = kernel[static_cast<std::size_t>(std::abs(j - k))] / total;
        const float* const from = data + j * inner;
        for (std::int64_t i = 0; i < inner; ++i) to[i] += w * static_cast<double>(from[i]);
      }
    }
    for (std::int64_t i = 0; i < n * inner; ++i)
      data[i] = static_cast<float>(sums[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

void blur(const Extent3& extent, double sigma, float* voxels) {
  if (!(sigma > 0)) return;
  std::vector<double> kernel(static_cast<std::size_t>(std::ceil(4 * sigma)) + 1);
  for (std::size_t i = 0; i < kernel.size(); ++i)
    kernel[i] = std::exp(-0.5 * std::pow(static_cast<double>(i) / sigma, 2));
  blur_axis(voxels, extent.z * extent.y, extent.x, 1, kernel);
  blur_axis(voxels, extent.z, extent.y, extent.x, kernel);
  blur_axis(voxels, 1, extent.z, extent.y * extent.x, kernel);
}

void add_noise(std::int64_t count, double sigma, const Philox& random, std::uint32_t step,
               std::uint64_t index, float* voxels) {
  if (!(sigma > 0)) return;
  for (std::int64_t i = 0; i < count; i += 4) {
    const auto words = random.at(step, index << 32 | static_cast<std::uint64_t>(i / 4));
    for (std::int64_t k = 0; k < 4 && i + k < count;
         k += 2) {  // Box and Muller: two words, two normal numbers
      const auto w = static_cast<std::size_t>(k);
      const double radius =
          sigma * std::sqrt(-2 * std::log((static_cast<double>(words[w]) + 1) * 0x1p-32));
      const double angle = 6.283185307179586 * (static_cast<double>(words[w + 1]) * 0x1p-32);
      voxels[i + k] += static_cast<float>(radius * std::cos(angle));
      if (i + k + 1 < count) voxels[i + k + 1] += static_cast<float>(radius * std::sin(angle));
    }
  }
}

}  // namespace dfe::sampling
