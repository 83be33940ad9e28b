// SPDX-License-Identifier: Apache-2.0
// One frame, whichever way labels become particles: binned or resampled for the network, in one
// command or in two, in every format of label maps.
#include "dfengine/dfengine.hpp"
#include "engine/adapted_volume.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const Extent3 kExtent{13, 22, 31};  // no multiple of 2

void write_noise(const std::filesystem::path& path, const VoxelSize& voxel_size) {
  VolumeGeometry geometry;
  geometry.extent = kExtent;
  geometry.voxel_size = voxel_size;
  geometry.origin_angstrom = {100, -200, 300};  // never moves a position
  geometry.start = {5, 6, 7};
  const MemoryVolume noise = random_volume(kExtent, 5);
  io::write_volume(path, read_volume(noise).view(), geometry);
}

/// Segments t.mrc of `folder` with weights trained on 10 Å.
PickRequest pick_request(const TempFolder& folder) {
  Weights weights = random_weights({{4, 6, 8}, 4}, 11);
  weights.voxel_size_angstrom = 10;
  io::write_weights(folder / "w.h5", weights);
  PickRequest request;
  request.segment.common.overwrite = true;
  request.segment.tomograms = {(folder / "t.mrc").string()};
  request.segment.weights = (folder / "w.h5").string();
  request.cluster.radius = {6, false};
  request.cluster.min_size = 20;
  request.output = (folder / "picks.csv").string();
  return request;
}

SegmentRequest segment_request(const PickRequest& pick, const std::string& output) {
  SegmentRequest request = pick.segment;
  request.output = output;
  return request;
}

ClusterRequest cluster_request(const PickRequest& pick, const std::string& map) {
  ClusterRequest request;
  request.common.overwrite = true;
  request.label_maps = {map};
  request.options = pick.cluster;
  request.output = map + ".csv";
  return request;
}

VoxelSize voxel_size_of(const ParticleList& list) { return list.tomograms.at(0).voxel_size; }

/// Frame, positions, classes and sizes agree to the digits of a list.
void check_same(const ParticleList& a, const ParticleList& b) {
  CHECK(voxel_size_of(a).mean_angstrom() == Approx(voxel_size_of(b).mean_angstrom()));
  REQUIRE(!a.particles.empty());
  REQUIRE(a.particles.size() == b.particles.size());
  for (std::size_t i = 0; i < a.particles.size(); ++i) {
    const Point3 &p = a.particles[i].position_voxels, &q = b.particles[i].position_voxels;
    CHECK(std::abs(p.z - q.z) + std::abs(p.y - q.y) + std::abs(p.x - q.x) < 1e-5);
    CHECK(a.particles[i].class_label == b.particles[i].class_label);
    CHECK(a.particles[i].cluster_size == b.particles[i].cluster_size);
  }
}

}  // namespace

TEST_CASE("segment and cluster of a binned tomogram give what pick gives") {
  const TempFolder folder;
  write_noise(folder / "t.mrc", VoxelSize::cubic(5));
  PickRequest request = pick_request(folder);
  request.segment.bin = 2;
  run_pick(request);
  const ParticleList picks = io::read_list(request.output);
  CHECK(voxel_size_of(picks) == VoxelSize::cubic(5));
  for (const std::string name : {"l.mrc", "l.h5", "l.em"}) {
    INFO(name);
    const std::string map = (folder / name).string();
    run_segment(segment_request(request, map));
    ClusterRequest clusters = cluster_request(request, map);
    run_cluster(clusters);
    check_same(io::read_list(clusters.output), picks);
    clusters.options.radius = {30, true};
    run_cluster(clusters);
    check_same(io::read_list(clusters.output), picks);

    // The same map as another program would have left it: told by its size alone.
    LabelMap bare = io::read_labels(map);
    CHECK(bare.geometry.labels.size() > 0);
    bare.geometry.labels.clear();
    io::write_labels(map, bare);
    clusters.like = (folder / "t.mrc").string();
    run_cluster(clusters);
    check_same(io::read_list(clusters.output), picks);
  }
}

