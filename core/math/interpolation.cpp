// SPDX-License-Identifier: Apache-2.0
// What need not be inline, see the header.
#include "core/math/interpolation.hpp"

#include <algorithm>

namespace dfe::math {

double at_or_zero(VolumeView<const float> volume, double z, double y, double x) {
  const Extent3 n = volume.extent;
  const AxisPlace pz(z), py(y), px(x);
  const auto with_next = [](const AxisPlace& p, std::int64_t size) {
    return p.voxel >= 0 && p.voxel < size - 1;
  };
  if (with_next(pz, n.z) && with_next(py, n.y) && with_next(px, n.x))
    return trilinear(&volume(pz.voxel, py.voxel, px.voxel), n.y * n.x, n.x, pz.share, py.share,
                     px.share);
  float corners[8];
  for (std::int64_t i = 0; i < 8; ++i) {
    const std::int64_t k = pz.voxel + i / 4, j = py.voxel + i / 2 % 2, l = px.voxel + i % 2;
    const bool outside = k < 0 || j < 0 || l < 0 || k >= n.z || j >= n.y || l >= n.x;
    corners[i] = outside ? 0.0f : volume(k, j, l);
  }
  return trilinear(corners, 4, 2, pz.share, py.share, px.share);
}

BorderedVolume::BorderedVolume(VolumeView<const float> volume) : extent_(volume.extent) {
  const Extent3 n = extent_;
  values_.assign(static_cast<std::size_t>((n.z + 2) * (n.y + 2) * (n.x + 2)), 0.0f);
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      std::copy_n(&volume(z, y, 0), n.x,
                  values_.data() + ((z + 1) * (n.y + 2) + y + 1) * (n.x + 2) + 1);
}

}  // namespace dfe::math
