// SPDX-License-Identifier: Apache-2.0
// What `train` asks of its inputs, all of them before it paints or trains, and that it replaces
// none.
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "dfengine/commands.hpp"
#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "tests/commands/train/toy.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using dfe::test::read_text;
using dfe::test::TempFolder;
namespace fs = std::filesystem;

namespace {

struct Toy {
  TempFolder folder;
  Toy() { dfe::test::write_toy(folder.path()); }

  TrainRequest request(std::vector<std::string> overrides = {}) const {
    TrainRequest request;
    request.config = folder / "toy.yaml";
    request.overrides = std::move(overrides);
    request.overrides.insert(request.overrides.end(), {"training.epochs=1", "training.steps=1"});
    request.compute.threads = 1;
    return request;
  }

  std::string error_with(const std::vector<std::string>& overrides) const {
    return error_of(request(overrides));
  }

  static std::string error_of(const TrainRequest& request, Observer* observer = nullptr) {
    try {
      run_train(request, observer);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  /// Gives a volume another voxel size.
  void resize_voxels(const char* name, const VoxelSize& size) const {
    const auto source = io::open_volume(folder / name);
    VolumeGeometry geometry = source->info().geometry;
    geometry.voxel_size = size;
    const Volume<float> volume = io::read_volume(*source);
    io::write_volume(folder / name, volume.view(), geometry);
  }
};

/// Keeps what is said.
struct Listener : Observer {
  std::string info;
  void message(LogLevel level, std::string_view text) override {
    if (level == LogLevel::Info) info.append(text).append("\n");
  }
};

}  // namespace

TEST_CASE("settings that make no sense are told in the words of the settings") {
  const Toy toy;
  CHECK_THAT(toy.error_with({"classes=[background, bright, bright]"}),
             DFE_CONTAINS("'bright' is the name of classes 1 and 2"));
  CHECK_THAT(toy.error_with({"classes=[background, \"\", dark]"}),
             DFE_CONTAINS("the name of class 1 is empty"));
  CHECK_THAT(toy.error_with({"optimizer.schedule=cosine", "optimizer.warm_up_steps=7"}),
             DFE_CONTAINS("optimizer.warm_up_steps") &&
                 DFE_CONTAINS("is 7, but the run has only 1 steps (training.epochs times"));
  CHECK_THAT(toy.error_with({"noise.snr=1"}),
             DFE_CONTAINS("noise") && DFE_CONTAINS("is a setting of `dfengine simulate`"));
  SimulateRequest simulate;
  simulate.config = toy.folder / "toy.yaml";
  simulate.output = toy.folder / "out";
  CHECK_THROWS_WITH(run_simulate(simulate), DFE_CONTAINS("is a setting of `dfengine train`") &&
                                                DFE_CONTAINS("toy.yaml: output (line 1)"));
  std::ofstream(toy.folder / "toy.yaml") << "output: run\ndata:\n\ttrain: []\n";
  CHECK_THAT(toy.error_with({}), DFE_CONTAINS("line 3") && DFE_CONTAINS("indented with a tab"));
}

TEST_CASE("missing files are told to be missing") {
  const Toy toy;
  const std::string none = (toy.folder / "none.mrc").string();
  for (const char* key : {"tomogram", "target", "list"})
    CHECK_THAT(toy.error_with({std::string("data.valid.0.") + key + "=" + none}),
               DFE_CONTAINS("none.mrc': no such file"));
}

TEST_CASE("all inputs are looked at before a target is painted") {
  const Toy toy;
  const std::vector<std::string> painted{"data.train.0.target=", "data.spheres=3.5,3.5"};
  const auto error_with = [&](const std::string& more) {
    std::vector<std::string> overrides = painted;
    overrides.push_back(more);
    const std::string error = toy.error_with(overrides);
    CHECK_FALSE(fs::exists(toy.folder / "run/targets"));
    return error;
  };
  const std::string folder = toy.folder.path().string();
  CHECK_THAT(error_with("data.valid.0.list=" + folder + "/none.star"),
             DFE_CONTAINS("no such file"));
  std::vector<std::string> twice = painted;
  twice.insert(twice.end(), {"data.valid.0.tomogram=" + folder + "/a.mrc", "data.valid.0.name=v"});
  CHECK_THAT(toy.error_with(twice), DFE_CONTAINS("is used for validation"));
  CHECK_THAT(error_with("data.spheres=3.5"), DFE_CONTAINS("class dark has no shape"));
  CHECK_THAT(error_with("data.valid.0.target=" + folder + "/toy.yaml"), DFE_CONTAINS("toy.yaml"));
  toy.resize_voxels("v_target.mrc", VoxelSize::cubic(10.2));
  CHECK_THAT(error_with("seed=1"),
             DFE_CONTAINS("v_target.mrc") && DFE_CONTAINS("10.2 Å, but its tomogram has 10 Å"));
  toy.resize_voxels("v_target.mrc", {5, 10, 15});  // of the same mean
  CHECK_THAT(error_with("seed=1"), DFE_CONTAINS("5 x 10 x 15 Å (z, y, x), but its tomogram"));
}

TEST_CASE("one cubic voxel size for all tomograms") {
  const Toy toy;
  toy.resize_voxels("b.mrc", {10, 10, 10.2});
  CHECK_THAT(toy.error_with({}), DFE_CONTAINS("b.mrc") && DFE_CONTAINS("10 x 10 x 10.2 Å") &&
                                     DFE_CONTAINS("data.voxel_size"));
  toy.resize_voxels("b.mrc", {10, 10, 10.05});  // rounded headers
  CHECK(toy.error_with({}) == "no error");
  fs::remove_all(toy.folder / "run");

  toy.resize_voxels("v.mrc", VoxelSize::cubic(20));
  CHECK_THAT(toy.error_with({"data.valid.0.target="}), !DFE_CONTAINS("no error"));
  CHECK_THAT(toy.error_with({}), DFE_CONTAINS("v.mrc': voxel size of 20 Å, but") &&
                                     DFE_CONTAINS("a.mrc' has 10 Å") &&
                                     DFE_CONTAINS("set data.voxel_size"));
  CHECK(toy.error_with({"data.voxel_size=10"}) == "no error");
}

TEST_CASE("labels of lists without names are told once") {
  const Toy toy;
  std::vector<std::string> unnamed;
  for (const std::string name : {"a", "b"}) {
    const std::string file = (toy.folder / (name + ".xml")).string();
    io::write_list(file, io::read_list(toy.folder / (name + ".star")));
    unnamed.push_back("data.train." + std::string(name == "a" ? "0" : "1") + ".list=" + file);
  }
  Listener listener;
  run_train(toy.request(unnamed), &listener);
  const std::string told =
      "the list names no classes; its labels are read as 1 bright, 2 dark (from the";
  const std::size_t first = listener.info.find(told);
  CHECK(first != std::string::npos);
  CHECK(listener.info.find(told, first + 1) == std::string::npos);
}

TEST_CASE("the axis order of a list is told by the tomogram, or asked for by data.axes") {
  const Toy toy;
  // Bright and dark particles cancel in this tomogram, so it tells nothing.
  const ParticleList list = io::read_list(toy.folder / "a.star");
  io::write_list(toy.folder / "a.xml", list);
  std::string text = read_text(toy.folder / "a.xml");
  io::write_text_file(toy.folder / "plain.xml", text.erase(text.find(" axes=\"xyz\""), 11));
  const std::string plain = "data.train.0.list=" + (toy.folder / "plain.xml").string();
  CHECK_THAT(toy.error_with({plain}), DFE_CONTAINS("plain.xml': the axis order cannot be told") &&
                                          DFE_CONTAINS("set data.axes to xyz"));
  CHECK(toy.error_with({plain, "data.axes=xyz"}) == "no error");
}

TEST_CASE("a run replaces none of its inputs") {
  const Toy toy;
  const fs::path run = toy.folder / "run";
  CHECK(toy.error_with({}) == "no error");
  const std::string own = "# mine\n" + read_text(run / "config.yaml");
  io::write_text_file(run / "config.yaml", own);
  const std::string root = "data.root=" + toy.folder.path().string();
  TrainRequest request = toy.request({root});
  request.config = run / "config.yaml";
  request.output = run;
  request.common.overwrite = true;
  CHECK_THAT(Toy::error_of(request),
             DFE_CONTAINS("config.yaml") && DFE_CONTAINS("it is the input"));
  fs::create_hard_link(run / "config.yaml", toy.folder / "hard.yaml");
  fs::create_symlink(run / "config.yaml", toy.folder / "soft.yaml");
  for (const char* link : {"hard.yaml", "soft.yaml", "run/../run/config.yaml"}) {
    request.config = toy.folder / link;
    CHECK_THAT(Toy::error_of(request), DFE_CONTAINS("it is the input"));
  }

  TrainRequest again = toy.request();
  again.common.overwrite = true;
  again.init = run / "weights_last.h5";
  CHECK_THAT(Toy::error_of(again), DFE_CONTAINS("weights_last.h5") && DFE_CONTAINS("it is the"));
  again = toy.request({"data.train.0.target=", "data.spheres=3.5,3.5",
                       "data.train.1.target=" + (run / "targets/train_0_a.mrc").string()});
  again.common.overwrite = true;
  fs::create_directory(run / "targets");
  fs::copy_file(toy.folder / "b_target.mrc", run / "targets/train_0_a.mrc");
  CHECK_THAT(Toy::error_of(again),
             DFE_CONTAINS("train_0_a.mrc") && DFE_CONTAINS("it is the input"));

  // The run's own settings resume it, and stay as they are.
  request.config = run / "config.yaml";
  request.common.overwrite = false;
  request.resume = true;
  request.overrides = {root, "training.epochs=2"};
  CHECK(Toy::error_of(request) == "no error");
  CHECK(read_text(run / "config.yaml") == own);
}

TEST_CASE("config.yaml repeats a run from any folder, whatever its paths were relative to") {
  const Toy toy;
  const test::WorkingFolder here(toy.folder.path());
  fs::create_directory("elsewhere");
  fs::rename("b.star", "elsewhere/b 2.star");  // given on the command line: of the working folder
  TrainRequest request = toy.request({"data.train.1.list=elsewhere/b 2.star"});
  request.config = "toy.yaml";
  request.output = "my run";
  REQUIRE(Toy::error_of(request) == "no error");
  const fs::path config = toy.folder / "my run/config.yaml";
  const std::string text = read_text(config);
  CHECK_THAT(text, DFE_CONTAINS("output: " + (toy.folder / "my run").string()) ||
                       DFE_CONTAINS("output: \"" + (toy.folder / "my run").string()));
  CHECK_THAT(text, DFE_CONTAINS(toy.folder / "a.mrc"));

  TrainRequest again;
  again.compute.threads = 1;
  {
    fs::create_directory("far");
    const test::WorkingFolder far(toy.folder / "far");
    again.config = "../my run/config.yaml";
    CHECK_THAT(Toy::error_of(again), DFE_CONTAINS("it is the input"));
    again.output = "again";
    CHECK(Toy::error_of(again) == "no error");
    CHECK(fs::exists("again/weights_last.h5"));
  }

  // It resumes its own run, and so does the file that the run was started with.
  again.config = config;
  again.resume = true;
  again.output.clear();
  again.overrides = {"training.epochs=2"};
  CHECK(Toy::error_of(again) == "no error");
  request.resume = true;
  request.overrides = {"training.epochs=3"};
  CHECK(Toy::error_of(request) == "no error");
}

TEST_CASE("a run that is refused leaves no folder behind") {
  const Toy toy;
  TrainRequest request = toy.request({"data.train.1.list=nowhere.star"});
  request.output = toy.folder / "new/run";
  CHECK_THAT(Toy::error_of(request), DFE_CONTAINS("nowhere.star"));
  CHECK_FALSE(fs::exists(toy.folder / "new"));
  fs::create_directory(toy.folder / "mine");
  request.output = toy.folder / "mine";
  CHECK_THAT(Toy::error_of(request), DFE_CONTAINS("nowhere.star"));
  CHECK(fs::exists(toy.folder / "mine"));
}
