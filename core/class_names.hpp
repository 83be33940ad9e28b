// SPDX-License-Identifier: Apache-2.0
// What every list of class names must be.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe {

/// Throws a usage `Error` that names `area` and `setting` for an empty name, and for one that two
/// labels have: a class could not be told by its name.
void check_class_names(const std::vector<std::string>& names, std::string_view area,
                       const std::string& setting);

/// Throws a usage `Error` where a list names its classes, and one that has particles has no
/// name or none of `names`, the value of `setting`.
void check_named_classes(const ParticleList& list, const std::vector<std::string>& names,
                         std::string_view area, const std::string& setting);

/// Collects the names of a list's classes from its rows.
class ClassNames {
 public:
  /// `names` stay the list's; index = label.
  explicit ClassNames(std::vector<std::string>& names) : names_(names) {}

  /// Takes the name of a class. What it contradicts, as a fact for a message: a class with two
  /// names, or two classes with one name. Empty if nothing.
  std::string take(int label, std::string_view name);

 private:
  std::vector<std::string>& names_;
  std::unordered_map<std::string, int> label_of_;
};

/// Joins classes of the same name into the first of them: some programs let objects share a name.
/// Adds a warning for each.
void join_same_names(ParticleList& list);

}  // namespace dfe
