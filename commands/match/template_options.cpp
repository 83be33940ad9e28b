// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/template_options.hpp"

#include <algorithm>

#include "core/file_names.hpp"
#include "core/text.hpp"

namespace dfe {

namespace {

constexpr std::size_t kMost = 255;  // numbers of templates are bytes

[[noreturn]] void refuse(std::string_view option, const std::string& fact,
                         const std::string& remedy) {
  throw Error(ErrorKind::Usage, "match", option, fact, remedy);
}

/// Files are called after templates.
void check_class_name(const std::string& name, const std::vector<std::string>& before) {
  if (name.find('/') != std::string::npos || name.front() == '.' || name.size() > 100)
    refuse("--template", "the name '" + name + "' cannot be part of a file's name",
           "choose another one");
  if (std::find(before.begin(), before.end(), name) != before.end())
    refuse("--template", "there are two templates called '" + name + "'", "name them by NAME=FILE");
}

template <class Value>
bool has_own(const std::vector<ForTemplate<Value>>& values, const std::string& name) {
  return std::any_of(values.begin(), values.end(),
                     [&](const auto& value) { return value.name == name; });
}

/// What is given for one template wins over what is given for all.
void find_mask(const MatchRequest& request, TemplateOptions& options) {
  const std::string& name = options.name;
  const std::string* mask = value_for(request.masks, name);
  const Length* radius = value_for(request.mask_radii, name);
  const bool own_mask = has_own(request.masks, name),
             own_radius = has_own(request.mask_radii, name);
  if (own_mask && !own_radius) radius = nullptr;
  if (own_radius && !own_mask) mask = nullptr;
  if (!mask && !radius)
    refuse("--mask", "is missing for '" + name + "'", "give it, or --mask-radius");
  if (mask && radius)
    refuse("--mask", "cannot go with --mask-radius for '" + name + "'", "give one of them");
  if (mask) options.mask = *mask;
  if (radius) options.mask_radius = *radius;
}

TemplateOptions options_of(const MatchRequest& request, const std::string& name,
                           const std::string& file) {
  TemplateOptions options;
  options.name = name;
  options.file = file;
  find_mask(request, options);
  const Length* radius = value_for(request.peaks.radii, name);
  if (!radius && !options.mask_radius)
    refuse("--radius", "is missing for '" + name + "'",
           "give the radius of a particle in voxels (8) or Å (110A)");
  options.radius = radius ? *radius : *options.mask_radius;
  if (const std::string* symmetry = value_for(request.symmetries, name))
    options.symmetry = *symmetry;
  return options;
}

}  // namespace

template <class Value>
void check_names(const std::vector<ForTemplate<Value>>& values, std::string_view option,
                 const std::vector<std::string>& names) {
  std::vector<std::string> seen;
  for (const ForTemplate<Value>& value : values) {
    const std::string& name = value.name;
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      refuse(option, "there is no template '" + name + "'", "choose from " + join(names));
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      refuse(
          option,
          name.empty() ? "is given twice for all templates" : "is given twice for '" + name + "'",
          "give it once, or as NAME=VALUE for each");
    seen.push_back(name);
  }
}
template void check_names(const std::vector<ForTemplate<std::string>>&, std::string_view,
                          const std::vector<std::string>&);
template void check_names(const std::vector<ForTemplate<Length>>&, std::string_view,
                          const std::vector<std::string>&);

std::vector<TemplateOptions> template_options(const MatchRequest& request) {
  if (request.templates.empty()) refuse("--template", "is missing", "give the template's file");
  if (request.templates.size() > kMost)
    refuse("--template", "is given " + std::to_string(request.templates.size()) + " times",
           "give at most " + std::to_string(kMost));
  std::vector<std::string> names;
  for (const ForTemplate<std::string>& given : request.templates) {
    const std::string name = given.name.empty() ? base_name(given.value) : given.name;
    check_class_name(name, names);
    names.push_back(name);
  }
  check_names(request.masks, "--mask", names);
  check_names(request.mask_radii, "--mask-radius", names);
  check_names(request.symmetries, "--symmetry", names);
  check_names(request.peaks.radii, "--radius", names);
  std::vector<TemplateOptions> options;
  for (std::size_t i = 0; i < names.size(); ++i)
    options.push_back(options_of(request, names[i], request.templates[i].value));
  return options;
}

std::string decoy_name(MatchDecoy decoy) {
  switch (decoy) {
    case MatchDecoy::Mirrored:
      return "mirrored";
    case MatchDecoy::Scrambled:
      return "scrambled";
    default:
      return "sphere";
  }
}

std::vector<MatchSearch> searches_of(const std::vector<TemplateOptions>& templates,
                                     const std::vector<MatchDecoy>& decoys) {
  for (const MatchDecoy decoy : decoys)
    if (std::count(decoys.begin(), decoys.end(), decoy) > 1)
      refuse("--decoys", "has '" + decoy_name(decoy) + "' twice", "name each kind once");
  std::vector<MatchSearch> searches;
  for (std::size_t t = 0; t < templates.size(); ++t) {
    const std::string& name = templates[t].name;
    const std::string middle = templates.size() > 1 ? "_" + name : "";
    searches.push_back({t, {}, name, middle});
    for (const MatchDecoy decoy : decoys) {
      const std::string ending = "_" + decoy_name(decoy);
      searches.push_back({t, decoy, name + ending, middle + ending});
    }
  }
  if (searches.size() > kMost)
    refuse("--decoys", "make " + std::to_string(searches.size()) + " templates",
           "match at most " + std::to_string(kMost) + " in one run");
  return searches;
}

}  // namespace dfe
