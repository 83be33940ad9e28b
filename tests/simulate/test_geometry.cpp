// SPDX-License-Identifier: Apache-2.0
// Projection and weighted back-projection against closed forms: a ball, a point, the Fourier slices
// of a tilt series.
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "core/math/fft.hpp"
#include "core/parallel.hpp"
#include "simulate/tilt_geometry.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/simulate/distance.hpp"

using namespace dfe;
using namespace dfe::simulate;

namespace {

std::vector<View> views_of(const std::vector<double>& tilts_deg) {
  std::vector<View> views;
  for (const double tilt : tilts_deg)
    views.push_back(
        {std::cos(tilt * std::numbers::pi / 180), std::sin(tilt * std::numbers::pi / 180), 0});
  return views;
}

std::vector<double> range(double first, double last, double step) {
  std::vector<double> all;
  for (double a = first; a <= last + 1e-9; a += step) all.push_back(a);
  return all;
}

/// A ball whose edge is as wide as two voxels, so that it is nearly free of frequencies beyond
/// Nyquist.
double ball_edge(double r, double radius) { return 0.5 * std::erfc((r - radius) / 1.2); }

Volume<float> ball(Extent3 extent, Point3 centre, double radius) {
  Volume<float> volume(extent);
  for (std::int64_t z = 0; z < extent.z; ++z)
    for (std::int64_t y = 0; y < extent.y; ++y)
      for (std::int64_t x = 0; x < extent.x; ++x)
        volume(z, y, x) = static_cast<float>(ball_edge(test::distance(z, y, x, centre), radius));
  return volume;
}

/// Line integral through the ball at distance b from its centre, by summation, exact for what has
/// no frequencies beyond 2 per voxel.
double ball_integral(double b, double radius) {
  double sum = 0;
  for (double t = -radius - 8; t < radius + 8; t += 0.25)
    sum += ball_edge(std::hypot(b, t), radius) * 0.25;
  return sum;
}

Index3 brightest(const Volume<float>& v) {
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < v.voxels(); ++i)
    if (v.data()[i] > v.data()[best]) best = i;
  const Extent3 n = v.extent();
  return {best / (n.y * n.x), best / n.x % n.y, best % n.x};
}

}  // namespace

TEST_CASE("a ball's projections are its line integrals, at the place the tilt gives") {
  const Extent3 extent{40, 33, 48};
  const Point3 centre{24.3, 15.6, 27.8};
  const double radius = 7;
  const Volume<float> volume = ball(extent, centre, radius);
  const std::vector<double> tilts{-70, -45, -12.5, 0, 30, 45.5, 60, 90};
  ThreadPool pool(2);
  ImageStack images(static_cast<std::int64_t>(tilts.size()), extent.y, 70);
  for (const auto& [interpolation, tolerance] :
       {std::pair{Interpolation::Cubic, 0.06}, std::pair{Interpolation::Linear, 0.25}}) {
    project(volume.view(), views_of(tilts), interpolation, images, pool);
    for (std::size_t v = 0; v < tilts.size(); ++v) {
      const double a = tilts[v] * std::numbers::pi / 180;
      const double place = 35 + (centre.x - 24) * std::cos(a) + (centre.z - 20) * std::sin(a);
      double worst = 0;
      for (std::int64_t y = 0; y < extent.y; ++y)
        for (std::int64_t u = 0; u < 70; ++u)
          worst =
              std::max(worst, std::abs(images.image(static_cast<std::int64_t>(v))[y * 70 + u] -
                                       ball_integral(std::hypot(static_cast<double>(u) - place,
                                                                static_cast<double>(y) - centre.y),
                                                     radius)));
      INFO("tilt " << tilts[v]);
      CHECK(worst < tolerance);  // of 14 in the middle
    }
  }
}

