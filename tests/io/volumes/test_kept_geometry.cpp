// SPDX-License-Identifier: Apache-2.0
// What every file extension of results keeps of a volume's place: without it, `cluster` of a binned
// label map puts particles half a voxel off.
#include <cmath>

#include "core/binning_note.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/scratch.hpp"

using namespace dfe;
using test::Scratch;

namespace {

const std::vector<std::string> kEndings{".mrc",  ".rec",    ".map",  ".st",  ".ali",  ".mrcs",
                                        ".ccp4", ".mrc.gz", ".h5",   ".hdf", ".hdf5", ".rec.bz2",
                                        ".em",   ".tif",    ".tiff", ".zarr"};

VolumeGeometry binned_geometry(VoxelSize voxel) {
  VolumeGeometry geometry;
  geometry.extent = {4, 5, 6};
  geometry.voxel_size = voxel;
  geometry.origin_angstrom = {-13.5, 6.25, 1024};
  geometry.start = {3, -2, 1};
  geometry.labels = {"one of IMOD's", BinningNote{2, {1007, 1009, 1011}}.to_string()};
  return geometry;
}

void check(const VolumeGeometry& got, const VolumeGeometry& wanted) {
  CHECK(got.extent == wanted.extent);
  CHECK(got.origin_angstrom.z == wanted.origin_angstrom.z);
  CHECK(got.origin_angstrom.y == wanted.origin_angstrom.y);
  CHECK(got.origin_angstrom.x == wanted.origin_angstrom.x);
  CHECK(got.start.z == wanted.start.z);
  CHECK(got.start.y == wanted.start.y);
  CHECK(got.start.x == wanted.start.x);
  CHECK(std::abs(got.voxel_size.z_angstrom / wanted.voxel_size.z_angstrom - 1) < 1e-5);
  CHECK(std::abs(got.voxel_size.x_angstrom / wanted.voxel_size.x_angstrom - 1) < 1e-5);
  REQUIRE(find_binning_note(got.labels));
  CHECK(*find_binning_note(got.labels) == *find_binning_note(wanted.labels));
  CHECK(got.labels.at(0) == wanted.labels[0]);
}

}  // namespace

TEST_CASE("Every format keeps binning, labels and origin of label maps and volumes") {
  const Scratch scratch;
  const VoxelSize voxel =
      GENERATE(VoxelSize::cubic(27.36), VoxelSize{30.12345, 10.12345, 11.12345});
  const VolumeGeometry geometry = binned_geometry(voxel);
  for (const std::string& ending : kEndings) {
    CAPTURE(ending);
    const LabelMap map{Volume<std::uint8_t>(geometry.extent, 1), geometry, {}};
    io::write_labels(scratch / ("labels" + ending), map);
    check(io::open_volume(scratch / ("labels" + ending))->info().geometry, geometry);
    const Volume<float> volume(geometry.extent, 0.5f);
    io::write_volume(scratch / ("volume" + ending), volume.view(), geometry);
    check(io::open_volume(scratch / ("volume" + ending))->info().geometry, geometry);
  }
}

TEST_CASE(
    "Labels of odd letters pass through TIFF, and those that EM has no room for are dropped") {
  const Scratch scratch;
  VolumeGeometry geometry = binned_geometry(VoxelSize::cubic(8));
  geometry.labels = {R"(C:\user\new \\ =x)", std::string(80, 'a'), std::string(80, 'b'),
                     std::string(80, 'c'), geometry.labels[1]};
  const Volume<float> volume(geometry.extent, 0.5f);
  io::write_volume(scratch / "a.tif", volume.view(), geometry);
  CHECK(io::open_volume(scratch / "a.tif")->info().geometry.labels == geometry.labels);
  io::write_volume(scratch / "a.em", volume.view(), geometry);
  check(io::open_volume(scratch / "a.em")->info().geometry, geometry);
}
