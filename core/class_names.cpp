// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "core/class_names.hpp"

#include <algorithm>
#include <map>

#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe {

void check_class_names(const std::vector<std::string>& names, std::string_view area,
                       const std::string& setting) {
  std::map<std::string_view, std::size_t> labels;
  for (std::size_t label = 0; label < names.size(); ++label) {
    const std::string_view name = trim(names[label]);
    if (name.empty())
      throw Error(ErrorKind::Usage, area, setting,
                  "the name of class " + std::to_string(label) + " is empty",
                  "name every class, background first");
    if (const auto [found, fresh] = labels.emplace(name, label); !fresh)
      throw Error(ErrorKind::Usage, area, setting,
                  "'" + std::string(name) + "' is the name of classes " +
                      std::to_string(found->second) + " and " + std::to_string(label),
                  "give each class a name of its own");
  }
}

void check_named_classes(const ParticleList& list, const std::vector<std::string>& names,
                         std::string_view area, const std::string& setting) {
  if (!has_class_names(list)) return;
  for (const Particle& particle : list.particles) {
    const auto label = static_cast<std::size_t>(particle.class_label);
    if (label >= list.class_names.size() || list.class_names[label].empty())
      throw Error(ErrorKind::Usage, area, setting,
                  "cannot name class " + std::to_string(label) +
                      ", because the list names others of its classes, but not this one",
                  "name all classes in the list");
    const std::string& name = list.class_names[label];
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Error(ErrorKind::Usage, area, setting,
                  "does not have the class '" + name + "', which the list names",
                  "use the names of the list, in any order, and others after them");
  }
}

std::string ClassNames::take(int label, std::string_view name) {
  const auto index = static_cast<std::size_t>(label);
  if (names_.size() <= index) names_.resize(index + 1);
  names_[0] = "background";
  std::string& own = names_[index];
  if (own == name) return {};
  if (!own.empty())
    return "class " + std::to_string(label) + " is called '" + std::string(name) + "' here and '" +
           own + "' before";
  const auto [other, fresh] = label_of_.emplace(name, label);
  if (!fresh)
    return "'" + std::string(name) + "' is the name of classes " + std::to_string(other->second) +
           " and " + std::to_string(label);
  own = name;
  return {};
}

void join_same_names(ParticleList& list) {
  std::unordered_map<std::string, int> first;
  std::map<int, int> joined;
  for (std::size_t label = 1; label < list.class_names.size(); ++label) {
    std::string& name = list.class_names[label];
    if (name.empty()) continue;
    const auto [same, fresh] = first.emplace(name, static_cast<int>(label));
    if (fresh) continue;
    joined[static_cast<int>(label)] = same->second;
    list.warnings.push_back("classes " + std::to_string(same->second) + " and " +
                            std::to_string(label) + " have the same name, '" + name +
                            "'; they are read as one");
    name.clear();
  }
  for (Particle& particle : list.particles)
    if (const auto found = joined.find(particle.class_label); found != joined.end())
      particle.class_label = found->second;
}

}  // namespace dfe
