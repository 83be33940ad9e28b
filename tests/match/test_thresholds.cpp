// SPDX-License-Identifier: Apache-2.0
// Thresholds, competition and tophat. Values of erfc's inverse, tophats and fits were made by SciPy
// 1.17, fits with the steps of pytom-match-pick.
#include "match/thresholds.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "dfengine/error.hpp"
#include "match/compete.hpp"
#include "match/tophat.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/match/hashed_volume.hpp"

namespace dfe::match {
namespace {

TEST_CASE("erfc is inverted over its whole range") {
  for (const auto& [y, x] : std::vector<std::pair<double, double>>{{1e-300, 26.209469960516124},
                                                                   {1e-13, 5.261512368864785},
                                                                   {1e-3, 2.3267537655135246},
                                                                   {0.5, 0.4769362762044699},
                                                                   {0.99, 0.008862501280950608},
                                                                   {1.7, -0.7328690779592171}})
    CHECK(inverse_erfc(y) == Approx(x).epsilon(1e-13));
  CHECK(inverse_erfc(1) == Approx(0).margin(1e-15));
  for (const double y : {0.0, 2.0, -1.0, std::nan("")}) CHECK_THROWS_AS(inverse_erfc(y), Error);
}

TEST_CASE("the threshold of a number of false positives is pytom-match-pick's") {
  // 4e8 voxels in 50,544 and 576,000 orientations.
  CHECK(false_positive_threshold(1, 4e8 * 50544, 0.02) == Approx(0.14884662703017718));
  CHECK(false_positive_threshold(1, 4e8 * 576000, 0.02) == Approx(0.15514456684506212));
  CHECK(false_positive_threshold(100, 4e8 * 50544, 0.02) == Approx(0.13616119708180457));
  CHECK_THROWS_AS(false_positive_threshold(0, 1e6, 0.02), Error);
  CHECK_THROWS_AS(false_positive_threshold(6e5, 1e6, 0.02), Error);
  CHECK_THROWS_AS(false_positive_threshold(1, 1e6, 0), Error);
}

/// Voxels of the best of `orientations` Gaussian scores, from the distribution function.
ScoreHistogram best_scores(double deviation, double orientations, double voxels) {
  ScoreHistogram h{-8 * deviation, 8 * deviation, std::vector<std::int64_t>(4000)};
  const auto below = [&](double score) {
    return voxels * std::pow(std::erfc(-score / (std::sqrt(2.0) * deviation)) / 2, orientations);
  };
  for (std::size_t i = 0; i < h.counts.size(); ++i) {
    const double low = h.low + h.width() * static_cast<double>(i);
    h.counts[i] = std::llround(below(low + h.width())) - std::llround(below(low));
  }
  return h;
}

TEST_CASE("noise is recovered from the distribution of its best scores") {
  for (const double orientations : {5.0, 300.0, 5e4}) {
    CAPTURE(orientations);
    ScoreHistogram h = best_scores(0.03, orientations, 1e8);
    NoiseFit noise = fit_noise(h);
    CHECK(noise.deviation == Approx(0.03).epsilon(2e-3));
    CHECK(std::log(noise.orientations) == Approx(std::log(orientations)).margin(0.05));
    // As many scores are expected above a threshold as the histogram has.
    const std::size_t bin = 3250;  // 5 standard deviations
    const double score = h.low + h.width() * static_cast<double>(bin);
    const auto counted = static_cast<double>(
        std::accumulate(h.counts.begin() + bin, h.counts.end(), std::int64_t{0}));
    CHECK(expected_above({0.03, orientations}, 1e8, score) ==
          Approx(counted).margin(1).epsilon(1e-3));
    // Particles in a hundredth of the voxels hardly move the fit.
    h.counts.back() += static_cast<std::int64_t>(1e6);
    noise = fit_noise(h);
    CHECK(noise.deviation == Approx(0.03).epsilon(0.06));
  }
}

TEST_CASE("scores that are no best scores of noise are refused") {
  ScoreHistogram flat{-1, 1, std::vector<std::int64_t>(10, 100)};
  CHECK_THROWS_WITH(fit_noise(flat), DFE_CONTAINS("best of Gaussian noise"));
  ScoreHistogram wide{0, 1, std::vector<std::int64_t>(1000)};
  wide.counts[1] = wide.counts[900] =
      10;  // a quotient of quartiles beyond that of two orientations
  CHECK_THROWS_WITH(fit_noise(wide), DFE_CONTAINS("best of Gaussian noise"));
}

TEST_CASE("q-values count decoys, worked out by hand") {
  // Targets 9, 8, 7, 5, 4 and decoys 6, 5. Rates from the top: 1/1, 1/2, 1/3, (decoy) 2/3, then 5
  // and 5 together 3/4, then 3/5. The least rate from below on: 3/5 for 4, 5 and both decoys; then
  // 1/3 for the three above.
  const std::vector<Candidate> candidates{{4, false}, {9, false}, {6, true}, {8, false},
                                          {5, true},  {5, false}, {7, false}};
  const std::vector<double> expected{0.6, 1.0 / 3, 0.6, 1.0 / 3, 0.6, 0.6, 1.0 / 3};
  const std::vector<double> q = q_values(candidates);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(q[i] == Approx(expected[i]));
  // Of three decoys per target each stands for a third of a false target.
  CHECK(q_values(candidates, 3)[1] == Approx(1.0 / 9));
  CHECK(q_values(std::vector<Candidate>{{1, true}})[0] == 1);
  CHECK(q_values({}).empty());
  CHECK_THROWS_AS(q_values(candidates, 0), Error);
}

TEST_CASE("histograms count what is finite and inside the mask") {
  Volume<float> scores({2, 2, 5}, 0.0f);
  for (std::int64_t i = 0; i < 20; ++i) scores.data()[i] = static_cast<float>(i);
  scores.data()[3] = std::numeric_limits<float>::quiet_NaN();
  scores.data()[4] = -std::numeric_limits<float>::infinity();
  Volume<std::uint8_t> mask({2, 2, 5}, 1);
  mask.data()[19] = 0;
  ThreadPool pool(2);
  const ScoreHistogram h = score_histogram(scores.view(), mask.view(), 6, pool);
  CHECK(h.low == 0);
  CHECK(h.high == 18);
  CHECK(h.counts == std::vector<std::int64_t>{3, 1, 3, 3, 3, 4});
  CHECK(h.total() == 17);
  CHECK(h.quantile(0.5) == Approx(9 + 3 * 1.5 / 3));
  std::fill_n(mask.data(), 20, std::uint8_t{0});
  CHECK_THROWS_WITH(score_histogram(scores.view(), mask.view(), 6, pool), DFE_CONTAINS("mask"));
}

TEST_CASE("the spread of a Gaussian is its standard deviation") {
  ScoreHistogram h{-1, 1, std::vector<std::int64_t>(20000)};
  for (std::size_t i = 0; i < h.counts.size(); ++i) {
    const double at = h.low + h.width() * (static_cast<double>(i) + 0.5);
    h.counts[i] = std::llround(1e7 * std::exp(-std::pow((at - 0.1) / 0.05, 2) / 2));
  }
  CHECK(spread_of(h).median == Approx(0.1).epsilon(1e-6));
  CHECK(spread_of(h).deviation == Approx(0.05).epsilon(1e-4));
}

TEST_CASE("the better template wins a voxel, the earlier one a draw") {
  const Extent3 n{1, 1, 4};
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Volume<float> a(n, 0.3f), b(n, 0.3f);
  a(0, 0, 1) = nan;
  b(0, 0, 2) = 0.5f;
  b(0, 0, 3) = nan;
  const Volume<std::int32_t> ids_a(n, 7), ids_b(n, 9);
  ThreadPool pool(2);
  BestTemplate best;
  add_template(best, a.view(), ids_a.view(), 0, pool);
  add_template(best, b.view(), ids_b.view(), 3, pool);
  const std::vector<int> winners{0, 3, 3, 0};
  for (std::int64_t x = 0; x < 4; ++x) {
    const int winner = winners[static_cast<std::size_t>(x)];
    CHECK(best.templates(0, 0, x) == winner);
    CHECK(best.ids(0, 0, x) == (winner == 0 ? 7 : 9));
  }
  CHECK(best.scores(0, 0, 2) == 0.5f);
  to_z_scores(b.view(), {0.25, 0.125}, pool);
  CHECK(b(0, 0, 2) == 2);
  CHECK_THROWS_AS(to_z_scores(b.view(), {0.25, 0}, pool), Error);
  const Volume<float> other({1, 2, 2}, 0.0f);
  CHECK_THROWS_AS(add_template(best, other.view(), ids_a.view(), 1, pool), Error);
}

TEST_CASE("white tophats are SciPy's") {
  const Volume<float> scores = hashed_volume({7, 6, 9});
  ThreadPool pool(3);
  struct Row {
    int connectivity;
    double sum, weighted, highest;  // weights: index modulo 97
  };
  for (const Row& row : std::vector<Row>{{1, 4972121, 229652336, 54030},
                                         {2, 8660735, 395137422, 61248},
                                         {3, 9937785, 455364742, 61991}}) {
    CAPTURE(row.connectivity);
    const Volume<float> tophat = white_tophat(scores.view(), row.connectivity, pool);
    double sum = 0, weighted = 0, highest = 0;
    for (std::int64_t i = 0; i < tophat.voxels(); ++i) {
      const auto value = static_cast<double>(tophat.data()[i]);
      sum += value;
      weighted += static_cast<double>(i % 97) * value;
      highest = std::max(highest, value);
    }
    CHECK(sum == row.sum);
    CHECK(weighted == row.weighted);
    CHECK(highest == row.highest);
  }
  CHECK_THROWS_AS(white_tophat(scores.view(), 4, pool), Error);
}

TEST_CASE("a tophat's cut-off is pytom-match-pick's") {
  // Gaussian of mean 0.005 and deviation 0.015 on a floor of 20.
  ScoreHistogram smooth{0, 0.2, std::vector<std::int64_t>(50)};
  for (std::size_t i = 0; i < 50; ++i) {
    const double at = (static_cast<double>(i) + 0.5) * 0.004;
    smooth.counts[i] =
        std::llround(50000 * std::exp(-std::pow(at - 0.005, 2) / (2 * 0.015 * 0.015))) + 20;
  }
  smooth.counts[0] = 90000;
  const TophatFit fit = fit_tophat(smooth, 1);
  CHECK(fit.amplitude == Approx(50490.04764).epsilon(1e-6));
  CHECK(fit.mean == Approx(0.00469015662).epsilon(1e-6));
  CHECK(fit.deviation == Approx(0.01513407114).epsilon(1e-6));
  CHECK(fit.cut_off == Approx(0.07749831731).epsilon(1e-6));
  CHECK(fit_tophat(smooth, 100).cut_off == Approx(0.06205773261).epsilon(1e-6));
  // The tophat of 48³ voxels of smoothed noise with 25 blobs.
  const ScoreHistogram noisy{
      0, 0.088, {74851, 3475, 3188, 3259, 2951, 2785, 2487, 2358, 2123, 1908, 1790, 1583, 1315,
                 1189,  905,  789,  659,  512,  429,  321,  247,  220,  156,  127,  103,  74,
                 71,    40,   36,   24,   224,  18,   13,   13,   15,   3,    4,    3,    1,
                 2,     1,    1,    292,  0,    0,    0,    1,    1,    0,    25}};
  CHECK(fit_tophat(noisy, 1).cut_off == Approx(0.04310092472).epsilon(1e-5));
}

TEST_CASE("a histogram without a Gaussian descent is refused") {
  CHECK_THROWS_WITH(fit_tophat({0, 1, {1, 2, 3}}, 1), DFE_CONTAINS("tophat"));
  CHECK_THROWS_WITH(fit_tophat({0, 1, std::vector<std::int64_t>(50, 7)}, 1),
                    DFE_CONTAINS("tophat"));
  Volume<float> tophat({1, 1, 3}, 0.0f);
  tophat(0, 0, 1) = 2;
  tophat(0, 0, 2) = 3;
  ThreadPool pool(1);
  const Volume<std::uint8_t> mask = above(tophat.view(), 2, pool);
  CHECK((mask(0, 0, 0) == 0 && mask(0, 0, 1) == 0 && mask(0, 0, 2) == 1));
}

}  // namespace
}  // namespace dfe::match
