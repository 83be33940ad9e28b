// SPDX-License-Identifier: Apache-2.0
// Lines of place and labels, see the header.
#include "io/volumes/geometry_text.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <vector>

#include "core/binning_note.hpp"
#include "core/text.hpp"

namespace dfe::io {
namespace {

constexpr std::string_view kOrigin = "dfengine_origin=", kStart = "dfengine_start=",
                           kLabel = "dfengine_label=";

std::string line(std::string_view key, std::string_view value) {
  return std::string(key) + std::string(value) + "\n";
}

/// One line. A backslash is doubled: ImageJ reads its text as Java properties.
std::string escaped(std::string_view label) {
  std::string text;
  for (const char letter : label) {
    if (letter == '\\') text += '\\';
    text += static_cast<unsigned char>(letter) < ' ' ? ' ' : letter;
  }
  return text;
}

std::string unescaped(std::string_view text) {
  std::string label;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    label += text[i];
  }
  return label;
}

std::optional<std::array<double, 3>> three_numbers(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  if (words.size() != 3) return std::nullopt;
  std::array<double, 3> numbers{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = parse_as<double>(words[i]);
    if (!number || !(std::abs(*number) < 9e15)) return std::nullopt;
    numbers[i] = *number;
  }
  return numbers;
}

}  // namespace

std::string geometry_text(const VolumeGeometry& geometry, std::size_t most_bytes) {
  std::string text;
  if (const Point3& o = geometry.origin_angstrom; o != Point3{}) {
    std::array<char, 80> numbers{};
    std::snprintf(numbers.data(), numbers.size(), "%.9g %.9g %.9g", o.z, o.y, o.x);
    text += line(kOrigin, numbers.data());
  }
  if (const Index3& s = geometry.start; s != Index3{})
    text +=
        line(kStart, std::to_string(s.z) + " " + std::to_string(s.y) + " " + std::to_string(s.x));
  std::string note;
  if (const auto binning = find_binning_note(geometry.labels))
    note = line(kLabel, binning->to_string());
  for (const std::string& label : geometry.labels) {
    const std::string next = line(kLabel, escaped(label));
    if (!parse_binning_note(label) && text.size() + next.size() + note.size() <= most_bytes)
      text += next;
  }
  return text + note;
}

void read_geometry_text(std::string_view text, VolumeGeometry& geometry) {
  while (!text.empty()) {
    const std::string_view next = next_line(text);
    if (next.starts_with(kLabel))
      geometry.labels.push_back(unescaped(trim(next.substr(kLabel.size()))));
    if (next.starts_with(kOrigin))
      if (const auto zyx = three_numbers(next.substr(kOrigin.size())))
        geometry.origin_angstrom = {(*zyx)[0], (*zyx)[1], (*zyx)[2]};
    if (next.starts_with(kStart))
      if (const auto zyx = three_numbers(next.substr(kStart.size())))
        geometry.start = {static_cast<std::int64_t>((*zyx)[0]),
                          static_cast<std::int64_t>((*zyx)[1]),
                          static_cast<std::int64_t>((*zyx)[2])};
  }
}

}  // namespace dfe::io
