// SPDX-License-Identifier: Apache-2.0
// Whatever is done to a tomogram for the network (bin, rotate, invert, resample), results are those
// of the tomogram as given. Expected values come from files on which the same was done beforehand.
#include <algorithm>
#include <cmath>

#include "dfengine/dfengine.hpp"
#include "engine/adapted_volume.hpp"
#include "engine/inverted_volume.hpp"
#include "engine/rotated_volume.hpp"
#include "io/particle_list.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

struct Warnings : Observer {
  std::string text;
  void message(LogLevel level, std::string_view line) override {
    if (level == LogLevel::Warning) text.append(line).append("\n");
  }
};

class Inputs {
 public:
  Inputs() {
    Weights weights = random_weights({{4, 6, 8}, 4}, 11);
    weights.voxel_size_angstrom = 10;
    io::write_weights(folder_ / "w.h5", weights);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  void write_noise(const std::string& name, const Extent3& extent, double angstrom) const {
    VolumeGeometry geometry;
    geometry.extent = extent;
    geometry.voxel_size = VoxelSize::cubic(angstrom);
    geometry.origin_angstrom = {100, -200, 300};
    io::write_volume(path(name), read_volume(random_volume(extent, 5)).view(), geometry);
  }

  void write(const std::string& name, const VolumeSource& volume) const {
    io::write_volume(path(name), read_volume(volume).view(), volume.info().geometry);
  }

  PickRequest pick(const std::string& tomogram, const std::string& name) const {
    PickRequest request;
    request.segment.common.overwrite = true;
    request.segment.tomograms = {path(tomogram)};
    request.segment.weights = path("w.h5");
    request.segment.output = path(name + "_labels.mrc");
    request.segment.scores = path(name + "_scores.h5");
    request.segment.scores_float32 = true;
    request.cluster.radius = {6, false};
    request.cluster.min_size = 20;
    request.output = path(name + ".csv");
    return request;
  }

  std::vector<Particle> particles(const std::string& name) const {
    return io::read_list(path(name + ".csv")).particles;
  }
  LabelMap labels(const std::string& name) const {
    return io::read_labels(path(name + "_labels.mrc"));
  }
  Volume<float> scores(const std::string& name, std::int64_t label) const {
    const io::ScoreReader reader(path(name + "_scores.h5"));
    Volume<float> v(reader.extent());
    reader.read_box(label, {{}, v.extent()}, v.data());
    return v;
  }
  bool left_nothing() const {
    return std::none_of(std::filesystem::directory_iterator(folder_.path()), {},
                        [](const auto& entry) { return entry.path().extension() == ".network"; });
  }

 private:
  TempFolder folder_;
};

template <class T>
bool equal(const Volume<T>& a, const Volume<T>& b) {
  return a.extent() == b.extent() && std::equal(a.span().begin(), a.span().end(), b.span().begin());
}

}  // namespace

TEST_CASE("with --bin 2, --radius and --min-size count voxels of the tomogram") {
  const Inputs in;
  in.write_noise("t.mrc", {16, 24, 32}, 5);
  in.write("binned.mrc", *bin_volume(io::open_volume(in.path("t.mrc")), 2));
  PickRequest binned = in.pick("binned.mrc", "binned"), pick = in.pick("t.mrc", "t");
  binned.cluster.radius = {3, false};
  binned.cluster.min_size = 1;
  run_pick(binned);
  std::vector<Particle> expected = in.particles("binned");
  REQUIRE(expected.size() > 2);
  const auto by_size = [](const Particle& a, const Particle& b) {
    return a.cluster_size < b.cluster_size;
  };
  const std::int64_t largest =
      *std::max_element(expected.begin(), expected.end(), by_size)->cluster_size;

  pick.segment.bin = 2;
  pick.cluster.radius = {6, false};
  for (const std::int64_t least : {std::int64_t{8}, 8 * largest, 8 * largest + 8}) {
    pick.cluster.min_size = least;
    run_pick(pick);
    const std::vector<Particle> found = in.particles("t");
    std::vector<Particle> kept = expected;
    std::erase_if(kept, [&](const Particle& p) { return 8 * *p.cluster_size < least; });
    INFO("--min-size " << least);
    REQUIRE(found.size() == kept.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].cluster_size == 8 * *kept[i].cluster_size);
      CHECK(found[i].position_voxels.z == Approx(2 * kept[i].position_voxels.z + 0.5).margin(1e-5));
      CHECK(found[i].position_voxels.x == Approx(2 * kept[i].position_voxels.x + 0.5).margin(1e-5));
    }
  }
}

