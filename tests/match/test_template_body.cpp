// SPDX-License-Identifier: Apache-2.0
// Contrast and size of templates, by closed forms.
#include "match/template_body.hpp"

#include <cmath>
#include <functional>
#include <numbers>

#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

Volume<float> filled(const Extent3& n, const std::function<double(const Point3&)>& value) {
  Volume<float> volume(n, 0.0F);
  const Index3 c{n.z / 2, n.y / 2, n.x / 2};
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        volume(z, y, x) =
            static_cast<float>(value({static_cast<double>(z - c.z), static_cast<double>(y - c.y),
                                      static_cast<double>(x - c.x)}));
  return volume;
}

double square_of(const Point3& p) { return p.z * p.z + p.y * p.y + p.x * p.x; }

TEST_CASE("a homogeneous ellipsoid has its radius of gyration, wherever it is") {
  // Mean squares along the axes are a fifth of the squared half axes.
  const double radius = std::sqrt((9.0 * 9 + 6 * 6 + 4.5 * 4.5) / 3);
  for (const Extent3& box : {Extent3{33, 33, 33}, Extent3{34, 34, 34}})
    for (const double sign : {1.0, -1.0}) {
      const Volume<float> density = filled(box, [&](const Point3& p) {
        const Point3 q{p.z - 1, p.y + 2, p.x - 3};
        const double r2 = q.z * q.z / 81 + q.y * q.y / 36 + q.x * q.x / 20.25;
        return 7 + (r2 <= 1 ? 2 * sign : 0);
      });
      const TemplateBody body = template_body(density.view(), Volume<float>(box, 1.0F).view());
      CHECK(body.surroundings == Approx(7));
      CHECK(body.evidence == Approx(sign));
      CHECK((body.contrast == Contrast::Bright) == (sign > 0));
      CHECK((body.contrast == Contrast::Dark) == (sign < 0));
      CHECK(body.radius_voxels == Approx(radius).epsilon(0.01));
    }
}

TEST_CASE("a particle in a halo of its own volume is as bright as its core") {
  const Extent3 box{41, 41, 41};
  // Two Gaussians with the same integral: their difference has mean 0.
  const Volume<float> density = filled(box, [](const Point3& p) {
    return std::exp(-square_of(p) / 18) - std::exp(-square_of(p) / 72) / 8;
  });
  double sum = 0;
  for (const float v : density.span()) sum += static_cast<double>(v);
  CHECK(std::abs(sum) < 1);  // of 428
  const TemplateBody body = template_body(density.view(), Volume<float>(box, 1.0F).view());
  CHECK(body.evidence > 0.9);
  CHECK(body.contrast == Contrast::Bright);
}

TEST_CASE("as much dark as bright is unclear") {
  const Extent3 box{25, 25, 25};
  const Volume<float> density =
      filled(box, [](const Point3& p) { return p.x * std::exp(-square_of(p) / 18); });
  const TemplateBody body = template_body(density.view(), Volume<float>(box, 1.0F).view());
  CHECK(body.contrast == Contrast::Unclear);
  CHECK(std::abs(body.evidence) < 1e-6);
  // Weighted by |x| exp(-r² / 2s²), the mean of x² is 2 s², of y² and z² s²; s = 3.
  CHECK(body.radius_voxels == Approx(std::sqrt(5.0 / 3 * 4 * 9)).epsilon(0.02));
  CHECK_THROWS_AS(template_body(density.view(), Volume<float>({25, 25, 24}, 1.0F).view()), Error);
}

TEST_CASE("a soft sphere has its values along an axis, in even and odd boxes") {
  for (const Extent3& box : {Extent3{15, 17, 19}, Extent3{16, 18, 20}}) {
    const Volume<float> sphere = soft_sphere(box, 4, 3);
    const auto along = [&](std::int64_t d) {
      return static_cast<double>(sphere(box.z / 2, box.y / 2 - d, box.x / 2));
    };
    CHECK(along(0) == 1);
    CHECK(along(4) == 1);
    CHECK(along(5) == Approx(0.75));  // cos 60 degrees is a half
    CHECK(along(6) == Approx(0.25));
    CHECK(along(7) == Approx(0).margin(1e-7));
    CHECK(along(8) == Approx(0).margin(1e-7));
  }
}

}  // namespace
}  // namespace dfe::match
