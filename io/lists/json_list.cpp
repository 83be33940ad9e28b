// SPDX-License-Identifier: Apache-2.0
// JSON with errors that say where, see the header.
#include "io/lists/json_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dfengine/error.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

Json parse_json_object(std::string_view text, const std::string& area, const std::string& file) {
  try {
    Json json = Json::parse(text);
    if (!json.is_object())
      throw Error(area, file, "is JSON, but no object", "expected picks of copick or EMAN2");
    return json;
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t before = std::min(text.size(), error.byte < 12 ? 0 : error.byte - 12);
    const std::string_view around = text.substr(before, 24);
    for (const std::string_view value : {"NaN", "Infinity"})
      if (around.find(value) != std::string_view::npos)
        throw Error(
            area, file,
            fmt::format("line {} has {}, which JSON has not", line_of(text, error.byte), value),
            "write a number, or null for a score that is missing");
    throw Error(area, file, fmt::format("line {} is not JSON", line_of(text, error.byte)),
                "the file is damaged");
  } catch (const nlohmann::json::out_of_range&) {
    throw Error(area, file, "has a number beyond 1.8e308", "the file is damaged");
  }
}

void JsonPlace::fail(const std::string& fact, const std::string& remedy) const {
  throw Error(area, file, what.empty() ? fact : what + ": " + fact, remedy);
}

double JsonPlace::number(const Json& value, std::string_view name) const {
  const bool number = value.is_number() && std::isfinite(value.get<double>());
  if (!number)
    fail(fmt::format("{} is {}", name, shown(json_file(value))), "expected a finite number");
  return value.get<double>();
}

double JsonPlace::number_of(const Json& object, const char* name) const {
  if (!object.is_object() || !object.contains(name))
    fail(fmt::format("{} is missing", name), "the file is damaged");
  return number(object.at(name), name);
}

std::string json_text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string json_file(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dfe::io::lists
