// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "average/masked_fsc.hpp"

#include <algorithm>
#include <cmath>

#include "core/math/random_phases.hpp"
#include "dfengine/error.hpp"

namespace dfe::average {

namespace {

constexpr double kReliable = 0.8;           // unmasked correlation up to which phases are kept
constexpr std::int64_t kShellsBetween = 2;  // from there to the first corrected shell

void check_mask(VolumeView<const float> mask, const Extent3& box) {
  if (mask.extent != box)
    throw Error(ErrorKind::Usage, "average", mask.extent.to_string(),
                "the mask differs in size from the maps, which are " + box.to_string(),
                "make a mask of the maps' box");
  const auto values = mask.span();
  if (!std::all_of(values.begin(), values.end(), [](float m) { return m >= 0 && m <= 1; }))
    throw Error(ErrorKind::Usage, "average", mask.extent.to_string(),
                "the mask has values outside 0 to 1", "scale the mask to values from 0 to 1");
  if (std::all_of(values.begin(), values.end(), [](float m) { return m == 0; }))
    throw Error(ErrorKind::Usage, "average", mask.extent.to_string(), "the mask is 0 everywhere",
                "use a mask that covers the particle");
}

Volume<float> product(VolumeView<const float> map, VolumeView<const float> mask) {
  Volume<float> result(map.extent);
  std::transform(map.span().begin(), map.span().end(), mask.span().begin(), result.data(),
                 [](float v, float m) { return v * m; });
  return result;
}

std::vector<double> masked_values(VolumeView<const float> a, VolumeView<const float> b,
                                  VolumeView<const float> mask) {
  return shell_correlation(product(a, mask).view(), product(b, mask).view()).correlation;
}

/// The first shell below kReliable, or one beyond the last.
std::int64_t first_unreliable(const std::vector<double>& correlation) {
  const auto found = std::find_if(correlation.begin() + 1, correlation.end(),
                                  [](double c) { return c < kReliable; });
  return found - correlation.begin();
}

}  // namespace

MaskedCorrelation masked_correlation(VolumeView<const float> a, VolumeView<const float> b,
                                     VolumeView<const float> mask, std::uint64_t seed) {
  MaskedCorrelation result;
  result.unmasked = shell_correlation(a, b);
  check_mask(mask, a.extent);
  result.masked = masked_values(a, b, mask);
  result.randomized_from = first_unreliable(result.unmasked.correlation);
  // The shell of |k| = from - 1/2 is the first one that is random as a whole.
  const double from = static_cast<double>(result.randomized_from) - 0.5;
  const auto without_phases = [&](VolumeView<const float> map, std::uint32_t which) {
    return math::with_random_phases(map, from, {seed, RandomPurpose::MaskPhase, which}, "average");
  };
  result.randomized = masked_values(without_phases(a, 0).view(), without_phases(b, 1).view(), mask);
  result.corrected = result.masked;
  const auto first = static_cast<std::size_t>(result.randomized_from + kShellsBetween);
  for (std::size_t s = first; s < result.corrected.size(); ++s) {
    const double rest = 1 - result.randomized[s];
    result.corrected[s] = rest < 1e-6 ? 0 : (result.masked[s] - result.randomized[s]) / rest;
  }
  return result;
}

}  // namespace dfe::average
