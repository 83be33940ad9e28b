// SPDX-License-Identifier: Apache-2.0
// Numbers of tomograms and particles, see the header.
#include "io/lists/numbering.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "io/lists/formats.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

/// The number of a tomogram that is only numbered: 3 of "3" and of "tomo3"; 0 for others.
int own_number(const ListTomogram& tomogram) {
  std::string_view name = tomogram.name;
  if (!tomogram.numbered) return 0;
  if (name.substr(0, 4) == "tomo") name.remove_prefix(4);
  const auto number = parse_integer(name);
  return number && *number >= 1 && *number <= kMostInFloat ? static_cast<int>(*number) : 0;
}

std::vector<bool> with_particles(const ParticleList& list) {
  std::vector<bool> used(list.tomograms.size());
  for (const Particle& particle : list.particles)
    if (particle.tomogram) used[static_cast<std::size_t>(*particle.tomogram)] = true;
  return used;
}

bool keeps_own_numbers(const ParticleList& list) {
  const std::vector<bool> used = with_particles(list);
  std::set<int> numbers;
  for (std::size_t i = 0; i < used.size(); ++i)
    if (const int number = own_number(list.tomograms[i]);
        used[i] && (number == 0 || !numbers.insert(number).second))
      return false;
  return true;
}

}  // namespace

std::vector<int> tomogram_numbers(const ParticleList& list) {
  const bool own = keeps_own_numbers(list);
  std::vector<int> numbers;
  for (const ListTomogram& tomogram : list.tomograms)
    numbers.push_back(own ? own_number(tomogram) : static_cast<int>(numbers.size()) + 1);
  return numbers;
}

bool same_tomogram_numbers(const ParticleList& list) { return keeps_own_numbers(list); }

std::vector<std::int64_t> particle_numbers(const ParticleList& list, std::int64_t most) {
  std::vector<std::int64_t> numbers;
  std::set<std::int64_t> seen;
  for (const Particle& particle : list.particles)
    if (const std::int64_t id = particle.object_id.value_or(0);
        id >= 1 && id <= most && seen.insert(id).second)
      numbers.push_back(id);
  if (numbers.size() == list.particles.size()) return numbers;
  numbers.clear();
  for (std::size_t i = 1; i <= list.particles.size(); ++i)
    numbers.push_back(static_cast<std::int64_t>(i));
  return numbers;
}

bool loses_particle_numbers(const ParticleList& list, std::int64_t most) {
  const std::vector<std::int64_t> numbers = particle_numbers(list, most);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (list.particles[i].object_id.value_or(numbers[i]) != numbers[i]) return true;
  return false;
}

void NumberedReader::set_class(Particle& particle, std::int64_t label) {
  unclassified_ += label == 0;
  particle.class_label = std::max(1, static_cast<int>(label));
}

void NumberedReader::set_position(Particle& particle, const Point3& position, const Point3& shift) {
  shifted_ += shift != Point3{};
  particle.position_voxels = {position.z + shift.z - 1, position.y + shift.y - 1,
                              position.x + shift.x - 1};
}

void NumberedReader::set_result(Particle& particle, double score, const Rotation& orientation) {
  constexpr Rotation kNone{1, 0, 0, 0, 1, 0, 0, 0, 1};
  particle.score = score;
  particle.orientation = orientation;
  scored_ = scored_ || score != 0;
  oriented_ = oriented_ || orientation != kNone;
}

void NumberedReader::finish() {
  for (Particle& particle : list_.particles) {
    if (!scored_) particle.score.reset();
    if (!oriented_) particle.orientation.reset();
  }
  if (unclassified_ > 0)
    list_.warnings.push_back(
        fmt::format("{} of {} particles have class 0; they are read as class 1", unclassified_,
                    list_.particles.size()));
  if (shifted_ > 0)
    list_.warnings.push_back(
        fmt::format("shifts of {} particles were added to their positions", shifted_));
}

WholeAndShift whole_and_shift(const Point3& position) {
  WholeAndShift parts;
  for (double Point3::*axis : {&Point3::z, &Point3::y, &Point3::x}) {
    const double from_one = position.*axis + 1;
    parts.whole.*axis = std::floor(from_one + 0.5);
    parts.shift.*axis = from_one - parts.whole.*axis;
  }
  return parts;
}

}  // namespace dfe::io::lists
