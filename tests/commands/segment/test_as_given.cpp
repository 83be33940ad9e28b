// SPDX-License-Identifier: Apache-2.0
// Whatever is done to a tomogram for the network (bin, resample), results are those
// of the tomogram as given. Expected values come from files on which the same was done beforehand.
#include <algorithm>
#include <cmath>

#include "dfengine/dfengine.hpp"
#include "engine/adapted_volume.hpp"
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

}  // namespace

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
