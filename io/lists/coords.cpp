// SPDX-License-Identifier: Apache-2.0
// Lines of positions, see the header.
#include "io/lists/coords.hpp"

#include <fmt/format.h>

#include "dfengine/error.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

/// One line of `words`, the last three of them the position.
Particle particle_of(const std::vector<std::string_view>& words, std::size_t needed,
                     const std::string& file, std::int64_t line) {
  const auto fail = [&](const std::string& fact) {
    throw Error("coords", file, fmt::format("line {}: {}", line, fact),
                needed == 4 ? "expected class x y z" : "expected x y z in voxels");
  };
  if (words.size() != needed) fail(fmt::format("{} words", words.size()));
  double at[3] = {};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto value = parse_number(words[needed - 3 + i]);
    if (!value) fail(shown(words[needed - 3 + i]) + " is not a number");
    at[i] = *value;
  }
  Particle particle;
  particle.position_voxels = {at[2], at[1], at[0]};
  particle.class_label = 1;
  if (needed == 3) return particle;
  const auto label = parse_integer(words[0]);
  if (!label || *label < 1 || *label > kMaxClassLabel)
    fail(fmt::format("{} is no class from 1 to {}", shown(words[0]), kMaxClassLabel));
  particle.class_label = static_cast<int>(*label);
  return particle;
}

}  // namespace

ParticleList parse_coords(std::string_view text, const std::string& name,
                          const ListOptions& options) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  ParticleList list;
  std::size_t needed = options.format == ListFormat::DeepEtPicker ? 4 : 0;
  if (options.format == ListFormat::Coords) needed = 3;
  for (std::int64_t line = 1; !text.empty(); ++line) {
    const std::vector<std::string_view> words = words_of(next_line(text));
    if (words.empty() || words[0][0] == '#') continue;
    if (needed == 0) needed = words.size() == 4 ? 4 : 3;
    list.particles.push_back(particle_of(words, needed, name, line));
  }
  return place(std::move(list), PositionUnit::Voxels, name, options);
}

std::string format_coords(const ParticleList& list, const ListOptions& options) {
  std::string out;
  const bool classes = options.format == ListFormat::DeepEtPicker;
  const auto number = [](double value) { return format_number(value, 6, true); };
  for (const Particle& p : list.particles) {
    const Point3& at = p.position_voxels;
    if (classes)
      out += fmt::format("{}\t{}\t{}\t{}\n", p.class_label, format_number(at.x, 0, true),
                         format_number(at.y, 0, true), format_number(at.z, 0, true));
    else
      out += fmt::format("{} {} {}\n", number(at.x), number(at.y), number(at.z));
  }
  return out.empty() ? "\n" : out;  // a file of 0 bytes would be that of a killed job
}

}  // namespace dfe::io::lists
