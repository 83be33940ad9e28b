// SPDX-License-Identifier: Apache-2.0
// `train` through the library: it learns, writes what it says, goes on where it stopped, and
// refuses what makes no sense.
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "dfengine/commands.hpp"
#include "dfengine/error.hpp"
#include "engine/training/start.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "io/weights_file.hpp"
#include "tests/commands/train/toy.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using dfe::test::read_text;
using dfe::test::TempFolder;

namespace {

TrainRequest request_in(const TempFolder& folder, std::vector<std::string> overrides = {}) {
  TrainRequest request;
  request.config = folder / "toy.yaml";
  request.overrides = std::move(overrides);
  request.compute.threads = 1;
  return request;
}

nlohmann::json run(const TrainRequest& request, Observer* observer = nullptr) {
  return nlohmann::json::parse(run_train(request, observer).json);
}

std::vector<float> parameters(const std::filesystem::path& weights) {
  std::vector<float> all;
  for (const LayerWeights& layer : io::read_weights(weights).layers)
    for (const auto* values : {&layer.kernel, &layer.bias})
      all.insert(all.end(), values->begin(), values->end());
  return all;
}

/// Asks to stop after some batches.
struct Stopper : Observer {
  std::int64_t after;
  std::int64_t seen = 0;
  explicit Stopper(std::int64_t batches) : after(batches) {}
  void progress(std::string_view stage, std::int64_t done, std::int64_t) override {
    if (stage == "training") seen = done;
  }
  bool cancelled() override { return seen >= after; }
};

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a tiny network learns a tiny task to an F1 of 0.9") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  const auto json = run(request_in(folder, {"training.epochs=4", "training.steps=50"}));
  CHECK(json["finished"] == true);
  REQUIRE(json["best_epoch"] >= 1);
  CHECK(json["best"] >= 0.9);

  // The same through pick and evaluate, as a user would find it on a tomogram that was in neither
  // set.
  dfe::test::write_toy_tomogram(folder.path(), "t", 5);
  PickRequest pick;
  pick.segment.tomograms = {folder / "t.mrc"};
  pick.segment.weights = folder / "run/weights_best.h5";
  pick.cluster.radius = {4, false};
  pick.cluster.min_size = 20;
  pick.output = folder / "picks.star";
  run_pick(pick);
  EvaluateRequest evaluate;
  evaluate.predicted = {folder / "picks.star"};
  evaluate.truth = {folder / "t.star"};
  evaluate.options.distance = Length{4, false};
  const auto scores = nlohmann::json::parse(run_evaluate(evaluate).json);
  CHECK(scores["localization"]["f1"] >= 0.9);
  CHECK(scores["classes"]["bright"]["f1"] >= 0.9);
  CHECK(scores["classes"]["dark"]["f1"] >= 0.9);
}

TEST_CASE("what a run leaves in its folder") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  const auto json = run(request_in(folder, {"training.epochs=3"}));
  for (const char* name :
       {"checkpoint.h5", "weights_last.h5", "weights_best.h5", "weights_last.h5.run.json",
        "history.h5", "history.csv", "curves.png", "report.html", "config.yaml"})
    CHECK(std::filesystem::exists(folder / "run" / name));

  const Weights weights = io::read_weights(folder / "run/weights_last.h5");
  CHECK(weights.class_names == std::vector<std::string>{"background", "bright", "dark"});
  CHECK(weights.voxel_size_angstrom == Approx(10));
  CHECK(weights.widths == std::array<std::int64_t, 3>{6, 8, 8});
  CHECK(read_text(folder / "run/weights_last.h5").size() > 1000);

  // Validation every second epoch, and at the last one.
  const io::h5::Reader history(folder / "run/history.h5");
  const auto column = [&](const char* name) { return history.read_doubles(name, 1000); };
  CHECK(column("epoch") == std::vector<double>{1, 2, 3});
  CHECK(column("batches") == std::vector<double>{5, 10, 15});
  CHECK(column("f1").size() == 9);
  const std::vector<double> loss = column("valid_loss");
  CHECK(std::isnan(loss[0]));
  CHECK(std::isfinite(loss[1]));
  CHECK(std::isfinite(loss[2]));
  const std::string csv = read_text(folder / "run/history.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 4);
  CHECK_THAT(csv, DFE_CONTAINS("object_f1:bright"));
  CHECK_THAT(read_text(folder / "run/report.html"), DFE_CONTAINS("data:image/png;base64,"));

  // The effective configuration repeats the run.
  TrainRequest again = request_in(folder, {"output=" + (folder / "again").string()});
  again.config = folder / "run/config.yaml";
  again.overrides.push_back("data.root=" + folder.path().string());
  run(again);
  CHECK(parameters(folder / "again/weights_last.h5") == parameters(folder / "run/weights_last.h5"));
}

