// SPDX-License-Identifier: Apache-2.0
// Several templates, or targets and decoys, in one map: at each voxel the best one wins.
#pragma once

#include <cstdint>
#include <span>

#include "core/parallel.hpp"
#include "dfengine/volume.hpp"
#include "match/score_histogram.hpp"

namespace dfe::match {

/// What wins a voxel.
enum class Competition {
  Raw,     ///< the higher score, as in the DeepFinder paper
  ZScore,  ///< the higher score in standard deviations above the median of its template's map
};

/// The best score at each voxel (what competed: raw or z-scores), the template that has it, and the
/// orientation of that template.
struct BestTemplate {
  Volume<float> scores;
  Volume<std::int32_t> ids;
  Volume<std::uint8_t> templates;
};

/// Turns scores into z-scores, in place. Throws `Error` if the spread is 0. A template's own
/// peaks keep their order, also those of a highly symmetric one: the median is over voxels, not
/// over orientations.
void to_z_scores(VolumeView<float> scores, const ScoreSpread& spread, ThreadPool& pool);

/// Adds a template of number `template_id` to a competition; with the first one `best` is empty. Of
/// equal scores the template that was added first stays; scores that are not finite lose. Maps of
/// z-scores have been through `to_z_scores`. Throws a usage `Error` for maps of another extent.
void add_template(BestTemplate& best, VolumeView<const float> scores,
                  VolumeView<const std::int32_t> ids, std::uint8_t template_id, ThreadPool& pool);

}  // namespace dfe::match
