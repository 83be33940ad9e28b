// SPDX-License-Identifier: Apache-2.0
// Scenes: nothing overlaps, counts and distances are kept, the truth belongs together.
#include <algorithm>
#include <cmath>
#include <set>

#include "core/math/rotation.hpp"
#include "dfengine/simulate.hpp"
#include "simulate/draws.hpp"
#include "simulate/membranes.hpp"
#include "simulate/stamp.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

namespace {

SceneClass of_shape(const char* name, int label, std::int64_t count, double voxel = 13.68) {
  SceneClass c;
  c.name = name;
  c.label = label;
  c.count = count;
  DensityOptions d;
  d.voxel_size_angstrom = voxel;
  c.density = shape_density(name, {180, 140, 100}, d);
  return c;
}

SceneOptions small_scene() {
  SceneOptions o;
  o.extent = {60, 90, 80};
  o.seed = 11;
  o.classes.push_back(of_shape("groel", 1, 10));
  o.classes.push_back(of_shape("ribosome", 2, 8));
  o.classes.push_back(of_shape("ellipsoid", 0, 9));
  return o;
}

double mask_voxels(const SceneClass& c) {
  return static_cast<double>(std::count_if(c.density.mask.span().begin(),
                                           c.density.mask.span().end(),
                                           [](float v) { return v >= 0.5f; }));
}

}  // namespace

TEST_CASE("objects keep their distance from each other and the faces, and all of them are there") {
  SceneOptions o = small_scene();
  o.gap_voxels = 2;
  o.border_voxels = 3;
  const Scene scene = make_scene(o);
  CHECK(scene.placed == std::vector<std::int64_t>{10, 8, 9});
  REQUIRE(scene.objects.size() == 27);
  std::vector<std::int64_t> voxels(28, 0);
  const Extent3 n = o.extent;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) {
        const std::int32_t id = scene.instances(z, y, x);
        ++voxels[static_cast<std::size_t>(id)];
        if (id == 0) continue;
        REQUIRE(std::min({z, y, x, n.z - 1 - z, n.y - 1 - y, n.x - 1 - x}) >= 3);
        const auto& object = scene.objects[static_cast<std::size_t>(id - 1)];
        REQUIRE(scene.labels(z, y, x) ==
                o.classes[static_cast<std::size_t>(object.class_label - 1)].label);
        for (std::int64_t k = -1; k <= 1; ++k)  // no other object among the 26 neighbours
          for (std::int64_t j = -1; j <= 1; ++j)
            for (std::int64_t i = -1; i <= 1; ++i) {
              const std::int32_t other = scene.instances(z + k, y + j, x + i);
              REQUIRE((other == 0 || other == id));
            }
      }
  for (std::size_t i = 0; i < 27; ++i) {
    const SceneClass& c = o.classes[static_cast<std::size_t>(scene.objects[i].class_label - 1)];
    CHECK(static_cast<double>(voxels[i + 1]) ==
          Approx(mask_voxels(c)).epsilon(0.08));  // turning a mask keeps its size
  }
}

TEST_CASE("a packing is reached, and counts then are shares") {
  SceneOptions o = small_scene();
  o.packing = 0.12;
  const Scene scene = make_scene(o);
  CHECK(scene.packing == Approx(0.12).epsilon(0.06));
  CHECK(static_cast<double>(scene.placed[0]) / static_cast<double>(scene.placed[2]) ==
        Approx(10.0 / 9).epsilon(0.1));
}

