// SPDX-License-Identifier: Apache-2.0
// Reading, scanning and formatting of plain text.
#include "io/lists/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dfengine/error.hpp"
#include "io/input_file.hpp"
#include "io/random_file.hpp"

namespace dfe::io::lists {

std::string load_text(const std::filesystem::path& path) {
  constexpr std::uintmax_t kLimit = std::uintmax_t{1} << 30;
  check_input_file("list", path);
  std::error_code code;
  const std::uintmax_t size = std::filesystem::file_size(path, code);
  if (code)
    throw Error("list", path.string(), "cannot be read: " + code.message(),
                "check its permissions");
  if (size == 0)
    throw Error("list", path.string(), "the file is empty (0 bytes)",
                "even an empty list needs a header");
  if (size > kLimit)
    throw Error("list", path.string(),
                fmt::format("{} bytes are more than any list has (1 GiB)", size));
  return RandomFile(path).text();
}

std::optional<double> parse_number(std::string_view text) { return parse_as<double>(trim(text)); }

std::optional<std::int64_t> parse_integer(std::string_view text) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  const auto value = parse_whole(trim(text));
  return value && *value >= -kMost && *value <= kMost ? value : std::nullopt;
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

std::string format_exact(double value) {
  if (value == 0) return "0";
  const auto single = static_cast<float>(value);
  return static_cast<double>(single) == value ? fmt::format("{}", single)
                                              : fmt::format("{}", value);
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
