// SPDX-License-Identifier: Apache-2.0
// Values that a format changes, see the header.
#include "io/lists/changed_values.hpp"

#include <algorithm>
#include <cmath>

#include "io/lists/formats.hpp"
#include "io/lists/kept_columns.hpp"
#include "io/lists/star_table.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

bool is_relion(ListFormat format) {
  return format == ListFormat::Star || format == ListFormat::Relion3 ||
         format == ListFormat::Relion4 || format == ListFormat::Relion5 ||
         format == ListFormat::Relion5Import || format == ListFormat::Warp;
}

bool is_numbered(ListFormat format) {
  return format == ListFormat::Dynamo || format == ListFormat::Motl ||
         format == ListFormat::MotlCsv || format == ListFormat::Stopgap;
}

bool is_copick(ListFormat format) {
  return format == ListFormat::Copick || format == ListFormat::CopickCsv;
}

/// How many particles have a value.
template <class Value>
std::size_t count(const ParticleList& list, std::optional<Value> Particle::*member) {
  return static_cast<std::size_t>(
      std::count_if(list.particles.begin(), list.particles.end(),
                    [&](const Particle& p) { return (p.*member).has_value(); }));
}

/// RELION's columns, for example, have no empty cells.
void say_missing(const ParticleList& list, ListFormat format, std::vector<std::string>& said) {
  const auto some = [&](auto member) {
    const std::size_t n = count(list, member);
    return n > 0 && n < list.particles.size();
  };
  const bool full = is_relion(format) || format == ListFormat::CopickCsv;
  if ((full || is_numbered(format)) && some(&Particle::score))
    said.emplace_back("the format has no empty scores, so particles without a score have 0");
  if ((is_numbered(format) || is_copick(format)) && some(&Particle::orientation))
    said.emplace_back("the format has no empty angles, so particles without an orientation have 0");
  if ((full || format == ListFormat::Copick) && some(&Particle::object_id))
    said.emplace_back("the format has no empty object numbers, so particles without one have 0");
  if (is_relion(format) && some(&Particle::cluster_size))
    said.emplace_back("the format has no empty cluster sizes, so particles without one have 0");
}

/// Formats in which a column of zeros means that there is none.
void say_zeros(const ParticleList& list, ListFormat format, std::vector<std::string>& said) {
  const auto all = [&](auto predicate) {
    return std::all_of(list.particles.begin(), list.particles.end(), predicate);
  };
  const auto unscored = [](const Particle& p) { return p.score.value_or(0) == 0; };
  if (is_numbered(format) && count(list, &Particle::score) > 0 && all(unscored))
    said.emplace_back("all scores are 0, which means in this format that there are none");
  const auto unturned = [](const Particle& p) {
    constexpr double kNone = 1e-9;
    const Rotation identity{1, 0, 0, 0, 1, 0, 0, 0, 1};
    const Rotation r = p.orientation.value_or(identity);
    return std::equal(r.begin(), r.end(), identity.begin(),
                      [](double a, double b) { return std::abs(a - b) < kNone; });
  };
  if ((is_numbered(format) || is_copick(format)) && count(list, &Particle::orientation) > 0 &&
      all(unturned))
    said.emplace_back("all angles are 0, which means in this format that there are none");
}

void say_rounding(const ParticleList& list, ListFormat format, std::vector<std::string>& said) {
  constexpr double kWhole = 1e-6;
  const auto between = [](const Particle& p) {
    const Point3& at = p.position_voxels;
    return std::abs(at.z - std::round(at.z)) > kWhole ||
           std::abs(at.y - std::round(at.y)) > kWhole || std::abs(at.x - std::round(at.x)) > kWhole;
  };
  if (format == ListFormat::DeepEtPicker &&
      std::any_of(list.particles.begin(), list.particles.end(), between))
    said.emplace_back("the format has whole voxels, so positions are rounded");
}

/// The value as a STAR file has it, between quotes or not.
std::string in_star(const std::string& value) {
  const std::string written = star_value(value);
  return written == value ? written : written.substr(1, written.size() - 2);
}

void say_star_texts(const ParticleList& list, ListFormat format, std::vector<std::string>& said) {
  const auto check = [&](const std::string& value) {
    const bool changed = in_star(value) != value;
    if (changed)
      said.push_back("STAR files have no way to write " + shown(value) + ": it is " +
                     shown(in_star(value)) + " in the file");
    return changed;
  };
  for (const ListTomogram& tomogram : list.tomograms) check(tomogram.name);
  for (const std::string& name : list.class_names) check(name);
  for (const ExtraColumn& column : list.extra_columns)
    if (keeps_column(format, column.name))
      std::any_of(column.values.begin(), column.values.end(), check);  // the first says it
}

}  // namespace

void say_changed_values(const ParticleList& list, ListFormat format,
                        std::vector<std::string>& said) {
  say_missing(list, format, said);
  say_zeros(list, format, said);
  say_rounding(list, format, said);
  if (is_relion(format)) say_star_texts(list, format, said);
  if (format != ListFormat::Dynamo) return;
  for (const ListTomogram& tomogram : list.tomograms)
    if (!tomogram.numbered && table_map_name(tomogram.name) != tomogram.name)
      said.push_back("table maps have no way to write " + shown(tomogram.name) + ": it is " +
                     shown(table_map_name(tomogram.name)) + " in the file");
}

}  // namespace dfe::io::lists
