// SPDX-License-Identifier: Apache-2.0
// Each rule on cases small enough to count by hand.
#include <cmath>

#include "tests/evaluate/particles.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

Scores score(const EvaluationPair& pair, const EvaluateOptions& options) {
  return evaluate({pair}, options).all;
}

void check_counts(const Score& score, std::int64_t tp, std::int64_t fp, std::int64_t fn) {
  CHECK(score.tp == tp);
  CHECK(score.fp == fp);
  CHECK(score.fn == fn);
}

const MatchRule kAllRules[] = {MatchRule::OneToOne, MatchRule::Paper, MatchRule::Shrec,
                               MatchRule::Czii, MatchRule::DeepFinder};

/// Holds the ids of two particles.
class TwoBoxes final : public VolumeSource {
 public:
  TwoBoxes() {
    info_.geometry.extent = {4, 4, 8};
    info_.path = "boxes";
  }
  const VolumeInfo& info() const override { return info_; }
  void read_box(const Box3& box, float* out) const override {
    *out = box.begin.x < 3 ? 1 : box.begin.x < 5 ? 0 : last;
  }
  float last = 2;

 private:
  VolumeInfo info_;
};

}  // namespace

TEST_CASE("three candidates on one particle are one hit and two false") {
  const EvaluationPair pair = pair_of({at(0, 0, 1), at(0, 1, 0), at(1, 0, 0)}, {at(0, 0, 0)});
  for (const MatchRule rule :
       {MatchRule::OneToOne, MatchRule::Paper, MatchRule::Shrec, MatchRule::Czii}) {
    INFO(match_rule_name(rule));
    const Scores scores = score(pair, within(rule, 5));
    check_counts(scores.localization, 1, 2, 0);
    CHECK(scores.duplicates == 2);
    if (rule != MatchRule::Shrec) check_counts(scores.classes.at(1), 1, 2, 0);
  }
  // DeepFinder's rule takes an ambiguous particle for missed.
  check_counts(score(pair, within(MatchRule::DeepFinder, 5)).localization, 0, 3, 1);
}

TEST_CASE("one candidate between two particles") {
  const EvaluationPair pair = pair_of({at(0, 0, 2)}, {at(0, 0, 0), at(0, 0, 4)});
  check_counts(score(pair, within(MatchRule::OneToOne, 5)).localization, 1, 0, 1);
  // Source: the official metric, whose true positives are distinct references and whose false
  // positives are candidates less those.
  const Scores czii = score(pair, within(MatchRule::Czii, 5));
  check_counts(czii.classes.at(1), 2, -1, 0);
  check_counts(czii.localization, 2, -1, 0);
  CHECK(czii.classes.at(1).precision == 2);
  CHECK(czii.confusion.at(0, 1) == -1);
  check_counts(score(pair, within(MatchRule::DeepFinder, 5)).localization, 2, 0, 0);
}

TEST_CASE("a found particle of another class counts on both sides") {
  const EvaluationPair pair =
      pair_of({at(0, 0, 0, 2), at(50, 0, 0, 1)}, {at(0, 0, 1, 1), at(90, 0, 0, 2)});
  const Scores scores = score(pair, within(MatchRule::OneToOne, 5));
  check_counts(scores.localization, 1, 1, 1);
  check_counts(scores.classes.at(1), 0, 1, 1);
  check_counts(scores.classes.at(2), 0, 1, 1);
  CHECK(scores.confusion.at(1, 2) == 1);
  CHECK(scores.confusion.at(0, 1) == 1);
  CHECK(scores.confusion.at(2, 0) == 1);
  CHECK(scores.confusion.at(1, 1) == 0);
  CHECK(scores.mean_distance_voxels == 1);
  // The challenge looks at each class by itself, the contest leaves misses out of a class's
  // precision.
  check_counts(score(pair, within(MatchRule::Czii, 5)).classes.at(2), 0, 1, 1);
  check_counts(score(pair, within(MatchRule::Shrec, 5)).classes.at(1), 0, 0, 1);
}

TEST_CASE("the paper's distance is 136.8 Å, boundary excluded") {
  EvaluateOptions options;
  options.rule = MatchRule::Paper;
  EvaluationPair pair = pair_of({at(0, 0, 10)}, {at(0, 0, 0)});
  CHECK(score(pair, options).localization.tp == 0);
  pair.predicted = {at(0, 0, 9.99)};
  CHECK(score(pair, options).localization.tp == 1);
  pair.voxel_size = VoxelSize::cubic(10);
  pair.predicted = {at(0, 0, 13.6)};
  CHECK(score(pair, options).localization.tp == 1);
  pair.predicted = {at(0, 0, 13.7)};
  CHECK(score(pair, options).localization.tp == 0);
}

