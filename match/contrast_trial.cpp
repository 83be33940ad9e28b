// SPDX-License-Identifier: Apache-2.0
// See the header; docs/design/match_templates.md has the measurements behind the rule.
#include "match/contrast_trial.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

#include "match/exact.hpp"
#include "match/orientations.hpp"

namespace dfe::match {

namespace {

constexpr Extent3 kMost{64, 160, 160};
constexpr double kStepDeg = 60, kClear = 1.1;
constexpr std::int64_t kBest = 1000;  // one of so many voxels counts

/// The middle of an extent that a template fits into.
Box3 middle_of(const Extent3& n, const Extent3& box) {
  const auto size = [](std::int64_t all, std::int64_t most, std::int64_t least) {
    return std::min(all, std::max(most, 2 * least));
  };
  const Extent3 part{size(n.z, kMost.z, box.z), size(n.y, kMost.y, box.y),
                     size(n.x, kMost.x, box.x)};
  return {{(n.z - part.z) / 2, (n.y - part.y) / 2, (n.x - part.x) / 2}, part};
}

template <class T>
Volume<T> cut_out(VolumeView<const T> volume, const Box3& box) {
  Volume<T> part(box.extent);
  for (std::int64_t z = 0; z < box.extent.z; ++z)
    for (std::int64_t y = 0; y < box.extent.y; ++y)
      std::copy_n(&volume(box.begin.z + z, box.begin.y + y, box.begin.x), box.extent.x,
                  &part(z, y, 0));
  return part;
}

double mean_of_best(const Volume<float>& scores) {
  std::vector<float> values(scores.span().begin(), scores.span().end());
  const std::int64_t count = (scores.voxels() + kBest - 1) / kBest;
  std::partial_sort(values.begin(), values.begin() + count, values.end(), std::greater<>());
  return std::accumulate(values.begin(), values.begin() + count, 0.0) / static_cast<double>(count);
}

MatchTemplate negative_of(const MatchTemplate& t) {
  MatchTemplate negative = t.clone();
  for (float& v : negative.density.span()) v = -v;
  return negative;
}

}  // namespace

ContrastTrial try_contrasts(VolumeView<const float> tomogram, const MatchTemplate& t,
                            const ScoreOptions& options, Observer* observer) {
  const Box3 box = middle_of(tomogram.extent, t.density.extent());
  const Volume<float> part = cut_out(tomogram, box);
  Volume<std::uint8_t> valid;
  ScoreOptions of_part;
  of_part.edge = options.edge;
  of_part.compute = options.compute;
  if (options.valid.data) {
    valid = cut_out(options.valid, box);
    of_part.valid = valid.view();
  }
  const std::vector<Rotation> list = healpix_orientations(kStepDeg);
  const auto best = [&](const MatchTemplate& asked) {
    return mean_of_best(exact_scores(part.view(), asked, list, of_part, observer).scores);
  };
  ContrastTrial trial;
  trial.as_given = best(t);
  trial.negated = best(negative_of(t));
  if (trial.as_given >= kClear * trial.negated)
    trial.fit = ContrastTrial::Fit::AsGiven;
  else if (trial.negated >= kClear * trial.as_given)
    trial.fit = ContrastTrial::Fit::Negated;
  return trial;
}

}  // namespace dfe::match
