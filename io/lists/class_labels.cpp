// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "io/lists/class_labels.hpp"

#include <fmt/format.h>

#include <numeric>
#include <set>
#include <unordered_map>

#include "core/text.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

std::optional<int> label_of_name(std::string_view name) {
  const auto label = parse_integer(name);
  if (!label || *label < 1 || *label > kMaxClassLabel || std::to_string(*label) != name)
    return std::nullopt;
  return static_cast<int>(*label);
}

std::vector<int> labels_of_names(const std::vector<std::string>& names) {
  std::unordered_map<std::string_view, int> labels;
  std::set<int> taken;
  for (const std::string& name : names)
    if (const auto label = label_of_name(name)) {
      labels[name] = *label;
      taken.insert(*label);
    }
  int next = 1;
  std::vector<int> found;
  for (const std::string& name : names) {
    const auto [place, added] = labels.try_emplace(name, 0);
    if (added) {
      while (taken.count(next) > 0) ++next;
      place->second = next++;
    }
    found.push_back(place->second);
  }
  return found;
}

void join_equal_names(ParticleList& list, const std::string& what) {
  std::vector<int> labels(list.class_names.size());
  std::iota(labels.begin(), labels.end(), 0);
  std::unordered_map<std::string, int> first;
  std::set<std::string> repeated;
  for (std::size_t label = 1; label < labels.size(); ++label) {
    std::string& name = list.class_names[label];
    if (name.empty()) continue;
    labels[label] = first.try_emplace(name, static_cast<int>(label)).first->second;
    if (labels[label] == static_cast<int>(label)) continue;
    repeated.insert(name);
    name.clear();
  }
  if (repeated.empty()) return;
  for (Particle& particle : list.particles)
    if (const auto label = static_cast<std::size_t>(particle.class_label); label < labels.size())
      particle.class_label = labels[label];
  list.warnings.push_back(fmt::format("several {} have the same name and are read as one class: {}",
                                      what, join({repeated.begin(), repeated.end()})));
}

}  // namespace dfe::io::lists
