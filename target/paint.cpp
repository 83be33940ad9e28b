// SPDX-License-Identifier: Apache-2.0
// Paints objects into a label map. The volume is cut into fixed tiles, and each tile paints its
// objects in the order of the list. So the last object wins for any number of threads, and no voxel
// of a mask is computed twice. Shapes and rules are in stencil.cpp; docs/target.md explains the
// rules.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <string>

#include "core/cancel.hpp"
#include "core/parallel.hpp"
#include "core/usable_threads.hpp"
#include "core/voxel_size.hpp"
#include "dfengine/error.hpp"
#include "target/stencil.hpp"

namespace dfe {

namespace {

using targets::Bounds;
using targets::MaskShape;
using targets::Stencil;

constexpr std::int64_t kTileZ = 8, kTileY = 64;
constexpr std::int64_t kLargestDeepFinderRadius = 128;
constexpr double kFarthest = 1e9;  // voxels: whole numbers of that size are exact

/// The label's shape as the rules want it.
struct ReadyShape {
  Point3 radii;
  std::unique_ptr<MaskShape> mask;

  bool left_out() const { return !(radii.x > 0) && !mask; }
};

[[noreturn]] void refuse(int label, const std::string& fact, const std::string& remedy) {
  throw Error(ErrorKind::Usage, "target", "class " + std::to_string(label), fact, remedy);
}

/// DeepFinder's sphere: a box of twice the largest radius with the centre at its middle index.
Volume<float> deepfinder_sphere(std::int64_t radius, std::int64_t largest) {
  const std::int64_t n = 2 * largest;
  Volume<float> box({n, n, n}, 0.0f);
  for (std::int64_t z = 0; z < n; ++z)
    for (std::int64_t y = 0; y < n; ++y)
      for (std::int64_t x = 0; x < n; ++x) {
        const std::int64_t dz = z - largest, dy = y - largest, dx = x - largest;
        if (dz * dz + dy * dy + dx * dx <= radius * radius) box(z, y, x) = 1;
      }
  return box;
}

/// Refuses what the rules cannot paint.
void check_shape(int label, const TargetShape& shape, TargetRules rules, const Extent3& volume) {
  if (label < 1 || label > 255) refuse(label, "is not a class label", "class labels are 1 to 255");
  const Point3& r = shape.radii_voxels;
  const double shortest = std::min({r.z, r.y, r.x}), longest = std::max({r.z, r.y, r.x});
  const bool none = r == Point3{};
  if (!(none || shortest > 0) ||
      !(longest <= static_cast<double>(std::max({volume.z, volume.y, volume.x}))))
    refuse(label, "a radius of " + lengths_text(r) + " in a volume of " + volume.to_string(),
           "give a radius within the volume");
  if (rules != TargetRules::DeepFinder) return;
  if (r.z != r.x || r.y != r.x || r.x != std::floor(r.x) || r.x > kLargestDeepFinderRadius)
    refuse(label, "a radius of " + lengths_text(r),
           "DeepFinder's rules need whole voxels up to 128, the same along each axis");
  const Extent3 m = shape.mask.extent();
  if (m.z != m.y || m.y != m.x)
    refuse(label, "a mask of " + m.to_string(), "DeepFinder's rules need cubes");
}

/// In what masks turn. DeepFinder knows no voxel size.
VoxelEdges edges_for_masks(const TargetOptions& options) {
  return options.rules == TargetRules::DeepFinder ? VoxelEdges{} : edges_of(options.voxel_size);
}

std::map<int, ReadyShape> prepare(const TargetOptions& options, const Extent3& volume) {
  const bool deepfinder = options.rules == TargetRules::DeepFinder;
  double largest = 0;
  for (const auto& [label, shape] : options.shapes) {
    check_shape(label, shape, options.rules, volume);
    largest = std::max(largest, shape.radii_voxels.x);
  }
  const VoxelEdges edges = edges_for_masks(options);
  std::map<int, ReadyShape> ready;
  for (const auto& [label, shape] : options.shapes) {
    ReadyShape& made = ready[label];
    const double radius = shape.radii_voxels.x;
    if (radius > 0 && deepfinder) {
      const auto box =
          deepfinder_sphere(static_cast<std::int64_t>(radius), static_cast<std::int64_t>(largest));
      made.mask = std::make_unique<MaskShape>(box.view(), true, options.rules, edges);
    } else if (radius > 0) {
      made.radii = shape.radii_voxels;
    } else if (shape.mask.voxels() > 0) {
      made.mask =
          std::make_unique<MaskShape>(shape.mask.view(), shape.integer_mask, options.rules, edges);
    }
  }
  return ready;
}

/// One object to paint.
struct Object {
  Stencil stencil;
  std::uint8_t label;
};

bool within(const Bounds& b, const Extent3& volume) {
  const std::array<std::int64_t, 3> size{volume.z, volume.y, volume.x};
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (b.begin[axis] < 0 || b.end[axis] > size[axis]) return false;
  return true;
}

/// Tiles of kTileZ planes by kTileY rows, whole rows long, and which objects reach into each, in
/// the order of the list.
class Tiles {
 public:
  Tiles(const Extent3& volume, const std::vector<Object>& objects)
      : volume_(volume),
        along_z_((volume.z + kTileZ - 1) / kTileZ),
        along_y_((volume.y + kTileY - 1) / kTileY) {
    objects_.resize(static_cast<std::size_t>(count()));
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const Bounds& b = objects[i].stencil.bounds();
      if (b.end[2] <= 0 || b.begin[2] >= volume.x) continue;
      const std::int64_t z0 = std::max<std::int64_t>(b.begin[0], 0),
                         z1 = std::min(b.end[0], volume.z);
      const std::int64_t y0 = std::max<std::int64_t>(b.begin[1], 0),
                         y1 = std::min(b.end[1], volume.y);
      if (z0 >= z1 || y0 >= y1) continue;
      for (std::int64_t tz = z0 / kTileZ; tz <= (z1 - 1) / kTileZ; ++tz)
        for (std::int64_t ty = y0 / kTileY; ty <= (y1 - 1) / kTileY; ++ty)
          objects_[static_cast<std::size_t>(tz * along_y_ + ty)].push_back(i);
    }
  }

