// SPDX-License-Identifier: Apache-2.0
// MRC files put together byte by byte from the standard, independent of the library's writer, with
// every field open to be spoilt.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "dfengine/extent.hpp"

namespace dfe::test {

struct MrcBytes {
  bool big = false;
  std::vector<std::byte> bytes = std::vector<std::byte>(1024);

  template <class T>
  MrcBytes& put(std::size_t offset, T value) {
    std::byte raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    if (big) std::reverse(raw, raw + sizeof(T));
    std::copy(raw, raw + sizeof(T), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return *this;
  }
  MrcBytes& word(std::size_t offset, std::int32_t value) { return put(offset, value); }
  MrcBytes& real(std::size_t offset, float value) { return put(offset, value); }
  MrcBytes& text(std::size_t offset, const std::string& value) {
    std::memcpy(bytes.data() + offset, value.data(), value.size());
    return *this;
  }
  template <class T>
  void append(T value) {
    const std::size_t end = bytes.size();
    bytes.resize(end + sizeof(T));
    put(end, value);
  }
};

/// Value of a voxel that mode `mode` holds exactly; every voxel of a small volume has its own, as
/// far as the range goes.
inline float voxel_value(int mode, Extent3 extent, std::int64_t z, std::int64_t y, std::int64_t x) {
  const auto index = static_cast<int>((z * extent.y + y) * extent.x + x);
  switch (mode) {
    case 0:
      return static_cast<float>((index * 37) % 256 - 128);
    case 1:
      return static_cast<float>((index * 1201) % 65536 - 32768);
    case 6:
      return static_cast<float>((index * 1201) % 65536);
    case 12:
      return static_cast<float>((index * 37) % 2048 - 1024) / 8;
    case 101:
      return static_cast<float>((index * 5) % 16);
    default:
      return static_cast<float>(index) * 1.25f - 77.125f;
  }
}

/// Bits of a half whose value is a multiple of 1/8 below 128: exact, by the definition of the
/// format.
inline std::uint16_t half_bits(float value) {
  if (value == 0) return 0;
  int exponent = 0;
  const float fraction = std::frexp(std::fabs(value), &exponent);  // in [0.5, 1)
  const auto mantissa = static_cast<unsigned>((fraction * 2 - 1) * 1024);
  return static_cast<std::uint16_t>((value < 0 ? 0x8000u : 0u) |
                                    static_cast<unsigned>(exponent - 1 + 15) << 10 | mantissa);
}

/// A sound file of 2 Å voxels whose columns, rows and sections run along `axes` (1 = x, 2 = y, 3 =
/// z).
inline MrcBytes make_mrc(Extent3 extent, int mode, bool big = false,
                         std::array<int, 3> axes = {1, 2, 3}) {
  MrcBytes file;
  file.big = big;
  const std::array<std::int64_t, 3> xyz{extent.x, extent.y, extent.z};
  std::array<std::int64_t, 3> sizes{};
  for (std::size_t i = 0; i < 3; ++i) {
    sizes[i] = xyz[static_cast<std::size_t>(axes[i] - 1)];
    file.word(4 * i, static_cast<std::int32_t>(sizes[i]));
    file.word(28 + 4 * i, static_cast<std::int32_t>(xyz[i]));
    file.real(40 + 4 * i, 2 * static_cast<float>(xyz[i]));
    file.real(52 + 4 * i, 90);
    file.word(64 + 4 * i, axes[i]);
  }
  file.word(12, mode).real(76, -1).real(80, 1).word(88, 1).word(108, 20141).text(208, "MAP ");
  file.text(212, big ? std::string("\x11\x11\0\0", 4) : std::string("\x44\x44\0\0", 4));
  for (std::int64_t s = 0; s < sizes[2]; ++s)
    for (std::int64_t r = 0; r < sizes[1]; ++r)
      for (std::int64_t c = 0; c < sizes[0]; ++c) {
        std::array<std::int64_t, 3> at{};
        at[static_cast<std::size_t>(axes[0] - 1)] = c;
        at[static_cast<std::size_t>(axes[1] - 1)] = r;
        at[static_cast<std::size_t>(axes[2] - 1)] = s;
        const float value = voxel_value(mode, extent, at[2], at[1], at[0]);
        switch (mode) {
          case 0:
            file.append(static_cast<std::int8_t>(value));
            break;
          case 1:
            file.append(static_cast<std::int16_t>(value));
            break;
          case 2:
            file.append(value);
            break;
          case 6:
            file.append(static_cast<std::uint16_t>(value));
            break;
          case 12:
            file.append(half_bits(value));
            break;
          case 101:
            if (c % 2 == 0)
              file.append(static_cast<std::uint8_t>(value));
            else
              file.bytes.back() |= static_cast<std::byte>(static_cast<unsigned>(value) << 4);
            break;
          default:
            break;
        }
      }
  return file;
}

}  // namespace dfe::test
