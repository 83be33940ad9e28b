// SPDX-License-Identifier: Apache-2.0
// Search masks: boxes by hand, and scores as without a mask.
#include "match/search_boxes.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "dfengine/error.hpp"
#include "match/exact.hpp"
#include "match_cases.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

using Mask = Volume<std::uint8_t>;

Mask mask_of(const Extent3& n, const std::function<bool(const Index3&)>& is_searched) {
  Mask mask(n);
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x) mask(z, y, x) = is_searched({z, y, x}) ? 1 : 0;
  return mask;
}

/// The voxels, and a margin of `reach` on all sides.
BoxCost cost_with(std::int64_t reach) {
  return [reach](const Box3& b) {
    return static_cast<double>((b.extent.z + reach) * (b.extent.y + reach) * (b.extent.x + reach));
  };
}

bool holds(const Box3& b, const Index3& p) {
  return p.z >= b.begin.z && p.z < b.begin.z + b.extent.z && p.y >= b.begin.y &&
         p.y < b.begin.y + b.extent.y && p.x >= b.begin.x && p.x < b.begin.x + b.extent.x;
}

/// In how many of the boxes each voxel is.
Volume<std::int32_t> coverage(const Extent3& n, const std::vector<Box3>& boxes) {
  Volume<std::int32_t> count(n, 0);
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        count(z, y, x) =
            static_cast<std::int32_t>(std::count_if(boxes.begin(), boxes.end(), [&](const Box3& b) {
              return holds(b, {z, y, x});
            }));
  return count;
}

TEST_CASE("a full mask is one box, a voxel the cells of its neighbours") {
  const Extent3 n{21, 40, 33};
  const auto full =
      search_boxes(mask_of(n, [](const Index3&) { return true; }).view(), cost_with(10));
  REQUIRE(full.size() == 1);
  CHECK(full[0] == Box3{{0, 0, 0}, n});
  // Neighbours from 19 to 21 (to the end), 7 to 9 and 11 to 13; cells are 4 voxels.
  const auto one = search_boxes(mask_of(n,
                                        [](const Index3& p) {
                                          return p == Index3{20, 8, 12};
                                        })
                                    .view(),
                                cost_with(10));
  REQUIRE(one.size() == 1);
  CHECK(one[0] == Box3{{16, 4, 8}, {5, 8, 8}});
  CHECK_THROWS_WITH(search_boxes(Mask(n, 0).view(), cost_with(10)),
                    DFE_CONTAINS("no voxel above 0"));
}

TEST_CASE("two bodies are two boxes where that is cheaper, the larger one first") {
  const Extent3 n{32, 64, 64};
  const Mask mask = mask_of(n, [](const Index3& p) {
    const bool small = p.z < 8 && p.y < 8 && p.x < 8;
    return small || (p.z >= 20 && p.y >= 48 && p.x >= 48);
  });
  const auto cheap = search_boxes(mask.view(), cost_with(8));
  REQUIRE(cheap.size() == 2);
  CHECK(cheap[0] == Box3{{16, 44, 44}, {16, 20, 20}});
  CHECK(cheap[1] == Box3{{0, 0, 0}, {12, 12, 12}});
  // Where a part is expensive, whatever its size, they stay together.
  const BoxCost dear = [&](const Box3& b) { return 1e6 + static_cast<double>(b.extent.voxels()); };
  CHECK(search_boxes(mask.view(), dear).size() == 1);
}

TEST_CASE("oblique slabs and shells are cut; every neighbour is in one box and no voxel in two") {
  const Extent3 n{48, 64, 96};
  const std::vector<std::pair<double, Mask>> cases = [&] {
    std::vector<std::pair<double, Mask>> all;
    // The share of the bounding box that is enough.
    all.emplace_back(0.6, mask_of(n, [](const Index3& p) { return std::abs(2 * p.z - p.x) < 8; }));
    all.emplace_back(0.95, mask_of(n, [](const Index3& p) {
                       const double r = std::hypot(p.z - 24, p.y - 32, p.x - 48);
                       return r > 18 && r < 21;
                     }));
    return all;
  }();
  for (const auto& [share, mask] : cases) {
    CAPTURE(share);
    const BoxCost cost = cost_with(6);
    const auto boxes = search_boxes(mask.view(), cost);
    CHECK(boxes.size() > 1);
    double sum = 0;
    for (const Box3& b : boxes) sum += cost(b);
    const BoxCost one_part = [&](const Box3& b) { return 1e9 + cost(b); };
    const auto whole = search_boxes(mask.view(), one_part);
    REQUIRE(whole.size() == 1);
    CHECK(sum < share * cost(whole[0]));
    const Volume<std::int32_t> count = coverage(n, boxes);
    std::int64_t missed = 0;
    for (std::int64_t z = 1; z < n.z - 1; ++z)
      for (std::int64_t y = 1; y < n.y - 1; ++y)
        for (std::int64_t x = 1; x < n.x - 1; ++x)
          if (mask(z, y, x) != 0)
            for (std::int64_t d = 0; d < 27; ++d)
              missed += count(z + d / 9 - 1, y + d / 3 % 3 - 1, x + d % 3 - 1) != 1;
    CHECK(missed == 0);
    CHECK(*std::max_element(count.span().begin(), count.span().end()) == 1);
  }
}

