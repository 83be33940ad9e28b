// SPDX-License-Identifier: Apache-2.0
#include "bench/gpu/mean_shift_check.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "cluster/cluster_on.hpp"
#include "core/philox.hpp"
#include "kernels/cuda/machine/host_machine.hpp"
#include "kernels/cuda/mean_shift/card_mean_shift.hpp"
#include "kernels/cuda_loader.hpp"

namespace dfe {
namespace {

using Clock = std::chrono::steady_clock;
double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

constexpr double kBandwidth = 8;
constexpr std::int64_t kBallRadius = 7, kBallSquare = 59;  // 1,935 voxels

/// Balls of 12 classes, each somewhere in a cell of its own, so that there are about as many
/// clusters as balls.
LabelMap map_of_balls(const Extent3& extent, std::int64_t balls) {
  LabelMap map;
  map.labels = Volume<std::uint8_t>(extent, 0);
  map.geometry.extent = extent;
  std::int64_t edge = 1 + static_cast<std::int64_t>(std::cbrt(static_cast<double>(extent.voxels()) /
                                                              static_cast<double>(balls)));
  const auto cells = [&] { return Extent3{extent.z / edge, extent.y / edge, extent.x / edge}; };
  while (edge > 1 && cells().voxels() < balls) --edge;
  const Philox philox(20261126, RandomPurpose{3});
  for (std::int64_t ball = 0; ball < balls; ++ball) {
    const auto words = philox.at(0, static_cast<std::uint64_t>(ball));
    const auto place = [&](std::int64_t cell, std::uint32_t word) {
      return cell * edge + kBallRadius + 1 +
             static_cast<std::int64_t>(word) %
                 std::max<std::int64_t>(1, edge - 2 * kBallRadius - 2);
    };
    const Extent3 n = cells();
    const Index3 c{place(ball / (n.y * n.x), words[0]), place(ball / n.x % n.y, words[1]),
                   place(ball % n.x, words[2])};
    for (std::int64_t z = -kBallRadius; z <= kBallRadius; ++z)
      for (std::int64_t y = -kBallRadius; y <= kBallRadius; ++y)
        for (std::int64_t x = -kBallRadius; x <= kBallRadius; ++x)
          if (z * z + y * y + x * x <= kBallSquare && c.z + z < extent.z && c.y + y < extent.y &&
              c.x + x < extent.x)
            map.labels(c.z + z, c.y + y, c.x + x) = static_cast<std::uint8_t>(1 + ball % 12);
  }
  return map;
}

/// Passes everything on and measures it.
class Timed final : public MeanShiftDevice {
 public:
  explicit Timed(std::unique_ptr<MeanShiftDevice> device) : device_(std::move(device)) {}
  std::string description() const override { return device_->description(); }
  std::string refusal(const Extent3& extent, std::int64_t most) const override {
    return device_->refusal(extent, most);
  }
  void load(ThreadPool& pool, VolumeView<const std::uint8_t> labels,
            const std::function<void(std::int64_t)>& loaded) override {
    const Stopwatch watch(load_ms);
    device_->load(pool, labels, loaded);
  }
  Taken take(int class_label) override {
    const Stopwatch watch(take_ms);
    const Taken taken = device_->take(class_label);
    voxels = taken.voxels;
    return taken;
  }
  std::int64_t mark_seeds(const Cells* cells) override {
    const Stopwatch watch(seeds_ms);
    return seeds = device_->mark_seeds(cells);
  }
  void climb(const SeedPlaces& places, const Bandwidth& bandwidth, std::int64_t first,
             std::span<Mode> ends) override {
    const Stopwatch watch(climb_ms);
    device_->climb(places, bandwidth, first, ends);
  }
  void count_members(const Centres& centres, std::span<const std::int16_t> slot_of_label,
                     std::span<std::int64_t> sums, std::span<std::int64_t> votes) override {
    const Stopwatch watch(members_ms);
    device_->count_members(centres, slot_of_label, sums, votes);
  }

  double load_ms = 0, take_ms = 0, seeds_ms = 0, climb_ms = 0, members_ms = 0;
  std::int64_t voxels = 0, seeds = 0;

 private:
  struct Stopwatch {
    explicit Stopwatch(double& total) : sum(total) {}
    ~Stopwatch() { sum += milliseconds_since(start); }
    double& sum;
    Clock::time_point start = Clock::now();
  };
  std::unique_ptr<MeanShiftDevice> device_;
};

bool same(const ParticleList& a, const ParticleList& b) {
  return std::equal(a.particles.begin(), a.particles.end(), b.particles.begin(), b.particles.end(),
                    [](const Particle& p, const Particle& q) {
                      return std::memcmp(&p.position_voxels, &q.position_voxels, sizeof(Point3)) ==
                                 0 &&
                             p.class_label == q.class_label && p.cluster_size == q.cluster_size &&
                             p.score == q.score;
                    });
}

}  // namespace

int check_mean_shift(const std::string& device, const Extent3& extent, std::int64_t balls,
                     int repeats) {
  const LabelMap map = map_of_balls(extent, balls);
  ClusterOptions options;
  options.radius.value = kBandwidth;
  auto start = Clock::now();
  const ParticleList expected = cluster(map, options);
  const double cpu_ms = milliseconds_since(start);
  std::unique_ptr<Timed> card;
  if (device == "stand-in")
    card = std::make_unique<Timed>(card::make_card_mean_shift(card::make_host_machine()));
  if (device.starts_with("cuda")) card = std::make_unique<Timed>(card::open_mean_shift(device));
  bool equal = true;
  for (int run = 0; run < repeats; ++run) {
    if (card)
      card->load_ms = card->take_ms = card->seeds_ms = card->climb_ms = card->members_ms = 0;
    start = Clock::now();
    const ParticleList found = cluster_on(card.get(), map, options);
    const double ms = milliseconds_since(start);
    equal = equal && same(found, expected);
    std::printf("{\"run\": %d, \"clusters\": %zu, \"equal\": %s, \"ms\": %.3f, \"cpu_ms\": %.1f",
                run, found.particles.size(), equal ? "true" : "false", ms, cpu_ms);
    if (card)
      std::printf(
          ", \"voxels\": %ld, \"seeds\": %ld, \"load_ms\": %.3f, \"take_ms\": %.3f, \"seeds_ms\": "
          "%.3f, \"climb_ms\": %.3f, "
          "\"members_ms\": %.3f, \"host_ms\": %.3f",
          static_cast<long>(card->voxels), static_cast<long>(card->seeds), card->load_ms,
          card->take_ms, card->seeds_ms, card->climb_ms, card->members_ms,
          ms - card->load_ms - card->take_ms - card->seeds_ms - card->climb_ms - card->members_ms);
    std::printf("}\n");
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace dfe
