// SPDX-License-Identifier: Apache-2.0
// The element types that volume files hold, and their conversion to float.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dfe::io {

/// UInt4 packs two voxels in a byte, the first in the low half; a row begins on a byte.
enum class Element {
  UInt4,
  Int8,
  UInt8,
  Int16,
  UInt16,
  Int32,
  UInt32,
  Int64,
  UInt64,
  Float16,
  Float32,
  Float64
};

/// "int8", "uint4", ...: the words of VolumeInfo::mode.
std::string element_name(Element element);

/// Bytes that `count` elements of a row take.
std::int64_t element_bytes(Element element, std::int64_t count);

/// Converts `count` elements at `bytes` to float; `swapped` elements have the other byte order than
/// this machine. For UInt4 `skip` of 1 leaves out the low half of the first byte. Integers of 32
/// and 64 bits and doubles round to the nearest float, all else is exact.
void decode(Element element, bool swapped, const std::byte* bytes, std::int64_t count, float* out,
            int skip = 0);

}  // namespace dfe::io