TEST_CASE("scores in searched boxes are those without a search mask; outside they are 0") {
  const Extent3 n{34, 61, 57};
  const Volume<float> tomogram = test::noise_volume(n);
  const std::vector<Rotation> list = test::some_rotations(7);
  const Mask mask = mask_of(n, [](const Index3& p) {
    return (p.z < 6 && p.y < 9 && p.x > 4 && p.x < 12) || (p.z > 20 && p.y > 45 && p.x > 44);
  });
  for (const Edge edge : {Edge::Outside, Edge::Periodic})
    for (const bool turning : {false, true}) {
      CAPTURE(edge == Edge::Periodic, turning);
      MatchTemplate t = test::blob_template({9, 9, 10});
      if (turning) test::lengthen_mask(t);
      ScoreOptions options;
      options.edge = edge;
      const ScoreMap whole = exact_scores(tomogram.view(), t, list, options);
      options.searched = mask.view();
      const auto parts = plan_search(n, t, options, 1);
      CHECK(parts.size() == 2);
      std::vector<Box3> boxes;
      boxes.reserve(parts.size());
      for (const SearchPart& part : parts) boxes.push_back(part.box);
      const Volume<std::int32_t> count = coverage(n, boxes);
      for (const bool tiled : {false, true}) {
        if (tiled) options.compute.memory_bytes = parts[0].plan.bytes * 2 / 3;
        CHECK((plan_search(n, t, options, 1)[0].plan.tiles.voxels() > 1) == tiled);
        options.compute.threads = 1;
        const ScoreMap found = exact_scores(tomogram.view(), t, list, options);
        float worst = 0;
        std::int64_t wrong = 0, outside = 0;
        for (std::int64_t i = 0; i < n.voxels(); ++i) {
          const float score = found.scores.data()[i];
          if (count.data()[i] == 0) {
            ++outside;
            wrong += score != 0 || found.ids.data()[i] != 0;
          } else {
            worst = std::max(worst, std::abs(score - whole.scores.data()[i]));
          }
          if (mask.data()[i] != 0) wrong += count.data()[i] != 1;
        }
        CHECK(worst < 2e-6F);
        CHECK(wrong == 0);
        CHECK(outside > n.voxels() / 2);
      }
    }
}

TEST_CASE("a search mask of the tomogram's extent saves work, and never costs more") {
  const Extent3 n{60, 100, 100};
  const MatchTemplate t = test::blob_template({15, 15, 15});
  const auto points = [&](const Mask& mask) {
    ScoreOptions options;
    if (mask.voxels() > 0) options.searched = mask.view();
    std::int64_t sum = 0;
    for (const SearchPart& part : plan_search(n, t, options, 1))
      sum += part.plan.transform.voxels() * part.plan.tiles.voxels();
    return sum;
  };
  const std::int64_t whole = points({});
  CHECK(points(mask_of(n, [](const Index3&) { return true; })) == whole);
  // All but a rim that is narrower than the template's reach: the whole axis is no more work.
  CHECK(points(mask_of(n, [&](const Index3& p) { return p.z > 3 && p.z < n.z - 4; })) <= whole);
  // A lamella of 20 of 60 planes.
  CHECK(points(mask_of(n, [](const Index3& p) { return p.z >= 20 && p.z < 40; })) < whole * 2 / 3);
  ScoreOptions options;
  const Mask other({60, 100, 99}, 1);
  options.searched = other.view();
  const std::vector<Rotation> list = test::some_rotations(1);
  CHECK_THROWS_WITH(exact_scores(test::noise_volume(n).view(), t, list, options),
                    DFE_CONTAINS("the search mask has 60x100x99 voxels"));
}

}  // namespace
}  // namespace dfe::match
