// SPDX-License-Identifier: Apache-2.0
// Members of metadata in JSON, each checked for its type and range: files are damaged, or written
// by hand.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dfe::io::zarr {

using Json = nlohmann::json;

/// The value of metadata text. Throws `Error` where it is no JSON.
Json parse_json(std::string_view text, const std::string& name);

/// The member `key` of an object, or null where there is none.
const Json& member(const Json& object, const char* key);

/// The same for a text; "" where there is none.
std::string text_member(const Json& object, const char* key);

/// A list of whole numbers from `least` to 2^40. Throws `Error` for anything else.
std::vector<std::int64_t> whole_numbers(const Json& list, std::int64_t least, const char* key,
                                        const std::string& name);

/// A list of finite numbers; empty where it is anything else.
std::vector<double> numbers(const Json& list);

/// What a value looks like, shortened, for messages.
std::string shown(const Json& value);

}  // namespace dfe::io::zarr
