// SPDX-License-Identifier: Apache-2.0
// Mean shift on the GPU's stand-in against the CPU's: the same particles to the last bit, whatever
// the map.
#include <cmath>
#include <cstring>

#include "cluster/cluster_on.hpp"
#include "cluster/mean_shift.hpp"
#include "cluster/progress_share.hpp"
#include "kernels/cuda/machine/host_machine.hpp"
#include "kernels/cuda/mean_shift/card_mean_shift.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

std::unique_ptr<MeanShiftDevice> stand_in() {
  return card::make_card_mean_shift(card::make_host_machine());
}

bool same_bits(const Point3& a, const Point3& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// Clusters on both and returns how many particles there are.
std::size_t check_same(MeanShiftDevice& device, const LabelMap& map, const ClusterOptions& options,
                       const ScoreLookup* scores = nullptr) {
  const ParticleList expected = cluster(map, options, scores),
                     found = cluster_on(&device, map, options, scores);
  INFO("extent " << map.labels.extent().to_string() << ", radius " << options.radius.value
                 << (options.per_class ? ", per class" : ""));
  REQUIRE(found.particles.size() == expected.particles.size());
  for (std::size_t k = 0; k < expected.particles.size(); ++k) {
    const Particle &a = expected.particles[k], &b = found.particles[k];
    CHECK(same_bits(a.position_voxels, b.position_voxels));
    CHECK(a.class_label == b.class_label);
    CHECK(a.cluster_size == b.cluster_size);
    CHECK(a.score == b.score);
  }
  return expected.particles.size();
}

class Told : public Observer {
 public:
  explicit Told(int cancel_after = -1) : left_(cancel_after) {}
  void progress(std::string_view, std::int64_t done, std::int64_t total) override {
    forward = forward && done >= last && done <= total;
    last = done, all = total;
  }
  void message(LogLevel level, std::string_view text) override {
    if (level == LogLevel::Warning) messages += text;
  }
  bool cancelled() override { return left_-- == 0; }

  std::string messages;
  std::int64_t last = 0, all = 0;
  bool forward = true;

 private:
  int left_;
};

/// Four balls that touch, two at faces of the map, single voxels, and labels with gaps.
LabelMap busy_map() {
  LabelMap map = empty_map({30, 44, 70});
  paint_ball(map, {10, 12, 20}, 5, 1);
  paint_ball(map, {10, 12, 29}, 5, 3);
  paint_ball(map, {12, 20, 24.5}, 4.5, 3);
  paint_ball(map, {17, 13, 25}, 4, 200);
  paint_ball(map, {0, 0, 69}, 6, 7);
  paint_ball(map, {29, 43, 33}, 7, 255);
  map.labels(0, 43, 0) = map.labels(29, 0, 31) = map.labels(29, 0, 32) = map.labels(15, 30, 63) = 2;
  return map;
}

}  // namespace

TEST_CASE("GPU: mean shift of random maps is the CPU's, for many radii") {
  Random random(41);
  const auto device = stand_in();  // one for all: its memory is used again
  constexpr double kRadii[] = {0.7, 1, 1.4142135623730951, 2, 2.5, 3, 4, 5, 7.3, 10};
  for (int trial = 0; trial < 150; ++trial) {
    const LabelMap map = random_map(random, trial % 3 == 0 ? 48 : 18);
    ClusterOptions options = mean_shift_options(kRadii[random.below(10)]);
    options.position = random.below(2) != 0 ? PickPosition::Mode : PickPosition::Centroid;
    options.per_class = random.below(4) == 0;
    options.min_size = random.below(6);
    options.compute.threads = static_cast<int>(1 + random.below(3));
    INFO("trial " << trial);
    check_same(*device, map, options);
  }
}

TEST_CASE("GPU: a radius in Å is the CPU's ellipsoid of voxels") {
  Random random(43);
  const auto device = stand_in();
  const VoxelSize sizes[] = {{30, 10, 10}, {10, 10, 30}, {10, 30, 10}, {17.36, 13.68, 10}};
  std::size_t particles = 0;
  for (int trial = 0; trial < 100; ++trial) {
    LabelMap map = random_map(random, trial % 3 == 0 ? 48 : 18);
    map.geometry.voxel_size = sizes[random.below(4)];
    ClusterOptions options = mean_shift_options(8 + 62 * random.unit());
    options.radius.is_angstrom = true;
    options.position = random.below(2) != 0 ? PickPosition::Mode : PickPosition::Centroid;
    options.per_class = random.below(4) == 0;
    INFO("trial " << trial);
    particles += check_same(*device, map, options);
  }
  CHECK(particles > 100);
}

