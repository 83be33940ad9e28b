// SPDX-License-Identifier: Apache-2.0
// Where objects lie: membranes first, then what stands on them, then everything else, largest first. The orientation and the fraction of a
// voxel are drawn once for an object, so that a try costs no more than looking at the voxels it would cover.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "engine/api/simulate.hpp"
#include "simulate/density.hpp"
#include "simulate/draws.hpp"
#include "simulate/membranes.hpp"
#include "simulate/stamp.hpp"

namespace dfe {

namespace {

using simulate::Footprint;
using simulate::Stamp;
using simulate::Surface;

/// A class made ready for placing.
struct Kind {
  Stamp density, mask, wide;  // wide: with the gap around it
  std::int64_t voxels = 0;
};

/// Positions have three decimals, as lists write them.
double rounded(double v) { return std::round(v * 1000) / 1000; }

void check(const SceneOptions& o) {
  const auto refuse = [](const char* what, const std::string& fact, const char* remedy) {
    throw Error(ErrorKind::Usage, "simulate", what, fact, remedy);
  };
  const Extent3 n = o.extent;
  constexpr std::int64_t kMaxEdge = 8192;
  if (std::min({n.z, n.y, n.x}) < 1 || std::max({n.z, n.y, n.x}) > kMaxEdge)
    refuse("size", "is " + n.to_string(), "use 1 to 8192 voxels along each axis");
  if (n.voxels() > std::int64_t{1} << 32) refuse("size", "is " + n.to_string() + ", more than 2^32 voxels", "use a smaller volume");
  if (!(o.gap_voxels >= 0 && o.gap_voxels <= 32)) refuse("gap", "is " + std::to_string(o.gap_voxels) + " voxels", "use 0 to 32");
  if (!(o.border_voxels >= 0 && o.border_voxels <= 8192))
    refuse("border", "is " + std::to_string(o.border_voxels) + " voxels", "use 0 to 8192");
  if (!(o.packing >= 0 && o.packing <= 0.6))
    refuse("packing", "is " + std::to_string(o.packing), "use 0 to 0.6; random packing ends near 0.35");
  if (o.tries < 1 || o.tries > 10'000'000) refuse("tries", "is " + std::to_string(o.tries), "use 1 to 10000000");
  if (o.membrane_label < 0 || o.membrane_label > 255) refuse("membrane_label", "is " + std::to_string(o.membrane_label), "use 0 to 255");
  std::int64_t total = 0;
  for (const SceneClass& c : o.classes) {
    if (c.label < 0 || c.label > 255) refuse("label", "of " + c.name + " is " + std::to_string(c.label), "use 0 to 255");
    if (c.count < 0 || c.count > 10'000'000) refuse("count", "of " + c.name + " is " + std::to_string(c.count), "use 0 to 10000000");
    if (!std::isfinite(c.scale) || !std::isfinite(c.membrane_angstrom))
      refuse("classes", c.name + " has a value that is no number", "repair it");
    if (c.on_membrane && o.membranes.empty() && !o.list)
      refuse("classes", c.name + " stands on membranes, and there are none", "add an entry to 'membranes'");
    if (c.density.voxel_size_angstrom != o.voxel_size_angstrom)
      refuse("classes", c.name + " was made for voxels of " + std::to_string(c.density.voxel_size_angstrom) + " A",
             "make it for those of the scene");
    total += c.count;
  }
  if (total > 10'000'000) refuse("count", "is " + std::to_string(total) + " in all", "use at most 10000000 objects");
  for (const SceneMembrane& m : o.membranes) {
    const bool sound = m.count >= 0 && m.count <= 255 && m.layers >= 1 && m.layers <= 16 && m.spacing_angstrom > 0 &&
                       m.thickness_angstrom > 0 && m.radius_low_angstrom > 0 && m.radius_high_angstrom >= m.radius_low_angstrom &&
                       m.aspect >= 1 && m.aspect <= 10 && m.curvature_angstrom >= 0 && m.wavelength_angstrom > 0 && m.tilt_deg >= 0 &&
                       m.tilt_deg <= 90 && std::isfinite(m.peak) && std::isfinite(m.radius_high_angstrom) &&
                       std::isfinite(m.curvature_angstrom) && std::isfinite(m.spacing_angstrom);
    if (!sound) refuse("membranes", "an entry has a value out of range", "see docs/simulate.md for the ranges");
  }
}

/// Places objects into the volume of instances.
class Placer {
 public:
  Placer(const SceneOptions& options, const std::vector<Kind>& kinds, Scene& scene, const simulate::MembraneField& field,
         const std::vector<Surface>& surfaces)
      : options_(options), kinds_(kinds), scene_(scene), field_(field), surfaces_(surfaces) {}

