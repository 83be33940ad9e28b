// SPDX-License-Identifier: Apache-2.0
// Particles for the tests of scoring.
#pragma once

#include <vector>

#include "core/philox.hpp"
#include "dfengine/evaluate.hpp"

namespace dfe::test {

inline Particle at(double z, double y, double x, int label = 1) {
  Particle particle;
  particle.position_voxels = {z, y, x};
  particle.class_label = label;
  return particle;
}

/// Uniform in a cube; classes 1 to `classes`.
inline std::vector<Particle> random_particles(std::size_t count, double edge, int classes,
                                              std::uint64_t seed) {
  const Philox random(seed, RandomPurpose{1});
  std::vector<Particle> particles;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = [&](std::uint32_t step) {
      return edge * static_cast<double>(random.uniform(step, i));
    };
    particles.push_back(
        at(value(0), value(1), value(2),
           1 + static_cast<int>(random.at(3, i)[0] % static_cast<std::uint32_t>(classes))));
  }
  return particles;
}

inline EvaluationPair pair_of(std::vector<Particle> predicted, std::vector<Particle> truth) {
  EvaluationPair pair;
  pair.predicted = std::move(predicted);
  pair.truth = std::move(truth);
  return pair;
}

inline EvaluateOptions within(MatchRule rule, double voxels) {
  EvaluateOptions options;
  options.rule = rule;
  options.distance = Length{voxels, false};
  return options;
}

}  // namespace dfe::test
