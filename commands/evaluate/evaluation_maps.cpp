// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/evaluate/evaluation_maps.hpp"

#include <algorithm>
#include <array>

#include "commands/evaluate/evaluate_parts.hpp"
#include "core/class_names.hpp"
#include "core/text.hpp"

namespace dfe {

namespace {

/// The first class that occurs in a map and that the other does not name; or empty.
std::string missing_in(const FileClasses& other, const FileClasses& map) {
  for (const int label : map.labels) {
    if (!is_named(map.names, label)) continue;
    const std::string& name = map.names[static_cast<std::size_t>(label)];
    if (std::find(other.names.begin(), other.names.end(), name) == other.names.end()) return name;
  }
  return {};
}

void refuse_different(const FileClasses& predicted, const FileClasses& truth) {
  const std::string more = missing_in(truth, predicted), less = missing_in(predicted, truth);
  if (more.empty() || less.empty()) return;
  throw Error(ErrorKind::Usage, "evaluate", predicted.file,
              "has the class '" + more + "', which '" + truth.file +
                  "' does not name, and does not name its class '" + less + "'",
              "use the same names, or list all with --classes if these are two classes");
}

}  // namespace

MapClasses::MapClasses(std::vector<std::string> given)
    : given_(!given.empty()), names_(std::move(given)) {
  check_class_names(names_, "evaluate", "--classes");
}

void MapClasses::match(const Map& predicted, const Map& truth, Job& job) {
  FileClasses p = map_classes(predicted.file, predicted.map),
              t = map_classes(truth.file, truth.map);
  const bool in_predicted = any_class_named(p.names), in_truth = any_class_named(t.names);
  if (!given_) {
    if (in_predicted && in_truth) refuse_different(p, t);
    if (in_predicted != in_truth) (in_truth ? p : t).names = in_truth ? t.names : p.names;
    unnamed_pair_ = unnamed_pair_ || (!in_predicted && !in_truth);
    if (in_truth || in_predicted)
      for (const FileClasses* side : {&t, &p}) add_classes(names_, *side);
    if (unnamed_pair_ && any_class_named(names_))
      job.warn("only some of the label maps name their classes; labels of the others are read as " +
               numbered_names(names_));
  }
  const WantedClasses wanted{names_, given_ ? "--classes" : "the label maps",
                             "add it to --classes"};
  std::array sides{std::pair(&t, &truth), std::pair(&p, &predicted)};
  if (!in_truth) std::swap(sides[0], sides[1]);  // errors are about the one with names
  for (const auto& [side, map] : sides) {
    const LabelMatch match = match_labels(*side, wanted, "evaluate");
    job.warn(map->file, match.warnings);
    relabel(map->map.labels.span(), match);
  }
  if (!given_ && in_predicted != in_truth) warn_of_names(in_truth, t.names, job);
}

}  // namespace dfe