TEST_CASE("a distance in Å is measured in Å along each axis, one in voxels in voxels") {
  const std::vector<Particle> truth = {at(10, 10, 10), at(40, 10, 10), at(70, 10, 10)},
                              predicted = {at(12, 10, 10), at(40, 14.9, 10), at(70, 10, 5.1)};
  EvaluationPair pair = pair_of(predicted, truth);  // 60, 49 and 49 Å away
  pair.voxel_size = {30, 10, 10};
  for (const MatchRule rule : kAllRules) {
    INFO(match_rule_name(rule));
    EvaluateOptions options = within(rule, 5);
    CHECK(score(pair, options).localization.tp == 3);
    options.distance = Length{50, true};
    const Evaluation evaluation = evaluate({pair}, options);
    CHECK(evaluation.all.localization.tp == 2);
    CHECK(evaluation.all.mean_distance_angstrom == Approx(49));
    CHECK(evaluation.all.mean_distance_voxels == Approx(4.9));
    CHECK(evaluation.distance_of_class_voxels.at(1) == Point3{50.0 / 30, 5, 5});
  }
}

TEST_CASE("scores in Å are those of the same particles on cubic voxels") {
  // Planes of 30 Å against the same places in the specimen on voxels of 10 Å.
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    EvaluationPair slices =
        pair_of(random_particles(60, 20, 3, 2 * seed), random_particles(50, 20, 3, 2 * seed + 1));
    EvaluationPair cubes = slices;
    slices.voxel_size = {30, 10, 10};
    cubes.voxel_size = VoxelSize::cubic(10);
    for (auto* list : {&cubes.predicted, &cubes.truth})
      for (Particle& particle : *list) particle.position_voxels.z *= 3;
    for (const MatchRule rule : kAllRules) {
      EvaluateOptions options;
      options.rule = rule;
      options.distance = Length{47, true};
      if (rule == MatchRule::Czii) {
        options.distance.reset();
        options.radius_of_class = {{1, {60, true}}, {2, {90, true}}, {3, {150, true}}};
      }
      const Scores a = score(slices, options), b = score(cubes, options);
      INFO(match_rule_name(rule) << ", seed " << seed);
      CHECK(a.localization.tp > 0);
      check_counts(a.localization, b.localization.tp, b.localization.fp, b.localization.fn);
      check_counts(a.mean, b.mean.tp, b.mean.fp, b.mean.fn);
      CHECK(a.duplicates == b.duplicates);
      CHECK(a.mean_distance_angstrom == Approx(b.mean_distance_angstrom));
      CHECK(b.mean_distance_angstrom == Approx(10 * b.mean_distance_voxels));
    }
  }
}

TEST_CASE("hit boxes decide, and the first prediction names the class") {
  const TwoBoxes boxes;
  EvaluationPair pair =
      pair_of({at(0, 0, 6.4, 2), at(0, 0, 5, 1), at(0, 0, 3.6, 1), at(-9, 99, -3, 1)},
              {at(1, 1, 1, 1), at(1, 1, 6, 1)});
  pair.hit_boxes = &boxes;
  EvaluateOptions options;
  options.rule = MatchRule::Shrec;
  const Scores scores = score(pair, options);
  check_counts(scores.localization, 2, 2, 0);  // one duplicate, one on nothing; the one outside is
                                               // moved to the face, into the first box
  CHECK(scores.duplicates == 1);
  check_counts(scores.classes.at(1), 1, 0, 1);
  check_counts(scores.classes.at(2), 0, 1, 0);
  pair.truth.pop_back();
  CHECK_THROWS_WITH(score(pair, options), DFE_CONTAINS("the truth has 1 particles"));
}

TEST_CASE("shares of the radius give each class its distance") {
  EvaluateOptions options;
  options.rule = MatchRule::Czii;
  options.radius_of_class[1] = Length{60, true};
  options.radius_of_class[2] = Length{15, false};
  EvaluationPair pair = pair_of({at(0, 0, 3), at(50, 0, 7.4, 2)}, {at(0, 0, 0), at(50, 0, 0, 2)});
  CHECK_THROWS_WITH(score(pair, options), DFE_CONTAINS("voxel size"));
  pair.voxel_size = VoxelSize::cubic(10);
  const Evaluation evaluation = evaluate({pair}, options);
  CHECK(evaluation.distance_of_class_voxels.at(1) == Point3{3, 3, 3});
  CHECK(evaluation.distance_of_class_voxels.at(2) == Point3{7.5, 7.5, 7.5});
  CHECK(evaluation.all.localization.tp == 2);
  pair.voxel_size = {5, 10, 10};  // 30 Å along each axis, 7.5 voxels along each axis
  const Evaluation slices = evaluate({pair}, options);
  CHECK(slices.distance_of_class_voxels.at(1) == Point3{6, 3, 3});
  CHECK(slices.distance_of_class_voxels.at(2) == Point3{7.5, 7.5, 7.5});
  pair.truth.push_back(at(90, 0, 0, 3));
  CHECK_THROWS_WITH(score(pair, options), DFE_CONTAINS("class 3 has no radius"));
}

