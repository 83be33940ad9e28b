// SPDX-License-Identifier: Apache-2.0
// Peaks and their positions. Numbers of peaks in noise were made by scikit-image's peak_local_max
// and a loop in numpy that takes one highest score after another.
#include "match/peaks.hpp"

#include <cmath>
#include <limits>

#include "core/math/rotation.hpp"
#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/match/hashed_volume.hpp"

namespace dfe::match {
namespace {

PeakOptions one_rule(float threshold, const Point3& exclusion, const Point3& border = {}) {
  PeakOptions options;
  options.rules = {{threshold, exclusion, border}};
  return options;
}

std::vector<Peak> peaks_of(const Volume<float>& scores, const PeakOptions& options,
                           int threads = 1) {
  ThreadPool pool(threads);
  return find_peaks(scores.view(), options, pool);
}

/// exp(-d² / 2), d in standard deviations along axes that `turn` turns.
Volume<float> blob(const Extent3& extent, const Point3& centre, const Point3& deviations,
                   const Rotation& turn) {
  Volume<float> volume(extent);
  for (std::int64_t z = 0; z < extent.z; ++z)
    for (std::int64_t y = 0; y < extent.y; ++y)
      for (std::int64_t x = 0; x < extent.x; ++x) {
        const Point3 d = math::rotate_back(
            turn, {static_cast<double>(z) - centre.z, static_cast<double>(y) - centre.y,
                   static_cast<double>(x) - centre.x});
        const double a = d.z / deviations.z, b = d.y / deviations.y, c = d.x / deviations.x;
        volume(z, y, x) = static_cast<float>(0.4 * std::exp(-(a * a + b * b + c * c) / 2));
      }
  return volume;
}

TEST_CASE("peaks of noise are those that scikit-image and numpy find") {
  const Volume<float> scores = hashed_volume({14, 17, 19});
  struct Row {
    float threshold;
    Point3 exclusion, border;
    std::size_t count;
    Index3 sums;    // of coordinates
    double ranked;  // Σ rank · score
  };
  for (const Row& row :
       std::vector<Row>{{0, {1, 1, 1}, {}, 202, {1262, 1609, 1889}, 1248097041},
                        {0, {2, 3, 4.5}, {}, 88, {554, 710, 792}, 243908386},
                        {30000, {2, 3, 4.5}, {1, 2, 3}, 43, {278, 346, 395}, 58788134}})
    for (const int threads : {1, 3}) {
      CAPTURE(row.count, threads);
      const auto peaks =
          peaks_of(scores, one_rule(row.threshold, row.exclusion, row.border), threads);
      Index3 sums;
      double ranked = 0, rank = 0;
      for (const Peak& peak : peaks) {
        sums = {sums.z + peak.voxel.z, sums.y + peak.voxel.y, sums.x + peak.voxel.x};
        ranked += ++rank * static_cast<double>(peak.score);
      }
      CHECK(peaks.size() == row.count);
      CHECK(sums == row.sums);
      CHECK(ranked == row.ranked);
    }
}

TEST_CASE("threads change no bit of a peak") {
  const Volume<float> scores = hashed_volume({20, 21, 23});
  const PeakOptions options = one_rule(1000, {2, 2, 2});
  const std::vector<Peak> first = peaks_of(scores, options, 1), more = peaks_of(scores, options, 7);
  REQUIRE(first.size() == more.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].voxel == more[i].voxel);
    CHECK(first[i].position_voxels == more[i].position_voxels);
  }
}

TEST_CASE("of equal scores the one that is first in memory is the peak") {
  Volume<float> scores({5, 5, 9}, 0.0f);
  scores(2, 2, 1) = scores(2, 2, 2) = scores(1, 2, 6) = 0.5f;
  const auto peaks = peaks_of(scores, one_rule(0.1f, {1, 1, 1}));
  REQUIRE(peaks.size() == 2);
  CHECK(peaks[0].voxel == Index3{1, 2, 6});
  CHECK(peaks[1].voxel == Index3{2, 2, 1});
  CHECK(peaks_of(scores, one_rule(0.1f, {6, 6, 6})).size() == 1);
  CHECK(peaks_of(scores, one_rule(0.5f, {1, 1, 1})).empty());  // a threshold is not enough
}

