// SPDX-License-Identifier: Apache-2.0
// Grids of label maps against that of their tomogram: steps, positions, sizes, radii, and what
// contradicts. Expected places follow from outer faces that stay in place.
#include "commands/segment/cluster_grid.hpp"

#include "core/binning_note.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

VolumeGeometry geometry(Extent3 extent, double angstrom) {
  VolumeGeometry result;
  result.extent = extent;
  result.voxel_size = VoxelSize::cubic(angstrom);
  return result;
}

Point3 step(const VolumeGeometry& map, const VolumeGeometry& tomogram) {
  return grid_of_map("map", map, tomogram, nullptr).step;
}

/// A map of one cube of `edge`³ voxels whose first voxel is (2, 3, 4), made by binning by 2.
LabelMap binned_cube(std::int64_t edge) {
  LabelMap map = empty_map({12, 13, 14});
  map.geometry.voxel_size = VoxelSize::cubic(20);
  set_binning_note(map.geometry.labels, BinningNote{2, {24, 25, 27}});
  for (std::int64_t i = 0; i < edge * edge * edge; ++i)
    map.labels(2 + i / (edge * edge), 3 + i / edge % edge, 4 + i % edge) = 1;
  return map;
}

ParticleList particles(const LabelMap& map, const ClusterOptions& options) {
  Job job("cluster", nullptr);
  return find_particles("map", map, grid_of_map("map", map.geometry, {}, nullptr), options, nullptr,
                        "", job);
}

}  // namespace

TEST_CASE("two headers give the step between the grids") {
  CHECK(step(geometry({10, 20, 30}, 20), geometry({20, 40, 60}, 10)) == Point3{2, 2, 2});
  CHECK(step(geometry({10, 20, 30}, 20), geometry({19, 39, 60}, 10)) == Point3{2, 2, 2});  // cut
  CHECK(step(geometry({9, 19, 30}, 20), geometry({19, 39, 60}, 10)) == Point3{2, 2, 2});  // dropped
  // Rounded voxel sizes do not add up over the volume.
  CHECK(step(geometry({128, 464, 464}, 13.6), geometry({256, 928, 928}, 6.84)) == Point3{2, 2, 2});
  // Resampled: the faces decide, not 15 / 10.
  CHECK(step(geometry({13, 20, 27}, 15), geometry({20, 30, 40}, 10)) ==
        Point3{20.0 / 13, 1.5, 40.0 / 27});
  CHECK(step(geometry({10, 10, 10}, 0), geometry({10, 10, 10}, 10)) == Point3{1, 1, 1});
}

TEST_CASE("headers that contradict are refused with both sides") {
  CHECK_THROWS_WITH(step(geometry({10, 20, 30}, 20), geometry({20, 40, 80}, 10)),
                    DFE_CONTAINS("10x20x30 voxels of 20 Å") && DFE_CONTAINS("20x40x80 of 10 Å"));
  CHECK_THROWS_WITH(step(geometry({10, 20, 30}, 20), geometry({10, 20, 30}, 10)),
                    DFE_CONTAINS("not of one volume"));
  CHECK_THROWS_WITH(step(geometry({10, 20, 30}, 0), geometry({20, 40, 60}, 10)),
                    DFE_CONTAINS("unknown"));
}

TEST_CASE("positions and sizes are in voxels of the tomogram") {
  // Cube of 5 map voxels from (2, 3, 4): centre (4, 5, 6), in the tomogram (p + 1/2)·2 - 1/2.
  const ParticleList list = particles(binned_cube(5), component_options());
  REQUIRE(list.particles.size() == 1);
  CHECK(list.particles[0].position_voxels == Point3{8.5, 10.5, 12.5});
  CHECK(list.particles[0].cluster_size == 1000);
  REQUIRE(list.tomograms.size() == 1);
  CHECK(list.tomograms[0].voxel_size == VoxelSize::cubic(10));
  CHECK(list.tomograms[0].size_voxels == Point3{24, 25, 27});
}

TEST_CASE("the smallest size is a volume of the tomogram, rounded in favour of keeping") {
  const LabelMap map = binned_cube(5);  // 125 voxels, 1000 of the tomogram
  ClusterOptions options = component_options();
  for (const auto& [least, kept] :
       {std::pair<std::int64_t, bool>{1000, true}, {1007, true}, {1008, false}, {0, true}}) {
    INFO(least);
    options.min_size = least;
    options.min_size_of_class.clear();
    CHECK(particles(map, options).particles.empty() != kept);
    options.min_size = 1 << 20;
    options.min_size_of_class[1] = least;
    CHECK(particles(map, options).particles.empty() != kept);
  }
}

TEST_CASE("a radius in voxels is one in Å") {
  const ClusterGrid grid = grid_of_map("map", binned_cube(5).geometry, {}, nullptr);
  ClusterOptions options;
  options.radius = {8, false};
  CHECK(on_grid(options, grid).radius.value == 4);
  options.radius = {80, true};
  CHECK(on_grid(options, grid).radius.voxels(grid.labels.voxel_size, "radius") == Point3{4, 4, 4});
}

TEST_CASE("a note that does not fit the map is not used, and said") {
  LabelMap map = binned_cube(5);
  map.geometry.labels = {"binned by 2 from 24x25x60 voxels"};
  Job job("cluster", nullptr);
  CHECK(grid_of_map("map", map.geometry, {}, &job).step == Point3{1, 1, 1});
  REQUIRE(job.warnings().size() == 1);
  CHECK_THAT(job.warnings()[0], DFE_CONTAINS("12x13x14"));
}