TEST_CASE(
    "a point comes back at its own voxel, and its Fourier transform lies on the slices of the "
    "tilts") {
  const Extent3 extent{64, 17, 64};
  const Index3 place{37, 8, 26};
  Volume<float> volume(extent, 0);
  volume(place.z, place.y, place.x) = 1;
  const std::vector<double> tilts = range(-60, 60, 2);
  const auto views = views_of(tilts);
  ThreadPool pool(2);
  ImageStack images(static_cast<std::int64_t>(tilts.size()), extent.y,
                    covering_width(extent, tilts));
  project(volume.view(), views, Interpolation::Cubic, images, pool);
  ramp_filter(images, pool);
  Volume<float> back(extent);
  back_project(images, views, Interpolation::Cubic, static_cast<float>(2 * std::numbers::pi / 180),
               back.view(), pool);
  CHECK(brightest(back) == place);

  // The (z, x) plane of the point: constant amplitude on the slices, next to nothing in the wedge.
  Volume<float> plane(Extent3{1, 64, 64});
  double inside = 0, wedge = 0;
  std::int64_t inside_count = 0, wedge_count = 0;
  math::FftBuffer<float> real(64 * 64);
  math::FftBuffer<math::Complex> half(64 * 33);
  for (std::int64_t z = 0; z < 64; ++z)
    for (std::int64_t x = 0; x < 64; ++x) real[z * 64 + x] = back(z, place.y, x);
  math::RealFft("test", {64, 64}).forward(real.data(), half.data());
  std::vector<double> ring(4, 0);
  std::vector<int> ring_count(4, 0);
  for (std::int64_t kz = -31; kz < 32; ++kz)
    for (std::int64_t kx = 0; kx < 32; ++kx) {
      const double k = std::hypot(static_cast<double>(kz), static_cast<double>(kx));
      if (k < 8 || k >= 28) continue;
      const double angle = std::abs(std::atan2(static_cast<double>(kz), static_cast<double>(kx))) *
                           180 / std::numbers::pi;
      const double amplitude = std::abs(half[(kz < 0 ? kz + 64 : kz) * 33 + kx]);
      if (angle < 52) {
        inside += amplitude, ++inside_count;
        ring[static_cast<std::size_t>((k - 8) / 5)] += amplitude,
            ++ring_count[static_cast<std::size_t>((k - 8) / 5)];
      }
      if (angle > 75) wedge += amplitude, ++wedge_count;
    }
  inside /= static_cast<double>(inside_count);
  wedge /= static_cast<double>(wedge_count);
  CHECK(wedge < 0.08 * inside);
  // Shells: a point's transform is 1 everywhere; interpolating twice (Keys' cubic) costs amplitude
  // from half of Nyquist on.
  CHECK(ring[0] / ring_count[0] == Approx(1).margin(0.05));
  CHECK(ring[1] / ring_count[1] == Approx(1).margin(0.08));
  CHECK(ring[3] / ring_count[3] > 0.5);
}

TEST_CASE("with tilts all around, back-projection gives a ball its own density") {
  const Extent3 extent{48, 21, 48};
  const Volume<float> volume = ball(extent, {24, 10, 24}, 8);
  const std::vector<double> tilts = range(-90, 89, 1);
  ThreadPool pool(2);
  ImageStack images(static_cast<std::int64_t>(tilts.size()), extent.y,
                    covering_width(extent, tilts));
  project(volume.view(), views_of(tilts), Interpolation::Cubic, images, pool);
  ramp_filter(images, pool);
  Volume<float> back(extent);
  back_project(images, views_of(tilts), Interpolation::Cubic,
               static_cast<float>(std::numbers::pi / 180), back.view(), pool);
  double worst = 0;
  for (std::int64_t i = 0; i < volume.voxels(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(back.data()[i] - volume.data()[i])));
  CHECK(worst < 0.03);
}

TEST_CASE("projection and back-projection are the same bits on any number of threads") {
  const Extent3 extent{20, 40, 24};
  const Volume<float> volume = ball(extent, {9, 17, 12}, 6);
  const std::vector<double> tilts = range(-60, 60, 7);
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    ImageStack images(static_cast<std::int64_t>(tilts.size()), extent.y, 30);
    project(volume.view(), views_of(tilts), Interpolation::Linear, images, pool);
    ramp_filter(images, pool);
    Volume<float> back(extent);
    back_project(images, views_of(tilts), Interpolation::Linear, 0.1f, back.view(), pool);
    results.emplace_back(back.span().begin(), back.span().end());
  }
  CHECK(results[0] == results[1]);
}
