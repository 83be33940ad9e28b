// SPDX-License-Identifier: Apache-2.0
// The promise that slabs, columns and threads never change a bit, whatever becomes of the first
// skip; and the test of that test.
#include <optional>
#include <set>

#include "engine/tiles.hpp"
#include "tests/engine/segment_runner.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

/// A volume and the columns it is cut into. These are the smallest: 72 voxels where each output
/// stands alone, 232 rows of 284 voxels where blocks of 4 x 6 are computed together.
struct Cut {
  Convolution convolution;
  Extent3 extent;
  std::vector<Extent3> tiles;
};
const Cut kCuts[] = {{Convolution::Direct, {5, 81, 90}, {{1, 72, 500}, {1, 500, 80}, {1, 76, 76}}},
                     {Convolution::Winograd, {5, 250, 22}, {{1, 232, 500}, {1, 244, 500}}},
                     {Convolution::Winograd, {3, 21, 343}, {{1, 500, 284}, {1, 500, 324}}},
                     {Convolution::Strict, {5, 150, 18}, {{1, 116, 500}, {1, 136, 500}}}};

/// What may change without changing a bit, and the first skip.
struct Changes {
  std::int64_t slab_planes = 0;
  int threads = 0;
  std::optional<Extent3> tile = std::nullopt;
  std::optional<FirstSkip> first_skip = std::nullopt;
};

/// One volume and network, segmented in different ways.
struct Segmentation {
  const VolumeSource& volume;
  const Weights& weights;
  SegmentOptions plain;

  Result run(const Changes& changes) const {
    SegmentOptions options = plain;
    options.slab_planes = changes.slab_planes;
    options.compute.threads = changes.threads;
    options.tile = changes.tile;
    options.first_skip = changes.first_skip;
    return run_segment(volume, weights, options);
  }
  void check_same(const Result& whole, const Changes& changes) const {
    INFO(plain.compute.instruction_set
         << " convolution " << static_cast<int>(plain.compute.convolution) << " slab "
         << changes.slab_planes << " threads " << changes.threads << " tile "
         << changes.tile.value_or(Extent3{}).to_string());
    const Result part = run(changes);
    CHECK(part.labels == whole.labels);
    CHECK(part.scores == whole.scores);
  }
};

/// Calls body(cut, segmentation) for every cut on every instruction set.
template <class Body>
void for_cuts(Body&& body) {
  const Weights weights = random_weights(kSmall, 3);
  for (const Cut& cut : kCuts)
    for (const std::string& isa : instruction_sets()) {
      const MemoryVolume volume = random_volume(cut.extent, 4);
      SegmentOptions options;
      options.compute.convolution = cut.convolution;
      options.compute.instruction_set = isa;
      body(cut, Segmentation{volume, weights, options});
    }
}

}  // namespace

TEST_CASE(
    "labels and scores are the same bits for every slab height, column size and thread count") {
  for_cuts([](const Cut& cut, const Segmentation& segmentation) {
    const Result whole = segmentation.run({});
    // not a trivial map
    CHECK(std::set<int>(whole.labels.begin(), whole.labels.end()).size() >= 3);
    const auto same = [&](const Changes& changes) { segmentation.check_same(whole, changes); };
    for (const std::int64_t slab : {1, 3, 12}) same({.slab_planes = slab});
    for (const int threads : {1, 5}) same({.threads = threads});
    for (const Extent3& tile : cut.tiles)
      same({.slab_planes = tile.x % 7 + 1, .threads = 2, .tile = tile});
    same({});
  });
}

TEST_CASE("a first skip that is computed again changes no bit, however the volume is cut") {
  for_cuts([](const Cut& cut, const Segmentation& segmentation) {
    const Result whole = segmentation.run({});
    const auto same = [&](Changes changes) {
      changes.first_skip = FirstSkip::Recompute;
      segmentation.check_same(whole, changes);
    };
    for (const std::int64_t slab : {1, 4, 12}) same({.slab_planes = slab});
    same({.tile = cut.tiles.front()});
  });
}

TEST_CASE("a first skip in 16 bits costs one rounding, the same however the volume is cut") {
  for_cuts([](const Cut& cut, const Segmentation& segmentation) {
    const Result whole = segmentation.run({}),
                 half = segmentation.run({.first_skip = FirstSkip::Half});
    CHECK(half.scores != whole.scores);
    // what one rounding to half costs a score
    CHECK(largest_score_difference(half, whole) < 0x1p-11);
    const auto same = [&](Changes changes) {
      changes.first_skip = FirstSkip::Half;
      segmentation.check_same(half, changes);
    };
    for (const std::int64_t slab : {1, 4, 12}) same({.slab_planes = slab});
    same({.slab_planes = 12, .tile = cut.tiles.front()});
  });
}

TEST_CASE("columns with halos below the receptive field would be seen") {
  // The test of the test above: with its neighbour's voxels changed just within reach, an output
  // voxel changes; beyond reach it does not.
  const Weights weights = random_weights(kSmall, 3);
  SegmentOptions options;
  options.normalization = Normalization::None;
  options.compute.convolution = Convolution::Direct;
  const Extent3 extent{4, 4, 160};
  const std::vector<float> values = uniform_reals(extent.voxels(), 5);
  const auto scores_with_changed = [&](std::int64_t x) {
    Volume<float> v(extent);
    std::copy(values.begin(), values.end(), v.data());
    if (x >= 0) v(0, 0, x) += 50;
    return run_segment(MemoryVolume(std::move(v)), weights, options).scores;
  };
  const std::vector<float> before = scores_with_changed(-1);
  const auto changes = [&](std::int64_t output, std::int64_t input) {
    const std::vector<float> after = scores_with_changed(input);
    for (std::int64_t c = 0; c < 5; ++c)
      for (std::int64_t row = 0; row < extent.z * extent.y; ++row) {
        const std::size_t i =
            static_cast<std::size_t>((c * extent.z * extent.y + row) * extent.x + output);
        if (after[i] != before[i]) return true;
      }
    return false;
  };
  // Source: interval propagation; positions congruent 0, 1, 2, 3 modulo 4 see 30, 31, 28, 29 back
  // and 33, 32, 31, 34 ahead
  const std::int64_t back[4] = {30, 31, 28, 29}, ahead[4] = {33, 32, 31, 34};
  for (std::int64_t phase = 0; phase < 4; ++phase) {
    const std::int64_t x = 80 + phase;
    INFO("phase " << phase);
    CHECK_FALSE(changes(x, x - back[phase] - 1));
    CHECK_FALSE(changes(x, x + ahead[phase] + 1));
  }
  CHECK(changes(80, 70));
}
