// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/winograd_points.hpp"

#include <algorithm>
#include <cmath>

namespace dfe::cpu {

std::vector<double> winograd_filter_matrix(int outputs) {
  // The Lagrange form: the row of a finite point p is (1, p, p²) over the product of its distances
  // to the other finite points; the row of infinity takes the highest coefficient. F(2, 3) by
  // convention moves a sign into the input's matrix.
  if (outputs == 2) return {1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1};
  const double a = std::sqrt(0.5), b = std::sqrt(2.0);
  const std::vector<double> points = outputs == 4 ? std::vector<double>{0, a, -a, b, -b}
                                                  : std::vector<double>{0, 1, -1, 0.5, -0.5, 2, -2};
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

std::vector<float> winograd_weights(const IsaTable& table, const float* kernel,
                                    std::int64_t channels, const Extent3& outputs) {
  constexpr std::int64_t kSome =
      64;  // channel pairs at a time, so that all three axes stay in the cache
  const std::int64_t planes = outputs.z + 2, rows = outputs.y + 2, columns = outputs.x + 2;
  const auto matrix = [](std::int64_t n) { return winograd_filter_matrix(static_cast<int>(n)); };
  const std::vector<double> along_d = matrix(outputs.z), along_h = matrix(outputs.y),
                            along_w = matrix(outputs.x);
  std::vector<float> result(static_cast<std::size_t>(planes * rows * columns * channels));
  std::vector<double> taps(static_cast<std::size_t>(27 * kSome)),
      of_planes(static_cast<std::size_t>(planes * 9 * kSome)),
      of_rows(static_cast<std::size_t>(planes * rows * 3 * kSome)),
      points(static_cast<std::size_t>(planes * rows * columns * kSome));
  for (std::int64_t first = 0; first < channels; first += kSome) {
    const std::int64_t some = std::min(kSome, channels - first);
    for (std::int64_t tap = 0; tap < 27; ++tap)
      for (std::int64_t c = 0; c < some; ++c)
        taps[static_cast<std::size_t>(tap * some + c)] =
            static_cast<double>(kernel[tap * channels + first + c]);
    table.weights_axis({along_d.data(), taps.data(), of_planes.data(), planes, 1, 9 * some});
    table.weights_axis({along_h.data(), of_planes.data(), of_rows.data(), rows, planes, 3 * some});
    table.weights_axis(
        {along_w.data(), of_rows.data(), points.data(), columns, planes * rows, some});
    for (std::int64_t z = 0; z < planes; ++z)
      for (std::int64_t yx = 0; yx < rows * columns; ++yx) {
        const double* const from = points.data() + (z * rows * columns + yx) * some;
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
        if ((product & tap) == product)
          sum += static_cast<double>(
              kernel[tap * channels + c]);  // a set axis takes its second weight only
      result[static_cast<std::size_t>(product * channels + c)] = static_cast<float>(sum);
    }
  return result;
}

}  // namespace dfe::cpu
