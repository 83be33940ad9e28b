// SPDX-License-Identifier: Apache-2.0
// One plain loop per type; the compiler turns them into vector code.
#include "io/volumes/elements.hpp"

#include <cstring>
#include <type_traits>

#include "core/half.hpp"

namespace dfe::io {
namespace {

std::uint8_t swap(std::uint8_t v) { return v; }
std::uint16_t swap(std::uint16_t v) { return static_cast<std::uint16_t>(v << 8 | v >> 8); }
std::uint32_t swap(std::uint32_t v) {
  return v << 24 | (v & 0xFF00u) << 8 | (v >> 8 & 0xFF00u) | v >> 24;
}
std::uint64_t swap(std::uint64_t v) {
  return std::uint64_t{swap(static_cast<std::uint32_t>(v))} << 32 |
         swap(static_cast<std::uint32_t>(v >> 32));
}

/// Elements of type T, whose bits are read as Bits.
template <class Bits, class T = Bits>
void convert(bool swapped, const std::byte* bytes, std::int64_t count, float* out) {
  const auto loop = [&](auto order) {
    for (std::int64_t i = 0; i < count; ++i) {
      Bits bits;
      std::memcpy(&bits, bytes + i * static_cast<std::int64_t>(sizeof(Bits)), sizeof(Bits));
      if constexpr (decltype(order)::value) bits = swap(bits);
      T value;
      std::memcpy(&value, &bits, sizeof(T));
      out[i] = static_cast<float>(value);
    }
  };
  if (swapped)
    loop(std::true_type{});
  else
    loop(std::false_type{});
}

void convert_half(bool swapped, const std::byte* bytes, std::int64_t count, float* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint16_t bits;
    std::memcpy(&bits, bytes + 2 * i, 2);
    out[i] = half_to_float(swapped ? swap(bits) : bits);
  }
}

void convert_nibbles(const std::byte* bytes, std::int64_t count, float* out, int skip) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t nibble = i + skip;
    const auto pair = std::to_integer<unsigned>(bytes[nibble / 2]);
    out[i] = static_cast<float>(nibble % 2 == 0 ? pair & 15u : pair >> 4);
  }
}

}  // namespace

std::string element_name(Element element) {
  switch (element) {
    case Element::UInt4:
      return "uint4";
    case Element::Int8:
      return "int8";
    case Element::UInt8:
      return "uint8";
    case Element::Int16:
      return "int16";
    case Element::UInt16:
      return "uint16";
    case Element::Int32:
      return "int32";
    case Element::UInt32:
      return "uint32";
    case Element::Int64:
      return "int64";
    case Element::UInt64:
      return "uint64";
    case Element::Float16:
      return "float16";
    case Element::Float32:
      return "float32";
    case Element::Float64:
      return "float64";
  }
  return "unknown";
}

std::int64_t element_bytes(Element element, std::int64_t count) {
  switch (element) {
    case Element::UInt4:
      return (count + 1) / 2;
    case Element::Int8:
    case Element::UInt8:
      return count;
    case Element::Int16:
    case Element::UInt16:
    case Element::Float16:
      return 2 * count;
    case Element::Int32:
    case Element::UInt32:
    case Element::Float32:
      return 4 * count;
    case Element::Int64:
    case Element::UInt64:
    case Element::Float64:
      return 8 * count;
  }
  return count;
}

void decode(Element element, bool swapped, const std::byte* bytes, std::int64_t count, float* out,
            int skip) {
  switch (element) {
    case Element::UInt4:
      return convert_nibbles(bytes, count, out, skip);
    case Element::Int8:
      return convert<std::uint8_t, std::int8_t>(false, bytes, count, out);
    case Element::UInt8:
      return convert<std::uint8_t>(false, bytes, count, out);
    case Element::Int16:
      return convert<std::uint16_t, std::int16_t>(swapped, bytes, count, out);
    case Element::UInt16:
      return convert<std::uint16_t>(swapped, bytes, count, out);
    case Element::Int32:
      return convert<std::uint32_t, std::int32_t>(swapped, bytes, count, out);
    case Element::UInt32:
      return convert<std::uint32_t>(swapped, bytes, count, out);
    case Element::Int64:
      return convert<std::uint64_t, std::int64_t>(swapped, bytes, count, out);
    case Element::UInt64:
      return convert<std::uint64_t>(swapped, bytes, count, out);
    case Element::Float16:
      return convert_half(swapped, bytes, count, out);
    case Element::Float32:
      return convert<std::uint32_t, float>(swapped, bytes, count, out);
    case Element::Float64:
      return convert<std::uint64_t, double>(swapped, bytes, count, out);
  }
}

}  // namespace dfe::io
