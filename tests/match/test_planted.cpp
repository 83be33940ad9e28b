// SPDX-License-Identifier: Apache-2.0
// Templates of every kind of point group, planted from their formula, are found at their voxel and
// in their orientation; and what no number of threads may change.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/math/rotation.hpp"
#include "match/exact.hpp"
#include "match/orientations.hpp"
#include "match/point_group.hpp"
#include "match/template_body.hpp"
#include "match_cases.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

struct Blob {
  Point3 place;
  double height, width;
};

double distance2(const Point3& a, const Point3& b) {
  return std::pow(a.z - b.z, 2) + std::pow(a.y - b.y, 2) + std::pow(a.x - b.x, 2);
}

/// Adds a blob and what the group makes of it, each place once.
void add_orbit(const std::vector<Rotation>& group, const Blob& blob, std::vector<Blob>& blobs) {
  const std::size_t first = blobs.size();
  for (const Rotation& g : group) {
    const Point3 place = math::rotate(g, blob.place);
    if (std::none_of(blobs.begin() + static_cast<std::ptrdiff_t>(first), blobs.end(),
                     [&](const Blob& b) { return distance2(b.place, place) < 1e-6; }))
      blobs.push_back({place, blob.height, blob.width});
  }
}

/// The unit vector along the axis of the smallest turn.
Point3 main_axis(const std::vector<Rotation>& group) {
  const auto trace = [](const Rotation& r) { return r[0] + r[4] + r[8]; };
  const Rotation r =
      *std::max_element(group.begin() + 1, group.end(),
                        [&](const Rotation& a, const Rotation& b) { return trace(a) < trace(b); });
  const Point3 twice{r[3] - r[1], r[2] - r[6], r[7] - r[5]};
  const double length = std::sqrt(distance2(twice, {}));
  return {twice.z / length, twice.y / length, twice.x / length};
}

/// Blobs that have the rotations of the group and no others.
std::vector<Blob> blobs_of(const std::string& name) {
  const std::vector<Rotation> group = point_group(name);
  std::vector<Blob> blobs;
  if (name[0] == 'C') {
    add_orbit(group, {{2.2, 0.5, 5}, 1, 1.3}, blobs);
    add_orbit(group, {{-5, 0, 0}, 1.4, 1.5}, blobs);
    add_orbit(group, {{-1, 3.5, -2}, -0.8, 1.2}, blobs);
  } else if (name[0] == 'D') {
    // Off all axes of order 2, which D7 has every 180 / 7 degrees.
    const double azimuth = 0.15;
    add_orbit(group, {{3.5, 5 * std::sin(azimuth), 5 * std::cos(azimuth)}, 1, 1.3}, blobs);
  } else {  // the corners of a tetrahedron, octahedron or icosahedron
    const Point3 axis = main_axis(group);
    add_orbit(group, {{6 * axis.z, 6 * axis.y, 6 * axis.x}, 1, 1.4}, blobs);
  }
  return blobs;
}

double value_at(const std::vector<Blob>& blobs, const Point3& p) {
  double value = 0;
  for (const Blob& b : blobs)
    value += b.height * std::exp(-distance2(p, b.place) / (2 * b.width * b.width));
  return value;
}

/// Adds the blobs, turned, around a voxel.
void add_to(Volume<float>& volume, const std::vector<Blob>& blobs, const Rotation& r,
            const Index3& centre) {
  const Extent3 n = volume.extent();
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x)
        volume(z, y, x) += static_cast<float>(value_at(
            blobs, math::rotate_back(
                       r, {static_cast<double>(z - centre.z), static_cast<double>(y - centre.y),
                           static_cast<double>(x - centre.x)})));
}

constexpr Rotation kUnturned{1, 0, 0, 0, 1, 0, 0, 0, 1};

