// SPDX-License-Identifier: Apache-2.0
// Class names and one tomogram of a list, see the header.
#include "core/particle_lists.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "core/tomogram_names.hpp"
#include "dfengine/error.hpp"

namespace dfe {

namespace {

std::string name_of(const ParticleList& list, int tomogram) {
  const auto index = static_cast<std::size_t>(tomogram);
  return index < list.tomograms.size() ? list.tomograms[index].name : std::to_string(tomogram);
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

bool is_numbered(const ParticleList& list, int tomogram) {
  const auto index = static_cast<std::size_t>(tomogram);
  return index >= list.tomograms.size() || list.tomograms[index].numbered;
}

[[noreturn]] void refuse_unsaid(const ParticleList& list, const std::set<int>& present,
                                const TomogramChoice& choice) {
  const std::string& name = choice.fallback;
  if (present.size() == 1)
    throw Error(ErrorKind::Usage, choice.area, choice.setting,
                "is missing: the list has particles of the tomogram '" +
                    name_of(list, *present.begin()) + "', not of '" + name + "'",
                "give the name in the list if it is the same tomogram");
  throw Error(ErrorKind::Usage, choice.area, choice.setting,
              "is missing: the list has particles of " + std::to_string(present.size()) +
                  " tomograms" + (name.empty() ? "" : ", none called '" + name + "'"),
              "choose one of " + names_of(list, present));
}

/// The tomogram that the choice means; nothing where the list is to be taken whole.
std::optional<int> chosen(const ParticleList& list, const std::set<int>& present,
                          const TomogramChoice& choice) {
  const bool said = !choice.wanted.empty();
  const std::string& name = said ? choice.wanted : choice.fallback;
  if (!said && present.empty()) return std::nullopt;
  if (!said && present.size() == 1 && (name.empty() || is_numbered(list, *present.begin())))
    return std::nullopt;
  const std::vector<int> indices(present.begin(), present.end());
  std::vector<std::string> names;
  names.reserve(indices.size());
  for (const int tomogram : indices) names.push_back(name_of(list, tomogram));
  if (const auto found = find_tomogram(names, name, choice.area)) return indices[*found];
  if (!said) refuse_unsaid(list, present, choice);
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

std::optional<std::size_t> only_tomogram(const ParticleList& list) {
  if (list.tomograms.size() == 1) return 0;
  std::set<int> used;
  for (const Particle& particle : list.particles) used.insert(particle.tomogram.value_or(-1));
  if (used.size() != 1 || *used.begin() < 0) return std::nullopt;
  const auto only = static_cast<std::size_t>(*used.begin());
  return list.tomograms.at(only).numbered ? std::optional(only) : std::nullopt;
}

ParticleList particles_of(const ParticleList& list, const TomogramChoice& choice) {
  std::set<int> present;
  for (const Particle& particle : list.particles)
    if (particle.tomogram) present.insert(*particle.tomogram);
  const std::optional<int> tomogram = chosen(list, present, choice);
  ParticleList part;
  part.tomograms = list.tomograms;
  part.unnamed = list.unnamed;
  part.class_names = list.class_names;
  for (const Particle& particle : list.particles)
    if (!tomogram || particle.tomogram == tomogram) part.particles.push_back(particle);
  return part;
}

}  // namespace dfe