TEST_CASE("the exclusion radius itself is excluded, and measured along each axis") {
  Volume<float> scores({9, 9, 30}, 0.0f);
  scores(4, 4, 5) = 0.9f;
  scores(4, 4, 11) = 0.8f;
  scores(7, 4, 5) = 0.7f;
  CHECK(peaks_of(scores, one_rule(0, {3, 3, 6})).size() == 1);
  CHECK(peaks_of(scores, one_rule(0, {3, 3, 5.99})).size() == 2);
  CHECK(peaks_of(scores, one_rule(0, {2.99, 3, 6})).size() == 2);
  PeakOptions few = one_rule(0, {1, 1, 1});
  few.most = 2;
  CHECK(peaks_of(scores, few).size() == 2);
}

TEST_CASE("the slope of a structure that the mask leaves out is no peak") {
  const Volume<float> scores = blob({15, 15, 15}, {7, 7, 7}, {2, 2, 2}, math::about_z(0));
  Volume<std::uint8_t> mask({15, 15, 15}, 1);
  for (std::int64_t z = 0; z < 9; ++z)
    for (std::int64_t i = 0; i < 225; ++i) mask.view().plane(z)[i] = 0;
  PeakOptions options = one_rule(0.01f, {1, 1, 1});
  CHECK(peaks_of(scores, options).size() == 1);
  options.mask = mask.view();
  CHECK(peaks_of(scores, options).empty());
}

TEST_CASE("scores that are not finite are never peaks") {
  Volume<float> scores({5, 5, 5}, 0.0f);
  scores(2, 2, 2) = 0.5f;
  scores(2, 2, 1) = std::numeric_limits<float>::quiet_NaN();
  scores(2, 3, 2) = std::numeric_limits<float>::infinity();
  scores(1, 2, 2) = -std::numeric_limits<float>::infinity();
  const auto peaks = peaks_of(scores, one_rule(0, {1, 1, 1}));
  REQUIRE(peaks.size() == 1);
  CHECK(peaks[0].position_voxels == Point3{2, 2, 2});
}

TEST_CASE("positions between voxels are within a tenth of a voxel of an analytic peak") {
  const Rotation turn = math::multiply(math::about_z(35), math::about_x(50));
  double worst = 0;
  for (const Point3& deviations : {Point3{1.5, 1.5, 1.5}, Point3{2, 1.4, 2.6}, Point3{4, 3, 2}})
    for (int i = 0; i < 125; ++i) {
      // Offsets of -0.48 to 0.48 in all combinations.
      const auto offset = [](int step) { return 0.24 * (step - 2); };
      const Point3 centre{8 + offset(i / 25), 8 + offset(i / 5 % 5), 8 + offset(i % 5)};
      const Volume<float> scores = blob({17, 17, 17}, centre, deviations, turn);
      const auto peaks = peaks_of(scores, one_rule(0.1f, {20, 20, 20}));
      REQUIRE(peaks.size() == 1);
      const Point3& p = peaks[0].position_voxels;
      for (const double error : {p.z - centre.z, p.y - centre.y, p.x - centre.x})
        worst = std::max(worst, std::abs(error));
    }
  CAPTURE(worst);
  CHECK(worst < 0.1);
}

