// SPDX-License-Identifier: Apache-2.0
// Seeds, climbs, and which of the modes stay, see the header.
#include "cluster/mean_shift.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "cluster/point_grid.hpp"
#include "cluster/progress_share.hpp"
#include "core/voxel_size.hpp"
#include "dfengine/error.hpp"

namespace dfe {
namespace {

constexpr std::int64_t kSeedsPerChunk = 16;

/// Calls visit(x) for the voxels of a row in order.
template <class Visit>
void visit_row(const std::uint8_t* bits, std::int64_t row_bytes, Visit&& visit) {
  for (std::int64_t b = 0; b < row_bytes; ++b)
    for (unsigned byte = bits[b], k = 0; byte != 0; byte >>= 1, ++k)
      if (byte & 1) visit(8 * b + k);
}

std::vector<Point3> voxels_as_points(const Foreground& foreground) {
  std::vector<Point3> points;
  points.reserve(static_cast<std::size_t>(foreground.count()));
  const Extent3 extent = foreground.extent();
  for (std::int64_t z = 0; z < extent.z; ++z)
    for (std::int64_t y = 0; y < extent.y; ++y)
      visit_row(foreground.row(z, y), foreground.row_bytes(), [&](std::int64_t x) {
        points.push_back({static_cast<double>(z), static_cast<double>(y), static_cast<double>(x)});
      });
  return points;
}

auto sort_key(const Mode& mode) {
  return std::tie(mode.neighbours, mode.position.z, mode.position.y, mode.position.x);
}
auto place_key(const Mode& mode) {
  return std::tie(mode.position.z, mode.position.y, mode.position.x);
}

}  // namespace

CellAxis::CellAxis(std::int64_t size, double radius, double edge)
    : cell_of(static_cast<std::size_t>(size)) {
  double last = -1;
  for (std::int64_t at = 0; at < size; ++at) {
    const double cell =
        std::nearbyint(static_cast<double>(at) * edge / radius);  // half to even, as numpy.round
    if (cell != last)
      seed.push_back(static_cast<double>(static_cast<float>(cell) * static_cast<float>(radius)) /
                     edge);
    last = cell;
    cell_of[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(seed.size()) - 1;
  }
}

void check_seed_count(std::int64_t seeds, const Bandwidth& bandwidth) {
  if (seeds > kMaxSeeds)
    throw Error(
        ErrorKind::Usage, "cluster", "radius",
        lengths_text(bandwidth.along) + " would start " + std::to_string(seeds) + " searches",
        "give about the particle's radius, or a label map with less foreground");
}

std::vector<Point3> bin_seeds(ThreadPool& pool, const Foreground& foreground,
                              const Bandwidth& bandwidth) {
  if (foreground.count() == 0) return {};
  if (bandwidth.cells_hold_one_voxel()) {
    check_seed_count(foreground.count(), bandwidth);
    return voxels_as_points(foreground);
  }
  const Extent3 extent = foreground.extent();
  const double radius = bandwidth.radius;
  const CellAxis along_z(extent.z, radius, bandwidth.edges.z),
      along_y(extent.y, radius, bandwidth.edges.y), along_x(extent.x, radius, 1);

  // Planes of one cell row belong together; such slabs are independent and in memory order.
  std::vector<std::int64_t> slab_begin;
  for (std::int64_t z = 0; z < extent.z; ++z)
    if (z == 0 || along_z.cell_of[static_cast<std::size_t>(z)] !=
                      along_z.cell_of[static_cast<std::size_t>(z - 1)])
      slab_begin.push_back(z);
  slab_begin.push_back(extent.z);
  const std::int64_t slabs = static_cast<std::int64_t>(slab_begin.size()) - 1;

  std::vector<std::vector<Point3>> of_slab(static_cast<std::size_t>(slabs));
  std::vector<std::vector<bool>> seen_of_worker(static_cast<std::size_t>(pool.threads()));
  parallel_for(pool, 0, slabs, 1, [&](std::int64_t slab, std::int64_t, int worker) {
    std::vector<bool>& seen = seen_of_worker[static_cast<std::size_t>(worker)];
    seen.assign(static_cast<std::size_t>(along_y.cells() * along_x.cells()), false);
    std::vector<Point3>& seeds = of_slab[static_cast<std::size_t>(slab)];
    const std::int64_t first = slab_begin[static_cast<std::size_t>(slab)],
                       last = slab_begin[static_cast<std::size_t>(slab) + 1];
    for (std::int64_t z = first; z < last; ++z)
      for (std::int64_t y = 0; y < extent.y; ++y) {
        const std::int64_t row_of_cells =
            along_y.cell_of[static_cast<std::size_t>(y)] * along_x.cells();
        visit_row(foreground.row(z, y), foreground.row_bytes(), [&](std::int64_t x) {
          const auto cell =
              static_cast<std::size_t>(row_of_cells + along_x.cell_of[static_cast<std::size_t>(x)]);
          if (seen[cell]) return;
          seen[cell] = true;
          seeds.push_back({along_z.seed_of(z), along_y.seed_of(y), along_x.seed_of(x)});
        });
      }
  });

  std::int64_t count = 0;
  for (const auto& seeds : of_slab) count += static_cast<std::int64_t>(seeds.size());
  check_seed_count(count, bandwidth);
  if (count == foreground.count()) return voxels_as_points(foreground);
  std::vector<Point3> all;
  all.reserve(static_cast<std::size_t>(count));
  for (auto& seeds : of_slab) {
    all.insert(all.end(), seeds.begin(), seeds.end());
    seeds = {};
  }
  return all;
}

Mode climb(const Foreground& foreground, const Point3& seed, const Bandwidth& bandwidth) {
  return climb_by([&](const Point3& centre) { return foreground.ball(centre, bandwidth); }, seed,
                  bandwidth);
}

std::vector<Mode> keep_distinct(std::vector<Mode> modes, const Extent3& extent,
                                const Bandwidth& bandwidth) {
  std::erase_if(modes, [](const Mode& mode) { return mode.neighbours == 0; });
  std::stable_sort(modes.begin(), modes.end(),
                   [](const Mode& a, const Mode& b) { return place_key(a) < place_key(b); });
  std::size_t places = 0;
  for (std::size_t k = 0; k < modes.size(); ++k)
    if (k + 1 == modes.size() || place_key(modes[k]) != place_key(modes[k + 1]))
      modes[places++] = modes[k];
  modes.resize(places);
  std::sort(modes.begin(), modes.end(),
            [](const Mode& a, const Mode& b) { return sort_key(b) < sort_key(a); });

  std::vector<Point3> points;
  points.reserve(modes.size());
  for (const Mode& mode : modes) points.push_back(mode.position);
  const double radius = bandwidth.radius;
  const Point3& along = bandwidth.along;
  const PointGrid grid(points, extent, radius);
  std::vector<bool> dropped(modes.size());
  std::size_t kept = 0;
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (dropped[k]) continue;
    modes[kept++] = modes[k];
    const Point3& c = points[k];
    grid.visit_box({c.z - along.z, c.y - along.y, c.x - along.x},
                   {c.z + along.z, c.y + along.y, c.x + along.x}, [&](std::uint32_t other) {
                     const Point3& p = points[other];
                     if (bandwidth.squared_distance(c, p.z, p.y, p.x) <= radius * radius)
                       dropped[other] = true;
                   });
  }
  modes.resize(kept);
  return modes;
}

std::vector<Mode> climb_all(ThreadPool& pool, const Foreground& foreground,
                            const Bandwidth& bandwidth, ProgressShare& progress) {
  const std::vector<Point3> seeds = bin_seeds(pool, foreground, bandwidth);
  const auto count = static_cast<std::int64_t>(seeds.size());
  std::vector<Mode> modes(seeds.size());
  progress.begin(count);
  parallel_for(pool, 0, count, kSeedsPerChunk,
               [&](std::int64_t first, std::int64_t last, int worker) {
                 for (std::int64_t k = first; k < last; ++k)
                   modes[static_cast<std::size_t>(k)] =
                       climb(foreground, seeds[static_cast<std::size_t>(k)], bandwidth);
                 progress.done(last - first, worker);
               });
  return modes;
}

std::int64_t most_seeds(const Extent3& extent, const Point3& radii_voxels,
                        std::int64_t foreground_voxels) {
  const auto cells = [](std::int64_t size, double radius) {
    return std::ceil(static_cast<double>(size) / std::max(1.0, radius)) + 1;
  };
  const double all = cells(extent.z, radii_voxels.z) * cells(extent.y, radii_voxels.y) *
                     cells(extent.x, radii_voxels.x);
  return all < static_cast<double>(foreground_voxels) ? static_cast<std::int64_t>(all)
                                                      : foreground_voxels;
}

std::int64_t mean_shift_bytes(std::int64_t seeds) {
  // The modes and stable sort's copy of them, and at different times the seeds or their places with
  // the grid.
  return seeds * static_cast<std::int64_t>(2 * sizeof(Mode) + sizeof(Point3)) +
         PointGrid::bytes(seeds);
}

}  // namespace dfe
