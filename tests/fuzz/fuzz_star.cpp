// SPDX-License-Identifier: Apache-2.0
// Fuzz target of RELION STAR lists.
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::Star,
                        [](const dfe::ParticleList& list, const dfe::io::ListOptions& options) {
                          return dfe::io::lists::format_star(list, "fuzz", options);
                        });
  return 0;
}
