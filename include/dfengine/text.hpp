// SPDX-License-Identifier: Apache-2.0
// Texts as users type them, in options and settings, taken apart. Nothing here looks at the user's
// locale: "7.5" is seven and a half everywhere.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace dfe {

/// The parts of `text` between separators, empty ones too; at least one.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The number that the whole text is, a plus sign before it allowed. Nothing for other text,
/// numbers that do not fit into T, NaN and infinities.
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

}  // namespace dfe
