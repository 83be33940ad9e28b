// SPDX-License-Identifier: Apache-2.0
// Parsing of options and settings as users type them. The locale is ignored: "7.5" is seven and a
// half everywhere.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace dfe {

/// Splits `text` at every separator and keeps empty parts. The result has at least one part; the
/// parts refer to `text`, which must outlive them.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The whole text as a number; a leading plus sign is allowed. Empty for any other text, for
/// numbers that do not fit into T, and for NaN and infinities.
template <class T>
std::optional<T> parse_as(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>)
    if (!std::isfinite(value)) return std::nullopt;
  return value;
}

/// Of the known names the one that a misspelt `name` probably means: with the fewest
/// single-character changes (Levenshtein distance), if these are at most a third of the longer
/// name's characters, but 2 at least; the first of equals. Empty if there is none.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

}  // namespace dfe
