// SPDX-License-Identifier: Apache-2.0
// Rotation about x, voxel by voxel and position by position, and inversion.
#include "engine/inverted_volume.hpp"
#include "engine/rotated_volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const Extent3 kExtent{5, 3, 7};

/// Each voxel has a value of its own.
std::unique_ptr<MemoryVolume> numbered() {
  Volume<float> v(kExtent);
  float next = 0;
  for (float& value : v.span()) value = ++next;
  auto volume = std::make_unique<MemoryVolume>(std::move(v));
  volume->info().geometry.voxel_size = {30, 20, 10};
  return volume;
}

Volume<float> voxels_of(const VolumeSource& source) {
  Volume<float> v(source.extent());
  source.read_box({{}, source.extent()}, v.data());
  return v;
}

}  // namespace

TEST_CASE("a volume is rotated as IMOD's clip rotx does, and back") {
  // clip rotx writes the rows y = n - 1, n - 2, ... of all sections as sections 0, 1, ...
  const Volume<float> before = voxels_of(*numbered());
  const auto source = rotate_x(numbered());
  const Volume<float> after = voxels_of(*source);
  REQUIRE(source->extent() == Extent3{3, 5, 7});
  CHECK(source->info().geometry.voxel_size == VoxelSize{20, 30, 10});
  for (std::int64_t z = 0; z < 3; ++z)
    for (std::int64_t y = 0; y < 5; ++y)
      for (std::int64_t x = 0; x < 7; ++x) {
        CHECK(after(z, y, x) == before(y, 2 - z, x));
        CHECK(before_rotation_x(
                  {static_cast<double>(z), static_cast<double>(y), static_cast<double>(x)},
                  kExtent.y) ==
              Point3{static_cast<double>(y), static_cast<double>(2 - z), static_cast<double>(x)});
      }
  const auto back = rotate_x_back(rotate_x(numbered()));
  CHECK(back->extent() == kExtent);
  const Volume<float> again = voxels_of(*back);
  CHECK(std::equal(again.span().begin(), again.span().end(), before.span().begin()));
}

TEST_CASE("parts of a rotated volume are the parts of the whole") {
  for (const bool back : {false, true}) {
    const auto volume = back ? rotate_x_back(numbered()) : rotate_x(numbered());
    const Volume<float> whole = voxels_of(*volume);
    const Box3 box{{1, 2, 3}, {2, 2, 3}};
    Volume<float> part(box.extent);
    volume->read_box(box, part.data());
    for (std::int64_t z = 0; z < 2; ++z)
      for (std::int64_t y = 0; y < 2; ++y)
        for (std::int64_t x = 0; x < 3; ++x) CHECK(part(z, y, x) == whole(z + 1, y + 2, x + 3));
  }
}

TEST_CASE("labels of a rotated volume return to their voxels") {
  Volume<std::uint8_t> labels(rotated_x(kExtent));
  std::uint8_t next = 0;
  for (std::uint8_t& label : labels.span()) label = ++next;
  const Volume<std::uint8_t> back = rotate_x_back(labels);
  REQUIRE(back.extent() == kExtent);
  for (std::int64_t z = 0; z < kExtent.z; ++z)
    for (std::int64_t y = 0; y < kExtent.y; ++y)
      for (std::int64_t x = 0; x < kExtent.x; ++x)
        CHECK(back(z, y, x) == labels(kExtent.y - 1 - y, z, x));
}

TEST_CASE("inverted contrast negates every voxel") {
  const Volume<float> before = voxels_of(*numbered()),
                      after = voxels_of(*invert_volume(numbered()));
  for (std::size_t i = 0; i < before.span().size(); ++i)
    CHECK(after.span()[i] == -before.span()[i]);
}
