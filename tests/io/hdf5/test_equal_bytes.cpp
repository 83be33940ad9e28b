// SPDX-License-Identifier: Apache-2.0
// Equal contents are equal bytes: every kind of HDF5 file that is written, written twice. What
// could differ is the time, so no object may have one.
#include <tuple>

#include "commands/train/checkpoint_file.hpp"
#include "io/hdf5/library.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/scratch.hpp"
#include "tests/io/weights/random_weights.hpp"

using namespace dfe;
namespace h5 = dfe::io::h5;
using test::Scratch;

namespace {

/// Objects of a file, and how many of them have a time of any kind.
struct Objects {
  int all = 0, with_times = 0;
};

Objects objects_of(const std::filesystem::path& path) {
  const h5::Lock lock;
  const h5::File file = h5::open_file(path);
  Objects objects;
  const auto look = [](hid_t, const char*, const H5O_info_t* info, void* context) -> herr_t {
    auto& found = *static_cast<Objects*>(context);
    ++found.all;
    found.with_times +=
        info->atime != 0 || info->mtime != 0 || info->ctime != 0 || info->btime != 0;
    return 0;
  };
  REQUIRE(H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, look, &objects) >= 0);
  return objects;
}

VolumeGeometry geometry() {
  VolumeGeometry geometry;
  geometry.extent = {3, 4, 5};
  geometry.voxel_size = VoxelSize::cubic(10);
  geometry.labels = {"made by a test"};
  return geometry;
}

void write_labels(const std::filesystem::path& path) {
  LabelMap map;
  map.geometry = geometry();
  map.labels = Volume<std::uint8_t>(map.geometry.extent, 0);
  map.labels(1, 2, 3) = 2;
  map.class_names = {"background", "a", "b"};
  io::write_labels(path, map);
}

void write_voxels(const std::filesystem::path& path) {
  const std::vector<float> values(60, 0.5f);
  io::write_volume(path, {values.data(), {3, 4, 5}}, geometry());
}

void write_scores(const std::filesystem::path& path) {
  io::ScoreWriter scores(path, geometry(), 2, {"background", "a"}, true);
  const std::vector<float> values(60, 0.25f);
  for (const std::int64_t c : {0, 1}) scores.write_box(c, {{}, {3, 4, 5}}, values.data());
  scores.commit();
}

void write_weights(const std::filesystem::path& path) {
  Weights weights = test::random_weights({2, 3, 4}, 3);
  weights.class_names = {"background", "a", "b"};
  weights.provenance = {{"from", "a test"}};
  io::write_weights(path, weights);
}

History history() {
  History history;
  history.note("loss", 0.5);
  history.note("valid_f1", std::vector<double>{0, 1, 0.5});
  return history;
}

void write_run(const std::filesystem::path& path) {
  TrainProgress progress;
  progress.state.weights = test::random_weights({2, 3, 4}, 3);
  progress.epoch.sums = ClassSums(3);
  progress.history = history();
  progress.config = "network: {}";
  write_checkpoint(path, progress);
}

void write_columns(const std::filesystem::path& path) {
  write_history(path, history(), {"background", "a", "b"});
}

}  // namespace

TEST_CASE("what is written twice is the same bytes, and no object of it has a time") {
  const std::vector<std::tuple<const char*, void (*)(const std::filesystem::path&), int>> kinds{
      {"labels", write_labels, 2},    {"voxels", write_voxels, 2},  {"scores", write_scores, 3},
      {"weights", write_weights, 93}, {"checkpoint", write_run, 6}, {"history", write_columns, 3}};
  for (const auto& [name, write, least] : kinds) {
    INFO(name);
    const Scratch scratch;
    write(scratch / "first.h5");
    write(scratch / "second.h5");
    const bool same =
        test::file_bytes(scratch / "first.h5") == test::file_bytes(scratch / "second.h5");
    CHECK(same);
    const Objects objects = objects_of(scratch / "first.h5");
    CHECK(objects.all >= least);
    CHECK(objects.with_times == 0);
  }
}

TEST_CASE("groups that are made on the way to an object have no time either") {
  const Scratch scratch;
  {
    h5::Writer file(scratch / "a.h5");
    const std::vector<float> one{1};
    file.create_group("a/b/c");
    file.write_dataset("d/e/f", {1}, h5::StoredType::Float32, std::span(one));
    file.write_attribute("d/e/f", "text", "variable length");
    file.link("a/b", "again");
    file.commit();
  }
  const Objects objects = objects_of(scratch / "a.h5");
  CHECK(objects.all == 7);
  CHECK(objects.with_times == 0);
}

TEST_CASE("the library does keep times where it is not told otherwise") {
  const Scratch scratch;
  {
    const h5::Lock lock;
    const h5::File file = h5::create_file(scratch / "a.h5");
    const h5::Dataspace space(H5Screate(H5S_SCALAR));
    const h5::Dataset dataset(
        H5Dcreate2(file, "dataset", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    REQUIRE(dataset);
  }
  CHECK(objects_of(scratch / "a.h5").with_times == 1);
}
