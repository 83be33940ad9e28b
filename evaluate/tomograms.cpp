// SPDX-License-Identifier: Apache-2.0
// Pairs tomograms of two lists, see the header and include/dfengine/evaluate.hpp.
#include "evaluate/tomograms.hpp"

#include <map>

#include "dfengine/evaluate.hpp"

namespace dfe {

namespace {

std::string tomogram_of(const ParticleList& list, const Particle& particle) {
  return list.tomogram_of(particle).name;
}

}  // namespace

std::vector<TomogramPart> split_by_tomogram(const ParticleList& a, const ParticleList& b) {
  std::vector<TomogramPart> parts;
  std::map<std::string, std::size_t> place;
  const auto part_of = [&](const ParticleList& list, const Particle& particle) -> TomogramPart& {
    const std::string name = tomogram_of(list, particle);
    const auto [found, fresh] = place.try_emplace(name, parts.size());
    if (fresh) parts.push_back({name, {}, {}});
    return parts[found->second];
  };
  for (std::size_t i = 0; i < b.particles.size(); ++i) part_of(b, b.particles[i]).b.push_back(i);
  for (std::size_t i = 0; i < a.particles.size(); ++i) part_of(a, a.particles[i]).a.push_back(i);
  std::size_t of_a = 0, of_b = 0;
  for (const TomogramPart& part : parts) {
    of_a += !part.a.empty();
    of_b += !part.b.empty();
  }
  if (parts.size() == 2 && of_a == 1 && of_b == 1) {
    std::size_t first = parts[0].b.empty() ? 1 : 0;
    parts[first].a = std::move(parts[1 - first].a);
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(1 - first));
  }
  return parts;
}

VoxelSize voxel_size_of(const TomogramPart& part, const ParticleList& a, const ParticleList& b) {
  VoxelSize size;
  if (!part.b.empty()) size = b.tomogram_of(b.particles[part.b[0]]).voxel_size;
  if (!size.known() && !part.a.empty()) size = a.tomogram_of(a.particles[part.a[0]]).voxel_size;
  return size;
}

std::vector<EvaluationPair> pair_tomograms(const ParticleList& predicted, const ParticleList& truth,
                                           std::vector<std::string>& warnings) {
  std::vector<EvaluationPair> pairs;
  std::size_t left_out = 0, in_common = 0;
  std::string example;
  for (const TomogramPart& part : split_by_tomogram(predicted, truth)) {
    if (part.b.empty()) {
      left_out += part.a.size();
      example = part.name;
      continue;
    }
    in_common += !part.a.empty();
    EvaluationPair& pair = pairs.emplace_back();
    pair.name = part.name;
    pair.voxel_size = voxel_size_of(part, predicted, truth);
    for (const std::size_t i : part.a) pair.predicted.push_back(predicted.particles[i]);
    for (const std::size_t i : part.b) pair.truth.push_back(truth.particles[i]);
  }
  if (pairs.empty() && left_out > 0) {  // an empty truth list: everything predicted is false
    EvaluationPair& pair = pairs.emplace_back();
    pair.predicted = predicted.particles;
    return pairs;
  }
  if (left_out > 0 && in_common == 0)
    throw Error("evaluate", example,
                "none of the predictions' tomograms is in the truth list, which has '" +
                    pairs.front().name + "'",
                "use the same tomogram names in both lists");
  if (left_out > 0)
    warnings.push_back(std::to_string(left_out) +
                       " predictions are in tomograms that the truth does not have ('" + example +
                       "') and are left out");
  return pairs;
}

}  // namespace dfe
