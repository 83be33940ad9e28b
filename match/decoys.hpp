// SPDX-License-Identifier: Apache-2.0
// Templates of particles that are not in the specimen. What they find is what chance, or a mere
// likeness, finds. docs/design/match_templates.md says why they are made so.
#pragma once

#include <cstdint>
#include <span>

#include "dfengine/particle.hpp"
#include "match/match_template.hpp"

namespace dfe::match {

enum class DecoyKind {
  Mirrored,   ///< the other hand
  Scrambled,  ///< the same Fourier amplitudes with random phases
  Sphere,     ///< a homogeneous sphere of the template's size
};

/// A template's decoy, for the same box, weights, interpolation and normalization.
///
/// Mirrored   density and mask through the centre: voxel c + u becomes c - u. This is a mirror
///            plane followed by half a turn, and it has the template's own point group, whatever
///            that is. In a box of an even size the first plane, which has no partner, stays
/// Scrambled  a phase for each pair of coefficients from `seed`; the mean stays. The mask is the
///            template's
/// Sphere     with the contrast and the radius of `template_body`, bright where the contrast is
///            unclear; at most 0.9 of the radius of a sphere with the mask's volume, because a
///            sphere that fills its mask is constant there. The mask is the template's
/// Errors     what `check_template` refuses
MatchTemplate decoy_of(const MatchTemplate& t, DecoyKind kind, std::uint64_t seed = 0);

/// The orientations that a decoy has to be matched in: of `list`, or the first alone for a sphere
/// in a mask that does not turn.
std::span<const Rotation> decoy_orientations(const MatchTemplate& decoy, DecoyKind kind,
                                             std::span<const Rotation> list);

}  // namespace dfe::match
