// SPDX-License-Identifier: Apache-2.0
// Fuzz target of Dynamo tables.
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::Dynamo,
                        [](const dfe::ParticleList& list, const dfe::io::ListOptions&) {
                          return dfe::io::lists::format_dynamo(list, "fuzz");
                        });
  return 0;
}
