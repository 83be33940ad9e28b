// SPDX-License-Identifier: Apache-2.0
// Reading, scanning and formatting of plain text.
#include "io/lists/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

#include "dfengine/error.hpp"

namespace dfe::io::lists {

std::string load_text(const std::filesystem::path& path) {
  constexpr std::uintmax_t kLimit = std::uintmax_t{1} << 30;
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) throw Error("list", path.string(), "no such file");
  if (std::filesystem::is_directory(status))
    throw Error("list", path.string(), "is a folder", "expected a particle list");
  const std::uintmax_t size = std::filesystem::file_size(path, code);
  if (code) throw Error("list", path.string(), "cannot be read: " + code.message());
  if (size == 0)
    throw Error("list", path.string(), "the file is empty (0 bytes)",
                "a list without particles still has its header");
  if (size > kLimit)
    throw Error("list", path.string(),
                fmt::format("{} bytes are more than any list has (1 GiB)", size));
  std::ifstream in(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(size)))
    throw Error("list", path.string(), "cannot be read");
  return text;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::optional<double> parse_number(std::string_view text) {
  text = trim(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  const auto value = parse_number(text);
  if (!value || *value != std::floor(*value) || std::abs(*value) > 0x1p53) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::string format_number(double value, int decimals, bool trim_zeros) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (trim_zeros && text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string cut(text.substr(0, kLongest));
  std::replace_if(
      cut.begin(), cut.end(), [](unsigned char c) { return c < 32 || c == 127; }, '?');
  return "'" + cut + (text.size() > kLongest ? "...'" : "'");
}

std::int64_t line_of(std::string_view text, std::size_t offset) {
  return 1 + std::count(text.begin(),
                        text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())),
                        '\n');
}

}  // namespace dfe::io::lists
