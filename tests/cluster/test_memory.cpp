// SPDX-License-Identifier: Apache-2.0
// The promised bound of the working memory, against every byte that is really asked for: this
// program counts its allocations.
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

namespace {

std::atomic<std::int64_t> live_bytes{0}, peak_bytes{0};

void* counted_new(std::size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  const std::int64_t live = live_bytes += static_cast<std::int64_t>(malloc_usable_size(memory));
  std::int64_t peak = peak_bytes.load();
  while (live > peak && !peak_bytes.compare_exchange_weak(peak, live)) {
  }
  return memory;
}

void counted_delete(void* memory) noexcept {
  if (memory != nullptr) live_bytes -= static_cast<std::int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return counted_new(size); }
void* operator new[](std::size_t size) { return counted_new(size); }
void operator delete(void* memory) noexcept { counted_delete(memory); }
void operator delete[](void* memory) noexcept { counted_delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { counted_delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { counted_delete(memory); }

namespace dfe {
namespace {

using test::component_options, test::empty_map, test::mean_shift_options, test::paint_ball;

/// Threads, option tables and the like, whatever the map.
constexpr std::int64_t kOverhead = 64 << 10;

class ConstantScores : public ScoreLookup {
 public:
  explicit ConstantScores(std::int64_t voxels) : voxels_(voxels) {}
  void plane(int, std::int64_t, float* out) const override { std::fill_n(out, voxels_, 0.5f); }

 private:
  std::int64_t voxels_;
};

void check_bound(const LabelMap& map, const ClusterOptions& options, int classes,
                 const ScoreLookup* scores) {
  std::int64_t foreground = 0;
  for (const std::uint8_t label : map.labels.span()) foreground += label != 0;
  const std::int64_t before = live_bytes;
  peak_bytes = before;
  const ParticleList list = cluster(map, options, scores);
  const std::int64_t used = peak_bytes - before;
  const double radius = options.radius.value;
  const std::int64_t bound =
      cluster_working_bytes(map.labels.extent(), options, {radius, radius, radius}, foreground,
                            classes, scores != nullptr);
  INFO("radius " << options.radius.value << ", " << foreground << " voxels, "
                 << list.particles.size() << " particles");
  CHECK(used <= bound + kOverhead);
}

TEST_CASE("clustering stays within its memory bound") {
  const Extent3 extent{60, 120, 120};
  LabelMap balls = empty_map(extent);
  for (int k = 0; k < 30; ++k) {
    const int row = k / 5;
    paint_ball(balls, {7.0 + 9 * (k % 6), 9.0 + 18 * row, 10.0 + 20 * (k % 5)}, 4 + k % 3,
               1 + k % 5);
  }
  LabelMap full = empty_map(extent);
  for (std::int64_t k = 0; k < full.labels.voxels(); ++k)
    full.labels.data()[k] = static_cast<std::uint8_t>(1 + k % 3);
  LabelMap noise = empty_map(extent);
  for (std::int64_t k = 0; k < noise.labels.voxels(); k += 97)
    noise.labels.data()[k] = static_cast<std::uint8_t>(1 + k % 5);
  const ConstantScores scores(extent.y * extent.x);
  for (const LabelMap* map : {&balls, &full, &noise})
    for (const double radius : {1.0, 2.5, 5.0, 9.0})
      for (const bool per_class : {false, true})
        for (const ScoreLookup* of :
             {static_cast<const ScoreLookup*>(nullptr), static_cast<const ScoreLookup*>(&scores)}) {
          ClusterOptions options = mean_shift_options(radius);
          options.per_class = per_class;
          options.compute.threads = 2;
          check_bound(*map, options, 5, of);
        }
  check_bound(balls, component_options(), 5, nullptr);
  check_bound(balls, component_options(), 5, &scores);
}

TEST_CASE("the bound is a bit per voxel and some hundred bytes per particle") {
  const Extent3 extent{464, 928, 928};
  const ClusterOptions options = mean_shift_options(8);
  const std::int64_t bits = extent.voxels() / 8;
  const std::int64_t empty = cluster_working_bytes(extent, options, {8, 8, 8}, 0, 13);
  CHECK(empty >= bits);
  CHECK(empty < bits + (1 << 20));
  CHECK(cluster_working_bytes(extent, options, {8, 8, 8}, 1000, 13) < empty + 1000 * 1000);
  // Radii of 2 x 8 x 8 voxels leave room for four times as many seeds.
  const auto seeds = [&](const Point3& radii) {
    return cluster_working_bytes(extent, options, radii, extent.voxels(), 13) - empty;
  };
  CHECK(static_cast<double>(seeds({2, 8, 8})) / static_cast<double>(seeds({8, 8, 8})) ==
        Approx(4).epsilon(0.1));
}

}  // namespace
}  // namespace dfe
