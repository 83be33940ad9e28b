// SPDX-License-Identifier: Apache-2.0
// Voxel by voxel, see the header.
#include "match/compete.hpp"

#include <cmath>

#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

constexpr std::int64_t kPiece = std::int64_t{1} << 16;  // voxels

}  // namespace

void to_z_scores(VolumeView<float> scores, const ScoreSpread& spread, ThreadPool& pool) {
  if (!(spread.deviation > 0))
    throw Error("match", "scores", "have no spread", "compare raw scores instead of z-scores");
  const auto median = static_cast<float>(spread.median);
  const auto deviation = static_cast<float>(spread.deviation);
  parallel_for(pool, 0, scores.extent.voxels(), kPiece,
               [&](std::int64_t first, std::int64_t last, int) {
                 for (std::int64_t i = first; i < last; ++i)
                   scores.data[i] = (scores.data[i] - median) / deviation;
               });
}

void add_template(BestTemplate& best, VolumeView<const float> scores,
                  VolumeView<const std::int32_t> ids, std::uint8_t template_id, ThreadPool& pool) {
  const bool first_one = best.scores.voxels() == 0;
  if (first_one)
    best = {Volume<float>(scores.extent), Volume<std::int32_t>(scores.extent),
            Volume<std::uint8_t>(scores.extent)};
  if (!(best.scores.extent() == scores.extent) || !(ids.extent == scores.extent))
    throw Error(ErrorKind::Usage, "match", "score volumes", "have different sizes",
                "all templates must be matched in the same tomogram");
  parallel_for(pool, 0, scores.extent.voxels(), kPiece,
               [&](std::int64_t first, std::int64_t last, int) {
                 for (std::int64_t i = first; i < last; ++i) {
                   float& top = best.scores.data()[i];
                   const float score = scores.data[i];
                   const bool wins = std::isfinite(score) && !(score <= top && std::isfinite(top));
                   if (!first_one && !wins) continue;
                   top = score;
                   best.ids.data()[i] = ids.data[i];
                   best.templates.data()[i] = template_id;
                 }
               });
}

}  // namespace dfe::match
