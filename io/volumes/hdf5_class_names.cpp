// SPDX-License-Identifier: Apache-2.0
// See the header. One name alone could only name the background, so comma-separated text is meant
// as several names.
#include "io/volumes/hdf5_class_names.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "dfengine/text.hpp"

namespace dfe::io {
namespace {

constexpr std::size_t kMostNames = 256;

/// Dictionaries and what Python's str() makes of a list look like lists, but are not JSON lists.
std::vector<std::string> parse_list(const std::string& text, const std::string& object) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array() || !std::all_of(json.begin(), json.end(),
                                       [](const nlohmann::json& name) { return name.is_string(); }))
    throw Error("hdf5", object,
                "attribute 'class_names' is one text, but neither comma-separated names nor a "
                "JSON list of names",
                "write a list of texts, the background first");
  return json.get<std::vector<std::string>>();
}

std::vector<std::string> names_in(const std::string& text, const std::string& object) {
  const std::string_view inner = trim(text);
  if (inner.starts_with('[') || inner.starts_with('{')) return parse_list(text, object);
  std::vector<std::string> names;
  for (const std::string_view name : split(inner, ',')) names.emplace_back(name);
  return names;
}

}  // namespace

std::vector<std::string> read_class_names(const h5::Reader& file, const std::string& object) {
  if (!file.has_attribute(object, kClassNames)) return {};
  std::vector<std::string> names = file.read_strings(object, kClassNames);
  if (names.size() == 1) names = names_in(names.front(), file.name_of(object));
  if (names.size() > kMostNames) names.resize(kMostNames);
  for (std::string& name : names) name = std::string(trim(name));
  return names;
}

}  // namespace dfe::io
