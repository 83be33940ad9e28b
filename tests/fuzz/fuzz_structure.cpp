// SPDX-License-Identifier: Apache-2.0
// Fuzz target of atomic models: PDB and mmCIF.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "io/structures/parse_structure.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const dfe::Structure s =
        dfe::io::parse_structure(std::string(reinterpret_cast<const char*>(data), size), "fuzz");
    for (const auto& atom : s.atoms)
      if (!std::isfinite(atom.position_angstrom.x) ||
          static_cast<std::size_t>(atom.factor) >= s.factors.size())
        std::abort();
  } catch (const dfe::Error&) {
  }
  return 0;
}
