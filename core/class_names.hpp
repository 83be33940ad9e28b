// SPDX-License-Identifier: Apache-2.0
// What every list of class names must be, and how labels of one file become those of another: a
// class is the same where its name is, whatever its label.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dfengine/label_map.hpp"
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

/// Whether at least one class above the background has a name.
bool any_class_named(const std::vector<std::string>& names);

/// "1 ribosome, 2 proteasome": the classes above the background that have names.
std::string numbered_names(const std::vector<std::string>& names);

/// The label of a class among `names`. If they lack it, it is added: with `label` if that is free,
/// else after all others.
int add_class(std::vector<std::string>& names, int label, const std::string& name);

/// A file that has labels, and what it calls its classes.
struct FileClasses {
  std::string file;                ///< of errors
  std::vector<std::string> names;  ///< index = label, background first; empty: it has none
  std::vector<int> labels;         ///< those from 1 to 255 that occur in it
};

/// Whether the class of a label has a name.
bool is_named(const std::vector<std::string>& names, int label);

/// A file that has all of the classes 1 to `classes` - 1, as weights and score maps do.
FileClasses all_classes(const std::string& file, const std::vector<std::string>& names,
                        std::int64_t classes);

/// The classes of a label map that was read from `file`. Counts its labels.
FileClasses map_classes(const std::string& file, const LabelMap& map);

/// Adds the classes that occur in a file to `names`, as `add_class` does.
void add_classes(std::vector<std::string>& names, const FileClasses& classes);

/// The classes that labels of a file are brought to.
struct WantedClasses {
  std::vector<std::string> names;  ///< index = label, background first; empty: none are known
  std::string source;              ///< of errors, what has them: "--classes", "'truth.h5'"
  std::string remedy;              ///< of errors: what to do about a class that is not among them
};

/// How labels of a file become those of other classes.
struct LabelMatch {
  LabelMatch();  ///< labels stay

  std::array<std::uint8_t, 256> label;  ///< index = label in the file
  std::vector<std::string> warnings;    ///< about the file: labels without a name beside others
};

/// Matches labels with the wanted classes by name. Labels stay where one side has no names. A label
/// without a name in a file that has others stays if these have the same labels on both sides, with
/// a warning if the wanted class has a name. Throws a usage `Error` of `area` about the file for a
/// class that is not among the wanted ones, a name that two labels share, a label without a name
/// where others move, and a class that one side calls the background.
LabelMatch match_labels(const FileClasses& file, const WantedClasses& wanted,
                        std::string_view area);

/// Replaces labels by those of a match.
void relabel(std::span<std::uint8_t> labels, const LabelMatch& match);

/// Collects the names of a list's classes from its rows.
class ClassNames {
 public:
  /// `names` stay the list's; index = label.
  explicit ClassNames(std::vector<std::string>& names) : names_(names) {}

  /// Takes the name of a class. One that is its label is none: classes without a name are written
  /// so where a file has names of others. What it contradicts, as a fact for a message: a class
  /// with two names, or two classes with one name. Empty if nothing.
  std::string take(int label, std::string_view name);

 private:
  std::vector<std::string>& names_;
  std::unordered_map<std::string, int> label_of_;
  std::set<int> without_name_;
};

/// Joins classes of the same name into the first of them: some programs let objects share a name.
/// Adds a warning for each.
void join_same_names(ParticleList& list);

}  // namespace dfe
