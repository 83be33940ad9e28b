// SPDX-License-Identifier: Apache-2.0
// Fuzz target of crYOLO's boxes.
#include "io/lists/cbox.hpp"
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::Cbox,
                        [](const dfe::ParticleList& list, const dfe::io::ListOptions&) {
                          return dfe::io::lists::format_cbox(list);
                        });
  return 0;
}
