// SPDX-License-Identifier: Apache-2.0
// Which file, mask, radius and point group each template of a request has.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/match.hpp"

namespace dfe {

/// One template as it was asked for.
struct TemplateOptions {
  std::string name;  ///< of the class
  std::string file;
  std::string mask;                   ///< or empty
  std::optional<Length> mask_radius;  ///< where there is no mask
  Length radius;                      ///< within it no lower peak is kept
  std::string symmetry = "C1";
};

/// The value for a template: its own one before the one for all. Null if there is none.
template <class Value>
const Value* value_for(const std::vector<ForTemplate<Value>>& values, std::string_view name) {
  const Value* found = nullptr;
  for (const ForTemplate<Value>& value : values)
    if (value.name == name || (value.name.empty() && !found)) found = &value.value;
  return found;
}

/// Throws a usage `Error` where a value is for a template that does not exist, or two are for one.
template <class Value>
void check_names(const std::vector<ForTemplate<Value>>& values, std::string_view option,
                 const std::vector<std::string>& names);
extern template void check_names(const std::vector<ForTemplate<std::string>>&, std::string_view,
                                 const std::vector<std::string>&);
extern template void check_names(const std::vector<ForTemplate<Length>>&, std::string_view,
                                 const std::vector<std::string>&);

/// The templates of a request, in their order. Throws a usage `Error` where one lacks something,
/// has it twice, or has a name that is another's or cannot be part of a file's name.
std::vector<TemplateOptions> template_options(const MatchRequest& request);

/// "mirrored", "scrambled" or "sphere".
std::string decoy_name(MatchDecoy decoy);

/// One search of a tomogram: for a template, or for a decoy of one.
struct MatchSearch {
  std::size_t of = 0;  ///< place of the template
  std::optional<MatchDecoy> decoy;
  std::string label;   ///< for users: "ribosome", "ribosome_mirrored"
  std::string middle;  ///< of file names, after the prefix; empty for a template alone
};

/// Each template, its decoys after it. Throws a usage `Error` for a decoy that is named twice.
std::vector<MatchSearch> searches_of(const std::vector<TemplateOptions>& templates,
                                     const std::vector<MatchDecoy>& decoys);

}  // namespace dfe
