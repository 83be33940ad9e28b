// SPDX-License-Identifier: Apache-2.0
// Turns and mirrors that map the voxel grid onto itself: exact, no interpolation.
#pragma once

#include <array>
#include <cstdint>

#include "dfengine/extent.hpp"

namespace dfe::sampling {

/// A permutation of the axes with reversals. Voxel (i0, i1, i2) of the result (z, y, x) is the
/// source's voxel whose index along axis `axis[k]` is i_k, or counted from the other end where
/// `reversed[k]`.
struct GridTurn {
  std::array<int, 3> axis{0, 1, 2};
  std::array<bool, 3> reversed{};

  bool identity() const {
    return axis == std::array<int, 3>{0, 1, 2} && reversed == std::array<bool, 3>{};
  }
  bool operator==(const GridTurn&) const = default;
};

inline constexpr GridTurn kTurnY{{0, 1, 2}, {true, false, true}};  ///< 180° about y
inline constexpr GridTurn kTurnZ{{0, 1, 2}, {false, true, true}};  ///< 180° about z
inline constexpr GridTurn kTurnX{{0, 1, 2}, {true, true, false}};  ///< 180° about x
inline constexpr GridTurn kMirrorZ{{0, 1, 2}, {true, false, false}};
inline constexpr GridTurn kMirrorY{{0, 1, 2}, {false, true, false}};
inline constexpr GridTurn kMirrorX{{0, 1, 2}, {false, false, true}};
inline constexpr GridTurn kQuarterTurn{{0, 2, 1},
                                       {false, false, true}};  ///< 90° about z, from x towards y

/// `first`, then `second`.
GridTurn then(const GridTurn& first, const GridTurn& second);

/// Extent after the turn.
Extent3 turned(const GridTurn& turn, const Extent3& extent);

/// Writes the turned volume; `in` and `out` do not overlap.
template <class T>
void apply(const GridTurn& turn, const Extent3& extent, const T* in, T* out) {
  const std::array<std::int64_t, 3> size{extent.z, extent.y, extent.x},
      stride{extent.y * extent.x, extent.x, 1};
  std::array<std::int64_t, 3> n{}, step{};
  std::int64_t origin = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const auto source = static_cast<std::size_t>(turn.axis[k]);
    n[k] = size[source];
    step[k] = turn.reversed[k] ? -stride[source] : stride[source];
    if (turn.reversed[k]) origin += (n[k] - 1) * stride[source];
  }
  for (std::int64_t z = 0; z < n[0]; ++z)
    for (std::int64_t y = 0; y < n[1]; ++y) {
      const std::int64_t row = origin + z * step[0] + y * step[1];
      for (std::int64_t x = 0; x < n[2]; ++x) *out++ = in[row + x * step[2]];
    }
}

}  // namespace dfe::sampling
