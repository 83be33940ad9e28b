// SPDX-License-Identifier: Apache-2.0
// How a block of voxels finds its candidates, and where its voxels go, see the header.
#include "cluster/assign.hpp"

#include <algorithm>
#include <cmath>

#include "cluster/progress_share.hpp"

namespace dfe {
namespace {

/// Blocks of about half a particle: larger ones have more candidates per voxel, smaller ones search
/// more often.
std::int64_t block_edge_for(double spacing) {
  return spacing >= 12 ? 8 : spacing >= 4 ? 4 : spacing >= 2 ? 2 : 1;
}

double outside(double at, double low, double high) {
  return at < low ? low - at : at > high ? at - high : 0;
}
double farthest(double at, double low, double high) {
  return std::max(std::abs(at - low), std::abs(at - high));
}

}  // namespace

NearestCentre::NearestCentre(std::vector<Point3> centres, const Extent3& extent,
                             const Bandwidth& spacing)
    : centres_(std::move(centres)),
      extent_(extent),
      spacing_(spacing),
      block_edge_(block_edge_for(spacing.radius)),
      grid_(centres_, extent, spacing.radius) {}

/// Centres that may be nearest to a voxel of the box: those not farther from it than the best worst
/// case, in ascending order.
void NearestCentre::find_candidates(const Point3& low, const Point3& high,
                                    std::vector<std::uint32_t>& found) const {
  constexpr double kSlack = 1 + 1e-9;  // rounding must not lose a tie
  double reach = spacing_.radius + static_cast<double>(block_edge_);
  for (;;) {
    const Point3 along = spacing_.voxels(reach);
    found.clear();
    double best_worst = INFINITY;
    grid_.visit_box({low.z - along.z, low.y - along.y, low.x - along.x},
                    {high.z + along.z, high.y + along.y, high.x + along.x}, [&](std::uint32_t k) {
                      const Point3& c = centres_[k];
                      found.push_back(k);
                      best_worst =
                          std::min(best_worst, spacing_.squared(farthest(c.z, low.z, high.z),
                                                                farthest(c.y, low.y, high.y),
                                                                farthest(c.x, low.x, high.x)));
                    });
    const double needed = std::sqrt(best_worst) * kSlack;
    if (needed <= reach) {
      const double limit = best_worst * kSlack * kSlack;
      std::erase_if(found, [&](std::uint32_t k) {
        const Point3& c = centres_[k];
        return spacing_.squared(outside(c.z, low.z, high.z), outside(c.y, low.y, high.y),
                                outside(c.x, low.x, high.x)) > limit;
      });
      std::sort(found.begin(), found.end());
      return;
    }
    reach = found.empty() ? 2 * reach : needed;
  }
}

void NearestCentre::for_each_block(
    ThreadPool& pool, const Foreground& foreground, std::int64_t z_begin, std::int64_t z_end,
    ProgressShare* progress, const std::function<void(std::span<const Member>, int)>& visit) const {
  if (centres_.empty()) return;
  struct Scratch {
    std::vector<std::uint32_t> candidates;
    std::vector<Member> members;
  };
  std::vector<Scratch> scratch_of_worker(static_cast<std::size_t>(pool.threads()));
  const std::int64_t edge = block_edge_, rows = (extent_.y + edge - 1) / edge,
                     slabs = (z_end - z_begin + edge - 1) / edge;
  const unsigned block_mask = (1u << edge) - 1;

  if (progress != nullptr) progress->begin(slabs * rows);
  parallel_for(pool, 0, slabs * rows, 8, [&](std::int64_t first, std::int64_t last, int worker) {
    Scratch& scratch = scratch_of_worker[static_cast<std::size_t>(worker)];
    for (std::int64_t at = first; at < last; ++at) {
      const std::int64_t z0 = z_begin + at / rows * edge, z1 = std::min(z0 + edge, z_end);
      const std::int64_t y0 = at % rows * edge, y1 = std::min(y0 + edge, extent_.y);
      for (std::int64_t b = 0; b < foreground.row_bytes(); ++b) {
        unsigned any = 0;
        for (std::int64_t z = z0; z < z1; ++z)
          for (std::int64_t y = y0; y < y1; ++y) any |= foreground.row(z, y)[b];
        for (unsigned shift = 0; any >> shift != 0; shift += static_cast<unsigned>(edge)) {
          if ((any >> shift & block_mask) == 0) continue;
          const std::int64_t x0 = 8 * b + shift, x1 = std::min(x0 + edge, extent_.x);
          find_candidates(
              {static_cast<double>(z0), static_cast<double>(y0), static_cast<double>(x0)},
              {static_cast<double>(z1 - 1), static_cast<double>(y1 - 1),
               static_cast<double>(x1 - 1)},
              scratch.candidates);
          scratch.members.clear();
          for (std::int64_t z = z0; z < z1; ++z)
            for (std::int64_t y = y0; y < y1; ++y) {
              unsigned bits = foreground.row(z, y)[b] >> shift & block_mask;
              for (std::int64_t x = x0; bits != 0; bits >>= 1, ++x) {
                if ((bits & 1) == 0) continue;
                std::uint32_t nearest = scratch.candidates.front();
                double best = INFINITY;
                for (const std::uint32_t k : scratch.candidates) {
                  const double d =
                      spacing_.squared_distance(centres_[k], static_cast<double>(z),
                                                static_cast<double>(y), static_cast<double>(x));
                  if (d < best) best = d, nearest = k;
                }
                scratch.members.push_back({{z, y, x}, nearest});
              }
            }
          visit(scratch.members, worker);
        }
      }
    }
    if (progress != nullptr) progress->done(last - first, worker);
  });
}

}  // namespace dfe
