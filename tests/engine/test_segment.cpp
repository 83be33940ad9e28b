// SPDX-License-Identifier: Apache-2.0
// Segmentation as a whole: cpu against ref, any extent, budgets, normalization and what is refused.

#include "dfengine/segment.hpp"
#include "engine/deepfinder_tiling.hpp"
#include "engine/normalize.hpp"
#include "engine/tiles.hpp"
#include "tests/engine/segment_runner.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

/// How far probabilities may be from those of `ref`: what the project promises for each kind of
/// convolution.
const std::pair<Convolution, double> kBounds[] = {
    {Convolution::Direct, 1e-5}, {Convolution::Winograd, 3e-5}, {Convolution::Strict, 1e-5}};

}  // namespace

TEST_CASE("cpu agrees with ref for any extent, from one voxel up") {
  const Weights weights = random_weights(kSmall, 1);
  for (const Extent3 extent : {Extent3{1, 1, 1}, Extent3{1, 7, 30}, Extent3{9, 1, 5},
                               Extent3{13, 10, 1}, Extent3{4, 8, 12}, Extent3{17, 22, 19}}) {
    INFO(extent.to_string());
    const MemoryVolume volume = random_volume(extent, 2);
    SegmentOptions options;
    if (extent.voxels() == 1) {
      CHECK_THROWS_WITH(run_segment(volume, weights, options),
                        DFE_CONTAINS("same value"));  // one voxel is constant
      options.normalization = Normalization::None;
    }
    options.compute.device = "ref";
    const Result ref = run_segment(volume, weights, options);
    options.compute.device = "cpu";
    for (const std::string& isa : instruction_sets())
      for (const auto& [convolution, bound] : kBounds) {
        options.compute.instruction_set = isa;
        options.compute.convolution = convolution;
        const Result cpu = run_segment(volume, weights, options);
        const double largest = largest_score_difference(cpu, ref);
        INFO(isa << " convolution " << static_cast<int>(convolution) << " largest score difference "
                 << largest);
        CHECK(largest < bound);
        for (std::size_t i = 0; i < ref.labels.size(); ++i)
          if (cpu.labels[i] != ref.labels[i]) {
            // only a tie within the arithmetic's error may be decided differently
            const std::size_t n = ref.labels.size();
            CHECK(static_cast<double>(std::abs(ref.scores[cpu.labels[i] * n + i] -
                                               ref.scores[ref.labels[i] * n + i])) < bound);
          }
      }
  }
}

TEST_CASE("a small budget has the first skip computed again where that is less work than columns") {
  const Weights weights = random_weights({{32, 48, 64}, 5}, 3);
  const MemoryVolume volume = random_volume({64, 512, 512}, 4);
  const std::int64_t spare =
      std::int64_t{300}
      << 20;  // a plan counts what the process holds, which grows under a sanitizer
  const auto plan = [&](std::optional<FirstSkip> first_skip, std::int64_t budget) {
    SegmentOptions options;
    options.first_skip = first_skip;
    options.compute.memory_bytes = budget;
    options.slab_planes = 1;
    return plan_segment(volume, weights, options, false);
  };
  const SegmentPlan kept = plan(FirstSkip::Keep, 0), again = plan(FirstSkip::Recompute, 0),
                    half = plan(FirstSkip::Half, 0);
  CHECK(10 * again.activation_bytes < 8 * kept.activation_bytes);
  CHECK(kept.work_factor == 1);
  CHECK(again.work_factor > 1.1);
  CHECK(again.work_factor < 1.2);
  // the kept skip is 36 of 32-channel planes, the rest of the buffers about as much
  CHECK(half.activation_bytes < kept.activation_bytes);
  CHECK(half.work_factor == 1);
  CHECK_THAT(half.to_string(), DFE_CONTAINS("first skip in 16 bits"));
  CHECK(plan(std::nullopt, kept.total_bytes() + spare).first_skip == FirstSkip::Keep);
  const SegmentPlan chosen = plan(std::nullopt, again.total_bytes() + spare);
  CHECK(chosen.first_skip == FirstSkip::Recompute);
  CHECK(chosen.columns == 1);
  CHECK_THAT(chosen.to_string(), DFE_CONTAINS("first skip computed twice"));
}

