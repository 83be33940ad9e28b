// SPDX-License-Identifier: Apache-2.0
// Fuzz target of IMOD models. Their points are grouped by object, so that a list that is written
// again comes back in another order.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "io/lists/formats.hpp"

namespace {

using Key = std::pair<int, double>;

std::vector<Key> sorted(const dfe::ParticleList& list) {
  std::vector<Key> keys;
  for (const dfe::Particle& p : list.particles)
    keys.emplace_back(p.class_label, p.position_voxels.x);
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dfe::io;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ListOptions options;
  options.format = ListFormat::Imod;
  dfe::ParticleList list;
  try {
    list = lists::parse_list(bytes, "fuzz", "", options);
  } catch (const dfe::Error&) {
    return 0;
  }
  const dfe::ParticleList again = lists::parse_list(lists::format_imod(list), "again", "", options);
  const std::vector<Key> a = sorted(list), b = sorted(again);
  if (a.size() != b.size()) std::abort();
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].first != b[i].first ||
        std::abs(a[i].second - b[i].second) > 1e-2 * (1 + std::abs(a[i].second)))
      std::abort();
  return 0;
}