TEST_CASE("a stopped run goes on bit for bit, on any number of threads") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path(), "");
  run(request_in(folder, {"output=" + (folder / "whole").string(), "training.epochs=4"}));
  // Stopped within an epoch, at the end of one, and while a step gathers batches.
  for (const std::int64_t after : {std::int64_t{3}, std::int64_t{10}, std::int64_t{17}}) {
    Stopper stopper(after);
    TrainRequest request =
        request_in(folder, {"output=" + (folder / "parts").string(), "training.epochs=4"});
    request.common.overwrite = true;
    request.compute.threads = 2;
    const auto stopped = run(request, &stopper);
    CHECK(stopped["finished"] == false);
    CHECK(stopped["batches"] == after);
    request.resume = true;
    request.compute.threads = 1;
    CHECK(run(request)["finished"] == true);
    for (const char* weights : {"weights_last.h5", "weights_best.h5"})
      CHECK(parameters(folder / "parts" / weights) == parameters(folder / "whole" / weights));
    CHECK(read_text(folder / "parts/history.csv") == read_text(folder / "whole/history.csv"));
  }
}

TEST_CASE("gathered batches survive a stop") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  const std::vector<std::string> more{"optimizer.batches_per_step=4", "training.epochs=2",
                                      "training.steps=8"};
  const auto in = [&](const char* name) {
    std::vector<std::string> overrides = more;
    overrides.push_back("output=" + (folder / name).string());
    return request_in(folder, overrides);
  };
  run(in("whole"));
  Stopper stopper(6);  // two of four batches
  run(in("parts"), &stopper);
  TrainRequest request = in("parts");
  request.resume = true;
  run(request);
  CHECK(parameters(folder / "parts/weights_last.h5") ==
        parameters(folder / "whole/weights_last.h5"));
}

TEST_CASE("training goes on from other weights, with another last layer where the classes differ") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  const std::vector<std::string> classes{"background", "x", "y", "z"};
  NetworkSettings network;
  network.widths = {6, 8, 8};
  Weights other = random_start(network, classes, 9);
  io::write_weights(folder / "other.h5", other);
  TrainRequest request = request_in(folder, {"training.epochs=1", "training.steps=1",
                                             "optimizer.rate=1e-9", "optimizer.average_decay=0"});
  request.init = folder / "other.h5";
  const auto json = run(request);
  CHECK_THAT(json["warnings"].dump(), DFE_CONTAINS("has no outputs of bright, dark"));
  const Weights trained = io::read_weights(folder / "run/weights_last.h5");
  REQUIRE(trained.classes == 3);
  for (std::size_t layer = 0; layer + 1 < trained.layers.size(); ++layer)
    for (std::size_t i = 0; i < trained.layers[layer].kernel.size(); ++i)
      REQUIRE(trained.layers[layer].kernel[i] ==
              Approx(other.layers[layer].kernel[i]).margin(1e-6));
}

TEST_CASE("targets are painted where only lists are given") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  run(request_in(folder, {"data.train=[{tomogram: " + (folder / "a.mrc").string() +
                              ", list: " + (folder / "a.star").string() + "}]",
                          "data.spheres=\"bright=3.5,dark=35A\"", "training.epochs=1"}));
  const LabelMap painted = io::read_labels(folder / "run/targets/train_0_a.mrc"),
                 truth = io::read_labels(folder / "a_target.mrc");
  // Positions of the list are rounded to what the file holds, so a voxel on the rim may differ.
  std::int64_t different = 0;
  for (std::size_t i = 0; i < truth.labels.span().size(); ++i)
    different += painted.labels.span()[i] != truth.labels.span()[i];
  CHECK(different < 10);
}

