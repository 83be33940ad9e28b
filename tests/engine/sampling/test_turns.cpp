// SPDX-License-Identifier: Apache-2.0
// Turns of the grid against permutations written by hand.
#include <cstdint>
#include <numeric>
#include <vector>

#include "engine/sampling/turns.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::sampling;

namespace {

std::vector<int> turn_numbers(const GridTurn& turn, Extent3 extent) {
  std::vector<int> in(static_cast<std::size_t>(extent.voxels())), out(in.size());
  std::iota(in.begin(), in.end(), 0);
  apply(turn, extent, in.data(), out.data());
  return out;
}

}  // namespace

TEST_CASE("turns are the permutations that a hand writes down") {
  const Extent3 e{2, 2, 3};  // voxel numbers: z 6, y 3, x 1
  CHECK(turn_numbers(GridTurn{}, e) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(turn_numbers(kTurnY, e) == std::vector<int>{8, 7, 6, 11, 10, 9, 2, 1, 0, 5, 4, 3});
  CHECK(turn_numbers(kTurnZ, e) == std::vector<int>{5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6});
  CHECK(turn_numbers(kTurnX, e) == std::vector<int>{9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2});
  CHECK(turn_numbers(kMirrorZ, e) == std::vector<int>{6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5});
  CHECK(turn_numbers(kMirrorY, e) == std::vector<int>{3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8});
  CHECK(turn_numbers(kMirrorX, e) == std::vector<int>{2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9});
  // From x towards y: what lay along +x lies along +y.
  CHECK(turn_numbers(kQuarterTurn, {1, 3, 3}) == std::vector<int>{6, 3, 0, 7, 4, 1, 8, 5, 2});
  CHECK(turned(kQuarterTurn, e) == Extent3{2, 3, 2});
  CHECK(turn_numbers(kQuarterTurn, e) == std::vector<int>{3, 0, 4, 1, 5, 2, 9, 6, 10, 7, 11, 8});
}

TEST_CASE("turns form a group, and one after the other is what it says") {
  CHECK(then(kTurnZ, kTurnX) == kTurnY);
  CHECK(then(kMirrorZ, kMirrorX) == kTurnY);
  CHECK(then(kQuarterTurn, kQuarterTurn) == kTurnZ);
  CHECK(then(then(kQuarterTurn, kTurnZ), kQuarterTurn).identity());
  CHECK(then(kTurnY, kTurnY).identity());
  const Extent3 e{2, 4, 4};
  for (const GridTurn& a : {kTurnY, kQuarterTurn, kMirrorX, kTurnX})
    for (const GridTurn& b : {kQuarterTurn, kMirrorY, kTurnZ, kMirrorZ}) {
      const std::vector<int> once = turn_numbers(a, e), both = turn_numbers(then(a, b), e);
      std::vector<int> twice(once.size());
      apply(b, turned(a, e), once.data(), twice.data());
      CHECK(twice == both);
    }
}
