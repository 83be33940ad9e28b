// SPDX-License-Identifier: Apache-2.0
// Fuzz target of RELION's tables of tomograms and of its optimisation sets: any bytes are an error
// or tomograms that a tomogram can be.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dfengine/error.hpp"
#include "io/lists/optimisation_set.hpp"
#include "io/lists/tomogram_table.hpp"

namespace {

bool plausible(double value) { return value >= 0 && value <= 1e18; }  // false for NaN

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    dfe::io::lists::parse_optimisation_set(text, "fuzz");
  } catch (const dfe::Error&) {
  }
  try {
    for (const dfe::ListTomogram& t : dfe::io::lists::parse_tomograms(text, "fuzz"))
      for (const double value :
           {t.voxel_size.x_angstrom, t.size_voxels.z, t.size_voxels.y, t.size_voxels.x, t.binning})
        if (!plausible(value)) std::abort();
  } catch (const dfe::Error&) {
  }
  return 0;
}
