// SPDX-License-Identifier: Apache-2.0
// Fuzz target of .coords files.
#include "io/lists/coords.hpp"
#include "tests/fuzz/list_round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto format = [](const dfe::ParticleList& list, const dfe::io::ListOptions& options) {
    return dfe::io::lists::format_coords(list, options);
  };
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::Coords, format);
  constexpr double kRounded = 0.5;  // DeepETPicker has whole voxels
  dfe::fuzz::round_trip(data, size, dfe::io::ListFormat::DeepEtPicker, format, kRounded);
  return 0;
}
