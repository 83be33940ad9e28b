// SPDX-License-Identifier: Apache-2.0
// Fuzz target of what Warp and M write: lists, and what is said of tomograms.
#include "io/lists/warp.hpp"
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const dfe::ListTomogram& t : dfe::io::lists::warp_tomogram(text, "fuzz.xml"))
    if (!(t.voxel_size.x_angstrom >= 0 && t.size_voxels.x >= 0)) std::abort();
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::Warp,
                        [](const dfe::ParticleList& list, const dfe::io::ListOptions& options) {
                          return dfe::io::lists::format_star(list, "fuzz", options);
                        });
  return 0;
}
