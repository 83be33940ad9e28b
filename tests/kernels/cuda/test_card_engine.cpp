// SPDX-License-Identifier: Apache-2.0
// The whole network streamed over the GPU's stand-in: slabs, sliding buffers, planes on their way
// up and labels on their way down.
#include <algorithm>
#include <cmath>

#include "engine/executable.hpp"
#include "engine/segment_plan.hpp"
#include "engine/segmenter.hpp"
#include "kernels/cuda/machine/host_machine.hpp"
#include "kernels/cuda/network/card_backend.hpp"
#include "kernels/ref/ref_backend.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

struct Result {
  std::vector<std::uint8_t> labels;
  std::vector<float> scores;  // (z, class, y, x)
};

Result run(Backend& backend, const Weights& weights, Extent3 extent, std::int64_t slab,
           bool with_scores, int repeats = 1) {
  const Network network(graph_of(weights), weights, backend, extent.x);
  Executable executable(network, extent, slab, with_scores);
  const std::vector<float> voxels = uniform_reals(extent.voxels(), 11);
  const std::int64_t plane = extent.y * extent.x;
  Result result;
  for (int i = 0; i < repeats; ++i) {
    result = {std::vector<std::uint8_t>(static_cast<std::size_t>(extent.voxels()), 255),
              std::vector<float>(
                  with_scores ? static_cast<std::size_t>(extent.voxels() * weights.classes) : 0)};
    std::int64_t next = 0;
    executable.run(
        [&](std::int64_t z, float* to) { std::copy_n(voxels.data() + z * plane, plane, to); },
        [&](std::int64_t begin, std::int64_t end, const std::uint8_t* labels, const float* scores) {
          CHECK(begin == next);  // in order, each once
          next = end;
          std::copy_n(labels, (end - begin) * plane, result.labels.data() + begin * plane);
          if (scores)
            std::copy_n(scores, (end - begin) * plane * weights.classes,
                        result.scores.data() + begin * plane * weights.classes);
        });
    CHECK(next == extent.z);
  }
  return result;
}

}  // namespace

TEST_CASE(
    "GPU: the streamed network agrees with the reference, for every slab height and precision") {
  const Weights weights = random_weights({{6, 8, 10}, 5}, 3);
  const auto ref = make_ref_backend(2);
  for (const Extent3 extent : {Extent3{4, 4, 8}, Extent3{52, 8, 12}}) {
    const Result expected = run(*ref, weights, extent, 8, true);
    for (const auto& [precision, bound] :
         {std::pair{Precision::Fp32, 2e-6}, {Precision::Fp16, 5e-3}, {Precision::Bf16, 4e-2}}) {
      std::vector<std::uint8_t> labels;
      for (const std::int64_t slab : {1, 3, 4, 16, 64}) {
        INFO(precision_name(precision) << " " << extent.to_string() << " slab " << slab);
        const auto backend = card::make_card_backend(card::make_host_machine(), precision);
        const Result got = run(*backend, weights, extent, slab, true, 2);
        double largest = 0;
        for (std::size_t i = 0; i < expected.scores.size(); ++i)
          largest =
              std::max(largest, std::abs(static_cast<double>(got.scores[i] - expected.scores[i])));
        INFO("largest score difference " << largest);
        CHECK(largest < bound);
        if (labels.empty()) labels = got.labels;
        CHECK(got.labels == labels);
        CHECK(run(*backend, weights, extent, slab, false).labels == labels);  // two slabs in flight
      }
    }
  }
}

TEST_CASE("GPU: a run that breaks off leaves the executable usable") {
  const Weights weights = random_weights({{6, 8, 10}, 5}, 3);
  const auto backend = card::make_card_backend(card::make_host_machine(), Precision::Fp16);
  const Extent3 extent{32, 4, 8};
  const Network network(graph_of(weights), weights, *backend, extent.x);
  Executable executable(network, extent, 4, false);
  const auto read = [&](std::int64_t z, float* to) {
    std::fill_n(to, 32, static_cast<float>(z) / 10);
  };
  std::vector<std::uint8_t> first, second;
  const auto keep = [](std::vector<std::uint8_t>& all) {
    return [&](std::int64_t begin, std::int64_t end, const std::uint8_t* labels, const float*) {
      all.insert(all.end(), labels, labels + (end - begin) * 32);
    };
  };
  executable.run(read, keep(first));
  CHECK_THROWS_AS(executable.run(
                      [](std::int64_t z, float* to) {
                        std::fill_n(to, 32, 9.0f);
                        if (z == 25) throw std::runtime_error("unreadable");
                      },
                      keep(second)),
                  std::runtime_error);
  second.clear();
  executable.run(read, keep(second));
  CHECK(second == first);
}

TEST_CASE("GPU: tomograms of one extent share what was prepared, and others do not disturb it") {
  const Weights weights = random_weights({{6, 8, 10}, 5}, 3);
  const auto backend = [] {
    return card::make_card_backend(card::make_host_machine(), Precision::Fp16);
  };
  BackendSegmenter segmenter(weights, {}, backend());
  CHECK(segmenter.on_card());
  struct Case {
    Extent3 extent;
    int seed;
    bool scores;
  };
  for (const Case& c :
       {Case{{20, 12, 16}, 1, false}, Case{{20, 12, 16}, 2, false}, Case{{20, 12, 16}, 2, true},
        Case{{9, 14, 7}, 3, false}, Case{{20, 12, 16}, 1, false}}) {
    const MemoryVolume volume = random_volume(c.extent, c.seed);
    const auto fresh = backend();
    std::vector<float> scores, expected_scores;
    const auto into = [&](std::vector<float>& all) -> ScoreSink {
      if (!c.scores) return {};
      return [&](const Box3& box, std::int64_t classes, const float* values) {
        all.insert(all.end(), values, values + classes * box.extent.voxels());
      };
    };
    const LabelMap expected = segment_on(*fresh, volume, weights, {}, into(expected_scores)),
                   got = segmenter.segment(volume, into(scores));
    CHECK(std::ranges::equal(got.labels.span(), expected.labels.span()));
    CHECK(scores == expected_scores);
    CHECK(scores.empty() != c.scores);
  }
}

TEST_CASE("GPU: plans fit the GPU's memory, or say what they need") {
  const Weights weights = random_weights({{6, 8, 10}, 5}, 3);
  const MemoryVolume volume = random_volume({64, 120, 100}, 1);
  const auto plan_with = [&](std::int64_t bytes) {
    const auto backend = card::make_card_backend(card::make_host_machine(bytes), Precision::Fp16);
    const Network network(graph_of(weights), weights, *backend, 100);
    return plan_segment(volume, network, {}, false);
  };
  const SegmentPlan roomy = plan_with(std::int64_t{1} << 32);
  CHECK(roomy.slab_planes == 16);
  CHECK(roomy.columns == 1);
  CHECK(roomy.card_bytes > 0);
  CHECK(roomy.activation_bytes == 0);
  CHECK_THAT(roomy.to_string(), DFE_CONTAINS("on the GPU"));
  const SegmentPlan tight = plan_with(roomy.card_bytes - (std::int64_t{4} << 20));
  CHECK(tight.slab_planes < 16);
  CHECK_THROWS_WITH(plan_with(std::int64_t{530} << 20), DFE_CONTAINS("of the GPU"));
}
