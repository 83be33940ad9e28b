// SPDX-License-Identifier: Apache-2.0
// Lists of orientations: the conventions of each format, and what is refused.
#include "io/lists/orientation_list.hpp"

#include <cmath>
#include <limits>

#include "core/math/rotation.hpp"
#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using io::lists::orientations_of;
using io::lists::parse_orientations;

namespace {

void check_same(const Rotation& a, const Rotation& b) {
  for (std::size_t i = 0; i < 9; ++i) CHECK(a[i] == Approx(b[i]).margin(1e-6));
}

/// First about z by 10 degrees, then about x by 20, then about z by 30.
const Rotation kTurned =
    math::multiply(math::about_z(30), math::multiply(math::about_x(20), math::about_z(10)));

std::string error_of(const std::string& text) {
  try {
    parse_orientations(text, "a.txt");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("orientations of every text format") {
  for (const char* text :
       {"10,30,20", "# comment\n\n 10 , 30 , 20 \r\n", "phi,psi,the\n10,30,20",
        "id,theta,phi,psi\n0,20,10,30", "phi psi theta\n10 30 20",
        "0.17453292519943295 0.3490658503988659 0.5235987755982988",  // order of the turns
        "rot,tilt,psi\n80,20,-120"}) {
    CAPTURE(text);
    const std::vector<Rotation> list = parse_orientations(text, "a");
    REQUIRE(list.size() == 1);
    check_same(list[0], kTurned);
  }
  const std::vector<Rotation> matrices = parse_orientations(
      "id,r11,r12,r13,r21,r22,r23,r31,r32,r33\n0,1,0,0,0,1,0,0,0,1\n1,0,-1,0,1,0,0,0,0,1\n", "a");
  REQUIRE(matrices.size() == 2);
  check_same(matrices[1], math::about_z(90));
}

TEST_CASE("texts that are no lists of orientations are refused with the line") {
  CHECK(error_of("").find("no orientations") != std::string::npos);
  CHECK(error_of("10 20 30").find("line 1 is no orientation; expected three angles in radians") !=
        std::string::npos);
  CHECK(error_of("0,0,0\n0,nan,0").find("line 2") != std::string::npos);
  CHECK(error_of("0,0,0\n0,0").find("line 2") != std::string::npos);
  CHECK(error_of("0,0,0\n0,0,900").find("line 2") != std::string::npos);
  CHECK(error_of("r11,r12,r13,r21,r22,r23,r31,r32,r33\n1,0,0,0,1,0,0,0,-1").find("line 2") !=
        std::string::npos);
}

TEST_CASE("volumes of angles are rows of phi, psi, theta in radians") {
  Volume<float> angles({1, 2, 3}, 0.0f);
  angles(0, 1, 0) = 0.17453293f;
  angles(0, 1, 1) = 0.5235988f;
  angles(0, 1, 2) = 0.34906585f;
  const std::vector<Rotation> list = orientations_of(angles.view(), "a.em");
  REQUIRE(list.size() == 2);
  check_same(list[1], kTurned);
  for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), 20.0f}) {
    angles(0, 1, 2) = wrong;
    CHECK_THROWS_WITH(orientations_of(angles.view(), "a.em"),
                      "angles: 'a.em': row 2 is no orientation; expected phi, psi, theta in "
                      "radians, at most 2 pi");
  }
  CHECK_THROWS_AS(orientations_of(Volume<float>({2, 3, 3}, 0.0f).view(), "a.em"), Error);
  CHECK_THROWS_AS(orientations_of(Volume<float>({1, 3, 4}, 0.0f).view(), "a.em"), Error);
}
