// SPDX-License-Identifier: Apache-2.0
// See the header. Source: the truth files of SHREC 2019 and 2021, and the contest's evaluation
// scripts.
#include "io/lists/shrec_locations.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "dfengine/error.hpp"
#include "io/lists/axes.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr std::size_t kNeeded = 4, kMostWords = 64, kMostClasses = 255;

/// Takes the three positions of a line as x, y, z.
void take_positions(const std::vector<std::string_view>& words, Particle& particle,
                    const std::string& file, std::int64_t line) {
  double values[3] = {};
  bool good = words.size() >= kNeeded && words.size() <= kMostWords;
  for (std::size_t i = 0; good && i < 3; ++i) {
    const auto value = parse_number(words[i + 1]);
    good = value && std::abs(*value) <= 1e9;
    if (good) values[i] = *value;
  }
  if (!good)
    throw Error("list", file,
                "line " + std::to_string(line) + " is not a class name and three positions",
                "a .txt list is read as a location file of the SHREC contest");
  particle.position_voxels = {values[2], values[1], values[0]};
}

/// Says in a warning which axis the first coordinate was taken for.
XmlAxes guess_axes(ParticleList& list, const ListOptions&) {
  const auto range = [&](double Point3::*axis) {
    const auto [least, most] = std::minmax_element(
        list.particles.begin(), list.particles.end(), [axis](const Particle& a, const Particle& b) {
          return a.position_voxels.*axis < b.position_voxels.*axis;
        });
    return most->position_voxels.*axis - least->position_voxels.*axis;
  };
  const bool z_first = range(&Point3::x) < range(&Point3::z);
  list.warnings.push_back(
      z_first
          ? "the first coordinate has a smaller range than the last and is read as z"
          : "the first coordinate does not have a smaller range than the last and is read as x");
  return z_first ? XmlAxes::Zyx : XmlAxes::Xyz;
}

void number_classes(ParticleList& list, const std::vector<std::string>& names,
                    const std::string& file) {
  const std::set<std::string> distinct(names.begin(), names.end());
  if (distinct.size() > kMostClasses)
    throw Error("list", file, std::to_string(distinct.size()) + " class names",
                "at most 255 classes are possible");
  list.labels_from_names = true;
  list.class_names = {"background"};
  list.class_names.insert(list.class_names.end(), distinct.begin(), distinct.end());
  for (std::size_t i = 0; i < names.size(); ++i)
    list.particles[i].class_label =
        static_cast<int>(std::distance(distinct.begin(), distinct.find(names[i]))) + 1;
}

}  // namespace

ParticleList parse_shrec(std::string_view text, const std::string& name,
                         const ListOptions& options) {
  ParticleList list;
  std::vector<std::string> names;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::vector<std::string_view> words = words_of(next_line(text));
    if (words.empty() || words.front().front() == '#') continue;
    Particle particle;
    take_positions(words, particle, name, line);
    for (std::size_t i = kNeeded; i < words.size(); ++i) {
      if (list.extra_columns.size() == i - kNeeded)
        list.extra_columns.push_back({"word_" + std::to_string(i + 1), {}});
      std::vector<std::string>& column = list.extra_columns[i - kNeeded].values;
      column.resize(list.particles.size());
      column.emplace_back(words[i]);
    }
    list.particles.push_back(particle);
    names.emplace_back(words.front());
  }
  for (ExtraColumn& column : list.extra_columns) column.values.resize(list.particles.size());
  if (!list.extra_columns.empty())
    list.warnings.push_back(
        "unknown words after the positions are not used; they are columns word_5 to " +
        list.extra_columns.back().name);
  number_classes(list, names, name);
  list = place(std::move(list), PositionUnit::Voxels, name, options);
  settle_axes(list, name, options, std::nullopt, guess_axes);
  return list;
}

}  // namespace dfe::io::lists
