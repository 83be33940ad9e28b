// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/winograd_points.hpp"

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

std::vector<float> winograd_weights(const float* kernel, std::int64_t channels, int m) {
  const int n = m + 2;
  const std::vector<double> plane = winograd_filter_matrix(m), depth = winograd_filter_matrix(2);
  std::vector<float> result(static_cast<std::size_t>(4 * n * n * channels));
  std::vector<double> sums(static_cast<std::size_t>(channels));
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x)
      for (int z = 0; z < 4; ++z) {
        std::fill(sums.begin(), sums.end(), 0.0);
        for (int tap = 0; tap < 27; ++tap) {
          const double factor = depth[static_cast<std::size_t>(z * 3 + tap / 9)] * plane[static_cast<std::size_t>(y * 3 + tap / 3 % 3)] *
                                plane[static_cast<std::size_t>(x * 3 + tap % 3)];
          if (factor == 0) continue;
          for (std::int64_t c = 0; c < channels; ++c)
            sums[static_cast<std::size_t>(c)] += factor * static_cast<double>(kernel[tap * channels + c]);
        }
        float* const to = result.data() + ((y * n + x) * 4 + z) * channels;
        for (std::int64_t c = 0; c < channels; ++c) to[c] = static_cast<float>(sums[static_cast<std::size_t>(c)]);
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
