// SPDX-License-Identifier: Apache-2.0
// Numbers and words of text files. Everything goes through std::from_chars and fmt, so the user's
// locale never matters.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace dfe::io::lists {

/// The whole text of a file of at most 1 GiB. Throws `Error` where it cannot be read, is empty or
/// larger.
std::string load_text(const std::filesystem::path& path);

/// Without blanks at both ends.
std::string_view trim(std::string_view text);

/// ASCII letters made small.
std::string to_lower(std::string_view text);

/// The number that the whole text is, a leading `+` and blanks around allowed. Nothing for other
/// text, NaN and infinities.
std::optional<double> parse_number(std::string_view text);

/// The same for whole numbers; "3.0" is one too, since many programs write labels as floats.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// Decimal number of at most `decimals` digits after the point; trailing zeros are cut where
/// `trim_zeros`. Never "-0".
std::string format_number(double value, int decimals, bool trim_zeros);

/// `text` in quotes for a message: shortened, without control characters.
std::string shown(std::string_view text);

/// Line number, from 1, of a byte offset.
std::int64_t line_of(std::string_view text, std::size_t offset);

}  // namespace dfe::io::lists
