// SPDX-License-Identifier: Apache-2.0
// Where objects lie: membranes first, then what stands on them, then everything else, largest
// first; and what density and labels follow.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/cancel.hpp"
#include "core/math/rotation.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/simulate.hpp"
#include "simulate/density.hpp"
#include "simulate/draws.hpp"
#include "simulate/membranes.hpp"
#include "simulate/placement.hpp"

namespace dfe {

namespace {

using simulate::Kind;
using simulate::Placer;
using simulate::Stamp;
using simulate::Surface;

void check(const SceneOptions& o) {
  const auto refuse = [](const char* what, const std::string& fact, const char* remedy) {
    throw Error(ErrorKind::Usage, "simulate", what, fact, remedy);
  };
  const Extent3 n = o.extent;
  constexpr std::int64_t kMaxEdge = 8192;
  if (std::min({n.z, n.y, n.x}) < 1 || std::max({n.z, n.y, n.x}) > kMaxEdge)
    refuse("size", "is " + n.to_string(), "use 1 to 8192 voxels along each axis");
  if (n.voxels() > std::int64_t{1} << 32)
    refuse("size", "is " + n.to_string() + ", more than 2^32 voxels", "use a smaller volume");
  if (!(o.gap_voxels >= 0 && o.gap_voxels <= 32))
    refuse("gap", "is " + std::to_string(o.gap_voxels) + " voxels", "use 0 to 32");
  if (!(o.border_voxels >= 0 && o.border_voxels <= 8192))
    refuse("border", "is " + std::to_string(o.border_voxels) + " voxels", "use 0 to 8192");
  if (!(o.packing >= 0 && o.packing <= 0.6))
    refuse("packing", "is " + std::to_string(o.packing),
           "use 0 to 0.6; random placement reaches about 0.35");
  if (o.tries < 1 || o.tries > 10'000'000)
    refuse("tries", "is " + std::to_string(o.tries), "use 1 to 10000000");
  if (o.membrane_label < 0 || o.membrane_label > 255)
    refuse("membrane_label", "is " + std::to_string(o.membrane_label), "use 0 to 255");
  std::int64_t total = 0;
  for (const SceneClass& c : o.classes) {
    if (c.label < 0 || c.label > 255)
      refuse("label", "of " + c.name + " is " + std::to_string(c.label), "use 0 to 255");
    if (c.count < 0 || c.count > 10'000'000)
      refuse("count", "of " + c.name + " is " + std::to_string(c.count), "use 0 to 10000000");
    if (!std::isfinite(c.scale) || !std::isfinite(c.membrane_angstrom))
      refuse("classes", c.name + " has a value that is not a number", "correct it");
    if (c.on_membrane && o.membranes.empty() && !o.list)
      refuse("classes", c.name + " is placed on membranes, but there are none",
             "add an entry to 'membranes'");
    if (c.density.voxel_size_angstrom != o.voxel_size_angstrom)
      refuse("classes",
             c.name + " was made for voxels of " + std::to_string(c.density.voxel_size_angstrom) +
                 " Å",
             "make it for those of the scene");
    total += c.count;
  }
  if (total > 10'000'000)
    refuse("count", "is " + std::to_string(total) + " in total", "use at most 10000000 objects");
  for (const SceneMembrane& m : o.membranes) {
    const bool sound =
        m.count >= 0 && m.count <= 255 && m.layers >= 1 && m.layers <= 16 &&
        m.spacing_angstrom > 0 && m.thickness_angstrom > 0 && m.radius_low_angstrom > 0 &&
        m.radius_high_angstrom >= m.radius_low_angstrom && m.aspect >= 1 && m.aspect <= 10 &&
        m.curvature_angstrom >= 0 && m.wavelength_angstrom > 0 && m.tilt_deg >= 0 &&
        m.tilt_deg <= 90 && std::isfinite(m.peak) && std::isfinite(m.radius_high_angstrom) &&
        std::isfinite(m.curvature_angstrom) && std::isfinite(m.spacing_angstrom);
    if (!sound)
      refuse("membranes", "an entry has a value out of range",
             "see docs/simulate.md for the ranges");
  }
}

/// How many objects of each class to place.
std::vector<std::int64_t> wanted_counts(const SceneOptions& options,
                                        const std::vector<Kind>& kinds) {
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

void place_listed(const SceneOptions& options, const std::vector<Kind>& kinds, Placer& placer,
                  Scene& scene) {
  std::map<int, std::size_t> class_of;
  for (std::size_t c = 0; c < options.classes.size(); ++c)
    if (options.classes[c].label > 0) class_of.emplace(options.classes[c].label, c);
  std::uint32_t number = 0;
  for (const Particle& p : options.list->particles) {
    const auto found = class_of.find(p.class_label);
    if (found == class_of.end())
      throw Error(ErrorKind::Usage, "simulate", "list",
                  "has an object of class " + std::to_string(p.class_label),
                  "add that class to 'classes'");
    const Point3 at = p.position_voxels;
    if (!(std::abs(at.z) < 1e6 && std::abs(at.y) < 1e6 && std::abs(at.x) < 1e6))
      throw Error("simulate", "list", "has an object at more than a million voxels",
                  "check the unit of its positions");
    const auto u =
        simulate::uniforms(Philox(options.seed, RandomPurpose::SceneOrientation), number++, 0);
    const Rotation rotation =
        p.orientation ? *p.orientation : math::random_rotation(u[0], u[1], u[2]);
    const Index3 base{std::llround(at.z), std::llround(at.y), std::llround(at.x)};
    const Point3 fraction{at.z - static_cast<double>(base.z), at.y - static_cast<double>(base.y),
                          at.x - static_cast<double>(base.x)};
    const std::size_t c = found->second;
    ++scene.asked[c];
    if (placer.paint(c, kinds[c].mask.footprint(rotation, fraction), base, fraction, rotation) > 0)
      ++scene.placed[c];
  }
}

void place_random(const SceneOptions& options, const std::vector<Kind>& kinds, Placer& placer,
                  Scene& scene, Observer* observer) {
  scene.asked = wanted_counts(options, kinds);
  std::vector<std::size_t> order(kinds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool on_a = options.classes[a].on_membrane, on_b = options.classes[b].on_membrane;
    return on_a != on_b ? on_a : kinds[a].voxels > kinds[b].voxels;
  });
  const std::int64_t total =
      std::accumulate(scene.asked.begin(), scene.asked.end(), std::int64_t{0});
  std::uint32_t number = 0;
  for (const std::size_t c : order) {
    int failures = 0;
    for (std::int64_t i = 0; i < scene.asked[c]; ++i, ++number) {
      if (observer && number % 16 == 0) {
        observer->progress("place", number, total);
        stop_if_cancelled(observer, "simulate");
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
  ThreadPool pool(usable_threads(options.threads, observer));
  Scene scene;
  scene.density = Volume<float>(n, 0);
  scene.labels = Volume<std::uint8_t>(n, 0);
  scene.instances = Volume<std::int32_t>(n, 0);
  scene.membranes = Volume<std::uint8_t>(n, 0);
  scene.asked.assign(options.classes.size(), 0);
  scene.placed.assign(options.classes.size(), 0);

  const std::vector<Surface> surfaces = simulate::place_membranes(options);
  simulate::MembraneField field;
  if (!surfaces.empty())
    field = simulate::draw_membranes(surfaces, scene.density.view(), scene.membranes.view(), pool);
  if (options.membrane_label > 0)
    std::transform(scene.membranes.span().begin(), scene.membranes.span().end(),
                   scene.labels.data(), [&](std::uint8_t m) {
                     return static_cast<std::uint8_t>(m > 0 ? options.membrane_label : 0);
                   });

  std::vector<Kind> kinds;
  for (const SceneClass& c : options.classes) {
    Kind kind{Stamp(c.density.values.view(), simulate::kOversampling),
              Stamp(c.density.mask.view(), 1),
              {},
              0};
    if (options.gap_voxels > 0)
      kind.wide = Stamp(simulate::dilate(c.density.mask.view(), options.gap_voxels).view(), 1);
    kind.voxels = std::count_if(c.density.mask.span().begin(), c.density.mask.span().end(),
                                [](float v) { return v >= 0.5f; });
    kinds.push_back(std::move(kind));
  }
  Placer placer(options, kinds, scene, field, surfaces);
  if (options.list)
    place_listed(options, kinds, placer, scene);
  else
    place_random(options, kinds, placer, scene, observer);

  // Each slab adds the objects that reach into it, in their order: sums are the same on any number
  // of threads.
  constexpr std::int64_t kSlab = 8;
  parallel_for(pool, 0, n.z, kSlab, [&](std::int64_t first, std::int64_t last, int) {
    for (const Particle& object : scene.objects) {
      const auto c = static_cast<std::size_t>(object.class_label - 1);
      kinds[c].density.add_to(scene.density.view(), *object.orientation, object.position_voxels,
                              options.classes[c].scale, first, last);
    }
  });
  const std::int64_t filled =
      std::count_if(scene.instances.span().begin(), scene.instances.span().end(),
                    [](std::int32_t v) { return v != 0; });
  scene.packing = static_cast<double>(filled) / static_cast<double>(n.voxels());
  return scene;
}

}  // namespace dfe
