// SPDX-License-Identifier: Apache-2.0
// The angular step of templates whose autocorrelation has a closed form.
#include "match/angular_step.hpp"

#include <cmath>

#include "dfengine/error.hpp"
#include "match/template_body.hpp"
#include "match_cases.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// Two Gaussians of opposite sign at both sides of the centre, along x. Turned by an angle a about
/// z or y, each moves by 2 d sin(a / 2), and the overlap is exp(-(d sin(a / 2))² / s²).
struct Pair {
  double distance = 8, sigma = 2.5;

  MatchTemplate in(const Extent3& box) const {
    MatchTemplate t;
    t.density = Volume<float>(box, 0.0F);
    const Index3 c{box.z / 2, box.y / 2, box.x / 2};
    for (std::int64_t z = 0; z < box.z; ++z)
      for (std::int64_t y = 0; y < box.y; ++y)
        for (std::int64_t x = 0; x < box.x; ++x) {
          const auto at = [&](double centre) {
            const double r2 = std::pow(static_cast<double>(z - c.z), 2) +
                              std::pow(static_cast<double>(y - c.y), 2) +
                              std::pow(static_cast<double>(x - c.x) - centre, 2);
            return std::exp(-r2 / (2 * sigma * sigma));
          };
          t.density(z, y, x) = static_cast<float>(at(distance) - at(-distance));
        }
    t.mask = soft_sphere(box, 17, 1);
    return t;
  }
  double kept(double degrees) const {
    return std::exp(-std::pow(distance * std::sin(degrees * kPi / 360) / sigma, 2));
  }
  /// The angle at which a share is kept.
  double angle(double share) const {
    return 360 / kPi * std::asin(sigma / distance * std::sqrt(-std::log(share)));
  }
};

TEST_CASE("the score that a turn leaves is the overlap of what moved") {
  const Pair pair;
  for (const std::int64_t n : {40, 41}) {
    const MatchTemplate t = pair.in({n, n, n});
    for (const double degrees : {0.0, 5.0, 12.0, 25.0}) {
      CAPTURE(n, degrees);
      const KeptScore kept = score_kept(t, degrees);
      CHECK(kept.worst == Approx(pair.kept(degrees)).margin(2e-3));
      // About x nothing changes, about the other axes less than about z.
      CHECK(kept.mean >= kept.worst - 1e-6);
      CHECK(kept.mean <= 1 + 1e-6);
    }
  }
}

TEST_CASE("half of the automatic step keeps the share that is asked for") {
  const Pair pair;
  MatchTemplate t = pair.in({40, 40, 40});
  for (const double share : {0.88, 0.95, 0.7}) {
    CAPTURE(share);
    const AngularStep step = automatic_step(t, share);
    CHECK(step.step_deg == Approx(2 * pair.angle(share)).epsilon(0.01));
    CHECK(step.kept >= share - 1e-3);
    CHECK(step.kept < share + 0.01);
  }
  // A mask that turns moves with the template: the same for what is well inside.
  for (std::int64_t z = 0; z < 40; ++z)
    for (std::int64_t y = 0; y < 40; ++y)
      for (std::int64_t x = 0; x < 40; ++x)
        t.mask(z, y, x) = std::abs(z - 20) <= 11 && std::abs(y - 20) <= 11 ? 1.0F : 0.0F;
  CHECK(automatic_step(t).step_deg == Approx(2 * pair.angle(0.88)).epsilon(0.04));
}

TEST_CASE("what looks the same from all sides gets the largest step, on any number of threads") {
  MatchTemplate ball;
  ball.density = soft_sphere({24, 24, 24}, 6, 2);
  ball.mask = soft_sphere({24, 24, 24}, 9, 1);
  CHECK(automatic_step(ball).step_deg == 60);
  CHECK(automatic_step(ball).kept > 0.99);
  const MatchTemplate t = test::blob_template({15, 15, 15});
  ComputeOptions one, three;
  one.threads = 1;
  three.threads = 3;
  CHECK(automatic_step(t, 0.88, one).step_deg == automatic_step(t, 0.88, three).step_deg);
  CHECK(score_kept(t, 7, one).mean == score_kept(t, 7, three).mean);
  CHECK_THROWS_AS(automatic_step(MatchTemplate{}), Error);
}

}  // namespace
}  // namespace dfe::match