TEST_CASE("planted templates of all point groups: voxel and orientation exactly") {
  const std::vector<Rotation> all = healpix_orientations(30);
  const Extent3 n{30, 33, 35};
  for (const char* name :
       {"C1", "C2", "C3", "C4", "C7", "D2", "D3", "D7", "T", "O", "I", "I1", "I2", "I3", "I4"}) {
    const std::vector<Blob> blobs = blobs_of(name);
    const std::vector<Rotation> list = reduced_by(point_group(name), all);
    for (const std::int64_t size : {20, 21}) {
      MatchTemplate t;
      t.density = Volume<float>({size, size, size}, 0.0F);
      add_to(t.density, blobs, kUnturned, {size / 2, size / 2, size / 2});
      t.mask = soft_sphere({size, size, size}, 7.5, 1.5);
      for (const std::size_t id : {list.size() / 3, list.size() - 1}) {
        CAPTURE(name, size, id, list.size());
        Volume<float> tomogram = test::noise_volume(n);
        for (float& v : tomogram.span()) v *= 0.05F;
        const Index3 centre{14, 19, 13};
        add_to(tomogram, blobs, list[id], centre);
        const ScoreMap map = exact_scores(tomogram.view(), t, list, {});
        const auto best = std::max_element(map.scores.span().begin(), map.scores.span().end()) -
                          map.scores.span().begin();
        CHECK(best == (centre.z * n.y + centre.y) * n.x + centre.x);
        CHECK(map.ids.data()[best] == static_cast<std::int32_t>(id));
        CHECK(map.scores.data()[best] > 0.97F);
        CHECK(map.scores.data()[best] < 1.000001F);
      }
    }
  }
}

TEST_CASE("the blobs of a group have its rotations") {
  for (const char* name : {"C1", "C4", "C7", "D2", "D7", "T", "O", "I1", "I4"}) {
    CAPTURE(name);
    const std::vector<Blob> blobs = blobs_of(name);
    double worst = 0;
    for (const Rotation& g : point_group(name))
      for (std::int64_t i = 0; i < 20; ++i) {
        const Point3 p{14 * test::any_share(3 * i) - 7, 14 * test::any_share(3 * i + 1) - 7,
                       14 * test::any_share(3 * i + 2) - 7};
        worst = std::max(worst, std::abs(value_at(blobs, p) - value_at(blobs, math::rotate(g, p))));
      }
    CHECK(worst < 1e-6);
  }
}

TEST_CASE("masks that turn, weights and invalid voxels: threads and repeats change no bit") {
  const Volume<float> tomogram = test::noise_volume({23, 31, 29});
  std::vector<std::uint8_t> valid(static_cast<std::size_t>(tomogram.voxels()), 1);
  for (std::size_t i = 0; i < 300; ++i) valid[i * 41] = 0;
  MatchTemplate t = test::blob_template({11, 10, 12});
  test::lengthen_mask(t);
  t.weights = test::some_weights({11, 10, 12});
  REQUIRE(turns_mask(t));
  const std::vector<Rotation> list = test::some_rotations(19);
  for (const bool all_valid : {true, false})
    for (const Edge edge : {Edge::Outside, Edge::Periodic})
      for (const bool tiled : {false, true}) {
        CAPTURE(all_valid, edge == Edge::Periodic, tiled);
        ScoreOptions options;
        options.edge = edge;
        if (!all_valid) options.valid = {valid.data(), tomogram.extent()};
        if (tiled)
          options.compute.memory_bytes = plan_tiles(tomogram.extent(), t, options, 5).bytes * 2 / 3;
        options.compute.threads = 1;
        const ScoreMap one = exact_scores(tomogram.view(), t, list, options);
        for (const int threads : {1, 2, 3, 5}) {
          options.compute.threads = threads;
          if (tiled)  // scratch of threads is memory, too: the same tiles or other scores
            REQUIRE(plan_tiles(tomogram.extent(), t, options, threads).tiles ==
                    plan_tiles(tomogram.extent(), t, options, 1).tiles);
          const ScoreMap other = exact_scores(tomogram.view(), t, list, options);
          const auto bytes = sizeof(float) * static_cast<std::size_t>(one.scores.voxels());
          CHECK(std::memcmp(one.scores.data(), other.scores.data(), bytes) == 0);
          CHECK(std::memcmp(one.ids.data(), other.ids.data(), bytes) == 0);
        }
      }
}

}  // namespace
}  // namespace dfe::match
