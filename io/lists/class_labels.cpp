// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "io/lists/class_labels.hpp"

#include <set>
#include <unordered_map>

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

}  // namespace dfe::io::lists