TEST_CASE("GPU: touching balls, balls at faces and single voxels") {
  const LabelMap map = busy_map();
  const auto device = stand_in();
  for (const double radius : {1.0, 1.5, 2.0, 3.0, 4.4, 5.0, 6.0, 7.5, 8.0, 9.0, 10.0, 40.0, 87.0})
    for (const bool per_class : {false, true}) {
      ClusterOptions options = mean_shift_options(radius);
      options.per_class = per_class;
      CHECK(check_same(*device, map, options) > 0);
    }
}

TEST_CASE("GPU: empty maps, full maps and maps of one voxel") {
  const auto device = stand_in();
  for (const Extent3 extent : {Extent3{1, 1, 1}, {1, 1, 33}, {5, 1, 32}, {9, 10, 11}, {0, 4, 4}}) {
    LabelMap map = empty_map(extent);
    for (const double radius : {0.5, 1.0, 2.5, 4.0, 60.0}) {
      CHECK(check_same(*device, map, mean_shift_options(radius)) == 0);
      LabelMap full = empty_map(extent);
      for (std::int64_t k = 0; k < full.labels.voxels(); ++k)
        full.labels.data()[k] = static_cast<std::uint8_t>(1 + k % 3);
      for (const bool per_class : {false, true}) {
        ClusterOptions options = mean_shift_options(radius);
        options.per_class = per_class;
        check_same(*device, full, options);
      }
    }
  }
}

TEST_CASE("GPU: more modes than a byte counts, and every label") {
  const auto device = stand_in();
  LabelMap grid = empty_map({33, 34, 35});
  for (std::int64_t z = 0; z < 33; z += 4)
    for (std::int64_t y = 1; y < 34; y += 4)
      for (std::int64_t x = 2; x < 35; x += 4)
        grid.labels(z, y, x) = static_cast<std::uint8_t>(1 + (z * 7 + y * 3 + x) % 255);
  CHECK(check_same(*device, grid, mean_shift_options(1.5)) == 729);
  CHECK(check_same(*device, grid, mean_shift_options(6)) > 0);
  Random random(4);
  LabelMap noise = empty_map({12, 13, 40});
  for (std::uint8_t& label : noise.labels.span())
    label = static_cast<std::uint8_t>(random.below(256));
  for (const bool per_class : {false, true}) {
    ClusterOptions options = mean_shift_options(2.5);
    options.per_class = per_class;
    CHECK(check_same(*device, noise, options) > 0);
  }
}

TEST_CASE("GPU: scores come out alike") {
  class Slopes : public ScoreLookup {
   public:
    explicit Slopes(const Extent3& extent) : plane_(extent.y * extent.x) {}
    void plane(int label, std::int64_t z, float* out) const override {
      for (std::int64_t k = 0; k < plane_; ++k)
        out[k] = static_cast<float>((k * 37 + z * 11 + label) % 101) / 100;
    }

   private:
    std::int64_t plane_;
  };
  const LabelMap map = busy_map();
  const Slopes scores(map.labels.extent());
  const auto device = stand_in();
  for (const bool per_class : {false, true}) {
    ClusterOptions options = mean_shift_options(5);
    options.per_class = per_class;
    CHECK(check_same(*device, map, options, &scores) > 0);
  }
}

TEST_CASE("GPU: climbs in portions are those from the seeds of the CPU, one by one") {
  const LabelMap map = busy_map();
  ThreadPool pool(2);
  ProgressShare progress(nullptr, 1);
  const Foreground foreground(pool, map.labels.view(), 0, progress);
  constexpr double kRadius = 2.5;
  const std::vector<Point3> seeds = bin_seeds(pool, foreground, kRadius);
  const auto device = stand_in();
  device->load(pool, map.labels.view(), [](std::int64_t) {});
  const MeanShiftDevice::Taken taken = device->take(0);
  CHECK(taken.voxels == foreground.count());
  CHECK(taken.labels == foreground.labels());
  CHECK(device->mark_seeds(nullptr) == foreground.count());
  MeanShiftDevice::Cells cells;
  MeanShiftDevice::SeedPlaces places;
  const std::int64_t sizes[] = {30, 44, 70};
  for (std::size_t k = 0; k < 3; ++k) {
    const CellAxis axis(sizes[k], kRadius, 1);
    for (std::int64_t at = 0; at < sizes[k]; ++at) {
      places[k].push_back(axis.seed_of(at));
      const std::int32_t cell = axis.cell_of[static_cast<std::size_t>(at)];
      if (at == 0 || cell != axis.cell_of[static_cast<std::size_t>(at - 1)])
        cells[k].push_back(static_cast<std::int32_t>(at));
    }
    cells[k].push_back(static_cast<std::int32_t>(sizes[k]));
  }
  REQUIRE(device->mark_seeds(&cells) == static_cast<std::int64_t>(seeds.size()));
  for (const std::size_t portion : {std::size_t{1}, std::size_t{7}, seeds.size()}) {
    std::vector<Mode> ends(seeds.size());
    for (std::size_t first = 0; first < seeds.size(); first += portion)
      device->climb(places, kRadius, static_cast<std::int64_t>(first),
                    std::span(ends).subspan(first, std::min(portion, seeds.size() - first)));
    std::int64_t differ = 0;
    for (std::size_t k = 0; k < seeds.size(); ++k) {
      const Mode expected = climb(foreground, seeds[k], kRadius);
      differ += !same_bits(ends[k].position, expected.position) ||
                ends[k].neighbours != expected.neighbours;
    }
    CHECK(differ == 0);
  }
}