TEST_CASE("pieces of an axis cover it once, begin on multiples and see enough") {
  for (const Reach& reach : {Reach{32, 36, 4}, Reach{104, 112, 16}, Reach{108, 128, 48}}) {
    const std::int64_t least = reach.low + reach.multiple + reach.high;
    for (std::int64_t length = 4; length <= 700; length += 4)
      for (std::int64_t size = least; size <= length; size += 4) {
        std::int64_t kept = 0;
        for (const Piece& piece : cut_axis(length, size, reach)) {
          const std::int64_t end = piece.begin + piece.size;
          REQUIRE(piece.keep_begin == kept);
          REQUIRE(piece.keep_end > piece.keep_begin);
          REQUIRE(piece.begin % reach.multiple == 0);
          REQUIRE((piece.begin == 0 || piece.keep_begin - piece.begin >= reach.low));
          REQUIRE((end == length || end - piece.keep_end >= reach.high));
          REQUIRE(end <= length);
          REQUIRE(piece.size <= size);
          kept = piece.keep_end;
        }
        REQUIRE(kept == length);
      }
    for (std::int64_t length = 76; length <= 1200; length += 52)
      for (std::int64_t count = 1; count < 12; ++count) {
        const std::int64_t size = piece_size(length, count, reach);
        REQUIRE((size == least ||
                 static_cast<std::int64_t>(cut_axis(length, size, reach).size()) <= count));
        if (size > least && size < length)
          REQUIRE(static_cast<std::int64_t>(cut_axis(length, size - 4, reach).size()) > count);
      }
    CHECK_THROWS_AS(cut_axis(400, least - reach.multiple, reach), Error);
    CHECK_THROWS_AS(cut_axis(400, least + 2, reach), Error);
  }
}

TEST_CASE("normalization: the tomogram's own mean and deviation, exactly") {
  Volume<float> v({2, 3, 4});
  for (std::int64_t i = 0; i < 24; ++i)
    v.data()[i] =
        static_cast<float>(1000000 + i);  // far from zero: naive sums of squares would fail
  const MemoryVolume volume(std::move(v));
  const Normalizer normalizer(volume, Normalization::Tomogram, nullptr);
  CHECK(normalizer.moments().mean == Approx(1e6 + 11.5).epsilon(1e-15));
  CHECK(normalizer.moments().deviation() ==
        Approx(std::sqrt((24.0 * 24.0 - 1) / 12)).epsilon(1e-12));
  float first = 1e6f;
  normalizer.apply({{0, 0, 0}, {1, 1, 1}}, &first);
  CHECK(first == Approx(-11.5 / std::sqrt(575.0 / 12)));
}

TEST_CASE("patch normalization: blocks by themselves, linear between their centres") {
  // along x two blocks of 56 with values 0/2 and 10/30 alternating: means 1 and 20, deviations 1
  // and 10
  Volume<float> v({1, 1, 112});
  for (std::int64_t x = 0; x < 112; ++x)
    v.data()[x] = x < 56 ? static_cast<float>(x % 2 * 2) : static_cast<float>(10 + x % 2 * 20);
  const MemoryVolume volume(std::move(v));
  const Normalizer normalizer(volume, Normalization::Patch, nullptr);
  const auto at = [&](std::int64_t x, float value) {
    normalizer.apply({{0, 0, x}, {1, 1, 1}}, &value);
    return value;
  };
  CHECK(at(0, 2) == Approx(1));  // before the first centre (27.5): the block's own statistics
  CHECK(at(111, 30) == Approx(1));
  const double share = (56 - 27.5) / 56;  // just past half way from 27.5 to 83.5
  CHECK(at(56, 10) == Approx((10 - (1 + 19 * share)) * (1 + (0.1 - 1) * share)));
}

TEST_CASE("volumes that cannot be segmented are refused with a reason") {
  const Weights weights = random_weights(kSmall, 1);
  CHECK_THROWS_WITH(run_segment(MemoryVolume(Volume<float>({3, 3, 3}, 7.0f)), weights, {}),
                    DFE_CONTAINS("same value"));
  Volume<float> v({2, 2, 2}, 1.0f);
  v(0, 1, 0) = std::nanf("");
  v(1, 1, 1) = INFINITY;
  CHECK_THROWS_WITH(run_segment(MemoryVolume(std::move(v)), weights, {}),
                    DFE_CONTAINS("2 of 8 voxels"));
  CHECK_THROWS_WITH(run_segment(MemoryVolume(Volume<float>(Extent3{0, 3, 3})), weights, {}),
                    DFE_CONTAINS("no voxels"));
  const MemoryVolume good = random_volume({8, 8, 8}, 1);
  SegmentOptions options;
  options.compute.device = "cuda";
  CHECK_THROWS_WITH(run_segment(good, weights, options), DFE_CONTAINS("cannot be used"));
  options.compute.device = "tpu";
  CHECK_THROWS_WITH(run_segment(good, weights, options), DFE_CONTAINS("no such device"));
  options = {};
  options.compute.memory_bytes = 1 << 20;
  CHECK_THROWS_WITH(run_segment(good, weights, options), DFE_CONTAINS("at least"));
  Weights wrong = weights;
  wrong.layers[4].kernel_shape[3] = 9;
  CHECK_THROWS_WITH(run_segment(good, wrong, {}), DFE_CONTAINS("conv5"));
}

