// SPDX-License-Identifier: Apache-2.0
// Voxels that go to the GPU's stand-in as they are stored: statistics, input planes and labels are
// those of the host's path, bit for bit.
#include <limits>

#include "engine/executable.hpp"
#include "engine/normalize.hpp"
#include "engine/segment_plan.hpp"
#include "engine/segmenter.hpp"
#include "engine/tiles.hpp"
#include "kernels/cuda/machine/host_machine.hpp"
#include "kernels/cuda/network/card_backend.hpp"
#include "kernels/tensor.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/stored_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

std::unique_ptr<Backend> card_backend(Precision precision = Precision::Fp16,
                                      std::int64_t bytes = std::int64_t{1} << 34) {
  return card::make_card_backend(card::make_host_machine(bytes), precision);
}

/// Labels by whole planes of floats from the host.
std::vector<std::uint8_t> labels_of_floats(const VolumeSource& volume, const Weights& weights,
                                           Precision precision, Normalization kind) {
  const Extent3 e = volume.extent(), p{padded(e.z), padded(e.y), padded(e.x)};
  const auto backend = card_backend(precision);
  const Network network(graph_of(weights), weights, *backend, p.x);
  Executable executable(network, p, 4, false);
  const Normalizer normalizer(volume, kind, nullptr);
  std::vector<std::uint8_t> result(static_cast<std::size_t>(e.voxels()));
  executable.run(
      [&](std::int64_t z, float* to) {
        const Box3 box{{z, 0, 0}, {z < e.z ? 1 : 0, e.y, e.x}};
        const std::vector<float> plane =
            host_plane(volume, normalizer, box.extent.z > 0 ? box : Box3{}, p.y, p.x);
        std::copy(plane.begin(), plane.end(), to);
      },
      [&](std::int64_t begin, std::int64_t end, const std::uint8_t* labels, const float*) {
        for (std::int64_t z = begin; z < std::min(end, e.z); ++z)
          for (std::int64_t y = 0; y < e.y; ++y)
            std::copy_n(labels + ((z - begin) * p.y + y) * p.x, e.x,
                        result.data() + (z * e.y + y) * e.x);
      });
  return result;
}

std::vector<std::uint8_t> labels_of(Backend& backend, const VolumeSource& volume,
                                    const Weights& weights, const SegmentOptions& options,
                                    Observer* observer = nullptr, SegmentPlan* plan = nullptr) {
  const LabelMap map = segment_on(backend, volume, weights, options, {}, observer, plan);
  return {map.labels.data(), map.labels.data() + map.labels.voxels()};
}

/// Cancels at the n-th report of a stage.
class Canceller final : public Observer {
 public:
  Canceller(std::string stage, int reports) : stage_(std::move(stage)), left_(reports) {}
  void progress(std::string_view stage, std::int64_t, std::int64_t) override {
    if (stage == stage_ && left_ > 0) --left_;
  }
  bool cancelled() override { return left_ == 0; }

 private:
  std::string stage_;
  int left_;
};

const Weights kWeights = random_weights({{6, 8, 10}, 5}, 3);

/// Of a GPU on which voxels stay, or do not: the small one is less than any plan's slack.
std::int64_t card_size(bool keep) { return std::int64_t{1} << (keep ? 34 : 28); }

/// Segments on a new GPU and compares; volume.planes_read counts from here.
SegmentPlan check_labels(const StoredVolume& volume, const SegmentOptions& options,
                         Precision precision, bool keep,
                         const std::vector<std::uint8_t>& expected) {
  SegmentPlan plan;
  volume.planes_read = 0;
  const auto backend = card_backend(precision, card_size(keep));
  CHECK(labels_of(*backend, volume, kWeights, options, nullptr, &plan) == expected);
  return plan;
}

}  // namespace

