// SPDX-License-Identifier: Apache-2.0
// Numbers and texts at given places of a block of bytes. Every access is checked against the
// block's end, so that a parser built on it cannot read past a damaged file.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "dfengine/error.hpp"

namespace dfe::io {

enum class ByteOrder { Little, Big };

constexpr ByteOrder kNativeOrder =
    std::endian::native == std::endian::little ? ByteOrder::Little : ByteOrder::Big;

/// Reverses the bytes of each of `count` elements of `size` bytes.
inline void swap_bytes(std::byte* data, std::size_t size, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) std::reverse(data + i * size, data + (i + 1) * size);
}

class ByteReader {
 public:
  /// `area` and `name` appear in the error of an access past the end.
  ByteReader(std::span<const std::byte> bytes, ByteOrder order, std::string area, std::string name)
      : bytes_(bytes), order_(order), area_(std::move(area)), name_(std::move(name)) {}

  /// The integer or float of type T that starts at `offset`.
  template <class T>
  T at(std::size_t offset) const {
    std::byte raw[sizeof(T)];
    std::memcpy(raw, slice(offset, sizeof(T)).data(), sizeof(T));
    if (order_ != kNativeOrder) std::reverse(raw, raw + sizeof(T));
    T value;
    std::memcpy(&value, raw, sizeof(T));
    return value;
  }

  /// `size` bytes as they stand.
  std::string text(std::size_t offset, std::size_t size) const {
    const auto part = slice(offset, size);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }

  std::span<const std::byte> slice(std::size_t offset, std::size_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset)
      throw Error(area_, name_, "ends after " + std::to_string(bytes_.size()) + " bytes",
                  "expected " + std::to_string(size) + " more at byte " + std::to_string(offset));
    return bytes_.subspan(offset, size);
  }

 private:
  std::span<const std::byte> bytes_;
  ByteOrder order_;
  std::string area_, name_;
};

}  // namespace dfe::io
