// SPDX-License-Identifier: Apache-2.0
// Texts of options, settings and files taken apart, put together and escaped. Splitting and the
// reading of numbers stand in the public header, because the command line needs them too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/text.hpp"

namespace dfe {

/// Space, tab, line feed, carriage return, form feed, vertical tab.
inline constexpr std::string_view kBlanks = " \t\n\r\f\v";

/// Without blanks at both ends.
std::string_view trim(std::string_view text);

/// ASCII letters made small.
std::string to_lower(std::string_view text);

/// The words of `text` between blanks; none where there are only blanks.
std::vector<std::string_view> words_of(std::string_view text);

/// Takes the first line off `rest`; without its line feed.
std::string_view next_line(std::string_view& rest);

/// "a, b, c"
std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");

/// A whole number however it is written: "10000", "1e4", "3.0". With point or exponent at most
/// 2^53, up to which doubles are exact.
std::optional<std::int64_t> parse_whole(std::string_view text);

/// With & < > and " as XML and HTML write them in text and attributes.
std::string xml_escaped(std::string_view text);

/// A cell of a CSV table: in quotes where it holds a comma, a quote or a line's end (RFC 4180).
std::string csv_cell(std::string_view text);

}  // namespace dfe
