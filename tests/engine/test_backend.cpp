// SPDX-License-Identifier: Apache-2.0
// The seam between engine and kernels from the engine's side: a backend that implements what is
// required and nothing more, and networks that get new weights.
#include "engine/executable.hpp"
#include "engine/segment_plan.hpp"
#include "engine/segmenter.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/ref/ref_backend.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

class MinimalOp final : public PlannedOp {
 public:
  explicit MinimalOp(std::unique_ptr<PlannedOp> op) : op_(std::move(op)) {}
  std::string name() const override { return "minimal"; }
  std::size_t bytes() const override { return op_->bytes(); }
  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    op_->run(y, x, z_begin, z_end);
  }

 private:
  std::unique_ptr<PlannedOp> op_;
};

class MinimalHead final : public PlannedHead {
 public:
  explicit MinimalHead(std::unique_ptr<PlannedHead> head) : head_(std::move(head)) {}
  std::string name() const override { return "minimal"; }
  std::size_t bytes() const override { return head_->bytes(); }
  void run(const HeadOutput& y, const PlaneBuffer& x, std::int64_t z_begin,
           std::int64_t z_end) override {
    head_->run(y, x, z_begin, z_end);
  }

 private:
  std::unique_ptr<PlannedHead> head_;
};

/// What `ref` computes, by the required functions of the seam alone.
class MinimalBackend final : public Backend {
 public:
  std::string description() const override { return "minimal"; }
  int threads() const override { return ref_->threads(); }
  std::size_t plane_bytes(std::int64_t channels, std::int64_t height,
                          std::int64_t width) const override {
    return ref_->plane_bytes(channels, height, width);
  }
  std::size_t tail_bytes() const override { return ref_->tail_bytes(); }
  std::unique_ptr<PlannedOp> plan(const Conv3dDesc& op, const LayerWeights& weights,
                                  std::int64_t widest) override {
    return std::make_unique<MinimalOp>(ref_->plan(op, weights, widest));
  }
  std::unique_ptr<PlannedOp> plan(const MaxPoolDesc& op) override {
    return std::make_unique<MinimalOp>(ref_->plan(op));
  }
  std::unique_ptr<PlannedOp> plan(const UpConvDesc& op, const LayerWeights& weights,
                                  std::int64_t widest) override {
    return std::make_unique<MinimalOp>(ref_->plan(op, weights, widest));
  }
  std::unique_ptr<PlannedHead> plan(const HeadDesc& op, const LayerWeights& weights,
                                    std::int64_t widest) override {
    return std::make_unique<MinimalHead>(ref_->plan(op, weights, widest));
  }
  void store_plane(const PlaneBuffer& x, std::int64_t z, const float* plane) override {
    ref_->store_plane(x, z, plane);
  }
  void load_plane(const PlaneBuffer& x, std::int64_t z, float* plane) const override {
    ref_->load_plane(x, z, plane);
  }

 private:
  std::unique_ptr<Backend> ref_ = make_ref_backend(2);
};

struct Result {
  std::vector<std::uint8_t> labels;
  std::vector<float> scores;
  SegmentPlan plan;
};

Result run_on(Backend& backend, const VolumeSource& volume, const Weights& weights,
              const SegmentOptions& options) {
  Result result;
  const LabelMap map = segment_on(
      backend, volume, weights, options,
      [&](const Box3& box, std::int64_t classes, const float* scores) {
        result.scores.insert(result.scores.end(), scores, scores + classes * box.extent.voxels());
      },
      nullptr, &result.plan);
  result.labels.assign(map.labels.data(), map.labels.data() + map.labels.voxels());
  return result;
}

const DeepFinderSpec kSmall{{4, 6, 8}, 5};

/// Labels and scores of a network on planes that are a function of the seed.
Result run_network(const Network& network, const Extent3& extent, std::uint64_t seed) {
  Executable executable(network, extent, 4, true);
  const std::int64_t area = extent.y * extent.x;
  Result result;
  executable.run(
      [&](std::int64_t z, float* plane) {
        const auto values = uniform_reals(area, seed + static_cast<std::uint64_t>(z));
        std::copy(values.begin(), values.end(), plane);
      },
      [&](std::int64_t begin, std::int64_t end, const std::uint8_t* labels, const float* scores) {
        const std::int64_t voxels = (end - begin) * area;
        result.labels.insert(result.labels.end(), labels, labels + voxels);
        result.scores.insert(result.scores.end(), scores, scores + voxels * kSmall.classes);
      });
  return result;
}

}  // namespace

TEST_CASE("a backend with the required functions alone segments as the one behind it") {
  const Weights weights = random_weights(kSmall, 1);
  MinimalBackend minimal;
  const auto ref = make_ref_backend(2);
  for (const Extent3 extent : {Extent3{1, 7, 9}, Extent3{13, 10, 6}}) {
    const MemoryVolume volume = random_volume(extent, 2);
    SegmentOptions options;
    options.slab_planes = 4;
    const Result got = run_on(minimal, volume, weights, options),
                 expected = run_on(*ref, volume, weights, options);
    CHECK(got.labels == expected.labels);
    CHECK(got.scores == expected.scores);
    CHECK(got.plan.card_bytes == 0);
    CHECK_FALSE(got.plan.voxels_on_card);
    CHECK(got.plan.activation_bytes == expected.plan.activation_bytes);
    options.first_skip = FirstSkip::Recompute;
    CHECK(run_on(minimal, volume, weights, options).labels == expected.labels);
  }
}

TEST_CASE("what a backend leaves out is refused where it is asked for") {
  const Weights weights = random_weights(kSmall, 1);
  MinimalBackend minimal;
  SegmentOptions options;
  options.first_skip = FirstSkip::Half;
  CHECK_THROWS_WITH(run_on(minimal, random_volume({4, 4, 4}, 2), weights, options),
                    DFE_CONTAINS("cannot keep tensors in 16 bits"));
  CHECK_THROWS_WITH(minimal.move_planes({}, 0, 1), DFE_CONTAINS("contiguous_planes"));
  Network network(graph_of(weights), weights, minimal, 8);
  CHECK_THROWS_WITH(network.set_weights(weights), DFE_CONTAINS("takes no new weights"));
}

TEST_CASE("a network with new weights computes what a new one does, bit for bit") {
  const Extent3 extent{8, 12, 8};
  const Weights first = random_weights(kSmall, 1), second = random_weights(kSmall, 2);
  // with a layer computed twice, whose two ops share their weights
  const Graph graph = graph_of(first, FirstSkip::Recompute);
  for (const std::string& isa : cpu_instruction_sets())
    for (const Convolution convolution :
         {Convolution::Winograd, Convolution::Strict, Convolution::Direct}) {
      const auto backend = make_cpu_backend(2, isa, convolution);
      Network network(graph, first, *backend, extent.x);
      const Result before = run_network(network, extent, 5);
      network.set_weights(second);
      const Result after = run_network(network, extent, 5),
                   fresh = run_network(Network(graph, second, *backend, extent.x), extent, 5);
      CHECK(after.scores == fresh.scores);
      CHECK(after.labels == fresh.labels);
      CHECK(after.scores != before.scores);

      Weights wrong = first;
      wrong.layers.back().bias.pop_back();
      CHECK_THROWS_WITH(network.set_weights(wrong), DFE_CONTAINS("head15"));
      CHECK(run_network(network, extent, 5).scores == fresh.scores);  // all of them, or none
    }
}