TEST_CASE(
    "GPU: statistics and input planes are the host's bits, for every voxel type and byte order") {
  for (const VoxelFormat& format : kVoxelFormats)
    for (const Extent3 extent :
         {Extent3{1, 1, 9}, Extent3{3, 5, 7}, Extent3{37, 11, 21}, Extent3{16, 4, 8}})
      for (const bool keep : {false, true}) {
        INFO(name_of(format) << " " << extent.to_string() << (keep ? " kept" : ""));
        const StoredVolume volume(extent, format, 5);
        const auto backend = card_backend();
        const auto input = backend->voxels(volume, keep);
        REQUIRE(input);
        const Normalizer host(volume, Normalization::Tomogram, nullptr),
            card(volume, Normalization::Tomogram, nullptr, input.get());
        CHECK(card.moments().count == extent.voxels());
        CHECK(card.moments().mean == host.moments().mean);
        CHECK(card.moments().squares == host.moments().squares);
        CHECK(volume.planes_read == extent.z);
        const Tensor x(*backend, {extent.z, extent.y + 3, extent.x + 1}, 1);
        std::vector<float> got(static_cast<std::size_t>((extent.y + 3) * (extent.x + 1)));
        const auto check = [&](const Box3& box) {
          input->store_plane(x.buffer(), box.begin.z, box, card.mean(), card.scale());
          backend->load_plane(x.buffer(), box.begin.z, got.data());
          CHECK(same_bits(got, host_plane(volume, host, box, extent.y + 3, extent.x + 1)));
        };
        for (std::int64_t z = 0; z < extent.z; z += 3) {
          check({{z, 0, 0}, {1, extent.y, extent.x}});
          check({{z, extent.y / 2, extent.x / 3}, {1, extent.y - extent.y / 2, extent.x / 2}});
          check({{z, 0, 0}, {0, 0, 0}});
        }
        if (keep) CHECK(volume.planes_read == extent.z);
      }
}

TEST_CASE(
    "GPU: labels are those of the host's floats, whatever the voxel type, slabs, columns and what "
    "stays on the GPU") {
  for (const VoxelFormat& format : kVoxelFormats) {
    const StoredVolume volume({17, 6, 10}, format, 7);
    const std::vector<std::uint8_t> expected =
        labels_of_floats(volume, kWeights, Precision::Fp16, Normalization::Tomogram);
    CHECK(std::count(expected.begin(), expected.end(), expected[0]) <
          static_cast<std::ptrdiff_t>(expected.size()));
    for (const std::int64_t slab : {1, 16})
      for (const bool keep : {false, true}) {
        INFO(name_of(format) << " slab " << slab << (keep ? " kept" : ""));
        SegmentOptions options;
        options.slab_planes = slab;
        options.tile = Extent3{1, 8, 12};
        const SegmentPlan plan = check_labels(volume, options, Precision::Fp16, keep, expected);
        CHECK(plan.voxels_on_card == keep);
        CHECK(volume.planes_read == (keep ? 17 : 34));  // the file is read once or twice
      }
  }
  const StoredVolume wide({3, 5, 97}, {VoxelType::Int16, true}, 8);
  for (const Normalization kind :
       {Normalization::Tomogram, Normalization::Patch, Normalization::None}) {
    const std::vector<std::uint8_t> expected =
        labels_of_floats(wide, kWeights, Precision::Fp32, kind);
    for (const bool keep : {false, true}) {
      INFO(normalization_name(kind) << (keep ? " kept" : ""));
      SegmentOptions options;
      options.normalization = kind;
      options.tile = Extent3{1, 8, 84};
      const SegmentPlan plan = check_labels(wide, options, Precision::Fp32, keep, expected);
      CHECK(plan.columns == 2);
      const std::int64_t passes = kind == Normalization::Patch ? 0
                                  : keep                       ? 1
                                         : 1 + plan.columns;  // patches are normalized by the host
      CHECK(wide.planes_read == passes * 3);
    }
  }
}

