// SPDX-License-Identifier: Apache-2.0
// One numbering of the classes of all label maps that `evaluate` compares.
#pragma once

#include <string>
#include <vector>

#include "commands/common/job.hpp"
#include "dfengine/label_map.hpp"

namespace dfe {

class MapClasses {
 public:
  /// `given` are the names of --classes, or empty.
  explicit MapClasses(std::vector<std::string> given);

  struct Map {
    const std::string& file;
    LabelMap& map;
  };

  /// Brings the labels of a pair to the numbering: by name, if both sides have names; within the
  /// pair by label, with a warning, if only one has. Throws a usage `Error` where both sides have
  /// classes that the other does not name: these are probably two spellings.
  void match(const Map& predicted, const Map& truth, Job& job);

  /// Index = label; empty where no map names its classes.
  const std::vector<std::string>& names() const { return names_; }

 private:
  bool given_;
  std::vector<std::string> names_;
  bool unnamed_pair_ = false;
};

}  // namespace dfe