TEST_CASE("DeepFinder's folders") {
  const TempFolder folder;
  for (const char* part : {"train", "valid"}) {
    std::filesystem::create_directory(folder / part);
    dfe::test::write_toy_tomogram(folder / part, part, 1 + static_cast<std::uint64_t>(part[0]));
    const ParticleList list = io::read_list(folder / part / (std::string(part) + ".star"));
    io::write_list(folder / part / (std::string(part) + "_objl.xml"), list);
  }
  std::ofstream(folder / "toy.yaml")
      << "output: run\nclasses: [background, bright, dark]\ndata: {folder: .}\n"
         "network: {widths: [4, 4, 4]}\npatches: {size: 16}\ntraining: {epochs: 1, steps: 2, "
         "batch: 1}\n"
         "validation: {radius: 4}\n";
  const auto json = run(request_in(folder));
  CHECK(json["finished"] == true);
  CHECK(json["best_epoch"] == 1);
}

TEST_CASE("batches that are not finite are left out, and too many of them end the run") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  const std::string error = error_of([&] {
    run(request_in(
        folder, {"optimizer.rate=1e30", "optimizer.clip_norm=0", "training.most_bad_batches=3"}));
  });
  CHECK_THAT(error, DFE_CONTAINS("3 batches in a row were not finite"));
  CHECK(std::filesystem::exists(folder / "run/checkpoint.h5"));
}

TEST_CASE("requests that make no sense") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  const auto error_with = [&](const std::vector<std::string>& overrides) {
    return error_of([&] { run(request_in(folder, overrides)); });
  };
  CHECK_THAT(error_with({"optimizer.ratte=1"}), DFE_CONTAINS("did you mean 'optimizer.rate'?"));
  CHECK_THAT(error_with({"optimizer.rate=-1"}), DFE_CONTAINS("rate"));
  CHECK_THAT(error_with({"classes=[one]"}), DFE_CONTAINS("classes"));
  CHECK_THAT(error_with({"patches.size=18"}), DFE_CONTAINS("multiple"));
  CHECK_THAT(error_with({"data.valid.0.tomogram=" + (folder / "none.mrc").string()}),
             DFE_CONTAINS("none.mrc"));
  CHECK_THAT(error_with({"data.train.0.name=third"}),
             DFE_CONTAINS("tomogram a, not of 'third'") && DFE_CONTAINS("data.train.0.name"));
  CHECK_THAT(error_with({"data.axes=zxy"}), DFE_CONTAINS("choose one of: detect, xyz, zyx"));
  CHECK_THAT(error_with({"data.train=[]"}), DFE_CONTAINS("names no tomogram"));
  CHECK_THAT(error_with({"classes=[background, bright]"}), DFE_CONTAINS("its class 'dark'"));
  CHECK_THAT(error_with({"data.train.0.target=" + (folder / "toy.yaml").string()}),
             DFE_CONTAINS("toy.yaml"));
  CHECK_THAT(error_with({"loss.class_weights=[1, 2]"}), DFE_CONTAINS("foreground_weight"));

  // A copy under another name is the same tomogram.
  std::filesystem::copy_file(folder / "a.mrc", folder / "copy.mrc");
  CHECK_THAT(error_with({"data.valid.0.tomogram=" + (folder / "copy.mrc").string(),
                         "data.valid.0.name=v"}),
             DFE_CONTAINS("is used for validation and"));

  CHECK_FALSE(std::filesystem::exists(folder / "run/checkpoint.h5"));
  TrainRequest resume = request_in(folder);
  resume.resume = true;
  CHECK_THAT(error_of([&] { run(resume); }), DFE_CONTAINS("nothing to resume"));
  run(request_in(folder, {"training.epochs=1"}));
  CHECK_THAT(error_of([&] { run(request_in(folder)); }), DFE_CONTAINS("already contains a run"));
  resume.overrides = {"network.widths=[6, 8, 9]"};
  CHECK_THAT(error_of([&] { run(resume); }),
             DFE_CONTAINS("network.widths is [6, 8, 9], was [6, 8, 8]"));
}
