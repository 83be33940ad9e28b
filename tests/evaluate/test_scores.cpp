// SPDX-License-Identifier: Apache-2.0
// What follows from a matching: values of counts, thresholds, intervals, sets, voxels.
#include <cmath>

#include "tests/evaluate/particles.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

TEST_CASE("values follow from counts") {
  const Score s = score_of_counts(6, 2, 4, 2);
  CHECK(s.precision == 0.75);
  CHECK(s.recall == 0.6);
  CHECK(s.f1 == Approx(2 * 0.75 * 0.6 / 1.35));
  CHECK(s.fbeta == Approx(5 * 0.75 * 0.6 / (4 * 0.75 + 0.6)));
  const Score none = score_of_counts(0, 0, 0);
  CHECK(std::isnan(none.precision));
  CHECK(std::isnan(none.recall));
  CHECK(std::isnan(none.f1));
  // Source: the CZII challenge's formula with its negative count: P = 2, R = 1.
  CHECK(score_of_counts(2, -1, 0, 4).fbeta == Approx(17 * 2.0 * 1 / (16 * 2.0 + 1)));
}

TEST_CASE("weights enter the mean") {
  EvaluateOptions options = within(MatchRule::Czii, 2);
  options.weight_of_class = {{1, 2}, {2, 0}};
  // Class 1 perfect, class 2 missed without weight, class 3 missed.
  const EvaluationPair pair =
      pair_of({at(0, 0, 0, 1)}, {at(0, 0, 0, 1), at(9, 0, 0, 2), at(20, 0, 0, 3)});
  const Evaluation evaluation = evaluate({pair}, options);
  CHECK(evaluation.beta == 4);
  CHECK(evaluation.all.mean.fbeta == Approx(2.0 / 3));
  CHECK(evaluation.all.mean.tp == 1);
  CHECK(evaluation.all.mean.fn == 2);
}

TEST_CASE("a sweep finds the threshold that parts true from false") {
  std::vector<Particle> truth, predicted;
  for (int i = 0; i < 20; ++i) {
    truth.push_back(at(20 * i, 0, 0, 1 + i % 2));
    predicted.push_back(at(20 * i, 0, 1, 1 + i % 2));
    predicted.back().cluster_size = 100 + i;
    predicted.push_back(at(20 * i, 500, 0, 1 + i % 2));
    predicted.back().cluster_size = i % 2 == 0 ? 10 + i : 50 + i;
  }
  const std::vector<EvaluationPair> pairs = {pair_of(predicted, truth)};
  const EvaluateOptions options = within(MatchRule::OneToOne, 5);
  const Sweep sweep = sweep_thresholds(pairs, options, SweepValue::ClusterSize);
  REQUIRE(sweep.points.size() == 40);
  CHECK(sweep.points[sweep.best_localization].threshold == 100);
  CHECK(sweep.points[sweep.best_localization].localization.f1 == 1);
  CHECK(sweep.points[sweep.best_of_class.at(1)].threshold ==
        51);  // the lowest that class 1 is perfect at
  CHECK(sweep.points[sweep.best_of_class.at(2)].threshold == 100);
  for (std::size_t i = 1; i < sweep.points.size(); ++i) {
    CHECK(sweep.points[i].threshold > sweep.points[i - 1].threshold);
    CHECK(sweep.points[i].localization.recall <= sweep.points[i - 1].localization.recall);
  }
  CHECK(sweep.points.front().localization.fp == evaluate(pairs, options).all.localization.fp);
  CHECK(sweep_thresholds(pairs, options, SweepValue::ClusterSize, 7).points.size() == 7);
  CHECK_THROWS_WITH(sweep_thresholds(pairs, options, SweepValue::Score), DFE_CONTAINS("no score"));
}

