// SPDX-License-Identifier: Apache-2.0
// Texts and numbers of particle lists, on top of core/text.hpp. Numbers are written by fmt, so the
// user's locale never matters.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/text.hpp"

namespace dfe::io::lists {

/// The whole text of a file of at most 1 GiB. Throws `Error` where it cannot be read, is empty or
/// larger.
std::string load_text(const std::filesystem::path& path);

/// The number that the whole text is, blanks around it allowed. Nothing for other text, NaN and
/// infinities.
std::optional<double> parse_number(std::string_view text);

/// The same for whole numbers up to 2^53; "3.0" is one too, since many programs write labels as
/// floats.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// Decimal number of at most `decimals` digits after the point; trailing zeros are cut where
/// `trim_zeros`. Never "-0".
std::string format_number(double value, int decimals, bool trim_zeros);

/// The shortest decimal number that reads back as the same value: of a float32 as that, of others
/// as double. For scores, whose order must survive however small they are.
std::string format_exact(double value);

/// `text` in quotes for a message: shortened, without control characters.
std::string shown(std::string_view text);

/// Line number, from 1, of a byte offset.
std::int64_t line_of(std::string_view text, std::size_t offset);

}  // namespace dfe::io::lists