  /// Object number `number` of the scene, of class `c`. False where no place was found.
  bool place(std::size_t c, std::uint32_t number) {
    return options_.classes[c].on_membrane ? place_on_membrane(c, number) : place_free(c, number);
  }

  /// Paints an object that overlaps nothing, or whose place is given. Returns how many voxels of it lie in the volume.
  std::int64_t paint(std::size_t c, const Footprint& footprint, const Index3& base, const Point3& fraction, const Rotation& rotation) {
    Particle particle;
    particle.position_voxels = {rounded(static_cast<double>(base.z) + fraction.z), rounded(static_cast<double>(base.y) + fraction.y),
                                rounded(static_cast<double>(base.x) + fraction.x)};
    particle.class_label = static_cast<int>(c) + 1;
    particle.orientation = rotation;
    scene_.objects.push_back(particle);
    const auto number = static_cast<std::int32_t>(scene_.objects.size());
    const auto label = static_cast<std::uint8_t>(options_.classes[c].label);
    const Extent3 n = options_.extent;
    std::int64_t painted = 0;
    for (const Footprint::Run& run : footprint.runs) {
      const std::int64_t z = base.z + run.z, y = base.y + run.y;
      const std::int64_t begin = std::max<std::int64_t>(base.x + run.begin, 0), end = std::min(base.x + run.end, n.x);
      if (z < 0 || z >= n.z || y < 0 || y >= n.y || begin >= end) continue;
      const std::int64_t at = (z * n.y + y) * n.x;
      std::fill(scene_.instances.data() + at + begin, scene_.instances.data() + at + end, number);
      std::fill(scene_.labels.data() + at + begin, scene_.labels.data() + at + end, label);
      painted += end - begin;
    }
    return painted;
  }

 private:
  bool place_free(std::size_t c, std::uint32_t number) {
    const Kind& kind = kinds_[c];
    const auto u = simulate::uniforms(Philox(options_.seed, simulate::kOrientation), number, 0);
    const auto f = simulate::uniforms(Philox(options_.seed, simulate::kOrientation), number, 1);
    const Rotation rotation = simulate::random_rotation(u[0], u[1], u[2]);
    const Point3 fraction{rounded(f[0] - 0.5), rounded(f[1] - 0.5), rounded(f[2] - 0.5)};
    const Footprint own = kind.mask.footprint(rotation, fraction);
    if (own.runs.empty()) return false;
    const Footprint wide = options_.gap_voxels > 0 ? kind.wide.footprint(rotation, fraction) : own;
    // Range of whole voxels at which the object keeps its distance from the faces.
    const auto border = static_cast<std::int64_t>(std::ceil(options_.border_voxels));
    const Extent3 n = options_.extent;
    const Index3 low{border - own.low.z, border - own.low.y, border - own.low.x};
    const Extent3 room{n.z - border - own.high.z - low.z, n.y - border - own.high.y - low.y, n.x - border - own.high.x - low.x};
    if (room.z < 1 || room.y < 1 || room.x < 1) return false;
    const int keep_away = keep_away_voxels(options_.classes[c]);
    const Philox random(options_.seed, simulate::kPlace);
    for (std::int64_t attempt = 0; attempt < options_.tries; ++attempt) {
      const auto p = simulate::uniforms(random, number, static_cast<std::uint64_t>(attempt));
      const auto pick = [](double share, std::int64_t size) {
        return std::min(static_cast<std::int64_t>(share * static_cast<double>(size)), size - 1);
      };
      const Index3 base{low.z + pick(p[0], room.z), low.y + pick(p[1], room.y), low.x + pick(p[2], room.x)};
      if (touches_object(wide, base) || (keep_away >= 0 && touches_membrane(own, base, keep_away))) continue;
      paint(c, own, base, fraction, rotation);
      return true;
    }
    return false;
  }

