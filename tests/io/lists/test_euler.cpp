// SPDX-License-Identifier: Apache-2.0
// Euler conventions: axes by hand, the closed relation between the two conventions, round trips
// with degenerate tilts.
#include <cmath>

#include "core/math/rotation.hpp"
#include "io/lists/euler.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::io::lists;
using dfe::math::rotate;

namespace {

double largest_difference(const Rotation& a, const Rotation& b) {
  double largest = 0;
  for (std::size_t i = 0; i < 9; ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

void check_point(const Point3& p, double z, double y, double x) {
  CHECK(p.z == Approx(z).margin(1e-12));
  CHECK(p.y == Approx(y).margin(1e-12));
  CHECK(p.x == Approx(x).margin(1e-12));
}

}  // namespace

TEST_CASE("each DeepFinder angle turns the right axis the right way") {
  check_point(rotate(from_zxz({90, 0, 0}), {0, 0, 1}), 0, 1, 0);   // phi: x to y
  check_point(rotate(from_zxz({0, 90, 0}), {0, 0, 1}), 0, 1, 0);   // psi: x to y
  check_point(rotate(from_zxz({0, 0, 90}), {0, 1, 0}), 1, 0, 0);   // the: y to z
  check_point(rotate(from_zxz({90, 0, 90}), {0, 0, 1}), 1, 0, 0);  // phi first: x to y, then y to z
}

TEST_CASE("RELION's matrix is that of its Euler_angles2matrix") {
  // third row (sin tilt cos rot, sin tilt sin rot, cos tilt), third column (-sin tilt cos psi, sin
  // tilt sin psi, cos tilt)
  const Rotation r = from_zyz({30, 60, 45});
  const double s60 = std::sqrt(3) / 2, c30 = s60, s45 = std::sqrt(0.5);
  CHECK(r[6] == Approx(s60 * c30));
  CHECK(r[7] == Approx(s60 * 0.5));
  CHECK(r[8] == Approx(0.5));
  CHECK(r[2] == Approx(-s60 * s45));
  CHECK(r[5] == Approx(s60 * s45));
  check_point(rotate(from_zyz({0, 90, 0}), {0, 0, 1}), 1, 0, 0);
}

TEST_CASE("the two conventions are related by rot = 90 - phi, tilt = the, psi = -90 - psi") {
  for (const double phi : {-170.0, -20.0, 0.0, 30.0, 90.0, 155.0})
    for (const double psi : {-80.0, 0.0, 20.0, 77.0})
      for (const double the : {0.0, 10.0, 60.0, 90.0, 179.0, 180.0})
        CHECK(largest_difference(from_zxz({phi, psi, the}), from_zyz({90 - phi, the, -90 - psi})) <
              1e-14);
}

TEST_CASE("angles come back from the matrix, and the matrix from the angles") {
  for (int i = 0; i < 11; ++i)
    for (int j = 0; j < 12; ++j)
      for (const double tilt :
           {0.0, 1e-9, 1e-4, 0.5, 45.0, 90.0, 135.0, 179.9999, 180.0 - 1e-9, 180.0, -35.0, 200.0}) {
        const double phi = -175 + 35.5 * i, psi = -170 + 31.25 * j;
        const Rotation zxz = from_zxz({phi, psi, tilt}), zyz = from_zyz({phi, tilt, psi});
        CHECK(largest_difference(zxz, from_zxz(to_zxz(zxz))) < 1e-10);
        CHECK(largest_difference(zyz, from_zyz(to_zyz(zyz))) < 1e-10);
        if (tilt < 0.5 || tilt > 179) continue;
        CHECK(to_zxz(zxz).phi == Approx(phi));
        CHECK(to_zxz(zxz).psi == Approx(psi));
        CHECK(to_zxz(zxz).the == Approx(tilt));
        CHECK(to_zyz(zyz).rot == Approx(phi));
        CHECK(to_zyz(zyz).psi == Approx(psi));
      }
}

TEST_CASE("outer angles of a matrix with rounded elements add up near the poles") {
  // As of a file with float32 matrices: with a sine of 2e-6, neither outer angle can be told from
  // the elements that have it as factor, but their sum can.
  for (const double tilt : {1e-4, 1e-3, 179.9999}) {
    const Rotation exact = from_zxz({30, 20, tilt});
    Rotation rounded = exact;
    for (double& element : rounded) element = std::round(element * 1e7) / 1e7;
    CHECK(largest_difference(from_zxz(to_zxz(rounded)), exact) < 2e-7);
    CHECK(largest_difference(from_zyz(to_zyz(rounded)), exact) < 2e-7);
  }
}

TEST_CASE("at tilt 0 and 180 the last angle is 0") {
  CHECK(to_zxz(from_zxz({30, 20, 0})).phi == Approx(50));
  CHECK(to_zxz(from_zxz({30, 20, 0})).psi == 0);
  CHECK(to_zxz(from_zxz({30, 20, 180})).phi == Approx(10));
  CHECK(to_zxz(from_zxz({30, 20, 180})).the == 180);
  CHECK(to_zyz(from_zyz({30, 0, 20})).rot == Approx(50));
  CHECK(to_zyz(from_zyz({30, 180, 20})).rot == Approx(10));
  CHECK(to_zyz(from_zyz({30, 180, 20})).psi == 0);
}
