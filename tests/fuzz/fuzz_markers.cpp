// SPDX-License-Identifier: Apache-2.0
// Fuzz target of ChimeraX' marker sets.
#include "io/lists/markers.hpp"
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::Markers,
                        [](const dfe::ParticleList& list, const dfe::io::ListOptions& options) {
                          return dfe::io::lists::format_markers(list, "fuzz", options);
                        });
  return 0;
}
