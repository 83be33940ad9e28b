// SPDX-License-Identifier: Apache-2.0
// The assignment against every possible one on small cases, and against its own mirror image and
// simple bounds on large ones.
#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "evaluate/assignment.hpp"
#include "tests/evaluate/particles.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

struct Total {
  int pairs = 0;
  double distance = 0;
};

/// Tries all assignments.
Total brute_force(const std::vector<Neighbours>& pairs, std::size_t truth) {
  Total best;
  std::set<std::int32_t> used;
  const std::function<void(std::size_t, Total)> next = [&](std::size_t t, Total sum) {
    if (t == truth) {
      if (sum.pairs > best.pairs || (sum.pairs == best.pairs && sum.distance < best.distance))
        best = sum;
      return;
    }
    next(t + 1, sum);
    for (const Neighbours& n : pairs)
      if (static_cast<std::size_t>(n.truth) == t && used.insert(n.predicted).second) {
        next(t + 1, {sum.pairs + 1, sum.distance + n.distance});
        used.erase(n.predicted);
      }
  };
  next(0, {});
  return best;
}

Total solve(const std::vector<Neighbours>& pairs, std::size_t truth, std::size_t predicted) {
  Total total;
  std::set<std::int32_t> used;
  const auto assigned = assign_one_to_one(pairs, truth, predicted);
  REQUIRE(assigned.size() == truth);
  for (std::size_t t = 0; t < truth; ++t) {
    if (assigned[t] < 0) continue;
    const Neighbours& n = pairs[static_cast<std::size_t>(assigned[t])];
    REQUIRE(static_cast<std::size_t>(n.truth) == t);
    REQUIRE(used.insert(n.predicted).second);
    ++total.pairs;
    total.distance += n.distance;
  }
  return total;
}

std::vector<Neighbours> neighbours(const std::vector<Particle>& truth,
                                   const std::vector<Particle>& predicted, double reach) {
  return find_neighbours(truth, predicted, std::vector<Point3>(truth.size(), {reach, reach, reach}),
                         true);
}

}  // namespace

TEST_CASE("the assignment is the best of all") {
  int crowded = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const std::size_t t = seed % 7, p = (seed / 7) % 7;
    const auto truth = random_particles(t, 7, 2, 2 * seed),
               predicted = random_particles(p, 7, 2, 2 * seed + 1);
    const auto pairs = neighbours(truth, predicted, 3 + static_cast<double>(seed % 5));
    crowded += pairs.size() > std::max(t, p);
    const Total expected = brute_force(pairs, t), got = solve(pairs, t, p);
    INFO("seed " << seed);
    REQUIRE(got.pairs == expected.pairs);
    REQUIRE(got.distance == Approx(expected.distance).margin(1e-9));
  }
  CHECK(crowded > 200);
}

TEST_CASE(
    "a particle is left alone where that makes another pair shorter, not where it costs a pair") {
  // Both true particles reach the first prediction alone: the nearer one gets it.
  const std::vector<Neighbours> shared = {{0, 0, 3}, {1, 0, 1}};
  CHECK(assign_one_to_one(shared, 2, 1) == std::vector<std::int64_t>{-1, 1});
  // The chain gives two pairs only over the long ways.
  const std::vector<Neighbours> chain = {{0, 0, 5}, {1, 0, 1}, {1, 1, 5}};
  CHECK(assign_one_to_one(chain, 2, 2) == std::vector<std::int64_t>{0, 2});
}

TEST_CASE("a crowded tomogram is assigned the same from either side") {
  const auto truth = random_particles(2500, 200, 3, 1),
             predicted = random_particles(2300, 200, 3, 2);
  for (const double reach : {8.0, 14.0}) {
    const Total forward =
        solve(neighbours(truth, predicted, reach), truth.size(), predicted.size());
    const Total backward =
        solve(neighbours(predicted, truth, reach), predicted.size(), truth.size());
    CHECK(forward.pairs == backward.pairs);
    CHECK(forward.distance == Approx(backward.distance).epsilon(1e-9));
    CHECK(forward.pairs > 500);
  }
}

TEST_CASE("neighbours are those of all distances") {
  const auto truth = random_particles(120, 30, 1, 3);
  auto predicted = random_particles(150, 30, 1, 4);
  for (Particle& p : predicted) p.position_voxels.x -= 20;  // negative positions too
  // Every third reach is a length in Å on voxels three times as long along z.
  std::vector<Point3> reach;
  for (std::size_t t = 0; t < truth.size(); ++t) {
    const double r = 0.5 + static_cast<double>(t % 13);
    reach.push_back(t % 3 == 0 ? Point3{r / 3, r, r} : Point3{r, r, r});
  }
  const auto pairs = find_neighbours(truth, predicted, reach, true);
  std::size_t expected = 0;
  for (std::size_t t = 0; t < truth.size(); ++t)
    for (std::size_t p = 0; p < predicted.size(); ++p) {
      const Point3 &a = truth[t].position_voxels, &b = predicted[p].position_voxels;
      const double edge = t % 3 == 0 ? 3 : 1;
      expected += std::hypot(edge * (a.z - b.z), a.y - b.y, a.x - b.x) <= reach[t].x;
    }
  CHECK(pairs.size() == expected);
  CHECK(std::is_sorted(pairs.begin(), pairs.end(), [](const Neighbours& a, const Neighbours& b) {
    return a.truth != b.truth ? a.truth < b.truth : a.predicted < b.predicted;
  }));
}

TEST_CASE("the boundary belongs to the distance, or not") {
  const std::vector<Particle> truth = {at(0, 0, 0)}, predicted = {at(0, 3, 4)};
  CHECK(find_neighbours(truth, predicted, {{5, 5, 5}}, true).size() == 1);
  CHECK(find_neighbours(truth, predicted, {{5, 5, 5}}, false).empty());
}
