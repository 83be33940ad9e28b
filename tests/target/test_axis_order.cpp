// SPDX-License-Identifier: Apache-2.0
// The axis order of a list, told by the tomogram: it is right or unknown, never wrong.
#include <algorithm>
#include <cmath>

#include "core/philox.hpp"
#include "dfengine/volume.hpp"
#include "target/axis_order.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using targets::AxisOrder;

namespace {

constexpr std::int64_t kSide = 96;

/// Standard normal noise that counts what is read of it.
class Noise final : public VolumeSource {
 public:
  explicit Noise(std::uint64_t seed) : voxels_(Extent3{kSide, kSide, kSide}) {
    info_.geometry.extent = voxels_.extent();
    const Philox random(seed, RandomPurpose{901});
    for (std::int64_t i = 0; i < voxels_.voxels(); ++i)
      voxels_.data()[i] = static_cast<float>(random.normal(0, static_cast<std::uint64_t>(i)));
  }
  const VolumeInfo& info() const override { return info_; }
  void read_box(const Box3& box, float* out) const override {
    read += box.extent.voxels();
    for (std::int64_t z = 0; z < box.extent.z; ++z)
      for (std::int64_t y = 0; y < box.extent.y; ++y, out += box.extent.x)
        std::copy_n(&voxels_(box.begin.z + z, box.begin.y + y, box.begin.x), box.extent.x, out);
  }
  Volume<float>& voxels() { return voxels_; }

  /// Adds `value` in a ball.
  void add_ball(const Point3& c, double radius, float value) {
    for (std::int64_t z = 0; z < kSide; ++z)
      for (std::int64_t y = 0; y < kSide; ++y)
        for (std::int64_t x = 0; x < kSide; ++x)
          if (std::hypot(static_cast<double>(z) - c.z, static_cast<double>(y) - c.y,
                         static_cast<double>(x) - c.x) <= radius)
            voxels_(z, y, x) += value;
  }

  mutable std::int64_t read = 0;

 private:
  VolumeInfo info_;
  Volume<float> voxels_;
};

/// `n` positions at least 14 voxels from one another, whatever |x - z|.
std::vector<Particle> places(std::size_t n, std::uint64_t seed) {
  const Philox random(seed, RandomPurpose{902});
  std::vector<Particle> particles;
  for (std::uint64_t i = 0; particles.size() < n; ++i) {
    const auto at = [&](std::uint32_t axis) {
      return 8 + random.uniform(axis, i) * static_cast<float>(kSide - 16);
    };
    Particle p;
    p.class_label = 1;
    p.position_voxels = {at(0), at(1), at(2)};
    bool apart = true;
    for (const Particle& q : particles)
      apart = apart && std::hypot(p.position_voxels.z - q.position_voxels.z,
                                  p.position_voxels.y - q.position_voxels.y,
                                  p.position_voxels.x - q.position_voxels.x) >= 14;
    if (apart) particles.push_back(p);
  }
  return particles;
}

std::vector<Particle> exchanged(std::vector<Particle> particles) {
  for (Particle& p : particles) std::swap(p.position_voxels.x, p.position_voxels.z);
  return particles;
}

AxisOrder order(const VolumeSource& tomogram, const std::vector<Particle>& particles) {
  return targets::tell_axis_order(targets::score_axis_orders(tomogram, particles));
}

/// Noise with particles.
Noise tomogram_of(const std::vector<Particle>& particles, float value, std::uint64_t seed) {
  Noise tomogram(seed);
  for (const Particle& p : particles) tomogram.add_ball(p.position_voxels, 5, value);
  return tomogram;
}

}  // namespace

TEST_CASE("axis order: found for dark, bright and faint particles, few and many") {
  for (const std::size_t n : {std::size_t{12}, std::size_t{100}})
    for (const float value : {-1.0f, 1.0f, -0.4f}) {
      CAPTURE(n, value);
      const std::vector<Particle> particles = places(n, 3);
      const Noise tomogram = tomogram_of(particles, value, 4);
      CHECK(order(tomogram, particles) == AxisOrder::Listed);
      CHECK(order(tomogram, exchanged(particles)) == AxisOrder::Exchanged);
      const auto scores = targets::score_axis_orders(tomogram, particles);
      CHECK(scores.listed * value > 0);
    }
}

