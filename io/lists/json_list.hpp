// SPDX-License-Identifier: Apache-2.0
// JSON files of picks: parsing, and access to what they hold with errors that say where it is.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace dfe::io::lists {

using Json = nlohmann::ordered_json;

/// Parses an object. Throws `Error` that names the line where the text is not JSON.
Json parse_json_object(std::string_view text, const std::string& area, const std::string& file);

/// One value of a file, and what it is called in messages: "point 3".
struct JsonPlace {
  const std::string& area;
  const std::string& file;
  std::string what;

  [[noreturn]] void fail(const std::string& fact, const std::string& remedy) const;
  /// The value as a finite number; `name` says which it is.
  double number(const Json& value, std::string_view name) const;
  /// A member as a finite number.
  double number_of(const Json& object, const char* name) const;
};

/// The text of an object's member; empty where it is absent, null or no text.
std::string json_text_of(const Json& object, const char* name);

/// As a file: indented, invalid UTF-8 replaced.
std::string json_file(const Json& json);

}  // namespace dfe::io::lists
