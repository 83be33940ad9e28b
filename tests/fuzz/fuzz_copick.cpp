// SPDX-License-Identifier: Apache-2.0
// Fuzz target of copick's picks.
#include "io/lists/copick.hpp"
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::Copick,
                        [](const dfe::ParticleList& list, const dfe::io::ListOptions& options) {
                          return dfe::io::lists::format_copick(list, "", "fuzz", options);
                        });
  return 0;
}
