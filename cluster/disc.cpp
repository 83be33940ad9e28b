// SPDX-License-Identifier: Apache-2.0
// Compiled with the flags that allow vectors (CMakeLists.txt); none of them changes a value.
#include "cluster/disc.hpp"

#include "kernels/mean_shift_math.hpp"

namespace dfe {
namespace {

[[gnu::always_inline]] inline void reach_rows(const Disc& disc, std::int64_t y, std::int64_t size,
                                              RowReaches& reaches) {
  const double end = static_cast<double>(size), top = static_cast<double>(y);
  const double centre = disc.centre_x, centre_y = disc.centre_y, start = disc.base,
               limit = disc.limit, edge_y = disc.edge_y;
  std::int32_t* const firsts = reaches.first.data();
  std::int32_t* const lasts = reaches.last.data();
  for (int row = 0; row < RowReaches::kRows; ++row) {
    const double dy = edge_y * (centre_y - (top + row));
    const RowReach reach = reach_row(start + dy * dy, centre, limit, end);
    firsts[row] = reach.first;
    lasts[row] = reach.last;
  }
}

void reach_rows_portable(const Disc& disc, std::int64_t y, std::int64_t size, RowReaches& reaches) {
  reach_rows(disc, y, size, reaches);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void reach_rows_avx2(const Disc& disc, std::int64_t y, std::int64_t size,
                                             RowReaches& reaches) {
  reach_rows(disc, y, size, reaches);
}
#endif

}  // namespace

ReachRows reach_rows_function() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return reach_rows_avx2;
#endif
  return reach_rows_portable;
}

}  // namespace dfe