TEST_CASE("a run can be cancelled") {
  struct Impatient : Observer {
    bool cancelled() override { return true; }
  } observer;
  CHECK_THROWS_WITH(
      segment(random_volume({8, 8, 8}, 1), random_weights(kSmall, 1), {}, {}, &observer),
      DFE_CONTAINS("cancelled"));
}

TEST_CASE("the DeepFinder tiling has the released software's centres") {
  // Source: centres computed with the released code
  using Centres = std::vector<std::int64_t>;
  CHECK(deepfinder_centres(200, 160) == Centres{80, 170});
  CHECK(deepfinder_centres(512, 160) == Centres{80, 186, 292, 398, 482});
  CHECK(deepfinder_centres(464, 160) == Centres{80, 186, 292, 398, 434});
  CHECK(deepfinder_centres(111, 160) == Centres{80, 81});
  CHECK(deepfinder_centres(110, 160).empty());
  CHECK(deepfinder_centres(928, 160).size() == 9);
  CHECK(deepfinder_centres(928, 160)[8] == 898);
}

TEST_CASE(
    "one DeepFinder tile around the whole volume is the exact result, rounded to half precision",
    "[values]") {
  // With P = N + 48 the padded volume is 2 voxels longer than a tile; with zeros around, the exact
  // engine on a volume padded by hand by 25 and cropped gives what a single tile gives.
  const Weights weights = random_weights(kSmall, 6);
  SegmentOptions options;
  options.normalization = Normalization::None;
  options.tiling = Tiling::DeepFinder;
  options.deepfinder_patch = 56;
  const Extent3 extent{7, 7, 7};
  const MemoryVolume volume = random_volume(extent, 8);
  const Result tiles = run_segment(volume, weights, options);
  CHECK(deepfinder_centres(7, 56) == std::vector<std::int64_t>{28, 29});
  // the average of the 8 tiles, each computed exactly as a volume of its own
  std::vector<double> sums(tiles.scores.size(), 0),
      counts(static_cast<std::size_t>(extent.voxels()), 0);
  for (int tile = 0; tile < 8; ++tile) {
    const Index3 shift{25 - (tile >> 2), 25 - (tile >> 1 & 1),
                       25 - (tile & 1)};  // where the volume lies in the tile
    Volume<float> padded_volume({56, 56, 56}, 0.0f);
    for (std::int64_t z = 0; z < 7; ++z)
      for (std::int64_t y = 0; y < 7; ++y)
        volume.read_box({{z, y, 0}, {1, 1, 7}}, &padded_volume(shift.z + z, shift.y + y, shift.x));
    SegmentOptions exact;
    exact.normalization = Normalization::None;
    const Result one = run_segment(MemoryVolume(std::move(padded_volume)), weights, exact);
    for (std::int64_t z = 0; z < 7; ++z)
      for (std::int64_t y = 0; y < 7; ++y)
        for (std::int64_t x = 0; x < 7; ++x) {
          const Index3 at{shift.z + z, shift.y + y, shift.x + x};
          if (std::min({at.z, at.y, at.x}) < 25 || std::max({at.z, at.y, at.x}) >= 31)
            continue;  // cropped
          const std::int64_t i = (z * 7 + y) * 7 + x;
          counts[static_cast<std::size_t>(i)] += 1;
          for (std::int64_t c = 0; c < 5; ++c)
            sums[static_cast<std::size_t>(c * 343 + i)] += static_cast<double>(
                one.scores[static_cast<std::size_t>(((c * 56 + at.z) * 56 + at.y) * 56 + at.x)]);
        }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    REQUIRE(counts[i % 343] > 0);
    // at most 8 additions and a division in half precision (11 bits), of numbers up to 8
    REQUIRE(std::abs(sums[i] / counts[i % 343] - static_cast<double>(tiles.scores[i])) <
            9 * 0x1p-11);
  }
  options.deepfinder_patch = 60;
  CHECK_THROWS_WITH(run_segment(volume, weights, options), DFE_CONTAINS("7x7x7"));
  options.deepfinder_patch = 58;
  CHECK_THROWS_WITH(run_segment(volume, weights, options), DFE_CONTAINS("multiple of 4"));
}
