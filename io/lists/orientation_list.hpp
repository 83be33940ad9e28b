// SPDX-License-Identifier: Apache-2.0
// Lists of orientations to match in, as other programs and we write them. A list's order is kept:
// an orientation's number is its id.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dfengine/particle.hpp"
#include "dfengine/volume.hpp"

namespace dfe::io::lists {

/// Reads a text of one orientation per line, its numbers comma-separated or between blanks; lines
/// that begin with # are skipped. A first line may name the columns: r11 to r33 (the matrix that
/// turns the reference onto the particle), phi, psi, the (or theta) or rot, tilt, psi, both in
/// degrees; others are skipped. Without names there are three columns: comma-separated they are
/// phi, psi, theta in degrees (STOPGAP, cryoCAT); between blanks the ZXZ angles in the order of the
/// turns in radians (pytom-match-pick). Throws `Error` that names the line for anything else.
std::vector<Rotation> parse_orientations(std::string_view text, const std::string& name);

/// The orientations of PyTom's lists in EM files: N rows of phi, psi, theta in radians. Throws
/// `Error` for another shape, for values that are not finite and for degrees.
std::vector<Rotation> orientations_of(VolumeView<const float> angles, const std::string& name);

}  // namespace dfe::io::lists
