// SPDX-License-Identifier: Apache-2.0
// One axis after the other: along x by two scans, along y and z by the lower envelope of parabolas.
// Whole numbers throughout, so the result is exact and the order of threads cannot matter.
#include "evaluate/distance_transform.hpp"

#include <algorithm>
#include <vector>

#include "dfengine/error.hpp"

namespace dfe {

namespace {

constexpr std::int64_t kLongestAxis = 26'000;

void scan_row(const std::uint8_t* labels, int label, std::int64_t n, std::int32_t* out) {
  std::int64_t since = -1;  // marked voxel seen last
  for (std::int64_t x = 0; x < n; ++x) {
    if (label == 0 ? labels[x] != 0 : labels[x] == label) since = x;
    out[x] = since < 0 ? kNoDistance : static_cast<std::int32_t>((x - since) * (x - since));
  }
  since = -1;
  for (std::int64_t x = n - 1; x >= 0; --x) {
    if (out[x] == 0) since = x;
    if (since >= 0) out[x] = std::min(out[x], static_cast<std::int32_t>((since - x) * (since - x)));
  }
}

/// Lower envelope of the parabolas (x - i)² + line[i] over a strided line, in place.
class Envelope {
 public:
  explicit Envelope(std::int64_t n) : n_(n), value_(size()), apex_(size()), from_(size()) {}

  void run(std::int32_t* line, std::int64_t stride) {
    std::int64_t top = -1;
    for (std::int64_t u = 0; u < n_; ++u) {
      const std::int32_t g = line[u * stride];
      if (g == kNoDistance) continue;
      value_[at(u)] = g;
      while (top >= 0 && height(from_[at(top)], apex_[at(top)]) > height(from_[at(top)], u)) --top;
      if (top < 0) {
        top = 0;
        apex_[0] = u;
        from_[0] = 0;
        continue;
      }
      const std::int64_t i = apex_[at(top)];
      const std::int64_t start = 1 + (u * u - i * i + g - value_[at(i)]) / (2 * (u - i));
      if (start >= n_) continue;
      ++top;
      apex_[at(top)] = u;
      from_[at(top)] = start;
    }
    if (top < 0) return;
    for (std::int64_t u = n_ - 1; u >= 0; --u) {
      line[u * stride] = static_cast<std::int32_t>(height(u, apex_[at(top)]));
      if (u == from_[at(top)]) --top;
    }
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  std::size_t size() const { return static_cast<std::size_t>(n_); }
  std::int64_t height(std::int64_t x, std::int64_t i) const {
    return (x - i) * (x - i) + value_[at(i)];
  }

  std::int64_t n_;
  std::vector<std::int64_t> value_, apex_, from_;
};

}  // namespace

Volume<std::int32_t> squared_distances(VolumeView<const std::uint8_t> labels, int label,
                                       ThreadPool& pool) {
  const Extent3 n = labels.extent;
  if (std::max({n.z, n.y, n.x}) > kLongestAxis)
    throw Error("evaluate", "",
                "a volume of " + n.to_string() + " voxels is too large for distances",
                "axes have at most 26000");
  Volume<std::int32_t> out(n);
  parallel_for(pool, 0, n.z, 1, [&](std::int64_t first, std::int64_t last, int) {
    Envelope envelope(n.y);
    for (std::int64_t z = first; z < last; ++z) {
      std::int32_t* plane = out.view().plane(z);
      for (std::int64_t y = 0; y < n.y; ++y)
        scan_row(labels.plane(z) + y * n.x, label, n.x, plane + y * n.x);
      for (std::int64_t x = 0; x < n.x; ++x) envelope.run(plane + x, n.x);
    }
  });
  parallel_for(pool, 0, n.y, 1, [&](std::int64_t first, std::int64_t last, int) {
    Envelope envelope(n.z);
    for (std::int64_t y = first; y < last; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) envelope.run(out.data() + y * n.x + x, n.y * n.x);
  });
  return out;
}

}  // namespace dfe
