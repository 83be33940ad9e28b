// SPDX-License-Identifier: Apache-2.0
// Members of metadata in JSON, see the header.
#include "io/volumes/zarr/json_fields.hpp"

#include <cmath>

#include "dfengine/error.hpp"

namespace dfe::io::zarr {

Json parse_json(std::string_view text, const std::string& name) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded())
    throw Error("zarr", name, "is not valid JSON", "the file is damaged; copy it again");
  return value;
}

const Json& member(const Json& object, const char* key) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

std::string text_member(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::vector<std::int64_t> whole_numbers(const Json& list, std::int64_t least, const char* key,
                                        const std::string& name) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  std::vector<std::int64_t> result;
  bool good = list.is_array();
  if (good)
    for (const Json& entry : list) {
      good = good && entry.is_number_integer() &&
             !(entry.is_number_unsigned() && entry.get<std::uint64_t>() > kMost) &&
             entry.get<std::int64_t>() >= least;
      if (!good) break;
      result.push_back(entry.get<std::int64_t>());
    }
  if (!good)
    throw Error("zarr", name, std::string(key) + " is " + shown(list),
                "expected a list of whole numbers from " + std::to_string(least) + " to 2^40");
  return result;
}

std::vector<double> numbers(const Json& list) {
  std::vector<double> result;
  if (!list.is_array()) return {};
  for (const Json& entry : list) {
    if (!entry.is_number() || !std::isfinite(entry.get<double>())) return {};
    result.push_back(entry.get<double>());
  }
  return result;
}

std::string shown(const Json& value) {
  constexpr std::size_t kMost = 60;
  if (value.is_null()) return "missing";
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

}  // namespace dfe::io::zarr