TEST_CASE("with --rescale, particles are where the network's grid has them") {
  const TempFolder folder;
  for (const VoxelSize size :
       {VoxelSize::cubic(15), VoxelSize::cubic(7), VoxelSize{25, 10, 10.2}}) {
    write_noise(folder / "t.mrc", size);
    PickRequest request = pick_request(folder);
    request.segment.rescale = true;
    request.cluster.radius = {60, true};
    request.cluster.min_size = 1;
    run_pick(request);
    const ParticleList picks = io::read_list(request.output);

    // The tomogram resampled to a file first, and picked as it is. So few voxels are not 10 Å to
    // the last digit.
    const auto resampled = resample_volume(io::open_volume(folder / "t.mrc"), 10);
    VolumeGeometry geometry = resampled->info().geometry;
    request.cluster.radius = {60 / geometry.voxel_size.mean_angstrom(), false};
    geometry.voxel_size = VoxelSize::cubic(10);
    io::write_volume(folder / "t.mrc", read_volume(*resampled).view(), geometry);
    request.segment.rescale = false;
    run_pick(request);
    const ParticleList on_network = io::read_list(request.output);

    REQUIRE(picks.particles.size() == on_network.particles.size());
    REQUIRE(!picks.particles.empty());
    const Extent3 n = kExtent, m = geometry.extent;
    const auto carried = [](double p, std::int64_t to, std::int64_t from) {
      return (p + 0.5) * static_cast<double>(to) / static_cast<double>(from) - 0.5;
    };
    for (std::size_t i = 0; i < picks.particles.size(); ++i) {
      const Point3 &p = picks.particles[i].position_voxels,
                   &q = on_network.particles[i].position_voxels;
      CHECK(p.z == Approx(carried(q.z, n.z, m.z)).margin(1e-5));
      CHECK(p.y == Approx(carried(q.y, n.y, m.y)).margin(1e-5));
      CHECK(p.x == Approx(carried(q.x, n.x, m.x)).margin(1e-5));
    }
  }
}

TEST_CASE("tomograms whose voxels are not cubic need --rescale") {
  const TempFolder folder;
  write_noise(folder / "t.mrc", {30, 10, 10.05});
  PickRequest request = pick_request(folder);
  CHECK_THROWS_WITH(run_pick(request), DFE_CONTAINS("30 x 10 x 10.05 Å (z, y, x)"));
  const std::string map = (folder / "l.mrc").string();
  SegmentRequest segment = segment_request(request, map);
  CHECK_THROWS_WITH(run_segment(segment), DFE_CONTAINS("--rescale"));
  write_noise(folder / "t.mrc", {12, 10, 8});  // in the mean those of the training
  CHECK_THROWS_WITH(run_segment(segment), DFE_CONTAINS("--rescale"));
  segment.rescale = true;
  run_segment(segment);
  CHECK(io::read_labels(map).geometry.extent == kExtent);
  write_noise(folder / "t.mrc", {10.08, 10, 10});  // rounded, 1 % at most
  CHECK_NOTHROW(run_pick(request));
}

TEST_CASE("an unknown voxel size stays unknown") {
  const TempFolder folder;
  write_noise(folder / "t.mrc", {});
  PickRequest request = pick_request(folder);
  request.segment.output = (folder / "l.mrc").string();
  run_pick(request);
  CHECK(!voxel_size_of(io::read_list(request.output)).known());
  CHECK(!io::read_labels(request.segment.output).geometry.voxel_size.known());
  request.cluster.radius = {60, true};
  CHECK_THROWS_WITH(run_pick(request), DFE_CONTAINS("--voxel-size"));
  request.segment.common.voxel_size_angstrom = 10;
  run_pick(request);
  CHECK(voxel_size_of(io::read_list(request.output)) == VoxelSize::cubic(10));
  CHECK(io::read_labels(request.segment.output).geometry.voxel_size.x_angstrom == Approx(10));
}
