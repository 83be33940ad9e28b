// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "core/class_names.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "core/label_counts.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "dfengine/text.hpp"

namespace dfe {

namespace {

constexpr std::size_t kLabels = 256;

/// The label above 0 that has the name.
std::optional<std::size_t> label_of(const std::vector<std::string>& names,
                                    const std::string& name) {
  for (std::size_t label = 1; label < std::min(names.size(), kLabels); ++label)
    if (names[label] == name) return label;
  return std::nullopt;
}

std::string name_of(const std::vector<std::string>& names, std::size_t label) {
  return label < names.size() ? names[label] : std::string();
}

/// Refuses a name that two labels have. `owner` says whose names they are, if not the file's.
void check_distinct(const std::vector<std::string>& names, std::string_view area,
                    const std::string& file, const std::string& owner = "") {
  for (std::size_t label = 2; label < names.size(); ++label)
    if (const auto first = label_of(names, names[label]);
        !names[label].empty() && first && *first < label)
      throw Error(ErrorKind::Usage, area, file,
                  "'" + names[label] + "' is the name of classes " + std::to_string(*first) +
                      " and " + std::to_string(label) + owner,
                  "give each class a name of its own");
}

/// Refuses names of which one side forgot the background, so that all labels are one too low.
void check_background(const FileClasses& file, const WantedClasses& wanted, std::string_view area) {
  for (const bool in_file : {true, false}) {
    const auto &own = in_file ? file.names : wanted.names,
               &other = in_file ? wanted.names : file.names;
    const auto label = label_of(other, own.front());
    if (own.front().empty() || !label) continue;
    throw Error(ErrorKind::Usage, area, file.file,
                in_file ? "calls the background '" + own.front() + "', which is class " +
                              std::to_string(*label) + " of " + wanted.source
                        : "has the class '" + own.front() + "', which is the background of " +
                              wanted.source,
                "name the background first");
  }
}

/// The wanted class that a name was probably meant for; empty if there is none.
std::string meant(const std::string& name, const std::vector<std::string>& wanted) {
  for (std::size_t label = 1; label < wanted.size(); ++label)
    if (to_lower(wanted[label]) == to_lower(name)) return wanted[label];
  return nearest_name(name, {wanted.begin() + 1, wanted.end()});
}

[[noreturn]] void refuse_class(const FileClasses& file, const WantedClasses& wanted, int label,
                               std::string_view area) {
  const std::string& name = file.names[static_cast<std::size_t>(label)];
  const std::string nearest = meant(name, wanted.names);
  throw Error(ErrorKind::Usage, area, file.file,
              "its class '" + name + "' (label " + std::to_string(label) +
                  ") is not among those of " + wanted.source + ": " + numbered_names(wanted.names),
              (nearest.empty() ? "" : "did you mean '" + nearest + "'? ") + wanted.remedy);
}

/// Whether every name that both sides have has the same label there.
bool agree_in_labels(const std::vector<std::string>& names,
                     const std::vector<std::string>& wanted) {
  for (std::size_t label = 1; label < names.size(); ++label) {
    const auto found = label_of(wanted, names[label]);
    if (!names[label].empty() && found && *found != label) return false;
  }
  return true;
}

}  // namespace

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
    if (!label_of(names, name))
      throw Error(ErrorKind::Usage, area, setting,
                  "does not have the class '" + name + "', which the list names",
                  "use the names of the list, in any order, and others after them");
  }
}

bool any_class_named(const std::vector<std::string>& names) {
  return names.size() > 1 && std::any_of(names.begin() + 1, names.end(),
                                         [](const std::string& name) { return !name.empty(); });
}

std::string numbered_names(const std::vector<std::string>& names) {
  std::vector<std::string> table;
  for (std::size_t label = 1; label < names.size(); ++label)
    if (!names[label].empty()) table.push_back(std::to_string(label) + " " + names[label]);
  return join(table);
}

int add_class(std::vector<std::string>& names, int label, const std::string& name) {
  if (names.empty()) names.emplace_back("background");
  auto found = std::find(names.begin() + 1, names.end(), name);
  if (found == names.end()) {
    const auto index = static_cast<std::size_t>(label);
    if (names.size() <= index) names.resize(index + 1);
    found = names[index].empty() ? names.begin() + label : names.insert(names.end(), name);
    *found = name;
  }
  return static_cast<int>(std::distance(names.begin(), found));
}

bool is_named(const std::vector<std::string>& names, int label) {
  return !name_of(names, static_cast<std::size_t>(label)).empty();
}

FileClasses all_classes(const std::string& file, const std::vector<std::string>& names,
                        std::int64_t classes) {
  FileClasses all{file, names, {}};
  for (int label = 1; label < classes; ++label) all.labels.push_back(label);
  return all;
}

FileClasses map_classes(const std::string& file, const LabelMap& map) {
  FileClasses classes{file, map.class_names, {}};
  const LabelCounts counts = count_labels(map.labels.span());
  for (int label = 1; label < static_cast<int>(kLabels); ++label)
    if (counts[static_cast<std::size_t>(label)] > 0) classes.labels.push_back(label);
  return classes;
}

void add_classes(std::vector<std::string>& names, const FileClasses& classes) {
  for (const int label : classes.labels)
    if (const std::string name = name_of(classes.names, static_cast<std::size_t>(label));
        !name.empty())
      add_class(names, label, name);
}

LabelMatch::LabelMatch() { std::iota(label.begin(), label.end(), std::uint8_t{0}); }

LabelMatch match_labels(const FileClasses& file, const WantedClasses& wanted,
                        std::string_view area) {
  check_distinct(file.names, area, file.file);
  LabelMatch match;
  if (!any_class_named(file.names) || !any_class_named(wanted.names)) return match;
  check_distinct(wanted.names, area, file.file, " of " + wanted.source);
  check_background(file, wanted, area);
  const bool agree = agree_in_labels(file.names, wanted.names);
  for (const int label : file.labels) {
    const auto index = static_cast<std::size_t>(label);
    const std::string name = name_of(file.names, index);
    if (!name.empty()) {
      const auto found = label_of(wanted.names, name);
      if (!found) refuse_class(file, wanted, label, area);
      match.label[index] = static_cast<std::uint8_t>(*found);
    } else if (!agree) {
      throw Error(ErrorKind::Usage, area, file.file,
                  "its label " + std::to_string(label) +
                      " has no name, and its other classes have other labels than in " +
                      wanted.source,
                  "name all its classes");
    } else if (const std::string taken = name_of(wanted.names, index); !taken.empty()) {
      match.warnings.push_back("label " + std::to_string(label) +
                               " has no name, unlike others, and is read as '" + taken + "'");
    }
  }
  return match;
}

void relabel(std::span<std::uint8_t> labels, const LabelMatch& match) {
  for (std::uint8_t& label : labels) label = match.label[label];
}

std::string ClassNames::take(int label, std::string_view name) {
  const auto index = static_cast<std::size_t>(label);
  if (names_.size() <= index) names_.resize(index + 1);
  names_[0] = "background";
  const std::string number = std::to_string(label);
  std::string& own = names_[index];
  if (own == name) return {};
  if (own.empty() && name == number) {
    without_name_.insert(label);
    return {};
  }
  const std::string before = own.empty() && without_name_.count(label) > 0 ? number : own;
  if (!before.empty())
    return "class " + number + " is called '" + std::string(name) + "' here and '" + before +
           "' before";
  const auto [other, fresh] = label_of_.emplace(name, label);
  if (!fresh)
    return "'" + std::string(name) + "' is the name of classes " + std::to_string(other->second) +
           " and " + number;
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
