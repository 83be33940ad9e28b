// SPDX-License-Identifier: Apache-2.0
// Layout of the reference backend's planes: (H, W, C) doubles, no padding. Voxels outside the
// volume are left out of sums.
#pragma once

#include "kernels/backend.hpp"

namespace dfe {

/// The channels of a voxel.
inline double* voxel(const PlaneBuffer& x, std::int64_t z, std::int64_t y, std::int64_t col) {
  return reinterpret_cast<double*>(x.plane(z)) + (y * x.extent.x + col) * x.channels;
}

inline bool inside(const Extent3& e, std::int64_t z, std::int64_t y, std::int64_t x) {
  return z >= 0 && z < e.z && y >= 0 && y < e.y && x >= 0 && x < e.x;
}

}  // namespace dfe
