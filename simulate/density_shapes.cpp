// SPDX-License-Identifier: Apache-2.0
// Built-in objects: unions and differences of ellipsoids, tubes and rings that have size, outline
// and symmetry of the real complexes, so that a simulation needs no download. Their axis of
// symmetry is z.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "core/text.hpp"
#include "simulate/density.hpp"

namespace dfe {

namespace {

using simulate::FineCube;

/// A body with its potential above ice in V; later bodies of a list replace earlier ones.
struct Body {
  enum Kind { Ellipsoid, Tube } kind = Ellipsoid;
  Point3 centre;  // Å
  Point3 radii;   // Å; of a tube: half the height (z), outer radius (y), inner radius (x)
  double potential = 3;

  bool holds(double z, double y, double x) const {
    const double dz = z - centre.z, dy = y - centre.y, dx = x - centre.x;
    const auto square = [](double v) { return v * v; };
    if (kind == Ellipsoid)
      return square(dz / radii.z) + square(dy / radii.y) + square(dx / radii.x) <= 1;
    const double r2 = dy * dy + dx * dx;
    return std::abs(dz) <= radii.z && r2 <= square(radii.y) && r2 >= square(radii.x);
  }
  double reach() const {
    const double own =
        kind == Ellipsoid ? std::max({radii.z, radii.y, radii.x}) : std::hypot(radii.z, radii.y);
    return own + std::hypot(centre.z, centre.y, centre.x);
  }
};

// Potentials above vitreous ice: about 3 V for protein and 5 V for ribosomes with their RNA (mean
// inner potentials 7.5 and 9 V, ice 4 V).
constexpr double kProtein = 3, kRna = 5, kGold = 25;

Body ellipsoid(Point3 centre, Point3 radii, double potential) {
  return {Body::Ellipsoid, centre, radii, potential};
}
Body tube(double z, double half_height, double outer, double inner, double potential) {
  return {Body::Tube, {z, 0, 0}, {half_height, outer, inner}, potential};
}

/// `count` equal balls on a ring around z.
void add_ring(std::vector<Body>& bodies, int count, double z, double ring_radius, double radius,
              double phase_deg, double potential) {
  for (int i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * i / count + phase_deg * std::numbers::pi / 180;
    bodies.push_back(ellipsoid({z, ring_radius * std::sin(angle), ring_radius * std::cos(angle)},
                               {radius, radius, radius}, potential));
  }
}

std::vector<Body> large_subunit() {
  return {ellipsoid({18, 0, 0}, {70, 92, 97}, kRna),     // body
          ellipsoid({62, 0, 18}, {40, 35, 35}, kRna),    // central protuberance
          ellipsoid({40, 75, 26}, {19, 40, 19}, kRna),   // the two stalks
          ellipsoid({35, -75, 35}, {22, 44, 22}, kRna),  //
          ellipsoid({-48, 0, -4}, {19, 66, 70}, 0)};     // the face towards the small subunit
}

std::vector<Body> ribosome() {
  std::vector<Body> bodies = large_subunit();
  bodies.push_back(ellipsoid({-56, 9, -4}, {32, 85, 54}, kRna));     // small subunit: body
  bodies.push_back(ellipsoid({-54, 70, 46}, {31, 43, 39}, kRna));    // head
  bodies.push_back(ellipsoid({-64, -74, -23}, {20, 34, 28}, kRna));  // foot
  return bodies;
}

std::vector<Body> fatty_acid_synthase() {
  std::vector<Body> bodies{tube(0, 14, 110, 0, kProtein)};  // central wheel
  for (const double side : {-1.0, 1.0}) {
    add_ring(bodies, 3, side * 55, 85, 40, 30, kProtein);  // the arches of the domes
    bodies.push_back(ellipsoid({side * 105, 0, 0}, {28, 62, 62}, kProtein));
    bodies.push_back(ellipsoid({side * 50, 0, 0}, {45, 55, 55}, 0));
  }
  return bodies;
}

/// Two rings of seven subunits; a closed end is wider and carries the lid (GroES).
std::vector<Body> chaperonin(bool lid_above, bool lid_below) {
  std::vector<Body> bodies;
  for (const double side : {-1.0, 1.0}) {
    const bool lid = side > 0 ? lid_above : lid_below;
    const double height = lid ? 42 : 36;
    bodies.push_back(tube(side * height, height, 66, lid ? 33 : 28, kProtein));
    add_ring(bodies, 7, side * (2 * height - 12), lid ? 48 : 46, 18, 0, kProtein);
    if (!lid) continue;
    bodies.push_back(ellipsoid({side * (2 * height + 12), 0, 0}, {22, 44, 44}, kProtein));
    bodies.push_back(ellipsoid({side * height, 0, 0}, {34, 32, 32}, 0));
  }
  return bodies;
}

/// The barrel of four rings, with up to two activator caps.
std::vector<Body> proteasome(int caps) {
  std::vector<Body> bodies{tube(0, 74, 52, 0, kProtein), ellipsoid({0, 0, 0}, {28, 27, 27}, 0),
                           ellipsoid({52, 0, 0}, {18, 22, 22}, 0),
                           ellipsoid({-52, 0, 0}, {18, 22, 22}, 0)};
  for (int i = 0; i < caps; ++i) {
    const double side = i == 0 ? 1 : -1;
    bodies.push_back(tube(side * 90, 16, 49, 14, kProtein));
    bodies.push_back(tube(side * 121, 15, 40, 12, kProtein));
  }
  return bodies;
}

/// Head groups on both sides, of the integral that membranes of scenes have: 3 V, a Gaussian of 7
/// Å.
std::vector<Body> membrane_piece(double thickness, double diameter) {
  const double half_height = 3.5 * std::sqrt(2 * std::numbers::pi);
  return {tube(-thickness / 2, half_height, diameter / 2, 0, kProtein),
          tube(thickness / 2, half_height, diameter / 2, 0, kProtein)};
}

using Maker = std::function<std::vector<Body>(const std::array<double, 3>& size)>;

struct NamedShape {
  const char* name;
  bool sized;  // takes sizes
  Maker make;
};

const std::vector<NamedShape>& shapes() {
  using Size = const std::array<double, 3>&;
  static const std::vector<NamedShape> all = {
      {"ribosome", false, [](Size) { return ribosome(); }},
      {"large_subunit", false, [](Size) { return large_subunit(); }},
      {"fas", false, [](Size) { return fatty_acid_synthase(); }},
      {"groel", false, [](Size) { return chaperonin(false, false); }},
      {"groel_es", false, [](Size) { return chaperonin(true, false); }},
      {"groel_es2", false, [](Size) { return chaperonin(true, true); }},
      {"proteasome", false, [](Size) { return proteasome(0); }},
      {"proteasome_1cap", false, [](Size) { return proteasome(1); }},
      {"proteasome_2caps", false, [](Size) { return proteasome(2); }},
      {"sphere", true,
       [](Size s) {
         return std::vector<Body>{ellipsoid({}, {s[0] / 2, s[0] / 2, s[0] / 2}, kProtein)};
       }},
      {"ellipsoid", true,
       [](Size s) {
         return std::vector<Body>{ellipsoid({}, {s[0] / 2, s[1] / 2, s[2] / 2}, kProtein)};
       }},
      {"disc", true,
       [](Size s) { return std::vector<Body>{tube(0, s[0] / 2, s[1] / 2, 0, kProtein)}; }},
      {"tube", true,
       [](Size s) { return std::vector<Body>{tube(0, s[0] / 2, s[1] / 2, s[2] / 2, kProtein)}; }},
      {"membrane", true, [](Size s) { return membrane_piece(s[0], s[1]); }},
      {"gold", true,
       [](Size s) {
         return std::vector<Body>{ellipsoid({}, {s[0] / 2, s[0] / 2, s[0] / 2}, kGold)};
       }},
  };
  return all;
}

const NamedShape& find_shape(std::string_view name) {
  for (const NamedShape& shape : shapes())
    if (shape.name == name) return shape;
  throw Error(ErrorKind::Usage, "simulate", name, "is not a built-in shape",
              "choose one of " + join(shape_names()));
}

}  // namespace

const std::vector<std::string>& shape_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const NamedShape& shape : shapes()) all.emplace_back(shape.name);
    return all;
  }();
  return names;
}

