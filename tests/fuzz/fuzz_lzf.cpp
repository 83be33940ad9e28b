// SPDX-License-Identifier: Apache-2.0
// LZF blocks: any bytes fill the output exactly or are refused. The first two are its size.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/hdf5/lzf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t wanted = data[0] + 256u * data[1];
  // Blocks of their own, so that sanitizers see one byte too far.
  const std::vector<std::byte> in(reinterpret_cast<const std::byte*>(data) + 2,
                                  reinterpret_cast<const std::byte*>(data) + size);
  std::vector<std::byte> out(wanted);
  dfe::io::h5::decode_lzf(in, out);
  return 0;
}