  std::int64_t count() const { return along_z_ * along_y_; }
  const std::vector<std::size_t>& objects(std::int64_t tile) const {
    return objects_[static_cast<std::size_t>(tile)];
  }

  /// The part of `b` that lies in the tile.
  Bounds clip(std::int64_t tile, const Bounds& b) const {
    const std::int64_t z = tile / along_y_ * kTileZ, y = tile % along_y_ * kTileY;
    return {
        {std::max(b.begin[0], z), std::max(b.begin[1], y), std::max<std::int64_t>(b.begin[2], 0)},
        {std::min({b.end[0], z + kTileZ, volume_.z}), std::min({b.end[1], y + kTileY, volume_.y}),
         std::min(b.end[2], volume_.x)}};
  }

 private:
  Extent3 volume_;
  std::int64_t along_z_, along_y_;
  std::vector<std::vector<std::size_t>> objects_;
};

/// Calls found(z, y, begin, end) for every run of the object's voxels within `b`.
template <class Found>
void for_runs(const Stencil& stencil, const Bounds& b, Found&& found) {
  for (std::int64_t z = b.begin[0]; z < b.end[0]; ++z)
    for (std::int64_t y = b.begin[1]; y < b.end[1]; ++y)
      stencil.row(z, y, b.begin[2], b.end[2],
                  [&](std::int64_t begin, std::int64_t end) { found(z, y, begin, end); });
}

using Counts = std::map<int, TargetCount>;

/// Every particle whose class has a shape as an object at its place; counts all and those left out.
std::vector<Object> place_objects(const ParticleList& list, const std::map<int, ReadyShape>& shapes,
                                  TargetRules rules, Counts& counts) {
  std::vector<Object> objects;
  objects.reserve(list.particles.size());
  for (const Particle& particle : list.particles) {
    const auto found = shapes.find(particle.class_label);
    if (found == shapes.end())
      refuse(particle.class_label, "is in the list, but has no shape",
             "give a radius or a mask for it");
    const Point3& p = particle.position_voxels;
    if (!(std::max({std::abs(p.z), std::abs(p.y), std::abs(p.x)}) <= kFarthest))
      throw Error("target", "particle " + std::to_string(&particle - list.particles.data() + 1),
                  "its position is beyond any tomogram", "check the units of the positions");
    const ReadyShape& shape = found->second;
    TargetCount& count = counts[particle.class_label];
    ++count.objects;
    if (shape.left_out())
      ++count.left_out;
    else
      objects.push_back(
          {shape.mask ? Stencil(particle, *shape.mask, rules) : Stencil(particle, shape.radii),
           static_cast<std::uint8_t>(particle.class_label)});
  }
  return objects;
}

/// Paints tile by tile. Returns how many voxels of each object lie in the volume.
std::vector<std::int64_t> paint_tiles(const std::vector<Object>& objects,
                                      VolumeView<std::uint8_t> labels, ThreadPool& pool,
                                      Observer* observer) {
  const Tiles tiles(labels.extent, objects);
  std::vector<std::atomic<std::int64_t>> painted(objects.size());
  const auto paint = [&](std::int64_t tile) {
    for (const std::size_t i : tiles.objects(tile)) {
      std::int64_t voxels = 0;
      for_runs(objects[i].stencil, tiles.clip(tile, objects[i].stencil.bounds()),
               [&](std::int64_t z, std::int64_t y, std::int64_t first, std::int64_t last) {
                 std::fill(&labels(z, y, first), &labels(z, y, first) + (last - first),
                           objects[i].label);
                 voxels += last - first;
               });
      painted[i].fetch_add(voxels, std::memory_order_relaxed);
    }
  };
  constexpr std::int64_t kStep = 64;  // tiles between looks at the observer
  for (std::int64_t begin = 0; begin < tiles.count(); begin += kStep) {
    const std::int64_t end = std::min(begin + kStep, tiles.count());
    parallel_for(pool, begin, end, 1, [&](std::int64_t tile, std::int64_t, int) { paint(tile); });
    if (!observer) continue;
    observer->progress("paint", end, tiles.count());
    stop_if_cancelled(observer, "target");
  }
  return {painted.begin(), painted.end()};
}

/// Voxels of each object, those outside the volume too. These were not painted: objects at its
/// faces are counted once more, in full.
std::vector<std::int64_t> whole_sizes(const std::vector<Object>& objects,
                                      const std::vector<std::int64_t>& painted,
                                      const Extent3& volume, ThreadPool& pool) {
  std::vector<std::int64_t> whole = painted;
  parallel_for(pool, 0, static_cast<std::int64_t>(objects.size()), 16,
               [&](std::int64_t first, std::int64_t last, int) {
                 for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last);
                      ++i) {
                   const Stencil& stencil = objects[i].stencil;
                   if (within(stencil.bounds(), volume)) continue;
                   whole[i] = 0;
                   for_runs(stencil, stencil.bounds(),
                            [&](std::int64_t, std::int64_t, std::int64_t begin, std::int64_t end) {
                              whole[i] += end - begin;
                            });
                 }
               });
  return whole;
}

}  // namespace

std::map<int, TargetCount> paint_objects(const ParticleList& list, const TargetOptions& options,
                                         VolumeView<std::uint8_t> labels, Observer* observer) {
  const std::map<int, ReadyShape> shapes = prepare(options, labels.extent);
  Counts counts;
  const std::vector<Object> objects = place_objects(list, shapes, options.rules, counts);
  ThreadPool pool(usable_threads(options.threads, observer));
  const std::vector<std::int64_t> painted = paint_tiles(objects, labels, pool, observer),
                                  whole = whole_sizes(objects, painted, labels.extent, pool);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    TargetCount& count = counts[objects[i].label];
    if (whole[i] == 0)
      ++count.empty;
    else if (painted[i] == 0)
      ++count.outside;
    else if (painted[i] < whole[i])
      ++count.clipped;
  }
  return counts;
}

}  // namespace dfe
