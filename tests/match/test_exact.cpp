// SPDX-License-Identifier: Apache-2.0
// The exact engine against the definition of the score, and what must not change a result.
#include "match/exact.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "dfengine/error.hpp"
#include "match/orientations.hpp"
#include "match/reference.hpp"
#include "match_cases.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

/// Scores differ by rounding; ids may differ only where the two best scores do not.
void check_same(const ScoreMap& a, const ScoreMap& b, double tolerance) {
  double worst = 0;
  std::int64_t other = 0;
  for (std::int64_t i = 0; i < a.scores.voxels(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(a.scores.data()[i]) -
                                     static_cast<double>(b.scores.data()[i])));
    other += a.ids.data()[i] != b.ids.data()[i];
  }
  CHECK(worst < tolerance);
  CHECK(other <= a.scores.voxels() / 1000);
}

bool same_bits(const ScoreMap& a, const ScoreMap& b) {
  return std::memcmp(a.scores.data(), b.scores.data(), sizeof(float) * a.scores.voxels()) == 0 &&
         std::memcmp(a.ids.data(), b.ids.data(), sizeof(std::int32_t) * a.ids.voxels()) == 0;
}

TEST_CASE("exact scores are those of the definition: boxes, edges, weights, validity") {
  const Volume<float> tomogram = test::noise_volume({19, 22, 27});
  std::vector<std::uint8_t> valid(static_cast<std::size_t>(tomogram.voxels()), 1);
  for (std::int64_t i = 0; i < 400; ++i) valid[static_cast<std::size_t>(i * 17)] = 0;
  const std::vector<Rotation> list = test::some_rotations(5);
  for (const Extent3& box : {Extent3{9, 9, 9}, Extent3{10, 10, 10}, Extent3{9, 10, 12}})
    for (const Edge edge : {Edge::Outside, Edge::Periodic})
      for (const int kind : {0, 1, 2, 3}) {
        const bool extras = kind % 2 == 1;
        CAPTURE(box.to_string(), edge == Edge::Periodic, kind);
        MatchTemplate t = test::blob_template(box);
        // A mask that is longer along x than along z.
        if (kind >= 2) test::lengthen_mask(t);
        CHECK(turns_mask(t) == (kind >= 2));
        ScoreOptions options;
        options.edge = edge;
        if (extras) {
          t.weights = test::some_weights(box);
          options.valid = {valid.data(), tomogram.extent()};
        } else {
          t.interpolation = Interpolation::Trilinear;
          t.normalization = Normalization::Counted;
        }
        check_same(exact_scores(tomogram.view(), t, list, options),
                   reference_scores(tomogram.view(), t, list, options), 2e-6);
      }
}

TEST_CASE("threads, repeats and instruction sets; tiles change scores by rounding only") {
  const Volume<float> tomogram = test::noise_volume({30, 41, 37});
  const MatchTemplate t = test::blob_template({10, 10, 10});
  const std::vector<Rotation> list = test::some_rotations(13);
  for (const Edge edge : {Edge::Outside, Edge::Periodic}) {
    ScoreOptions options;
    options.edge = edge;
    options.compute.threads = 1;
    const ScoreMap one = exact_scores(tomogram.view(), t, list, options);
    for (const int threads : {1, 2, 5}) {
      options.compute.threads = threads;
      CHECK(same_bits(one, exact_scores(tomogram.view(), t, list, options)));
    }
    for (const char* name : {"portable", "auto"}) {
      options.compute.instruction_set = name;
      check_same(one, exact_scores(tomogram.view(), t, list, options), 2e-6);
    }
    options.compute.memory_bytes = plan_tiles(tomogram.extent(), t, options, 5).bytes / 3;
    CHECK(plan_tiles(tomogram.extent(), t, options, 5).tiles.voxels() > 2);
    check_same(one, exact_scores(tomogram.view(), t, list, options), 2e-6);
  }
}

TEST_CASE("a planted template is found at its voxel and in its orientation") {
  const std::vector<Rotation> list = healpix_orientations(60);
  for (const Extent3& box : {Extent3{15, 15, 15}, Extent3{16, 16, 16}}) {
    const MatchTemplate t = test::blob_template(box);
    for (const std::size_t id : {0u, 7u, 40u, 71u}) {
      CAPTURE(box.to_string(), id);
      Volume<float> tomogram = test::noise_volume({32, 30, 35});
      for (float& v : tomogram.span()) v *= 0.05f;
      const Index3 centre{14, 17, 11};
      test::plant(box, list[id], centre, tomogram);
      const ScoreMap map = exact_scores(tomogram.view(), t, list, {});
      const auto best = std::max_element(map.scores.span().begin(), map.scores.span().end()) -
                        map.scores.span().begin();
      CHECK(best == (centre.z * 30 + centre.y) * 35 + centre.x);
      CHECK(map.ids.data()[best] == static_cast<std::int32_t>(id));
      CHECK(map.scores.data()[best] > 0.98f);
      CHECK(map.scores.data()[best] < 1.000001f);
    }
  }
}

TEST_CASE("scores do not depend on the tomogram's scale and offset") {
  Volume<float> tomogram = test::noise_volume({20, 20, 20});
  const MatchTemplate t = test::blob_template({9, 9, 9});
  const std::vector<Rotation> list = test::some_rotations(4);
  const ScoreMap before = exact_scores(tomogram.view(), t, list, {});
  for (float& v : tomogram.span()) v = 30 * v + 100;
  check_same(before, exact_scores(tomogram.view(), t, list, {}), 1e-5);
}

TEST_CASE("what cannot be matched is refused in one line") {
  const Volume<float> tomogram = test::noise_volume({20, 20, 20});
  const std::vector<Rotation> list = test::some_rotations(2);
  const auto error_of = [&](const MatchTemplate& t, VolumeView<const float> volume,
                            std::span<const Rotation> orientations) -> std::string {
    try {
      exact_scores(volume, t, orientations, {});
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  MatchTemplate t = test::blob_template({9, 9, 9});
  CHECK(error_of(t, tomogram.view(), {}).find("list of orientations is empty") !=
        std::string::npos);
  CHECK(error_of(test::blob_template({21, 9, 9}), tomogram.view(), list).find("larger than the") !=
        std::string::npos);
  const Volume<float> flat({20, 20, 20}, 3.0f);
  CHECK(error_of(t, flat.view(), list).find("all voxels of the tomogram are equal") !=
        std::string::npos);
  Volume<float> broken = tomogram.clone();
  broken(3, 3, 3) = std::nanf("");
  CHECK(error_of(t, broken.view(), list).find("not numbers") != std::string::npos);
  t.mask(4, 4, 4) = -1;
  CHECK(error_of(t, tomogram.view(), list).find("below 0") != std::string::npos);
  t.mask = Volume<float>({9, 9, 9}, 0.0f);
  CHECK(error_of(t, tomogram.view(), list).find("0 everywhere") != std::string::npos);
  t.mask = Volume<float>({9, 9, 8}, 1.0f);
  CHECK(error_of(t, tomogram.view(), list).find("the same box") != std::string::npos);
  t = test::blob_template({9, 9, 9});
  t.density = Volume<float>({9, 9, 9}, 1.0f);
  CHECK(error_of(t, tomogram.view(), list).find("constant under its mask") != std::string::npos);
}

}  // namespace
}  // namespace dfe::match
