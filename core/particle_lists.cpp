// SPDX-License-Identifier: Apache-2.0
// Class names and one tomogram of a list, see the header.
#include "core/particle_lists.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe {

namespace {

std::string name_of(const ParticleList& list, int tomogram) {
  const auto index = static_cast<std::size_t>(tomogram);
  return index < list.tomograms.size() ? list.tomograms[index] : std::to_string(tomogram);
}

/// "tomo0, tomo1, tomo2 and 6 more"
std::string names_of(const ParticleList& list, const std::set<int>& tomograms) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> names;
  for (const int tomogram : tomograms)
    if (names.size() < kShown) names.push_back(name_of(list, tomogram));
  const std::size_t more = tomograms.size() - names.size();
  return join(names) + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

/// The tomogram that the choice means; nothing where the list is to be taken whole.
std::optional<int> chosen(const ParticleList& list, const std::set<int>& present,
                          const TomogramChoice& choice) {
  const bool said = !choice.wanted.empty();
  const std::string& name = said ? choice.wanted : choice.fallback;
  if (!said && present.size() <= 1) return std::nullopt;
  const auto named = std::find_if(present.begin(), present.end(),
                                  [&](int tomogram) { return name_of(list, tomogram) == name; });
  if (named != present.end()) return *named;
  if (!said)
    throw Error(ErrorKind::Usage, choice.area, choice.setting,
                "is missing: the list has particles of " + std::to_string(present.size()) +
                    " tomograms" + (name.empty() ? "" : ", none called '" + name + "'"),
                "choose one of " + names_of(list, present));
  if (const std::optional<int> index = parse_as<int>(name); index && present.count(*index) > 0)
    return index;
  throw Error(ErrorKind::Usage, choice.area, choice.setting,
              "the list has no particles of '" + name + "'",
              present.empty() ? "it names no tomograms; leave this setting out"
                              : "it has " + names_of(list, present));
}

}  // namespace

std::string class_name(const std::vector<std::string>& names, int label) {
  const auto index = static_cast<std::size_t>(label);
  return label >= 0 && index < names.size() && !names[index].empty() ? names[index]
                                                                     : std::to_string(label);
}

ParticleList particles_of(const ParticleList& list, const TomogramChoice& choice) {
  std::set<int> present;
  for (const Particle& particle : list.particles)
    if (particle.tomogram) present.insert(*particle.tomogram);
  const std::optional<int> tomogram = chosen(list, present, choice);
  ParticleList part;
  part.tomograms = list.tomograms;
  part.class_names = list.class_names;
  part.voxel_size = list.voxel_size;
  part.tomogram_extent = list.tomogram_extent;
  for (const Particle& particle : list.particles)
    if (!tomogram || particle.tomogram == tomogram) part.particles.push_back(particle);
  return part;
}

}  // namespace dfe
