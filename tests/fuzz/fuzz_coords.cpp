// SPDX-License-Identifier: Apache-2.0
// Fuzz target of .coords files.
#include "io/lists/coords.hpp"
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto format : {dfe::io::ListFormat::Coords, dfe::io::ListFormat::DeepEtPicker})
    dfe::fuzz::round_trip(data, size, format,
                          [](const dfe::ParticleList& list, const dfe::io::ListOptions& options) {
                            return dfe::io::lists::format_coords(list, options);
                          });
  return 0;
}
