// SPDX-License-Identifier: Apache-2.0
// The decoder of LZF, see the header. Both ends of both blocks are checked for every run.
#include "io/hdf5/lzf.hpp"

#include <algorithm>

namespace dfe::io::h5 {

bool decode_lzf(std::span<const std::byte> in, std::span<std::byte> out) {
  std::size_t from = 0, to = 0;
  while (from < in.size()) {
    const auto control = std::to_integer<std::size_t>(in[from++]);
    if (control < 32) {
      const std::size_t count = control + 1;
      if (count > in.size() - from || count > out.size() - to) return false;
      std::copy_n(in.data() + from, count, out.data() + to);
      from += count;
      to += count;
      continue;
    }
    std::size_t count = (control >> 5) + 2;
    if (in.size() - from < (count == 9 ? 2u : 1u)) return false;
    if (count == 9) count += std::to_integer<std::size_t>(in[from++]);
    const std::size_t distance =
        ((control & 31) << 8 | std::to_integer<std::size_t>(in[from++])) + 1;
    if (distance > to || count > out.size() - to) return false;
    // Byte by byte: a distance below the count repeats what this run has written.
    for (; count > 0; --count, ++to) out[to] = out[to - distance];
  }
  return to == out.size();
}

}  // namespace dfe::io::h5
