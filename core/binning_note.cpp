// SPDX-License-Identifier: Apache-2.0
#include "core/binning_note.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace dfe {

std::string BinningNote::to_string() const {
  return "binned by " + std::to_string(factor) + " from " + tomogram.to_string() + " voxels";
}

Extent3 BinningNote::binned() const {
  const auto length = [&](std::int64_t n) { return (n - 1) / factor + 1; };
  return {length(tomogram.z), length(tomogram.y), length(tomogram.x)};
}

std::optional<BinningNote> parse_binning_note(std::string_view label) {
  const std::vector<std::string_view> words = words_of(label);
  if (words.size() != 6 || words[0] != "binned" || words[1] != "by" || words[3] != "from" ||
      words[5] != "voxels")
    return std::nullopt;
  const std::vector<std::string_view> sizes = split(words[4], 'x');
  if (sizes.size() != 3) return std::nullopt;
  const auto factor = parse_as<std::int32_t>(words[2]), z = parse_as<std::int32_t>(sizes[0]),
             y = parse_as<std::int32_t>(sizes[1]), x = parse_as<std::int32_t>(sizes[2]);
  if (!factor || !z || !y || !x || std::min({*factor, *z, *y, *x}) < 1) return std::nullopt;
  return BinningNote{*factor, {*z, *y, *x}};
}

std::optional<BinningNote> find_binning_note(const std::vector<std::string>& labels) {
  std::optional<BinningNote> found;
  for (const std::string& label : labels)
    if (const auto note = parse_binning_note(label)) found = note;
  return found;
}

void set_binning_note(std::vector<std::string>& labels, const std::optional<BinningNote>& note) {
  constexpr std::size_t kMostOthers = 8;  // of ten in MRC, one is the writer's
  std::erase_if(labels,
                [](const std::string& label) { return parse_binning_note(label).has_value(); });
  if (!note) return;
  if (labels.size() > kMostOthers) labels.resize(kMostOthers);
  labels.push_back(note->to_string());
}

}  // namespace dfe
