// SPDX-License-Identifier: Apache-2.0
// Weights of tilt series in closed form.
#include "core/math/wedge.hpp"

#include <cmath>

#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using math::tilt_weights;
using math::wedge_weights;

namespace {

/// By frequencies in steps of the box.
float at(const Volume<float>& w, std::int64_t z, std::int64_t y, std::int64_t x) {
  const Extent3 n = w.extent();
  return w((z + n.z) % n.z, (y + n.y) % n.y, (x + n.x) % n.x);
}

}  // namespace

TEST_CASE("a wedge keeps the planes of its tilts, on their side") {
  const Volume<float> w = wedge_weights({16, 16, 16}, -30, 60);
  CHECK(at(w, 0, 0, 0) == 0);  // the mean
  CHECK(at(w, 0, 3, 0) == 1);  // the tilt axis
  CHECK(at(w, 1, 0, 0) == 0);  // the beam
  CHECK(at(w, 0, 0, 5) == 1);
  CHECK(at(w, 5, 1, 3) == 1);    // 59 degrees
  CHECK(at(w, -5, 1, -3) == 1);  // the same plane
  CHECK(at(w, 7, 1, 4) == 0);    // 60.3 degrees
  CHECK(at(w, -5, 1, 3) == 0);
  CHECK(at(w, -1, 0, 2) == 1);  // -26.6 degrees
  CHECK(at(w, -2, 0, 3) == 0);  // -33.7 degrees
  // Angles are those of space in boxes that are not cubic.
  CHECK(at(wedge_weights({32, 16, 16}, -60, 60), 3, 0, 1) == 1);
  CHECK(at(wedge_weights({16, 16, 32}, -60, 60), 1, 0, 1) == 0);
  for (const auto& [first, last] : std::vector<std::pair<double, double>>{
           {0, 0}, {-90, 60}, {-60, 90}, {60, -60}, {std::nan(""), 60}})
    CHECK_THROWS_AS(wedge_weights({8, 8, 8}, first, last), Error);
}

TEST_CASE("an image has its plane, its dose and its transfer function") {
  math::TiltWeighting plain;
  const Volume<float> one = tilt_weights({16, 16, 16}, {{45, 0, 0}}, plain);
  CHECK(at(one, 3, 2, 3) == Approx(1));
  CHECK(at(one, 3, 2, -3) == 0);
  CHECK(at(one, 3, 0, 4) == Approx(1 - std::sqrt(0.5)));  // one voxel off, seen from the plane
  CHECK(at(one, 0, 0, 0) == 0);

  math::TiltWeighting full;
  full.voxel_angstrom = 10;
  full.exposure = full.ctf = true;
  const math::TiltImage image{0, 30, 40000};
  const double q = std::hypot(3, 4) / 16 / 10;
  const Volume<float> seen = tilt_weights({16, 16, 16}, {image}, full);
  CHECK(at(seen, 0, 3, 4) ==
        Approx(std::exp(-30 * q * q) * ctf_value(full.microscope, 40000, q)).epsilon(1e-5));
  full.absolute_ctf = true;
  CHECK(at(tilt_weights({16, 16, 16}, {image}, full), 0, 3, 4) ==
        Approx(std::abs(at(seen, 0, 3, 4))));

  full.voxel_angstrom = 0;
  CHECK_THROWS_AS(tilt_weights({8, 8, 8}, {image}, full), Error);
  CHECK_THROWS_AS(tilt_weights({8, 8, 8}, {}, plain), Error);
  CHECK_THROWS_AS(tilt_weights({8, 8, 8}, {{91, 0, 0}}, plain), Error);
}

TEST_CASE("many images make an even wedge") {
  std::vector<math::TiltImage> images;
  for (int tilt = -60; tilt <= 60; tilt += 3) images.push_back({static_cast<double>(tilt), 0, 0});
  const Volume<float> w = tilt_weights({32, 32, 32}, images, {});
  for (const double angle : {-50.0, -20.0, 0.0, 20.0, 50.0})
    for (const double radius : {4.0, 6.0, 8.0}) {
      const auto z = std::lround(radius * std::sin(angle * 0.0174533)),
                 x = std::lround(radius * std::cos(angle * 0.0174533));
      CAPTURE(angle, radius);
      CHECK(at(w, z, 3, x) > 0.5f);
      CHECK(at(w, z, 3, x) < 1.5f);
    }
  CHECK(at(w, 12, 3, 2) == 0);
}