  bool place_on_membrane(std::size_t c, std::uint32_t number) {
    const SceneClass& wanted = options_.classes[c];
    if (field_.anchors.empty()) return false;
    const Philox random(options_.seed, simulate::kPlace);
    const Extent3 n = options_.extent;
    const double height = wanted.membrane_angstrom / options_.voxel_size_angstrom;
    // A new orientation for each try: what a try costs is turning the mask.
    for (std::int64_t attempt = 0; attempt < std::min<std::int64_t>(options_.tries, 2000); ++attempt) {
      const auto p = simulate::uniforms(random, number, static_cast<std::uint64_t>(attempt));
      const auto& anchor =
          field_.anchors[std::min(static_cast<std::size_t>(p[0] * static_cast<double>(field_.anchors.size())), field_.anchors.size() - 1)];
      const Point3 voxel{static_cast<double>(anchor.voxel / (n.y * n.x)), static_cast<double>(anchor.voxel / n.x % n.y),
                         static_cast<double>(anchor.voxel % n.x)};
      Point3 point, normal;
      simulate::stand_on(surfaces_[static_cast<std::size_t>(anchor.surface)], voxel, point, normal);
      const Point3 centre{rounded(point.z + height * normal.z), rounded(point.y + height * normal.y), rounded(point.x + height * normal.x)};
      const Index3 base{std::llround(centre.z), std::llround(centre.y), std::llround(centre.x)};
      if (!inside(base, 0) || scene_.instances(base.z, base.y, base.x) != 0) continue;
      const Rotation rotation = simulate::rotation_to(normal, 360 * p[1]);
      const Point3 fraction{centre.z - static_cast<double>(base.z), centre.y - static_cast<double>(base.y),
                            centre.x - static_cast<double>(base.x)};
      const Footprint own = kinds_[c].mask.footprint(rotation, fraction);
      const auto border = static_cast<std::int64_t>(std::ceil(options_.border_voxels));
      if (own.runs.empty() || !inside({base.z + own.low.z, base.y + own.low.y, base.x + own.low.x}, border) ||
          !inside({base.z + own.high.z, base.y + own.high.y, base.x + own.high.x}, border))
        continue;
      if (touches_object(options_.gap_voxels > 0 ? kinds_[c].wide.footprint(rotation, fraction) : own, base)) continue;
      paint(c, own, base, fraction, rotation);
      return true;
    }
    return false;
  }

  /// Least distance from the middle of a membrane, in voxels: the asked one above its surface. -1 where there are no membranes.
  int keep_away_voxels(const SceneClass& c) const {
    if (surfaces_.empty()) return -1;
    double thickest = 0;
    for (const Surface& s : surfaces_) thickest = std::max(thickest, s.thickness);
    return static_cast<int>(std::min(std::ceil(thickest / 2 + std::max(0.0, c.membrane_angstrom) / options_.voxel_size_angstrom), 255.0));
  }

  bool inside(const Index3& at, std::int64_t border) const {
    const Extent3 n = options_.extent;
    return at.z >= border && at.y >= border && at.x >= border && at.z < n.z - border && at.y < n.y - border && at.x < n.x - border;
  }

  bool touches_object(const Footprint& footprint, const Index3& base) const {
    const Extent3 n = options_.extent;
    for (const Footprint::Run& run : footprint.runs) {
      const std::int64_t z = base.z + run.z, y = base.y + run.y;
      const std::int64_t begin = std::max<std::int64_t>(base.x + run.begin, 0), end = std::min(base.x + run.end, n.x);
      if (z < 0 || z >= n.z || y < 0 || y >= n.y || begin >= end) continue;  // the gap may stick out
      const std::int32_t* const row = scene_.instances.data() + (z * n.y + y) * n.x;
      if (std::any_of(row + begin, row + end, [](std::int32_t v) { return v != 0; })) return true;
    }
    return false;
  }

  bool touches_membrane(const Footprint& footprint, const Index3& base, int distance) const {
    const Extent3 n = options_.extent;
    for (const Footprint::Run& run : footprint.runs) {
      const std::uint8_t* const row = field_.near.data() + ((base.z + run.z) * n.y + base.y + run.y) * n.x + base.x;
      if (std::any_of(row + run.begin, row + run.end, [&](std::uint8_t v) { return v < distance; })) return true;
    }
    return false;
  }

