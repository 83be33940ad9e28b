// SPDX-License-Identifier: Apache-2.0
// Fuzz target of motive lists in EM files.
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::Motl,
                        [](const dfe::ParticleList& list, const dfe::io::ListOptions&) {
                          return dfe::io::lists::format_motl_em(list);
                        });
  return 0;
}