ObjectDensity shape_density(std::string_view name, const std::array<double, 3>& size_angstrom,
                            const DensityOptions& options) {
  const NamedShape& shape = find_shape(name);
  for (const double size : size_angstrom)
    if (shape.sized && !(size >= 1 && size <= 1e5))
      throw Error(ErrorKind::Usage, "simulate", name, "a size of " + std::to_string(size) + " Å",
                  "use 1 to 100000 Å");
  if (name == "tube" && !(size_angstrom[2] < size_angstrom[1]))
    throw Error(ErrorKind::Usage, "simulate", name, "the inner diameter is not below the outer one",
                "give height, outer and inner diameter");
  const std::vector<Body> bodies = shape.make(size_angstrom);
  double reach = 0;
  for (const Body& body : bodies) reach = std::max(reach, body.reach());
  const FineCube cube = simulate::plan_cube(reach, 4, options, name);
  const std::int64_t n = cube.fine(), middle = n / 2;
  const double edge = cube.edge_angstrom(options.voxel_size_angstrom),
               centre = static_cast<double>(middle);
  Volume<float> fine(Extent3{n, n, n}, 0);
  for (const Body& body : bodies) {
    const double own = body.kind == Body::Ellipsoid
                           ? std::max({body.radii.z, body.radii.y, body.radii.x})
                           : std::hypot(body.radii.z, body.radii.y);
    const auto range = [&](double c) {
      return std::pair{
          std::max<std::int64_t>(0,
                                 static_cast<std::int64_t>(std::floor((c - own) / edge + centre))),
          std::min(n - 1, static_cast<std::int64_t>(std::ceil((c + own) / edge + centre)))};
    };
    const auto [z0, z1] = range(body.centre.z);
    const auto [y0, y1] = range(body.centre.y);
    const auto [x0, x1] = range(body.centre.x);
    for (std::int64_t z = z0; z <= z1; ++z)
      for (std::int64_t y = y0; y <= y1; ++y)
        for (std::int64_t x = x0; x <= x1; ++x) {
          // The share of the fine voxel inside, from 2³ points: a hard edge would move with the
          // grid.
          int inside = 0;
          for (int i = 0; i < 8; ++i) {
            const auto at = [&](std::int64_t v, int bit) {
              return (static_cast<double>(v) - centre + (i & bit ? 0.25 : -0.25)) * edge;
            };
            inside += body.holds(at(z, 4), at(y, 2), at(x, 1)) ? 1 : 0;
          }
          float& value = fine(z, y, x);
          value += static_cast<float>(inside / 8.0) * (static_cast<float>(body.potential) - value);
        }
  }
  return simulate::finish_density(fine.view(), cube, options, name);
}

}  // namespace dfe