TEST_CASE("GPU: a segmentation that breaks off leaves the backend usable") {
  const StoredVolume volume({40, 8, 12}, {VoxelType::UInt8, false}, 9);
  const std::vector<std::uint8_t> expected =
      labels_of_floats(volume, kWeights, Precision::Fp16, Normalization::Tomogram);
  SegmentOptions options;
  options.slab_planes = 4;
  options.tile = Extent3{1, 8, 12};
  for (const bool keep : {false, true}) {
    const auto backend = card_backend(Precision::Fp16, card_size(keep));
    const std::int64_t free = backend->card_bytes().value();
    for (const auto& [stage, reports] :
         {std::pair{"statistics", 1}, {"statistics", 20}, {"network", 2}}) {
      Canceller canceller(stage, reports);
      CHECK_THROWS_WITH(labels_of(*backend, volume, kWeights, options, &canceller),
                        DFE_CONTAINS("cancelled"));
      CHECK(labels_of(*backend, volume, kWeights, options) == expected);
    }
    for (const std::int64_t reads :
         {0, 5, 25, 60}) {  // in the statistics' pass, or the network's where there is another
      if (keep && reads > 40) continue;
      volume.reads_left = reads;
      CHECK_THROWS_WITH(labels_of(*backend, volume, kWeights, options), DFE_CONTAINS("unreadable"));
      volume.reads_left = -1;
      CHECK(labels_of(*backend, volume, kWeights, options) == expected);
    }
    // planes on their way stay allocated, a fixed number of them; nothing else does
    CHECK(free - backend->card_bytes().value() < 1 << 20);
  }
}

TEST_CASE("GPU: voxels without statistics are the host's errors") {
  const auto expect = [](const StoredVolume& volume, const char* fact) {
    const auto backend = card_backend();
    const auto input = backend->voxels(volume, false);
    std::string host, card;
    try {
      const Normalizer normalizer(volume, Normalization::Tomogram, nullptr);
    } catch (const Error& error) {
      host = error.what();
    }
    try {
      const Normalizer normalizer(volume, Normalization::Tomogram, nullptr, input.get());
    } catch (const Error& error) {
      card = error.what();
    }
    CHECK(card == host);
    CHECK_THAT(card, DFE_CONTAINS(fact));
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity(),
                  kNaN = std::numeric_limits<float>::quiet_NaN();
  for (const VoxelType type : {VoxelType::Float16, VoxelType::Float32})
    for (const bool swapped : {false, true}) {
      StoredVolume volume({18, 3, 10}, {type, swapped}, 2);
      volume.set(4, kInfinity);
      volume.set(7, -kInfinity);  // in the same row: the sum is NaN
      volume.set(18 * 30 - 1, kNaN);
      expect(volume, "3 of 540 voxels are NaN or infinite");
    }
  StoredVolume constant({3, 3, 10}, {VoxelType::Int8, false}, 2);
  for (std::int64_t i = 0; i < 90; ++i) constant.set(i, -5);
  expect(constant, "same value");
  StoredVolume largest({2, 3, 40}, {VoxelType::Float32, false},
                       2);  // finite, and the squares fit a double
  for (std::int64_t i = 0; i < 240; ++i) largest.set(i, i % 2 ? 3e38f : -3e38f);
  const auto backend = card_backend();
  const auto input = backend->voxels(largest, false);
  CHECK(Normalizer(largest, Normalization::Tomogram, nullptr, input.get()).moments().deviation() >
        2.9e38);
}

TEST_CASE("GPU: the plan says whether the voxels stay on the GPU") {
  const MemoryVolume volume = random_volume({64, 120, 100}, 1);
  const auto plan_with = [&](Normalization kind, std::int64_t bytes) {
    const auto backend = card_backend(Precision::Fp16, bytes);
    SegmentPlan plan = plan_network(volume, kWeights, *backend, {}, false).plan;
    const std::int64_t before = plan.card_bytes;
    plan_voxels(plan, volume, *backend, kind);
    CHECK(plan.card_bytes - before == (plan.voxels_on_card ? 64 * 120 * 100 * 4 : 0));
    return plan;
  };
  const SegmentPlan roomy = plan_with(Normalization::Tomogram, std::int64_t{1} << 32);
  CHECK(roomy.voxels_on_card);
  CHECK_THAT(roomy.to_string(), DFE_CONTAINS("with all voxels of the input"));
  CHECK(!plan_with(Normalization::Patch, std::int64_t{1} << 32).voxels_on_card);
  const SegmentPlan tight =
      plan_with(Normalization::Tomogram, (roomy.card_bytes - (std::int64_t{1} << 20)) / 19 * 20);
  CHECK(!tight.voxels_on_card);
  CHECK(tight.columns == roomy.columns);
}