TEST_CASE("axis order: one to five particles are right or unknown") {
  int told = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const std::vector<Particle> all = places(40, seed);
    const Noise tomogram = tomogram_of(all, -1, 100 + seed);
    for (std::size_t n = 1; n <= 5; ++n) {
      CAPTURE(seed, n);
      const std::vector<Particle> few(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
      const AxisOrder as_is = order(tomogram, few), other = order(tomogram, exchanged(few));
      CHECK(as_is != AxisOrder::Exchanged);
      CHECK(other != AxisOrder::Listed);
      if (n <= 2) CHECK(as_is == AxisOrder::Unknown);
      told += as_is == AxisOrder::Listed ? 1 : 0;
    }
  }
  CHECK(told > 0);
}

TEST_CASE("axis order: nothing is told where the tomogram knows nothing of the list") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const Noise tomogram = tomogram_of(places(30, seed), -1, seed);
    CHECK(order(tomogram, places(60, 1000 + seed)) == AxisOrder::Unknown);  // another's list
    CHECK(order(Noise(seed), places(60, seed)) == AxisOrder::Unknown);      // no contrast
  }
  Noise flat(1);
  std::fill(flat.voxels().span().begin(), flat.voxels().span().end(), 3.0f);
  CHECK(order(flat, places(60, 2)) == AxisOrder::Unknown);
  std::fill(flat.voxels().span().begin(), flat.voxels().span().end(), std::nanf(""));
  CHECK(order(flat, places(60, 2)) == AxisOrder::Unknown);
}

TEST_CASE("axis order: what fits either way is not told") {
  std::vector<Particle> both = places(20, 5);
  const std::vector<Particle> mirror = exchanged(both);
  both.insert(both.end(), mirror.begin(), mirror.end());
  CHECK(order(tomogram_of(both, -1, 6), both) == AxisOrder::Unknown);

  // On the plane x = z there is nothing to tell: either order gives the same positions.
  std::vector<Particle> on_plane = places(20, 7);
  for (Particle& p : on_plane) p.position_voxels.x = p.position_voxels.z + 0.5;
  const auto scores = targets::score_axis_orders(Noise(8), on_plane);
  CHECK(scores.positions == 0);
  CHECK(scores.same);
  CHECK(targets::tell_axis_order(scores) == AxisOrder::Listed);
  for (Particle& p : on_plane) p.position_voxels.x = p.position_voxels.z + 4;
  CHECK(order(Noise(8), on_plane) == AxisOrder::Unknown);
}

TEST_CASE("axis order: one dark place proves nothing, however dark or often it is listed") {
  // In the wrong order one position meets a gold bead, and the list has it twenty times.
  const std::vector<Particle> one = places(1, 11);
  REQUIRE(std::abs(one[0].position_voxels.x - one[0].position_voxels.z) >= 10);
  Noise tomogram(12);
  tomogram.add_ball(one[0].position_voxels, 5, -100);
  const std::vector<Particle> often(20, exchanged(one)[0]);
  const auto scores = targets::score_axis_orders(tomogram, often);
  CHECK(scores.positions == 1);
  CHECK(targets::tell_axis_order(scores) == AxisOrder::Unknown);
}

TEST_CASE("axis order: only small boxes are read, however long the list") {
  const Noise tomogram(13);
  std::vector<Particle> many;
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    for (const Particle& p : places(100, seed)) many.push_back(p);
  targets::score_axis_orders(tomogram, many);
  CHECK(tomogram.read <= (2 * 128 + 2 * 256) * 13 * 13 * 13);
}

TEST_CASE("axis order: the thresholds") {
  const auto told = [](double listed, double exchanged) {
    targets::AxisOrderScores scores;
    scores.listed = listed;
    scores.exchanged = exchanged;
    return targets::tell_axis_order(scores);
  };
  CHECK(told(-5, 2.5) == AxisOrder::Listed);
  CHECK(told(5, -2.6) == AxisOrder::Unknown);
  CHECK(told(-4.9, 0) == AxisOrder::Unknown);
  CHECK(told(1, 8) == AxisOrder::Exchanged);
  CHECK(told(-20, -11) == AxisOrder::Unknown);
}
