// SPDX-License-Identifier: Apache-2.0
// One axis after the other: along x by two scans, along y and z by the lower envelope of parabolas.
// On cubic voxels whole numbers throughout, so the result is exact.
#include "evaluate/distance_transform.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <vector>

#include "dfengine/error.hpp"

namespace dfe {

namespace {

constexpr std::int64_t kLongestAxis = 26'000;

/// In what sums are computed, and how a quotient is rounded down.
template <class Stored>
using Wide = std::conditional_t<std::is_integral_v<Stored>, std::int64_t, double>;
std::int64_t whole(std::int64_t quotient) { return quotient; }
std::int64_t whole(double quotient) { return static_cast<std::int64_t>(std::floor(quotient)); }

/// `weight` is the square of a voxel's edge along the row.
template <class Stored>
void scan_row(const std::uint8_t* labels, int label, std::int64_t n, Wide<Stored> weight,
              Stored* out) {
  const auto squared = [weight](std::int64_t d) {
    return static_cast<Stored>(weight * static_cast<Wide<Stored>>(d * d));
  };
  std::int64_t since = -1;  // marked voxel seen last
  for (std::int64_t x = 0; x < n; ++x) {
    if (label == 0 ? labels[x] != 0 : labels[x] == label) since = x;
    out[x] = since < 0 ? kNoDistance<Stored> : squared(x - since);
  }
  since = -1;
  for (std::int64_t x = n - 1; x >= 0; --x) {
    if (out[x] == 0) since = x;
    if (since >= 0) out[x] = std::min(out[x], squared(since - x));
  }
}

/// Lower envelope of the parabolas weight · (x - i)² + line[i] over a strided line, in place.
template <class Stored>
class Envelope {
 public:
  Envelope(std::int64_t n, Wide<Stored> weight)
      : n_(n), weight_(weight), value_(size()), apex_(size()), from_(size()) {}

  void run(Stored* line, std::int64_t stride) {
    std::int64_t top = -1;
    for (std::int64_t u = 0; u < n_; ++u) {
      const Stored g = line[u * stride];
      if (g == kNoDistance<Stored>) continue;
      value_[at(u)] = g;
      while (top >= 0 && height(from_[at(top)], apex_[at(top)]) > height(from_[at(top)], u)) --top;
      if (top < 0) {
        top = 0;
        apex_[0] = u;
        from_[0] = 0;
        continue;
      }
      const std::int64_t i = apex_[at(top)];
      const std::int64_t start =
          1 + whole((weight_ * static_cast<Wide<Stored>>(u * u - i * i) + g - value_[at(i)]) /
                    (2 * weight_ * static_cast<Wide<Stored>>(u - i)));
      if (start >= n_) continue;
      ++top;
      apex_[at(top)] = u;
      from_[at(top)] = start;
    }
    if (top < 0) return;
    for (std::int64_t u = n_ - 1; u >= 0; --u) {
      line[u * stride] = static_cast<Stored>(height(u, apex_[at(top)]));
      if (u == from_[at(top)]) --top;
    }
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  std::size_t size() const { return static_cast<std::size_t>(n_); }
  Wide<Stored> height(std::int64_t x, std::int64_t i) const {
    return weight_ * static_cast<Wide<Stored>>((x - i) * (x - i)) + value_[at(i)];
  }

  std::int64_t n_;
  Wide<Stored> weight_;
  std::vector<Wide<Stored>> value_;
  std::vector<std::int64_t> apex_, from_;
};

/// `weights` along z, y, x.
template <class Stored>
Volume<Stored> transform(VolumeView<const std::uint8_t> labels, int label,
                         const std::array<Wide<Stored>, 3>& weights, ThreadPool& pool) {
  const Extent3 n = labels.extent;
  if (std::max({n.z, n.y, n.x}) > kLongestAxis)
    throw Error("evaluate", "",
                "a volume of " + n.to_string() + " voxels is too large for distances",
                "axes have at most 26000");
  Volume<Stored> out(n);
  parallel_for(pool, 0, n.z, 1, [&](std::int64_t first, std::int64_t last, int) {
    Envelope<Stored> envelope(n.y, weights[1]);
    for (std::int64_t z = first; z < last; ++z) {
      Stored* plane = out.view().plane(z);
      for (std::int64_t y = 0; y < n.y; ++y)
        scan_row(labels.plane(z) + y * n.x, label, n.x, weights[2], plane + y * n.x);
      for (std::int64_t x = 0; x < n.x; ++x) envelope.run(plane + x, n.x);
    }
  });
  parallel_for(pool, 0, n.y, 1, [&](std::int64_t first, std::int64_t last, int) {
    Envelope<Stored> envelope(n.z, weights[0]);
    for (std::int64_t y = first; y < last; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) envelope.run(out.data() + y * n.x + x, n.y * n.x);
  });
  return out;
}

}  // namespace

Volume<std::int32_t> squared_distances(VolumeView<const std::uint8_t> labels, int label,
                                       ThreadPool& pool) {
  return transform<std::int32_t>(labels, label, {1, 1, 1}, pool);
}

Volume<float> squared_distances(VolumeView<const std::uint8_t> labels, int label,
                                const Point3& edges, ThreadPool& pool) {
  return transform<float>(labels, label, {edges.z * edges.z, edges.y * edges.y, edges.x * edges.x},
                          pool);
}

}  // namespace dfe
