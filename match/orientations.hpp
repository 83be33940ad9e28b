// SPDX-License-Identifier: Apache-2.0
// Lists of orientations to match a template in. The number of an orientation in its list is its id.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe::match {

/// Orientations that are about `step_deg` apart: the directions of the smallest HEALPix grid with
/// at least 4π / step² pixels, each with ceil(360 / step) turns about the particle's own axis. The
/// list and the ids are those of pytom-match-pick: ZXZ angles (first turn, tilt, second turn) = (φ
/// of the pixel, θ of the pixel, k · 360 / n), sorted in this order. Steps from 1 to 180 degrees;
/// others are a usage `Error`. Source: Górski et al. (2005), ring scheme.
std::vector<Rotation> healpix_orientations(double step_deg);

/// The number of orientations that `healpix_orientations` gives, without making them.
std::int64_t healpix_count(double step_deg);

/// The orientations that a template of this point group needs: of those that differ by a rotation
/// of the group only the one that turns least, and where several turn equally far the first of the
/// list. The order is kept. `group` must be a group, its identity first.
std::vector<Rotation> reduced_by(std::span<const Rotation> group,
                                 std::span<const Rotation> orientations);

/// The angle of the rotation that leads from `a` to `b`, in degrees.
double angle_between_deg(const Rotation& a, const Rotation& b);

}  // namespace dfe::match
