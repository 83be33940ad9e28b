// SPDX-License-Identifier: Apache-2.0
// One segmenter for several tomograms: each has the labels it has alone, whatever came before.
#include "dfengine/segment.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

std::vector<std::uint8_t> labels_of(const LabelMap& map) {
  const auto span = map.labels.span();
  return {span.begin(), span.end()};
}

}  // namespace

TEST_CASE("a tomogram that failed, or was only planned, leaves nothing to the next") {
  const Weights weights = random_weights({{4, 6, 8}, 4}, 1);
  const MemoryVolume good = random_volume({12, 16, 20}, 1), other = random_volume({8, 8, 8}, 2);
  Volume<float> broken({12, 16, 20}, 1.0f);
  broken(11, 1, 1) = std::nanf("");
  const MemoryVolume bad(std::move(broken));
  const std::vector<std::uint8_t> expected = labels_of(segment(good, weights, {}));

  Segmenter segmenter(weights, {});
  segmenter.open_device();
  segmenter.plan(other, false);
  CHECK(labels_of(segmenter.segment(good)) == expected);
  segmenter.plan(good, false);
  CHECK_THROWS_WITH(segmenter.segment(bad), DFE_CONTAINS("NaN"));
  CHECK(labels_of(segmenter.segment(good)) == expected);

  struct Impatient : Observer {
    void progress(std::string_view stage, std::int64_t done, std::int64_t) override {
      stop = stage == "network" && done > 4;
    }
    bool cancelled() override { return stop; }
    bool stop = false;
  } observer;
  CHECK_THROWS_WITH(segmenter.segment(good, {}, &observer), DFE_CONTAINS("cancelled"));
  CHECK(labels_of(segmenter.segment(good)) == expected);
}

TEST_CASE("a plan that cannot be is refused as the run would be") {
  const Weights weights = random_weights({{4, 6, 8}, 4}, 1);
  SegmentOptions options;
  options.compute.memory_bytes = 1 << 20;
  Segmenter segmenter(weights, options);
  CHECK_THROWS_WITH(segmenter.plan(random_volume({8, 8, 8}, 1), false), DFE_CONTAINS("at least"));
}
