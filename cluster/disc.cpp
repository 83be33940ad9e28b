// SPDX-License-Identifier: Apache-2.0
// Compiled with the flags that allow vectors (CMakeLists.txt); none of them changes a value.
#include "cluster/disc.hpp"

#include <algorithm>
#include <cmath>

namespace dfe {
namespace {

[[gnu::always_inline]] inline void reach_rows(const Disc& disc, std::int64_t y, std::int64_t size, RowReaches& reaches) {
  // The square root guesses, a little wide; the comparison that defines the disc then takes off at most one at each end.
  constexpr double kSlack = 1e-6;
  const double end = static_cast<double>(size), top = disc.centre_y - static_cast<double>(y);
  const double centre = disc.centre_x, start = disc.base, limit = disc.limit;
  std::int32_t* const firsts = reaches.first.data();
  std::int32_t* const lasts = reaches.last.data();
  for (int row = 0; row < RowReaches::kRows; ++row) {
    const double dy = top - row, base = start + dy * dy;
    const double half = std::sqrt(std::max(limit - base, 0.0)) + kSlack;
    const double low = std::min(std::max(centre - half + 1, 0.0), end);  // truncation is floor from 0 on
    const double high = std::min(std::max(centre + half + 1, 0.0), end);
    const auto first = static_cast<std::int32_t>(low), last = static_cast<std::int32_t>(high) - 1;
    const double to_first = centre - first, to_last = centre - last;
    firsts[row] = first + (base + to_first * to_first > limit ? 1 : 0);
    lasts[row] = last - (base + to_last * to_last > limit ? 1 : 0);
  }
}

void reach_rows_portable(const Disc& disc, std::int64_t y, std::int64_t size, RowReaches& reaches) { reach_rows(disc, y, size, reaches); }

#if defined(__x86_64__)
[[gnu::target("avx2")]] void reach_rows_avx2(const Disc& disc, std::int64_t y, std::int64_t size, RowReaches& reaches) {
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
