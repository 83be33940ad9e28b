// SPDX-License-Identifier: Apache-2.0
// Fuzz target of EMAN2's info files.
#include "io/lists/eman2.hpp"
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::Eman2,
                        [](const dfe::ParticleList& list, const dfe::io::ListOptions& options) {
                          return dfe::io::lists::format_eman2(list, "fuzz", options);
                        });
  return 0;
}