TEST_CASE("a quadratic's maximum is found exactly, on a face along the other axes") {
  Volume<float> scores({5, 5, 5});
  for (std::int64_t z = 0; z < 5; ++z)
    for (std::int64_t y = 0; y < 5; ++y)
      for (std::int64_t x = 0; x < 5; ++x) {
        const double a = static_cast<double>(z) - 2.25, b = static_cast<double>(y) - 1.75,
                     c = static_cast<double>(x) - 2.125;
        scores(z, y, x) = static_cast<float>(8 - a * a - 2 * b * b - 1.5 * c * c + 0.5 * a * b -
                                             0.25 * b * c + 0.5 * a * c);
      }
  const Point3 p = peak_position(scores.view(), {2, 2, 2});
  CHECK(p.z == Approx(2.25).margin(1e-5));
  CHECK(p.y == Approx(1.75).margin(1e-5));
  CHECK(p.x == Approx(2.125).margin(1e-5));
  Volume<float> corner({3, 3, 3}, 0.0f);
  corner(0, 1, 2) = 1;
  corner(0, 2, 2) = 0.5f;  // parabola through 0, 1, 0.5: vertex at 1/6
  const Point3 q = peak_position(corner.view(), {0, 1, 2});
  CHECK(q.z == 0);
  CHECK(q.y == Approx(1 + 1.0 / 6));
  CHECK(q.x == 2);
}

TEST_CASE("every template has its own threshold and radius, the winner's radius counts") {
  Volume<float> scores({5, 5, 40}, 0.0f);
  Volume<std::uint8_t> templates({5, 5, 40}, 0);
  scores(2, 2, 3) = 0.9f;   // template 0: excludes to 3 voxels
  scores(2, 2, 8) = 0.8f;   // template 1: excludes to 10
  scores(2, 2, 17) = 0.7f;  // template 0, too near to template 1's
  scores(2, 2, 30) = 0.4f;  // template 0, below its threshold
  scores(2, 2, 36) = 0.4f;  // template 1, above its threshold
  templates(2, 2, 8) = templates(2, 2, 36) = 1;
  PeakOptions options;
  options.rules = {{0.5f, {3, 3, 3}, {}}, {0.2f, {10, 10, 10}, {}}};
  options.templates = templates.view();
  const auto peaks = peaks_of(scores, options);
  REQUIRE(peaks.size() == 3);
  CHECK(peaks[0].voxel.x == 3);
  CHECK(peaks[1].voxel.x == 8);
  CHECK(peaks[2].voxel.x == 36);

  Volume<std::int32_t> ids({5, 5, 40}, 0);
  ids(2, 2, 8) = 1;
  const std::vector<std::vector<Rotation>> lists{{math::about_z(10)},
                                                 {math::about_z(20), math::about_z(30)}};
  const ParticleList list = particles_at(peaks, ids.view(), lists);
  REQUIRE(list.particles.size() == 3);
  CHECK(list.particles[1].class_label == 2);
  CHECK(list.particles[1].orientation == lists[1][1]);
  CHECK(list.particles[1].score == static_cast<double>(0.8f));
  CHECK(list.particles[1].position_voxels.x == Approx(8));
  ids(2, 2, 8) = 2;
  CHECK_THROWS_WITH(particles_at(peaks, ids.view(), lists), DFE_CONTAINS("names orientation 2"));
  templates(2, 2, 8) = 2;
  CHECK_THROWS_WITH(peaks_of(scores, options), DFE_CONTAINS("names template 2"));
}

TEST_CASE("rules that make no sense are refused") {
  const Volume<float> scores({3, 3, 3}, 0.0f);
  const Volume<std::uint8_t> small({2, 3, 3}, 0);
  CHECK_THROWS_WITH(peaks_of(scores, one_rule(0, {0, 1, 1})), DFE_CONTAINS("exclusion radius"));
  CHECK_THROWS_WITH(peaks_of(scores, one_rule(std::nanf(""), {1, 1, 1})),
                    DFE_CONTAINS("threshold"));
  CHECK_THROWS_WITH(peaks_of(scores, one_rule(0, {1, 1, 1}, {0, -1, 0})), DFE_CONTAINS("border"));
  PeakOptions options = one_rule(0, {1, 1, 1});
  options.mask = small.view();
  CHECK_THROWS_WITH(peaks_of(scores, options), DFE_CONTAINS("mask"));
  options = one_rule(0, {1, 1, 1});
  options.rules.push_back(options.rules[0]);
  CHECK_THROWS_WITH(peaks_of(scores, options), DFE_CONTAINS("template volume"));
}

}  // namespace
}  // namespace dfe::match