TEST_CASE("intervals hold the value and are as wide as the binomial says") {
  // 400 particles of which 300 are found: recall 0.75, standard error sqrt(0.75 * 0.25 / 400) =
  // 0.0217.
  std::vector<Particle> truth, predicted;
  for (int i = 0; i < 400; ++i) {
    truth.push_back(at(20 * i, 0, 0));
    if (i % 4 != 0) predicted.push_back(truth.back());
  }
  const std::vector<EvaluationPair> pairs = {pair_of(predicted, truth)};
  const EvaluateOptions options = within(MatchRule::OneToOne, 5);
  const Bootstrap bootstrap = bootstrap_scores(pairs, options, 2000, 7);
  const Interval recall = bootstrap.localization.recall;
  CHECK(recall.low == Approx(0.75 - 1.96 * 0.0217).margin(0.006));
  CHECK(recall.high == Approx(0.75 + 1.96 * 0.0217).margin(0.006));
  CHECK(bootstrap.classes.at(1).recall.low == recall.low);
  CHECK(bootstrap.localization.precision.low == 1);
  CHECK(bootstrap_scores(pairs, options, 2000, 7).localization.f1.low ==
        bootstrap.localization.f1.low);
  CHECK(bootstrap_scores(pairs, options, 25, 8).localization.f1.low !=
        bootstrap_scores(pairs, options, 25, 7).localization.f1.low);
}

TEST_CASE("two lists as sets") {
  ParticleList a, b;
  a.particles = {at(0, 0, 0), at(50, 0, 0), at(90, 0, 0)};
  b.particles = {at(0, 0, 2), at(0, 0, 3), at(51, 0, 0)};
  a.extra_columns = {{"note", {"p", "q", "r"}}};
  const ListOverlap sets = overlap(a, b, {5, false});
  REQUIRE(sets.both.particles.size() == 2);
  REQUIRE(sets.only_a.particles.size() == 1);
  REQUIRE(sets.only_b.particles.size() == 1);
  CHECK(sets.only_a.particles[0].position_voxels.z == 90);
  CHECK(sets.only_b.particles[0].position_voxels.x == 3);
  REQUIRE(sets.both.extra_columns.size() == 2);
  CHECK(sets.both.extra_columns[0].values == std::vector<std::string>{"p", "q"});
  CHECK(sets.both.extra_columns[1].name == "confidence");
  CHECK(sets.both.extra_columns[1].values == std::vector<std::string>{"1", "1"});
  CHECK(sets.only_b.extra_columns[0].values == std::vector<std::string>{"0.5"});
}

TEST_CASE("two lists as sets by a distance in Å") {
  ParticleList a, b;
  a.particles = {at(0, 0, 0), at(50, 0, 0)};
  b.particles = {at(2, 0, 0), at(50, 4, 0)};
  CHECK_THROWS_WITH(overlap(a, b, {50, true}), DFE_CONTAINS("voxel size"));
  a.unnamed.voxel_size = {30, 10, 10};
  const ListOverlap sets = overlap(a, b, {50, true});
  REQUIRE(sets.both.particles.size() == 1);
  CHECK(sets.both.particles[0].position_voxels.z == 50);
  CHECK(overlap(a, b, {5, false}).both.particles.size() == 2);
}

TEST_CASE("voxels of labels") {
  Volume<std::uint8_t> truth({1, 2, 5}, 0), predicted({1, 2, 5}, 0);
  const int t[] = {1, 1, 1, 0, 2, 2, 0, 0, 0, 0}, p[] = {1, 1, 2, 1, 2, 0, 0, 0, 0, 3};
  for (int i = 0; i < 10; ++i) {
    truth.data()[i] = static_cast<std::uint8_t>(t[i]);
    predicted.data()[i] = static_cast<std::uint8_t>(p[i]);
  }
  const VoxelScores scores = evaluate_voxels(predicted.view(), truth.view());
  CHECK(scores.classes.at(1).score.f1 == Approx(2.0 * 2 / (3 + 3)));
  CHECK(scores.classes.at(1).iou == Approx(2.0 / 4));
  CHECK(scores.classes.at(2).iou == Approx(1.0 / 3));
  CHECK(scores.classes.at(3).iou == 0);
  CHECK(scores.mean.iou == Approx((0.5 + 1.0 / 3) / 2));  // class 3 is not in the truth
  CHECK(scores.foreground.score.tp == 4);
  CHECK(scores.foreground.score.fp == 2);
  CHECK(scores.foreground.score.fn == 1);
  CHECK(scores.confusion.at(1, 2) == 1);
  CHECK(scores.confusion.at(0, 0) == 3);
  const VoxelScores pooled = pool_voxels({scores, scores});
  CHECK(pooled.confusion.at(0, 0) == 6);
  CHECK(pooled.mean.score.f1 == Approx(scores.mean.score.f1));
  const Volume<std::uint8_t> other({1, 5, 2}, 0);
  CHECK_THROWS_WITH(evaluate_voxels(predicted.view(), other.view()), DFE_CONTAINS("1x5x2"));
}
