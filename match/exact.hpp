// SPDX-License-Identifier: Apache-2.0
// The exact engine on the CPU: every orientation of the list at every voxel of the tomogram.
#pragma once

#include <span>
#include <vector>

#include "dfengine/observer.hpp"
#include "dfengine/particle.hpp"
#include "match/match_template.hpp"

namespace dfe::match {

/// How a tomogram is cut into boxes that are matched one after another.
struct TilePlan {
  Extent3 tiles;      ///< their number along each axis
  Extent3 core;       ///< voxels of a tile; the last ones along an axis may have fewer
  Extent3 transform;  ///< points of the Fourier transforms: core, what templates reach, and more
                      ///< for speed
  std::int64_t bytes = 0;  ///< memory of one tile's work; the tomogram and the result not counted
};

/// The fewest tiles whose work fits into the options' `memory_bytes` (0: no limit). Throws `Error`
/// where even small tiles do not.
TilePlan plan_tiles(const Extent3& tomogram, const MatchTemplate& t, const ScoreOptions& options,
                    int threads);

/// A part of a tomogram that is matched, and how it is cut.
struct SearchPart {
  Box3 box;
  TilePlan plan;
};

/// The whole tomogram, or boxes around what the options' `searched` has (match/search_boxes.hpp),
/// the largest first.
std::vector<SearchPart> plan_search(const Extent3& tomogram, const MatchTemplate& t,
                                    const ScoreOptions& options, int threads);

/// The best locally normalized correlation at each voxel, and the orientation that has it.
///
/// Score    docs/design/match.md; between -1 and 1. 0 where fewer than half of the mask's weight is
///          on valid voxels, and where the tomogram's local standard deviation is below a
///          thousandth of its global one
/// Search   voxels outside the boxes of `plan_search` have score 0 and id 0; all others have the
///          scores that they would have without a search mask, to rounding
/// Threads  change no bit. Tiles change scores by rounding
/// Errors   usage `Error` for what `check_template` refuses, a template larger than the tomogram,
/// an empty list, masks of another extent and a search mask that is 0 everywhere;
///          `Error` for voxels that are not finite, a constant tomogram and if the observer cancels
/// Cost     one complex transform of the tomogram per two orientations; three if the mask turns,
///          and four if voxels are not valid, too
/// Source   Roseman, Ultramicroscopy 94 (2003) 225
ScoreMap exact_scores(VolumeView<const float> tomogram, const MatchTemplate& t,
                      std::span<const Rotation> orientations, const ScoreOptions& options,
                      Observer* observer = nullptr);

}  // namespace dfe::match