  const SceneOptions& options_;
  const std::vector<Kind>& kinds_;
  Scene& scene_;
  const simulate::MembraneField& field_;
  const std::vector<Surface>& surfaces_;
};

/// How many objects of each class to place.
std::vector<std::int64_t> wanted_counts(const SceneOptions& options, const std::vector<Kind>& kinds) {
  std::vector<std::int64_t> counts;
  double mix = 0;  // voxels of one object of each class, weighted
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    counts.push_back(options.classes[c].count);
    mix += static_cast<double>(options.classes[c].count * kinds[c].voxels);
  }
  if (options.packing <= 0 || mix <= 0) return counts;
  const double factor = options.packing * static_cast<double>(options.extent.voxels()) / mix;
  for (std::int64_t& count : counts) count = std::llround(static_cast<double>(count) * factor);
  return counts;
}

void place_listed(const SceneOptions& options, const std::vector<Kind>& kinds, Placer& placer, Scene& scene) {
  std::map<int, std::size_t> class_of;
  for (std::size_t c = 0; c < options.classes.size(); ++c)
    if (options.classes[c].label > 0) class_of.emplace(options.classes[c].label, c);
  std::uint32_t number = 0;
  for (const Particle& p : options.list->particles) {
    const auto found = class_of.find(p.class_label);
    if (found == class_of.end())
      throw Error(ErrorKind::Usage, "simulate", "list", "has an object of class " + std::to_string(p.class_label),
                  "add that class to 'classes'");
    const Point3 at = p.position_voxels;
    if (!(std::abs(at.z) < 1e6 && std::abs(at.y) < 1e6 && std::abs(at.x) < 1e6))
      throw Error("simulate", "list", "has an object more than a million voxels away", "check the unit of its positions");
    const auto u = simulate::uniforms(Philox(options.seed, simulate::kOrientation), number++, 0);
    const Rotation rotation = p.orientation ? *p.orientation : simulate::random_rotation(u[0], u[1], u[2]);
    const Index3 base{std::llround(at.z), std::llround(at.y), std::llround(at.x)};
    const Point3 fraction{at.z - static_cast<double>(base.z), at.y - static_cast<double>(base.y), at.x - static_cast<double>(base.x)};
    const std::size_t c = found->second;
    ++scene.asked[c];
    if (placer.paint(c, kinds[c].mask.footprint(rotation, fraction), base, fraction, rotation) > 0) ++scene.placed[c];
  }
}

void place_random(const SceneOptions& options, const std::vector<Kind>& kinds, Placer& placer, Scene& scene, Observer* observer) {
  scene.asked = wanted_counts(options, kinds);
  std::vector<std::size_t> order(kinds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool on_a = options.classes[a].on_membrane, on_b = options.classes[b].on_membrane;
    return on_a != on_b ? on_a : kinds[a].voxels > kinds[b].voxels;
  });
  const std::int64_t total = std::accumulate(scene.asked.begin(), scene.asked.end(), std::int64_t{0});
  std::uint32_t number = 0;
  for (const std::size_t c : order) {
    int failures = 0;
    for (std::int64_t i = 0; i < scene.asked[c]; ++i, ++number) {
      if (observer && number % 16 == 0) {
        observer->progress("place", number, total);
        if (observer->cancelled()) throw Error("simulate", "", "stopped", "");
      }
      if (failures >= 20) continue;  // full: other orientations would fare no better
      const bool done = placer.place(c, number);
      scene.placed[c] += done ? 1 : 0;
      failures = done ? 0 : failures + 1;
    }
  }
}

}  // namespace

Scene make_scene(const SceneOptions& options, Observer* observer) {
  check(options);
  const Extent3 n = options.extent;
  ThreadPool pool(options.threads);
  Scene scene;
  scene.density = Volume<float>(n, 0);
  scene.labels = Volume<std::uint8_t>(n, 0);
  scene.instances = Volume<std::int32_t>(n, 0);
  scene.membranes = Volume<std::uint8_t>(n, 0);
  scene.asked.assign(options.classes.size(), 0);
  scene.placed.assign(options.classes.size(), 0);

  const std::vector<Surface> surfaces = simulate::place_membranes(options);
  simulate::MembraneField field;
  if (!surfaces.empty()) field = simulate::draw_membranes(surfaces, scene.density.view(), scene.membranes.view(), pool);
  if (options.membrane_label > 0)
    std::transform(scene.membranes.span().begin(), scene.membranes.span().end(), scene.labels.data(),
                   [&](std::uint8_t m) { return static_cast<std::uint8_t>(m > 0 ? options.membrane_label : 0); });

  std::vector<Kind> kinds;
  for (const SceneClass& c : options.classes) {
    Kind kind{Stamp(c.density.values.view(), simulate::kOversampling), Stamp(c.density.mask.view(), 1), {}, 0};
    if (options.gap_voxels > 0) kind.wide = Stamp(simulate::dilate(c.density.mask.view(), options.gap_voxels).view(), 1);
    kind.voxels = std::count_if(c.density.mask.span().begin(), c.density.mask.span().end(), [](float v) { return v >= 0.5f; });
    kinds.push_back(std::move(kind));
  }
  Placer placer(options, kinds, scene, field, surfaces);
  if (options.list)
    place_listed(options, kinds, placer, scene);
  else
    place_random(options, kinds, placer, scene, observer);

  // Each slab adds the objects that reach into it, in their order: sums are the same on any number of threads.
  constexpr std::int64_t kSlab = 8;
  parallel_for(pool, 0, n.z, kSlab, [&](std::int64_t first, std::int64_t last, int) {
    for (const Particle& object : scene.objects) {
      const auto c = static_cast<std::size_t>(object.class_label - 1);
      kinds[c].density.add_to(scene.density.view(), *object.orientation, object.position_voxels, options.classes[c].scale, first, last);
    }
  });
  const std::int64_t filled =
      std::count_if(scene.instances.span().begin(), scene.instances.span().end(), [](std::int32_t v) { return v != 0; });
  scene.packing = static_cast<double>(filled) / static_cast<double>(n.voxels());
  return scene;
}

}  // namespace dfe