TEST_CASE("a scene that cannot be filled ends, and says how far it came") {
  SceneOptions o = small_scene();
  o.classes[1].count = 100'000;
  o.tries = 50;
  const Scene scene = make_scene(o);
  CHECK(scene.asked[1] == 100'000);
  CHECK(scene.placed[1] < 1000);
  CHECK(scene.placed[1] > 20);
  o.extent = {5, 5, 5};  // smaller than any object
  CHECK(make_scene(o).objects.empty());
}

TEST_CASE("the density is that of the objects, where they are and as they are turned") {
  SceneOptions o = small_scene();
  o.classes.resize(1);
  o.classes[0].count = 3;
  const Scene scene = make_scene(o);
  double total = 0, expected = 0;
  for (const float v : scene.density.span()) total += v;
  for (const float v : o.classes[0].density.values.span()) expected += v;
  CHECK(total == Approx(3 * expected / 8).epsilon(0.02));  // its voxels are half as wide
  // A thin marker along the reference's z axis comes out along that axis turned.
  const Particle& p = scene.objects[0];
  const Point3 axis = math::rotate(*p.orientation, {1, 0, 0});
  const simulate::Stamp stamp(o.classes[0].density.values.view(), 2);
  for (const double t : {-4.0, 3.0}) {
    const Point3 at{std::round(p.position_voxels.z + t * axis.z),
                    std::round(p.position_voxels.y + t * axis.y),
                    std::round(p.position_voxels.x + t * axis.x)};
    const Point3 q = math::rotate_back(
        *p.orientation,
        {at.z - p.position_voxels.z, at.y - p.position_voxels.y, at.x - p.position_voxels.x});
    const float value = stamp.at(q.z, q.y, q.x);
    CHECK(scene.density(static_cast<std::int64_t>(at.z), static_cast<std::int64_t>(at.y),
                        static_cast<std::int64_t>(at.x)) == Approx(value).margin(0.05));
  }
}

namespace {

/// Objects of two classes and one membrane; those of the first class stand on it.
SceneOptions membrane_scene(MembraneKind kind) {
  SceneOptions o;
  o.extent = {80, 120, 120};
  o.seed = 4;
  SceneMembrane m;
  m.kind = kind;
  m.count = 1;
  m.radius_low_angstrom = m.radius_high_angstrom = 450;
  m.curvature_angstrom = 100;
  o.membranes.push_back(m);
  o.membrane_label = 9;
  o.classes.push_back(of_shape("ribosome", 1, 8));
  o.classes.push_back(of_shape("groel", 2, 12));
  o.classes[0].on_membrane = true;
  o.classes[0].membrane_angstrom = 150;
  o.classes[1].membrane_angstrom = 100;
  return o;
}

/// The voxels that `wanted` takes.
template <class Wanted>
std::vector<Point3> places(const Extent3& extent, Wanted&& wanted) {
  std::vector<Point3> found;
  for (std::int64_t z = 0; z < extent.z; ++z)
    for (std::int64_t y = 0; y < extent.y; ++y)
      for (std::int64_t x = 0; x < extent.x; ++x)
        if (wanted(z, y, x))
          found.push_back({static_cast<double>(z), static_cast<double>(y), static_cast<double>(x)});
  return found;
}

/// The point of a set that is nearest to `p`, and how far away it is.
std::pair<double, Point3> nearest(const std::vector<Point3>& points, const Point3& p) {
  Point3 best;
  double least = 1e9;
  for (const Point3& q : points)
    if (const double d = std::hypot(p.z - q.z, p.y - q.y, p.x - q.x); d < least)
      least = d, best = q;
  return {least, best};
}

}  // namespace

TEST_CASE("objects stand on membranes at their height and upright; free ones keep away") {
  for (const MembraneKind kind : {MembraneKind::Plane, MembraneKind::Vesicle}) {
    const SceneOptions o = membrane_scene(kind);
    const Scene scene = make_scene(o);
    CHECK(scene.placed[0] >= 4);
    CHECK(scene.placed[1] >= 6);
    const auto membrane =
        places(o.extent, [&](auto z, auto y, auto x) { return scene.membranes(z, y, x) > 0; });
    REQUIRE(membrane.size() > 1000);
    for (const Particle& p : scene.objects) {
      if (p.class_label != 1) continue;
      const auto [distance, foot] = nearest(membrane, p.position_voxels);
      // 150 Å above the middle, less half a thickness of 40 Å, in voxels of 13.68 Å.
      CHECK(distance == Approx(130 / 13.68).margin(1.2));
      const Point3 axis = math::rotate(*p.orientation, {1, 0, 0});
      const double up =
          (axis.z * (p.position_voxels.z - foot.z) + axis.y * (p.position_voxels.y - foot.y) +
           axis.x * (p.position_voxels.x - foot.x)) /
          distance;
      CHECK(up > 0.95);
    }
    // a sample of the voxels of free objects
    double least = 1e9;
    for (const Point3& p : places(o.extent, [&](auto z, auto y, auto x) {
           return (z + y + x) % 11 == 0 && scene.labels(z, y, x) == 2;
         }))
      least = std::min(least, nearest(membrane, p).first);
    CHECK(least >= 100 / 13.68 - 0.5);
    CHECK(std::count(scene.labels.span().begin(), scene.labels.span().end(), 9) > 1000);
  }
}

TEST_CASE("double layers lie at their spacing") {
  SceneOptions o;
  o.extent = {40, 100, 100};
  SceneMembrane m;
  m.kind = MembraneKind::Plane;
  m.layers = 2;
  m.spacing_angstrom = 273.6;  // 20 voxels
  m.tilt_deg = 0;
  o.membranes.push_back(m);
  const Scene scene = make_scene(o);
  // Along a line across both, the density has two maxima per layer; the masks' middles are 20
  // voxels apart along the normal.
  std::set<int> numbers(scene.membranes.span().begin(), scene.membranes.span().end());
  CHECK(numbers == std::set<int>{0, 1});
  // Share of membrane: two layers of 40 Å. The plane may cut a corner, so only an upper bound holds
  // for every seed.
  const auto count = std::count(scene.membranes.span().begin(), scene.membranes.span().end(), 1);
  CHECK(count > 40 * 60);
  CHECK(count < 2 * 40 * 142 * 7 / 2);
}

TEST_CASE("vesicles cut no other membrane") {
  SceneOptions o;
  o.extent = {100, 200, 200};
  o.membranes.resize(2);
  o.membranes[0].count = 6;
  o.membranes[1].kind = MembraneKind::Plane;
  o.membranes[1].curvature_angstrom = 150;
  for (o.seed = 1; o.seed <= 20; ++o.seed) {
    const auto surfaces = simulate::place_membranes(o);
    REQUIRE(surfaces.size() >= 2);
    CHECK(surfaces[0].kind == MembraneKind::Plane);
    for (const auto& vesicle : surfaces) {
      if (vesicle.kind == MembraneKind::Plane) continue;
      const double radius = std::max({vesicle.radii.z, vesicle.radii.y, vesicle.radii.x});
      for (int i = 0; i < 40; ++i) {
        const auto u =
            simulate::uniforms(Philox(2, RandomPurpose{1}), 0, static_cast<std::uint64_t>(i));
        const Point3 ray = math::rotate(math::random_rotation(u[0], u[1], u[2]), {1, 0, 0});
        // The vesicle's surface along a random ray from its centre: where its distance changes
        // sign.
        Point3 at = vesicle.centre;
        for (double t = 0; t < 1.2 * radius && vesicle.distance(at) < 0; t += 0.25)
          at = {vesicle.centre.z + t * ray.z, vesicle.centre.y + t * ray.y,
                vesicle.centre.x + t * ray.x};
        for (const auto& other : surfaces)
          if (&other != &vesicle) REQUIRE(std::abs(other.layer_distance(at)) > 1);
      }
    }
  }
}

TEST_CASE("a list gives places and orientations") {
  SceneOptions o = small_scene();
  ParticleList list;
  Particle p;
  p.class_label = 2;
  p.position_voxels = {30.25, 40.5, 39.75};
  p.orientation = math::random_rotation(0.3, 0.6, 0.9);
  list.particles = {p};
  p.class_label = 1;
  p.position_voxels = {-2, 10, 10};  // cut by a face
  p.orientation.reset();
  list.particles.push_back(p);
  o.list = list;
  const Scene scene = make_scene(o);
  REQUIRE(scene.objects.size() == 2);
  CHECK(scene.objects[0].position_voxels == list.particles[0].position_voxels);
  CHECK(*scene.objects[0].orientation == *list.particles[0].orientation);
  CHECK(scene.objects[1].orientation.has_value());
  CHECK(scene.placed == std::vector<std::int64_t>{1, 1, 0});
  o.list->particles[0].class_label = 7;
  CHECK_THROWS_WITH(make_scene(o), DFE_CONTAINS("class 7"));
}

TEST_CASE("scenes do not depend on the number of threads; seeds change them") {
  SceneOptions o = small_scene();
  o.membranes.push_back({});
  o.threads = 1;
  const Scene one = make_scene(o);
  o.threads = 3;
  const Scene three = make_scene(o);
  CHECK(std::equal(one.density.span().begin(), one.density.span().end(),
                   three.density.span().begin()));
  CHECK(std::equal(one.instances.span().begin(), one.instances.span().end(),
                   three.instances.span().begin()));
  o.seed = 12;
  const Scene other = make_scene(o);
  CHECK_FALSE(std::equal(one.instances.span().begin(), one.instances.span().end(),
                         other.instances.span().begin()));
}

TEST_CASE("scenes refuse what makes no sense") {
  const auto refused = [](auto change, const char* word) {
    SceneOptions o;
    o.extent = {20, 20, 20};
    o.classes.push_back(of_shape("sphere", 1, 1));
    change(o);
    CHECK_THROWS_WITH(make_scene(o), DFE_CONTAINS(word));
  };
  refused([](SceneOptions& o) { o.extent = {0, 4, 4}; }, "size");
  refused([](SceneOptions& o) { o.extent = {8192, 8192, 8192}; }, "size");
  refused([](SceneOptions& o) { o.packing = 2; }, "packing");
  refused([](SceneOptions& o) { o.gap_voxels = -1; }, "gap");
  refused([](SceneOptions& o) { o.classes[0].label = 300; }, "label");
  refused([](SceneOptions& o) { o.classes[0].on_membrane = true; }, "membranes");
  refused([](SceneOptions& o) { o.voxel_size_angstrom = 10; }, "voxels of");
  refused(
      [](SceneOptions& o) {
        o.membranes.push_back({});
        o.membranes[0].aspect = 0.5;
      },
      "membranes");
}