TEST_CASE("--rotate-x gives the results of a rotated file, rotated back") {
  const Inputs in;
  const Extent3 given{25, 14, 31};
  in.write_noise("t.mrc", given, 10);
  in.write("rotated.mrc", *rotate_x(io::open_volume(in.path("t.mrc"))));
  run_pick(in.pick("rotated.mrc", "rotated"));
  PickRequest request = in.pick("t.mrc", "t");
  request.segment.rotate_x = true;
  Warnings warnings;
  run_pick(request, &warnings);
  CHECK(warnings.text.empty());

  const LabelMap map = in.labels("t");
  CHECK(map.geometry.origin_angstrom == Point3{100, -200, 300});
  CHECK(equal(map.labels, rotate_x_back(in.labels("rotated").labels)));
  for (std::int64_t label = 0; label < 4; ++label) {
    const auto back = rotate_x_back(std::make_unique<MemoryVolume>(in.scores("rotated", label)));
    CHECK(equal(in.scores("t", label), read_volume(*back)));
  }
  const std::vector<Particle> found = in.particles("t"), expected = in.particles("rotated");
  REQUIRE(!found.empty());
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Point3 p = before_rotation_x(expected[i].position_voxels, given.y);
    CHECK(found[i].position_voxels.z == Approx(p.z).margin(1e-5));
    CHECK(found[i].position_voxels.y == Approx(p.y).margin(1e-5));
    CHECK(found[i].position_voxels.x == Approx(p.x).margin(1e-5));
    CHECK(found[i].score == expected[i].score);
  }
  SegmentRequest segment = request.segment;
  segment.output = in.path("alone_labels.mrc");
  segment.scores = in.path("alone_scores.h5");
  run_segment(segment);
  CHECK(equal(in.labels("alone").labels, map.labels));
  CHECK(equal(in.scores("alone", 1), in.scores("t", 1)));
  CHECK(in.left_nothing());

  in.write_noise("flat.mrc", {14, 25, 31}, 10);
  request.segment.tomograms = {in.path("flat.mrc")};
  run_pick(request, &warnings);
  CHECK_THAT(warnings.text, DFE_CONTAINS("flat.mrc: --rotate-x is for volumes whose thin axis is "
                                         "y, but this one has 14x25x31 voxels"));
}

TEST_CASE("binned and rotated, positions are those of the label map") {
  const Inputs in;
  in.write_noise("t.mrc", {33, 15, 26}, 5);  // no multiple of 2
  PickRequest request = in.pick("t.mrc", "t");
  request.segment.bin = 2;
  request.segment.rotate_x = true;
  // Components are the same in a rotated map; the seeds of mean shift are not.
  request.cluster.method = ClusterMethod::ConnectedComponents;
  request.cluster.radius = {};
  run_pick(request);
  ClusterRequest clusters;
  clusters.common.overwrite = true;
  clusters.label_maps = {in.path("t_labels.mrc")};
  clusters.options = request.cluster;
  clusters.output = in.path("clusters.csv");
  run_cluster(clusters);
  std::vector<Particle> found = in.particles("t"), expected = in.particles("clusters");
  REQUIRE(!found.empty());
  REQUIRE(found.size() == expected.size());
  for (const Particle& p : found)
    CHECK(std::any_of(expected.begin(), expected.end(), [&](const Particle& q) {
      const Point3 &a = p.position_voxels, &b = q.position_voxels;
      return p.cluster_size == q.cluster_size &&
             std::abs(a.z - b.z) + std::abs(a.y - b.y) + std::abs(a.x - b.x) < 1e-4;
    }));
}

TEST_CASE("--invert gives the results of the negative") {
  const Inputs in;
  in.write_noise("t.mrc", {14, 25, 31}, 10);
  in.write("negative.mrc", *invert_volume(io::open_volume(in.path("t.mrc"))));
  run_pick(in.pick("negative.mrc", "negative"));
  PickRequest request = in.pick("t.mrc", "t");
  request.segment.invert = true;
  run_pick(request);
  CHECK(equal(in.labels("t").labels, in.labels("negative").labels));
  CHECK(equal(in.scores("t", 2), in.scores("negative", 2)));
}

TEST_CASE("a middle of one grey value does not tell the contrast, and is no error") {
  const Inputs in;
  const Extent3 extent{68, 100, 100};
  Volume<float> v(extent, 1.0f);
  for (std::int64_t x = 0; x < extent.x; ++x) v(0, 0, x) = static_cast<float>(x % 7);
  VolumeGeometry geometry;
  geometry.extent = extent;
  geometry.voxel_size = VoxelSize::cubic(10);
  io::write_volume(in.path("t.mrc"), v.view(), geometry);
  SegmentRequest request = in.pick("t.mrc", "t").segment;
  request.scores.clear();
  Warnings warnings;
  run_segment(request, &warnings);
  CHECK_THAT(warnings.text, !DFE_CONTAINS("contrast"));
  CHECK(in.labels("t").geometry.extent == extent);
}

TEST_CASE("--rescale carries scores back: a mean over the network's voxels around each") {
  const Inputs in;
  in.write_noise("t.mrc", {14, 25, 31}, 15);  // 21x38x46 voxels of about 10 Å
  PickRequest request = in.pick("t.mrc", "t");
  request.segment.rescale = true;
  run_pick(request);
  CHECK(in.left_nothing());

  // The same on the network's grid, as files.
  const auto resampled = resample_volume(io::open_volume(in.path("t.mrc")), 10);
  VolumeGeometry geometry = resampled->info().geometry;
  geometry.voxel_size = VoxelSize::cubic(10);
  io::write_volume(in.path("network.mrc"), read_volume(*resampled).view(), geometry);
  PickRequest network = in.pick("network.mrc", "network");
  run_pick(network);
  Volume<float> sum({14, 25, 31}, 0.0f);
  for (std::int64_t label = 0; label < 4; ++label) {
    const Volume<float> scores = in.scores("t", label);
    const auto expected = resample_volume(
        std::make_unique<MemoryVolume>(in.scores("network", label)), Extent3{14, 25, 31});
    const Volume<float> carried = read_volume(*expected);
    REQUIRE(scores.extent() == carried.extent());
    for (std::size_t i = 0; i < scores.span().size(); ++i) {
      CHECK(std::abs(scores.span()[i] - carried.span()[i]) < 1e-6f);
      sum.span()[i] += scores.span()[i];
    }
  }
  for (const float total : sum.span()) CHECK(total == Approx(1).margin(1e-5));
  const std::vector<Particle> found = in.particles("t"), expected = in.particles("network");
  REQUIRE(!found.empty());
  for (const Particle& p : found) CHECK(p.score.has_value());
}
