// SPDX-License-Identifier: Apache-2.0
// Fuzz input as a list of choices. HDF5 itself crashes on damaged bytes (docs/weights.md), so
// targets of HDF5 readers take their input not as the file but as a recipe for one: well-formed, of
// hostile content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dfe::fuzz {

/// The choices one after the other; zeros where they have ended.
class Recipe {
 public:
  Recipe(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}
  unsigned next(unsigned choices) { return at_ == end_ ? 0 : *at_++ % choices; }
  bool done() const { return at_ == end_; }
  /// Up to `most` bytes as text.
  std::string text(unsigned most) {
    std::string result(next(most + 1), 'x');
    for (char& c : result)
      c = static_cast<char>(1 + next(255));  // names and attributes end at a NUL
    return result;
  }

 private:
  const std::uint8_t *at_, *end_;
};

}  // namespace dfe::fuzz
