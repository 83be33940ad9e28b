// SPDX-License-Identifier: Apache-2.0
#include "layers/losses.hpp"

#include <cmath>
#include <string>

#include "dfengine/error.hpp"

namespace dfe {
namespace {

double class_weight(const LossSpec& spec, std::size_t c) {
  return spec.class_weights.empty() ? 1.0 : spec.class_weights[c];
}

/// Σ w[label]: the divisor of the cross-entropy.
double total_weight(const LossSpec& spec, const ClassSums& sums) {
  double total = 0;
  for (std::size_t c = 0; c < sums.voxels.size(); ++c)
    total += class_weight(spec, c) * sums.voxels[c];
  return total;
}

double tversky_divisor(const LossSpec& spec, const ClassSums& sums, std::size_t c) {
  const double hit = sums.overlap[c];
  return hit + spec.alpha * (sums.probability[c] - hit) + spec.beta * (sums.voxels[c] - hit) +
         spec.epsilon;
}

}  // namespace

void check_loss(const LossSpec& spec, std::int64_t classes) {
  const auto refuse = [](const std::string& what, const std::string& fact,
                         const std::string& remedy) {
    throw Error(ErrorKind::Usage, "loss", what, fact, remedy);
  };
  const auto good = [](double v) { return std::isfinite(v) && v >= 0; };
  for (const auto& [name, value] :
       {std::pair{"cross_entropy", spec.cross_entropy}, std::pair{"tversky", spec.tversky},
        std::pair{"alpha", spec.alpha}, std::pair{"beta", spec.beta},
        std::pair{"epsilon", spec.epsilon}})
    if (!good(value))
      refuse(name, "is " + std::to_string(value), "expected a finite number, zero or above");
  if (spec.cross_entropy + spec.tversky == 0)
    refuse("weights", "both losses have weight zero", "give cross_entropy or tversky a weight");
  if (!spec.class_weights.empty() &&
      static_cast<std::int64_t>(spec.class_weights.size()) != classes)
    refuse("class_weights",
           std::to_string(spec.class_weights.size()) + " numbers for " + std::to_string(classes) +
               " classes",
           "give one per class, background first");
  for (const double w : spec.class_weights)
    if (!good(w))
      refuse("class_weights", "has " + std::to_string(w), "expected finite numbers, zero or above");
}

bool needs_probabilities(const LossSpec& spec) { return spec.tversky > 0; }

double loss_value(const LossSpec& spec, const ClassSums& sums) {
  double entropy = 0, tversky = 0;
  for (std::size_t c = 0; c < sums.voxels.size(); ++c) {
    entropy += class_weight(spec, c) * sums.cross_entropy[c];
    const double divisor = tversky_divisor(spec, sums, c);
    tversky += 1 - (divisor > 0 ? sums.overlap[c] / divisor : 0.0);
  }
  const double weight = total_weight(spec, sums);
  // A loss without weight is left out, so that what it holds, were it infinite, does no harm.
  return (spec.cross_entropy > 0 && weight > 0 ? spec.cross_entropy * entropy / weight : 0.0) +
         (spec.tversky > 0 ? spec.tversky * tversky : 0.0);
}

LossSlopes loss_slopes(const LossSpec& spec, const ClassSums& sums) {
  const std::size_t classes = sums.voxels.size();
  LossSlopes slopes{std::vector<double>(classes, 0.0), std::vector<double>(classes, 0.0),
                    std::vector<double>(classes, 0.0)};
  const double weight = total_weight(spec, sums);
  for (std::size_t c = 0; c < classes; ++c) {
    if (weight > 0) slopes.cross_entropy[c] = spec.cross_entropy * class_weight(spec, c) / weight;
    const double divisor = tversky_divisor(spec, sums, c);
    if (spec.tversky == 0 || !(divisor > 0)) continue;
    // T = hit / divisor. A probability at a voxel of the class adds 1 to hit and 1 - beta to the
    // divisor; elsewhere 0 and alpha.
    const double square = divisor * divisor;
    slopes.inside[c] = -spec.tversky * (divisor - sums.overlap[c] * (1 - spec.beta)) / square;
    slopes.outside[c] = spec.tversky * sums.overlap[c] * spec.alpha / square;
  }
  return slopes;
}

}  // namespace dfe
