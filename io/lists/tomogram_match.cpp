// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "io/lists/tomogram_match.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "core/tomogram_names.hpp"

namespace dfe::io::lists {

namespace {

/// Of two tomograms that may be `name`, the one that is called so exactly.
const ListTomogram* closer(const std::string& name, const ListTomogram& a, const ListTomogram& b,
                           const std::string& file) {
  if (a.name != name && b.name != name)
    throw Error(ErrorKind::Usage, "list", file,
                fmt::format("has particles of the tomogram '{}', which may be '{}' or '{}'", name,
                            a.name, b.name),
                "use the same name in both files");
  return a.name == name ? &a : &b;
}

[[noreturn]] void refuse_names(const std::vector<std::string>& names, const std::string& file,
                               const ListOptions& options) {
  const std::string& setting = options.settings.tomogram;
  std::vector<std::string> offered;
  for (const ListTomogram& tomogram : options.tomograms)
    if (!tomogram.name.empty()) offered.push_back("'" + tomogram.name + "'");
  constexpr std::size_t kShown = 8;
  const std::vector<std::string> some(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
  const std::string have =
      join(some) +
      (names.size() > kShown ? fmt::format(" and {} more", names.size() - kShown) : std::string());
  if (offered.empty())
    throw Error(
        ErrorKind::Usage, "list", file,
        fmt::format("has particles of {} tomograms, but one tomogram is given", names.size()),
        fmt::format("choose one of {} with {}", have, setting));
  offered.resize(std::min(kShown, offered.size()));
  throw Error(
      ErrorKind::Usage, "list", file,
      fmt::format("has particles of the tomogram{} {}, not of {}", names.size() > 1 ? "s" : "",
                  have, join(offered)),
      setting.empty()
          ? "use the same name in both files"
          : fmt::format("use the same name in both files, or say with {} which one is meant",
                        setting));
}

}  // namespace

void refuse_partly_named(const ParticleList& list, const std::string& file) {
  const auto has_tomogram = [&](const Particle& particle) {
    return particle.tomogram && !list.tomogram_of(particle).name.empty();
  };
  const auto& all = list.particles;
  const auto unnamed = std::find_if_not(all.begin(), all.end(), has_tomogram);
  const auto named = std::find_if(all.begin(), all.end(), has_tomogram);
  if (unnamed == all.end() || named == all.end()) return;
  throw Error("list", file,
              fmt::format("particle {} of {} names no tomogram, but particle {} is of '{}'",
                          unnamed - all.begin() + 1, all.size(), named - all.begin() + 1,
                          list.tomogram_of(*named).name),
              "name the tomogram of every particle, or of none");
}

void name_unnamed(ParticleList& list, const std::string& name) {
  if (name.empty()) return;
  std::optional<int> index;
  for (Particle& particle : list.particles) {
    if (particle.tomogram) continue;
    if (!index) {
      const auto found = std::find_if(list.tomograms.begin(), list.tomograms.end(),
                                      [&](const ListTomogram& t) { return t.name == name; });
      index = static_cast<int>(found - list.tomograms.begin());
      if (found == list.tomograms.end()) {
        list.tomograms.push_back(list.unnamed);
        list.tomograms.back().name = name;
      }
    }
    particle.tomogram = index;
  }
}

std::vector<const ListTomogram*> match_tomograms(const ParticleList& list, const std::string& file,
                                                 const ListOptions& options) {
  const std::vector<ListTomogram>& offered = options.tomograms;
  std::vector<const ListTomogram*> known(list.tomograms.size() + 1, nullptr);
  if (offered.empty()) return known;
  if (offered.size() == 1) known.back() = &offered[0];
  if (const std::optional<std::size_t> only = only_tomogram(list);
      only && offered.size() == 1 && (offered[0].name.empty() || list.tomograms[*only].numbered)) {
    known[*only] = &offered[0];
    return known;
  }
  std::vector<std::string> names;
  for (const ListTomogram& tomogram : list.tomograms) names.push_back(tomogram.name);
  std::size_t found = 0;
  for (const ListTomogram& tomogram : offered) {
    std::optional<std::size_t> place = find_tomogram(names, tomogram.name, "list");
    const auto index = parse_as<std::size_t>(tomogram.name);
    if (!place && index && *index < names.size()) place = index;
    if (!place) continue;
    const ListTomogram*& at = known[*place];
    at = at ? closer(names[*place], *at, tomogram, file) : &tomogram;
    ++found;
  }
  if (found == 0 && !names.empty()) refuse_names(names, file, options);
  return known;
}

}  // namespace dfe::io::lists