TEST_CASE("GPU: votes are counted for the labels asked for alone") {
  LabelMap map = empty_map({4, 5, 40});
  for (std::int64_t x = 0; x < 40; ++x) map.labels(2, 3, x) = static_cast<std::uint8_t>(1 + x % 4);
  ThreadPool pool(1);
  const auto device = stand_in();
  device->load(pool, map.labels.view(), [](std::int64_t) {});
  REQUIRE(device->take(0).voxels == 40);
  const std::vector<Point3> centres{
      {2, 3, 9}, {2, 3, 29}};  // 0 to 19, where a tie goes to the first, and 20 to 39
  const std::uint32_t starts[] = {0, 2}, order[] = {0, 1};
  std::vector<std::int16_t> slots(256, -1);
  slots[4] = 0, slots[2] = 1;
  std::vector<std::int64_t> sums(8, -1), votes(4, -1);
  const MeanShiftDevice::Centres all{centres, {0.01, 1, 1, 1, starts, order}, 0.5};
  device->count_members(all, slots, sums, votes);
  CHECK(sums == std::vector<std::int64_t>{20, 40, 60, 190, 20, 40, 60, 590});
  CHECK(votes == std::vector<std::int64_t>{5, 5, 5, 5});
  slots[2] = -1, slots[4] = -1, slots[1] = 0;
  std::vector<std::int64_t> more(2, -1);
  device->count_members(all, slots, {}, more);
  CHECK(more == std::vector<std::int64_t>{5, 5});
}

TEST_CASE("a climb that never rests ends after 300 more steps, and one without voxels at once") {
  int calls = 0;
  const auto runs_away = [&](const Point3& at) {
    ++calls;
    return PointSum{1, static_cast<std::int64_t>(at.z) + 1, 0, 0};
  };
  const Mode end = climb_by(runs_away, {0, 0, 0}, 2);
  CHECK(calls == 301);
  CHECK(end.position == Point3{301, 0, 0});
  CHECK(climb_by([](const Point3&) { return PointSum{}; }, {1, 2, 3}, 2).neighbours == 0);
}

TEST_CASE("GPU: a map that goes up in several pieces, with progress, and cancelled anywhere") {
  LabelMap map = empty_map({140, 250, 260});  // 9.1 MB
  for (int k = 0; k < 12; ++k)
    paint_ball(map, {10.0 + 11 * k, 20.0 + 18 * k, 250.0 - 19 * k}, 4 + k % 3, 1 + k % 4);
  const auto device = stand_in();
  const ClusterOptions options = mean_shift_options(5);
  CHECK(check_same(*device, map, options) == 12);
  Told told;
  cluster_on(device.get(), map, options, nullptr, &told);
  CHECK(told.forward);
  CHECK(told.last == told.all);
  CHECK(told.all > 0);
  CHECK(told.messages.empty());
  for (const int after : {0, 1, 2, 3, 4}) {
    Told impatient(after);
    CHECK_THROWS_WITH(cluster_on(device.get(), map, options, nullptr, &impatient),
                      DFE_CONTAINS("cancelled"));
  }
  CHECK(check_same(*device, map, options) == 12);
}

TEST_CASE("GPU: what it has no room for is clustered on the CPU, and the user is told why") {
  const LabelMap map = busy_map();
  const auto small = card::make_card_mean_shift(card::make_host_machine(std::int64_t{60} << 20));
  CHECK_THAT(small->refusal(map.labels.extent(), 1000), DFE_CONTAINS("MiB are free"));
  CHECK_THAT(small->refusal({std::int64_t{1} << 29, 8, 1}, 1), DFE_CONTAINS("2^30"));
  CHECK_THAT(stand_in()->refusal({464, 928, 928}, 1'000'000'000'000), DFE_CONTAINS("MiB are free"));
  CHECK(stand_in()->refusal({464, 928, 928}, 1'000'000).empty());
  const ClusterOptions options = mean_shift_options(5);
  Told told;
  const ParticleList list = cluster_on(small.get(), map, options, nullptr, &told);
  CHECK_THAT(told.messages, DFE_CONTAINS("on the CPU instead of stand-in") && DFE_CONTAINS("MiB"));
  CHECK(list.particles.size() == check_same(*small, map, options));
}
