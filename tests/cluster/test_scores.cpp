// SPDX-License-Identifier: Apache-2.0
// Scores from score maps: the mean over the members of the winning class, and no planes read that
// hold none.
#include <set>
#include <thread>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

namespace dfe {
namespace {

using test::component_options, test::empty_map, test::mean_shift_options, test::paint_ball;

/// Class c has probability c/100 + x/1000 everywhere.
class RampScores : public ScoreLookup {
 public:
  explicit RampScores(const Extent3& extent) : extent_(extent) {}

  void plane(int class_label, std::int64_t z, float* out) const override {
    calling_thread_only = calling_thread_only && std::this_thread::get_id() == thread_;
    read.insert({class_label, z});
    for (std::int64_t y = 0; y < extent_.y; ++y)
      for (std::int64_t x = 0; x < extent_.x; ++x)
        *out++ = static_cast<float>(0.01 * class_label + 0.001 * static_cast<double>(x));
  }

  mutable std::set<std::pair<int, std::int64_t>> read;
  mutable bool calling_thread_only = true;

 private:
  Extent3 extent_;
  std::thread::id thread_ = std::this_thread::get_id();
};

TEST_CASE("the score is the mean probability of the winning class over its own voxels") {
  LabelMap map = empty_map({30, 24, 60});
  paint_ball(map, {12, 12, 12}, 4, 2);
  const std::int64_t ball = paint_ball(map, {14, 12, 44}, 5, 40);
  map.labels(14, 12, 44) = 2;  // a voxel of another class in the middle does not count
  const RampScores scores(map.labels.extent());

  for (const bool per_class : {false, true})
    for (const int threads : {1, 3}) {
      ClusterOptions options = mean_shift_options(6);
      options.per_class = per_class;
      options.compute.threads = threads;
      options.min_size = 2;
      const ParticleList list = cluster(map, options, &scores);
      REQUIRE(list.particles.size() == 2);
      CHECK(list.particles[0].class_label == 40);
      CHECK(list.particles[0].cluster_size == (per_class ? ball - 1 : ball));
      CHECK(*list.particles[0].score == Approx(0.444).margin(1e-7));  // symmetric about x = 44
      CHECK(list.particles[1].class_label == 2);
      CHECK(*list.particles[1].score == Approx(0.032).margin(1e-7));
    }
  CHECK(scores.calling_thread_only);
  for (const auto& [label, z] : scores.read)
    CHECK((label == 40 ? z >= 9 && z <= 19 : label == 2 && z >= 8 && z <= 16));

  ClusterOptions options = component_options();
  options.min_size = 2;
  const ParticleList list = cluster(map, options, &scores);
  REQUIRE(list.particles.size() == 2);
  CHECK(*list.particles[0].score == Approx(0.444).margin(1e-7));
  CHECK(*list.particles[1].score == Approx(0.032).margin(1e-7));
}

TEST_CASE("probabilities that are none are cut to 0 and 1") {
  class Nonsense : public ScoreLookup {
    void plane(int, std::int64_t, float* out) const override {
      const float values[] = {NAN, -1, 2, INFINITY};
      std::copy_n(values, 4, out);
    }
  };
  LabelMap map = empty_map({1, 1, 4});
  std::fill_n(map.labels.data(), 4, std::uint8_t{1});
  for (const ClusterOptions& options : {mean_shift_options(5), component_options()})
    CHECK(*cluster(map, options, std::make_unique<Nonsense>().get()).particles.at(0).score == 0.5);
}

}  // namespace
}  // namespace dfe
