// SPDX-License-Identifier: Apache-2.0
// The public functions that open, read and write files, as an outside program calls them: nothing
// of the library but its public headers.
#include "dfengine/dfengine.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using test::TempFolder;

namespace {

const Extent3 kExtent{3, 4, 5};

VolumeGeometry geometry() {
  VolumeGeometry geometry;
  geometry.extent = kExtent;
  geometry.voxel_size = VoxelSize::cubic(10);
  return geometry;
}

Volume<float> counting() {
  Volume<float> voxels(kExtent);
  float next = 0;
  for (float& voxel : voxels.span()) voxel = next++;
  return voxels;
}

ParticleList two_particles() {
  ParticleList list;
  list.class_names = {"background", "ribosome"};
  list.unnamed = ListTomogram::of("", kExtent, VoxelSize::cubic(10));
  for (const double z : {0.0, 2.0}) {
    Particle& particle = list.particles.emplace_back();
    particle.class_label = 1;
    particle.position_voxels = {z, 1, 4};
  }
  return list;
}

/// Constant but for the first value; small enough to be written in a moment.
Weights small_weights() {
  const std::int64_t shapes[15][3] = {{3, 1, 1}, {3, 1, 1}, {3, 1, 1}, {3, 1, 1}, {3, 1, 1},
                                      {3, 1, 1}, {3, 1, 1}, {3, 1, 1}, {2, 1, 1}, {3, 2, 1},
                                      {3, 1, 1}, {2, 1, 1}, {3, 2, 1}, {3, 1, 1}, {1, 1, 2}};
  Weights weights;
  weights.widths = {1, 1, 1};
  weights.classes = 2;
  for (const auto& [k, in, out] : shapes) {
    LayerWeights& layer = weights.layers.emplace_back();
    layer.kernel_shape = {k, k, k, in, out};
    layer.kernel.assign(static_cast<std::size_t>(k * k * k * in * out), 0.5f);
    layer.bias.assign(static_cast<std::size_t>(out), 0.25f);
  }
  weights.layers[0].kernel[0] = -1;
  return weights;
}

}  // namespace

TEST_CASE("volumes are written and opened by the name's ending, and read by content") {
  const TempFolder folder;
  const Volume<float> voxels = counting();
  for (const char* name : {"v.mrc", "v.h5", "v.em"}) {
    INFO(name);
    write_volume(folder / name, voxels.view(), geometry());
    const std::unique_ptr<VolumeSource> source = open_volume(folder / name);
    CHECK(source->extent() == kExtent);
    CHECK(source->info().geometry.voxel_size == VoxelSize::cubic(10));
    const Volume<float> read = read_volume(*source);
    CHECK(std::equal(read.span().begin(), read.span().end(), voxels.span().begin()));
  }
  VolumeReadOptions options;
  options.voxel_size_angstrom = 7.5;
  CHECK(open_volume(folder / "v.mrc", options)->info().geometry.voxel_size ==
        VoxelSize::cubic(7.5));
  CHECK_THROWS_WITH(write_volume(folder / "v.txt", voxels.view(), geometry()),
                    DFE_CONTAINS("use .mrc"));
  CHECK_THROWS_AS(open_volume(folder / "none.mrc"), Error);
}

TEST_CASE("labels are written and read with geometry and names") {
  const TempFolder folder;
  LabelMap map{Volume<std::uint8_t>(kExtent, 0), geometry(), {"background", "ribosome"}};
  map.labels(2, 3, 4) = 1;
  for (const char* name : {"l.mrc", "l.h5", "l.em"}) {
    INFO(name);
    write_labels(folder / name, map);
    const LabelMap read = read_labels(folder / name);
    CHECK(read.labels(2, 3, 4) == 1);
    CHECK(read.labels(0, 0, 0) == 0);
    CHECK(read.geometry.voxel_size == VoxelSize::cubic(10));
    if (std::string(name) == "l.h5") CHECK(read.class_names == map.class_names);
  }
  write_volume(folder / "half.mrc", Volume<float>(kExtent, 0.5f).view(), geometry());
  CHECK_THROWS_WITH(read_labels(folder / "half.mrc"), DFE_CONTAINS("are not labels"));
}

TEST_CASE("weights are written and read bit for bit") {
  const TempFolder folder;
  const Weights weights = small_weights();
  write_weights(folder / "w.h5", weights);
  const Weights read = read_weights(folder / "w.h5");
  CHECK(read.classes == 2);
  CHECK(read.widths == weights.widths);
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    CHECK(read.layers[i].kernel == weights.layers[i].kernel);
    CHECK(read.layers[i].bias == weights.layers[i].bias);
  }
  Weights torn = small_weights();
  torn.classes = 3;
  CHECK_THROWS_AS(write_weights(folder / "torn.h5", torn), Error);
}

TEST_CASE("lists are written by ending or by the format given, and read by content") {
  const TempFolder folder;
  const ParticleList list = two_particles();
  ListOptions frame;
  frame.tomograms = {ListTomogram::of("", kExtent, VoxelSize::cubic(10))};
  for (const auto& [name, format] :
       std::vector<std::pair<std::string, ListFormat>>{{"a.star", ListFormat::Auto},
                                                       {"a.xml", ListFormat::Auto},
                                                       {"a.csv", ListFormat::Auto},
                                                       {"a.tsv", ListFormat::Auto},
                                                       {"b.star", ListFormat::Relion5},
                                                       {"c.list", ListFormat::Csv}}) {
    INFO(name);
    ListOptions options = frame;
    options.format = format;
    write_list(folder / name, list, options);
    const ParticleList read = read_list(folder / name, frame);
    REQUIRE(read.particles.size() == 2);
    CHECK(read.particles[1].position_voxels.z == Approx(2).margin(1e-4));
    CHECK(read.particles[1].position_voxels.x == Approx(4).margin(1e-4));
    CHECK(read.particles[1].class_label == 1);
  }
  CHECK_THROWS_WITH(write_list(folder / "d.list", list), DFE_CONTAINS("choose a format"));
}

TEST_CASE("an array is read like a file") {
  const Volume<float> voxels = counting();
  const ArrayVolume array(voxels.view(), VoxelSize::cubic(10), "mine");
  CHECK(array.extent() == kExtent);
  CHECK(array.info().geometry.voxel_size == VoxelSize::cubic(10));
  std::vector<float> box(2 * 1 * 3);
  array.read_box({{1, 2, 1}, {2, 1, 3}}, box.data());
  CHECK(box == std::vector<float>{31, 32, 33, 51, 52, 53});
  CHECK_THROWS_WITH(array.read_box({{1, 0, 0}, {3, 1, 1}}, box.data()), DFE_CONTAINS("'mine'"));
  CHECK_THROWS_WITH(ArrayVolume({nullptr, {0, 4, 5}}), DFE_CONTAINS("has no voxels"));
}
