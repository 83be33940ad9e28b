// SPDX-License-Identifier: Apache-2.0
// Binning and resampling: values, extents, and above all where voxels lie afterwards.
#include "engine/adapted_volume.hpp"

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

/// A volume whose voxel (z, y, x) is a·z + b·y + c·x: linear interpolation and averages keep it
/// exactly.
std::unique_ptr<MemoryVolume> ramp(Extent3 extent, double angstrom) {
  Volume<float> v(extent);
  for (std::int64_t z = 0; z < extent.z; ++z)
    for (std::int64_t y = 0; y < extent.y; ++y)
      for (std::int64_t x = 0; x < extent.x; ++x)
        v(z, y, x) = static_cast<float>(100 * z + 10 * y + x);
  auto volume = std::make_unique<MemoryVolume>(std::move(v));
  volume->info().geometry.voxel_size = VoxelSize::cubic(angstrom);
  return volume;
}

std::vector<float> all_of(const VolumeSource& volume) {
  std::vector<float> values(static_cast<std::size_t>(volume.extent().voxels()));
  volume.read_box({{0, 0, 0}, volume.extent()}, values.data());
  return values;
}

}  // namespace

TEST_CASE("a binned voxel's value and its place agree: x_full = (x_bin + 1/2)·b - 1/2") {
  for (const std::int64_t factor : {1, 2, 3, 5}) {
    const auto binned = bin_volume(ramp({15, 30, 45}, 4), factor);  // multiples of 3 and 5
    const Extent3 e = binned->extent();
    const std::vector<float> values = all_of(*binned);
    INFO("factor " << factor);
    CHECK(e == Extent3{(15 + factor - 1) / factor, (30 + factor - 1) / factor,
                       (45 + factor - 1) / factor});
    CHECK(binned->info().geometry.voxel_size.x_angstrom ==
          Approx(4.0 * static_cast<double>(factor)));
    CHECK(binned->info().geometry.origin_angstrom.z ==
          Approx(2.0 * static_cast<double>(factor - 1)));
    const auto b = static_cast<double>(factor);
    for (const Index3 at : {Index3{0, 0, 0}, Index3{1, 3, 2}, Index3{2, 4, 6}}) {
      const Point3 full = on_original_grid(
          {static_cast<double>(at.z), static_cast<double>(at.y), static_cast<double>(at.x)},
          {b, b, b});
      CHECK(values[static_cast<std::size_t>((at.z * e.y + at.y) * e.x + at.x)] ==
            Approx(100 * full.z + 10 * full.y + full.x));
    }
  }
}

TEST_CASE("blocks cut by a face average the voxels they have") {
  const auto binned = bin_volume(ramp({1, 1, 5}, 1), 2);
  CHECK(all_of(*binned) == std::vector<float>{0.5f, 2.5f, 4.0f});
  CHECK_THROWS_AS(bin_volume(ramp({2, 2, 2}, 1), 0), Error);
}

TEST_CASE("resampling keeps the outer faces, and a ramp away from them") {
  for (const double target : {5.0, 8.0, 10.0, 13.0, 17.5, 20.0}) {
    const auto resampled = resample_volume(ramp({12, 24, 60}, 10), target);
    const Extent3 e = resampled->extent();
    INFO("to " << target << " Å: " << e.to_string());
    CHECK(e.x == std::llround(600 / target));
    CHECK(resampled->info().geometry.voxel_size.x_angstrom * static_cast<double>(e.x) ==
          Approx(600));
    const std::vector<float> values = all_of(*resampled);
    const auto place = [](std::int64_t i, std::int64_t n,
                          std::int64_t m) {  // of output voxel i of n on the input grid of m
      return (static_cast<double>(i) + 0.5) * static_cast<double>(m) / static_cast<double>(n) - 0.5;
    };
    const std::int64_t z = e.z / 2, y = e.y / 2;
    for (std::int64_t x = 2; x < e.x - 2; ++x) {
      const double pz = place(z, e.z, 12), py = place(y, e.y, 24), px = place(x, e.x, 60);
      CHECK(values[static_cast<std::size_t>((z * e.y + y) * e.x + x)] ==
            Approx(100 * pz + 10 * py + px).margin(1e-3));
    }
  }
}

TEST_CASE("resampling to the same size changes nothing") {
  const auto original = ramp({5, 6, 7}, 10);
  const std::vector<float> before = all_of(*original);
  CHECK(all_of(*resample_volume(ramp({5, 6, 7}, 10), 10)) == before);
}

TEST_CASE("parts of an adapted volume are the parts of the whole") {
  const auto volume = resample_volume(ramp({9, 14, 23}, 10), 13.7);
  const Extent3 e = volume->extent();
  const std::vector<float> whole = all_of(*volume);
  for (std::int64_t z = 0; z < e.z; ++z)
    for (std::int64_t x = 0; x + 3 <= e.x; x += 2) {
      std::vector<float> part(static_cast<std::size_t>(2 * 3));
      volume->read_box({{z, 4, x}, {1, 2, 3}}, part.data());
      for (std::int64_t i = 0; i < 6; ++i)
        CHECK(part[static_cast<std::size_t>(i)] ==
              whole[static_cast<std::size_t>((z * e.y + 4 + i / 3) * e.x + x + i % 3)]);
    }
}

TEST_CASE("resampling refuses what it cannot mean") {
  CHECK_THROWS_WITH(resample_volume(ramp({4, 4, 4}, 0), 10), DFE_CONTAINS("unknown"));
  CHECK_THROWS_WITH(resample_volume(ramp({4, 4, 4}, 100), 1e-5), DFE_CONTAINS("million"));
}
