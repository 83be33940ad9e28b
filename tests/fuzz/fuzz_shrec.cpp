// SPDX-License-Identifier: Apache-2.0
// Fuzz target of SHREC locations, which are read and not written: CSV takes their particles.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "io/lists/formats.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dfe::io;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    lists::parse_list(bytes, "fuzz", ".txt", {});  // by content, whatever it is
  } catch (const dfe::Error&) {
  }
  ListOptions options;
  options.format = ListFormat::Shrec;
  dfe::ParticleList list;
  try {
    list = lists::parse_list(bytes, "fuzz", "", options);
  } catch (const dfe::Error&) {
    return 0;
  }
  options.format = ListFormat::Csv;
  const dfe::ParticleList again =
      lists::parse_list(lists::format_csv(list, ','), "again", "", options);
  if (again.particles.size() != list.particles.size()) std::abort();
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const dfe::Particle &a = list.particles[i], &b = again.particles[i];
    if (a.class_label < 1 || static_cast<std::size_t>(a.class_label) >= list.class_names.size() ||
        a.class_label != b.class_label ||
        std::abs(a.position_voxels.x - b.position_voxels.x) > 1e-5)
      std::abort();
  }
  for (const dfe::ExtraColumn& column : list.extra_columns)
    if (column.values.size() != list.particles.size()) std::abort();
  return 0;
}