TEST_CASE("counts do not depend on order, place or turn") {
  const auto truth = random_particles(150, 60, 4, 11);
  auto predicted = random_particles(180, 60, 4, 12);
  for (std::size_t i = 0; i < 100; ++i) {  // most near a true particle
    const Point3& p = truth[i].position_voxels;
    predicted[i].position_voxels = {p.z + static_cast<double>(i % 5) - 2,
                                    p.y + static_cast<double>(i % 3), p.x + 0.25};
  }
  for (const MatchRule rule : kAllRules) {
    INFO(match_rule_name(rule));
    const EvaluateOptions options = within(rule, 6);
    const Scores before = score(pair_of(predicted, truth), options);
    CHECK(before.localization.tp > 40);

    auto moved = [](std::vector<Particle> particles) {
      for (Particle& particle : particles) {
        const Point3 p = particle.position_voxels;
        particle.position_voxels = {p.y - 1024, 512 - p.z, p.x + 64};
      }
      return particles;
    };
    const Scores turned = score(pair_of(moved(predicted), moved(truth)), options);
    CHECK(turned.localization.tp == before.localization.tp);
    CHECK(turned.confusion.counts == before.confusion.counts);

    const std::vector<Particle> truth_reversed(truth.rbegin(), truth.rend());
    const Scores reversed = score(pair_of(predicted, truth_reversed), options);
    CHECK(reversed.confusion.counts == before.confusion.counts);

    // Two copies far apart, and the same tomogram twice, double every count.
    auto twice = [](const std::vector<Particle>& particles) {
      std::vector<Particle> doubled = particles;
      for (Particle particle : particles) {
        particle.position_voxels.z += 4096;
        doubled.push_back(particle);
      }
      return doubled;
    };
    const Scores doubled = score(pair_of(twice(predicted), twice(truth)), options);
    const Scores pooled =
        evaluate({pair_of(predicted, truth), pair_of(predicted, truth)}, options).all;
    for (const Scores* two : {&doubled, &pooled}) {
      check_counts(two->localization, 2 * before.localization.tp, 2 * before.localization.fp,
                   2 * before.localization.fn);
      for (const auto& [label, s] : before.classes)
        check_counts(two->classes.at(label), 2 * s.tp, 2 * s.fp, 2 * s.fn);
      CHECK(two->mean.f1 == Approx(before.mean.f1));
    }
  }
}

TEST_CASE("truth compared with itself is perfect, with nothing is all missed") {
  const auto truth = random_particles(80, 500, 3, 5);
  for (const MatchRule rule : kAllRules) {
    INFO(match_rule_name(rule));
    const Scores same = score(pair_of(truth, truth), within(rule, 1));
    check_counts(same.localization, 80, 0, 0);
    CHECK(same.mean.f1 == 1);
    CHECK(same.mean.fbeta == 1);
    const Scores none = score(pair_of({}, truth), within(rule, 1));
    check_counts(none.localization, 0, 0, 80);
    CHECK(none.mean.f1 == 0);
    CHECK(std::isnan(none.localization.precision));
    const Scores all_false = score(pair_of(truth, {}), within(rule, 1));
    check_counts(all_false.localization, 0, 80, 0);
    CHECK(std::isnan(all_false.mean.f1));
    CHECK(score(pair_of({}, {}), within(rule, 1)).classes.empty());
  }
}

TEST_CASE("distances without bound are refused, not computed for hours") {
  const auto many = random_particles(6000, 100, 1, 6);
  CHECK_THROWS_WITH(score(pair_of(many, many), within(MatchRule::OneToOne, 1e6)),
                    DFE_CONTAINS("choose"));
}

TEST_CASE("tomograms are paired by name") {
  ParticleList truth, predicted;
  const auto name = [](ParticleList& list, const char* first, const char* second) {
    list.tomograms = {ListTomogram::of(first, {}, {}), ListTomogram::of(second, {}, {})};
  };
  name(truth, "a", "b");
  name(predicted, "c", "b");
  const auto add = [](ParticleList& list, int tomogram) {
    list.particles.push_back(at(0, 0, 0));
    list.particles.back().tomogram = tomogram;
  };
  add(truth, 0);
  add(truth, 1);
  add(truth, 1);
  add(predicted, 1);
  add(predicted, 0);
  std::vector<std::string> warnings;
  const auto pairs = pair_tomograms(predicted, truth, warnings);
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].name == "a");
  CHECK(pairs[0].predicted.empty());
  CHECK(pairs[1].truth.size() == 2);
  CHECK(pairs[1].predicted.size() == 1);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], DFE_CONTAINS("1 predictions"));

  name(predicted, "d", "e");
  CHECK_THROWS_WITH(pair_tomograms(predicted, truth, warnings),
                    DFE_CONTAINS("same tomogram names"));
  // One tomogram each: the same one.
  truth.particles.erase(truth.particles.begin());
  predicted.particles.pop_back();
  const auto single = pair_tomograms(predicted, truth, warnings);
  REQUIRE(single.size() == 1);
  CHECK(single[0].truth.size() == 2);
  CHECK(single[0].predicted.size() == 1);
}
