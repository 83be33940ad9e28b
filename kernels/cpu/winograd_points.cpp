// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/winograd_points.hpp"

#include <algorithm>
#include <cmath>

namespace dfe::cpu {

std::vector<double> winograd_filter_matrix(int m) {
  // The Lagrange form: the row of a finite point p is (1, p, p²) over the product of its distances to the other finite points; the
  // row of infinity takes the highest coefficient. F(2, 3) by convention moves a sign into the input's matrix.
  if (m == 2) return {1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1};
  const double a = std::sqrt(0.5), b = std::sqrt(2.0), points[5] = {0, a, -a, b, -b};
  std::vector<double> g;
  for (const double p : points) {
    double distance = 1;
    for (const double other : points)
      if (other != p) distance *= p - other;
    g.insert(g.end(), {1 / distance, p / distance, p * p / distance});
  }
  g.insert(g.end(), {0, 0, 1});
  return g;
}

std::vector<float> winograd_weights(const IsaTable& table, const float* kernel, std::int64_t channels, int p, int m) {
  constexpr std::int64_t kSome = 64;  // channel pairs at a time, so that all three axes stay in the cache
  const std::int64_t n = m + 2, planes = p + 2;
  const std::vector<double> plane = winograd_filter_matrix(m), depth = winograd_filter_matrix(p);
  std::vector<float> result(static_cast<std::size_t>(planes * n * n * channels));
  std::vector<double> taps(static_cast<std::size_t>(27 * kSome)), along_z(static_cast<std::size_t>(planes * 9 * kSome)),
      along_y(static_cast<std::size_t>(planes * 3 * n * kSome)), points(static_cast<std::size_t>(planes * n * n * kSome));
  for (std::int64_t first = 0; first < channels; first += kSome) {
    const std::int64_t some = std::min(kSome, channels - first);
    for (std::int64_t tap = 0; tap < 27; ++tap)
      for (std::int64_t c = 0; c < some; ++c)
        taps[static_cast<std::size_t>(tap * some + c)] = static_cast<double>(kernel[tap * channels + first + c]);
    table.weights_axis({depth.data(), taps.data(), along_z.data(), planes, 1, 9 * some});
    table.weights_axis({plane.data(), along_z.data(), along_y.data(), n, planes, 3 * some});
    table.weights_axis({plane.data(), along_y.data(), points.data(), n, planes * n, some});
    for (std::int64_t z = 0; z < planes; ++z)
      for (std::int64_t yx = 0; yx < n * n; ++yx) {
        const double* const from = points.data() + (z * n * n + yx) * some;
        float* const to = result.data() + (yx * planes + z) * channels + first;
        for (std::int64_t c = 0; c < some; ++c) to[c] = static_cast<float>(from[c]);
      }
  }
  return result;
}

std::vector<float> up_conv_product_weights(const float* kernel, std::int64_t channels) {
  std::vector<float> result(static_cast<std::size_t>(8 * channels));
  for (int product = 0; product < 8; ++product)
    for (std::int64_t c = 0; c < channels; ++c) {
      double sum = 0;
      for (int tap = 0; tap < 8; ++tap)
        if ((product & tap) == product) sum += static_cast<double>(kernel[tap * channels + c]);  // a set axis takes its second weight only
      result[static_cast<std::size_t>(product * channels + c)] = static_cast<float>(sum);
    }
  return result;
}

}  // namespace dfe::cpu
