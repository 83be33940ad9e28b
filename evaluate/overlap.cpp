// SPDX-License-Identifier: Apache-2.0
// Two lists as sets.
#include "evaluate/rules.hpp"
#include "evaluate/tomograms.hpp"

namespace dfe {

namespace {

constexpr const char* kColumn = "confidence";

/// The rows of `list` that `keep` says, with a confidence for all of them.
ParticleList select(const ParticleList& list, const std::vector<bool>& keep,
                    const char* confidence) {
  ParticleList chosen;
  chosen.tomograms = list.tomograms;
  chosen.class_names = list.class_names;
  chosen.unnamed = list.unnamed;
  for (const ExtraColumn& column : list.extra_columns)
    if (column.name != kColumn) chosen.extra_columns.push_back({column.name, {}});
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    if (!keep[i]) continue;
    chosen.particles.push_back(list.particles[i]);
    std::size_t c = 0;
    for (const ExtraColumn& column : list.extra_columns)
      if (column.name != kColumn) chosen.extra_columns[c++].values.push_back(column.values[i]);
  }
  chosen.extra_columns.push_back(
      {kColumn, std::vector<std::string>(chosen.particles.size(), confidence)});
  return chosen;
}

}  // namespace

ListOverlap overlap(const ParticleList& a, const ParticleList& b, const Length& distance) {
  EvaluateOptions options;
  options.distance = distance;
  std::vector<bool> in_b(a.particles.size(), false), in_a(b.particles.size(), false);
  for (const TomogramPart& part : split_by_tomogram(a, b)) {
    EvaluationPair pair;
    pair.voxel_size = voxel_size_of(part, a, b);
    for (const std::size_t i : part.a) pair.predicted.push_back(a.particles[i]);
    for (const std::size_t i : part.b) pair.truth.push_back(b.particles[i]);
    for (const Found& f : match(pair, options).found)
      in_b[part.a[f.predicted]] = in_a[part.b[f.truth]] = true;
  }
  ListOverlap result;
  result.both = select(a, in_b, "1");
  in_b.flip();
  in_a.flip();
  result.only_a = select(a, in_b, "0.5");
  result.only_b = select(b, in_a, "0.5");
  return result;
}

}  // namespace dfe
