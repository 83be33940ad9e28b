// SPDX-License-Identifier: Apache-2.0
// LZF, the compression that h5py offers by that name. Source: the format of liblzf. A block is a
// row of runs: a first byte below 32 says how many bytes less one follow as they are; any other
// says where in the output to copy from (13 bits, distance less one) and how much (3 bits and, if
// all three are set, a further byte; length less two).
#pragma once

#include <cstddef>
#include <span>

namespace dfe::io::h5 {

/// Decompresses a block. False unless it is sound and fills `out` exactly.
bool decode_lzf(std::span<const std::byte> in, std::span<std::byte> out);

}  // namespace dfe::io::h5
