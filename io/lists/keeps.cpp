// SPDX-License-Identifier: Apache-2.0
// What formats keep, see the header.
#include "io/lists/keeps.hpp"

#include <algorithm>

#include "core/particle_lists.hpp"
#include "core/text.hpp"

namespace dfe::io::lists {

namespace {

template <class Predicate>
bool any(const ParticleList& list, Predicate predicate) {
  return std::any_of(list.particles.begin(), list.particles.end(), predicate);
}

/// "0 TS_01, 1 TS_02, ..."
std::string numbers_of(const std::vector<ListTomogram>& tomograms) {
  constexpr std::size_t kShown = 20;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(kShown, tomograms.size()); ++i)
    names.push_back(std::to_string(i) + " " + tomograms[i].name);
  if (tomograms.size() > kShown) names.emplace_back("...");
  return join(names);
}

}  // namespace

Keeps keeps(ListFormat format) {
  switch (format) {
    case ListFormat::Xml:
      return {.tomograms = true,
              .classes = true,
              .orientations = true,
              .scores = true,
              .object_ids = true,
              .cluster_sizes = true};
    case ListFormat::Star:
    case ListFormat::Relion3:
    case ListFormat::Relion4:
    case ListFormat::Relion5:
    case ListFormat::Csv:
    case ListFormat::Tsv:
      return {true, true, true, true, true, true, true, true, true};
    case ListFormat::Auto:
    case ListFormat::Shrec:
      break;
  }
  return {};
}

std::vector<std::string> losses(const ParticleList& list, ListFormat format) {
  const Keeps can = keeps(format);
  std::vector<std::string> said;
  const auto is_named = [&](const Particle& p) {
    return p.tomogram && !list.tomogram_of(p).numbered;
  };
  const bool named = any(list, is_named);
  if (named && !can.tomograms)
    said.emplace_back("the format has no place for tomograms, so their names are not in the file");
  else if (named && !can.tomogram_names)
    said.push_back("the format has no names of tomograms, only numbers: " +
                   numbers_of(list.tomograms));
  const auto say = [&](bool has, bool kept, const char* what) {
    if (has && !kept)
      said.push_back(std::string("the format has no place for ") + what +
                     ", so they are not in the file");
  };
  say(any(list, [](const Particle& p) { return p.class_label != 1; }), can.classes, "classes");
  say(has_class_names(list), can.class_names, "class names");
  say(any(list, [](const Particle& p) { return p.orientation.has_value(); }), can.orientations,
      "orientations");
  say(any(list, [](const Particle& p) { return p.score.has_value(); }), can.scores, "scores");
  say(any(list, [](const Particle& p) { return p.cluster_size.has_value(); }), can.cluster_sizes,
      "cluster sizes");
  return said;
}

}  // namespace dfe::io::lists
