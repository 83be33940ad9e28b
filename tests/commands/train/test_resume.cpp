// SPDX-License-Identifier: Apache-2.0
// Resuming: the line that a stopped run prints resumes that very run, and a run keeps its settings.
#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "commands/train/run_settings.hpp"
#include "dfengine/commands.hpp"
#include "dfengine/error.hpp"
#include "io/weights_file.hpp"
#include "tests/commands/train/toy.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/run_command.hpp"
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

/// Asks to stop after a batch.
struct Stopper : Observer {
  std::int64_t seen = 0;
  void progress(std::string_view stage, std::int64_t done, std::int64_t) override {
    if (stage == "training") seen = done;
  }
  bool cancelled() override { return seen >= 1; }
};

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<float> parameters(const std::filesystem::path& weights) {
  std::vector<float> all;
  for (const LayerWeights& layer : io::read_weights(weights).layers)
    for (const auto* values : {&layer.kernel, &layer.bias})
      all.insert(all.end(), values->begin(), values->end());
  return all;
}

}  // namespace

TEST_CASE("the line that a stopped run prints resumes that run when a shell executes it") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  std::filesystem::rename(folder / "toy.yaml", folder / "it's a toy.yaml");
  std::filesystem::copy_file(folder / "a.star", folder / "a list.star");
  TrainRequest request;
  request.config = folder / "it's a toy.yaml";
  request.overrides = {"training.epochs=2", "training.steps=2",
                       "data.train.0.list=" + (folder / "a list.star").string(),
                       "classes=[background, bright, \"dark\"]", "augmentation.noise=0"};
  request.output = folder / "my $(touch bad) run";
  request.compute.device = "ref";
  request.compute.threads = 1;
  request.compute.memory_bytes = std::int64_t{3} << 30;
  request.common.voxel_size_angstrom = 12.5;
  Stopper stopper;
  const CommandReport stopped = run_train(request, &stopper);
  const std::string before = "resume with: ";
  const std::size_t begin = stopped.text.find(before) + before.size();
  const std::string line = stopped.text.substr(begin, stopped.text.find('\n') - begin);
  CAPTURE(line);
  CHECK(nlohmann::json::parse(stopped.json)["resume"] == line);

  const std::string program = std::filesystem::path(DFENGINE_BINARY).parent_path().string();
  const auto resumed = dfe::test::run_command(
      folder.path(), {"/bin/sh", "-c", "PATH='" + program + "':\"$PATH\"; " + line + " --json"});
  INFO(resumed.err);
  REQUIRE(resumed.exit_code == 0);
  const auto json = nlohmann::json::parse(resumed.out);
  CHECK(json["finished"] == true);
  CHECK(json["batches"] == 4);
  CHECK(json["output"] == request.output);
  CHECK_FALSE(std::filesystem::exists(folder / "bad"));

  request.output = folder / "whole";
  run(request);
  CHECK(parameters(folder / "my $(touch bad) run/weights_last.h5") ==
        parameters(folder / "whole/weights_last.h5"));
  CHECK(io::read_weights(folder / "whole/weights_last.h5").voxel_size_angstrom == Approx(12.5));
}

TEST_CASE("a plain --resume takes the settings of the run") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  TrainRequest request = request_in(folder, {"training.epochs=2", "training.steps=2"});
  Stopper stopper;
  CHECK(run(request, &stopper)["batches"] == 1);
  request.overrides.clear();
  request.resume = true;
  const auto json = run(request);
  CHECK(json["batches"] == 4);
  CHECK(json["finished"] == true);
}

TEST_CASE("a run keeps its settings, except for those that are named and may change") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  TrainRequest request = request_in(folder, {"training.epochs=1", "training.steps=1"});
  run(request);
  request.resume = true;
  const auto error_with = [&](const std::vector<std::string>& overrides) {
    request.overrides = overrides;
    return error_of([&] { run(request); });
  };
  CHECK_THAT(error_with({"patches.size=20"}),
             DFE_CONTAINS("patches.size is [20], was [16]") && DFE_CONTAINS("start another run"));
  CHECK_THAT(error_with({"classes=[background, dark, bright]"}),
             DFE_CONTAINS("classes is [background, dark, bright], was [background, bright, dark]"));
  CHECK_THAT(error_with({"training.steps=2", "training.epochs=2"}),
             DFE_CONTAINS("training.steps is 2, was 1") && !DFE_CONTAINS("training.epochs"));
  CHECK_THAT(error_with({"data.train=[{tomogram: " + (folder / "a.mrc").string() +
                         ", target: " + (folder / "a_target.mrc").string() + "}]"}),
             DFE_CONTAINS("data.train.1.list is not set, was b.star") &&
                 !DFE_CONTAINS("data.train.0.tomogram"));  // the same file, however it is written
  CHECK_THAT(error_with({"data.train=[{tomogram: " + (folder / "a.mrc").string() +
                             ", target: " + (folder / "a_target.mrc").string() + "}]",
                         "patches.size=20", "training.steps=2"}),
             DFE_CONTAINS("2 more"));

  // The file changed: nobody can tell whether that was meant for this run.
  const std::string toy = read_text(folder / "toy.yaml");
  std::ofstream(folder / "toy.yaml") << std::string(toy).replace(toy.find("5e-3"), 4, "1e-3");
  CHECK_THAT(error_with({}), DFE_CONTAINS("optimizer.rate is 0.001, was 0.005") &&
                                 DFE_CONTAINS("give these settings on the command line"));
  request.overrides = {"optimizer.rate=1e-3", "training.epochs=3"};
  CHECK(run(request)["batches"] == 3);
  request.overrides.clear();  // they are settings of the run from then on
  CHECK(run(request)["batches"] == 3);
}

TEST_CASE("a run resumes with its own files from any folder") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  std::filesystem::create_directory(folder / "far");
  TrainRequest request;
  request.compute.threads = 1;
  const std::vector<std::string> more{"training.epochs=2", "training.steps=2"};
  Stopper stopper;
  {
    const test::WorkingFolder here(folder.path());
    run(request_in(folder, {"output=start", "training.epochs=1", "training.steps=1"}));
    request.config = "toy.yaml";
    request.init = "start/weights_last.h5";
    request.overrides = {"data.train.1.list=./b.star",
                         "data.valid=[{tomogram: v.mrc, "
                         "target: v_target.mrc, list: v.star}]",
                         "output=mine"};
    request.overrides.insert(request.overrides.end(), more.begin(), more.end());
    CHECK(run(request, &stopper)["batches"] == 1);
  }
  // Files of the same names, but of another tomogram.
  for (const char* name : {"b.star", "v.mrc", "v_target.mrc", "v.star"})
    std::filesystem::copy_file(folder / (std::string("a") + (name + 1)), folder / "far" / name);
  const test::WorkingFolder far(folder / "far");
  request = {};
  request.compute.threads = 1;
  request.config = "../toy.yaml";
  request.output = "../mine";
  request.resume = true;
  const auto json = run(request);
  CHECK(json["batches"] == 4);

  request.overrides = {"data.train.1.list=b.star"};  // that of this folder
  CHECK_THAT(error_of([&] { run(request); }),
             DFE_CONTAINS("data.train.1.list is b.star, was " + (folder / "b.star").string()));
  request.overrides = {"data.train.1.list=../b.star", "training.epochs=3"};  // the run's own
  CHECK(run(request)["batches"] == 6);
}

TEST_CASE("weights to start from may have other widths than the settings, also when resumed") {
  const TempFolder folder;
  dfe::test::write_toy(folder.path());
  run(request_in(folder, {"output=" + (folder / "first").string(), "network.widths=[4, 5, 6]",
                          "training.epochs=1", "training.steps=1"}));
  TrainRequest request = request_in(folder, {"training.epochs=1", "training.steps=2"});
  request.init = folder / "first/weights_last.h5";
  Stopper stopper;
  run(request, &stopper);
  request.init.clear();
  request.resume = true;
  CHECK(run(request)["finished"] == true);
  CHECK(io::read_weights(folder / "run/weights_last.h5").widths ==
        std::array<std::int64_t, 3>{4, 5, 6});
}

TEST_CASE("differences of settings") {
  const auto texts = [](const std::string& before, const std::string& now) {
    std::string all;
    for (const SettingChange& change : setting_changes(before, now)) all += change.text + "; ";
    return all;
  };
  CHECK(texts("a: 1\nb: {c: x, d: [1, 2]}\n", "a: 1\nb: {c: x, d: [1, 2]}\n").empty());
  CHECK(texts("a: 1\nb: {c: x}\n", "a: 2\nb: {c: \"\"}\n") ==
        "a is 2, was 1; b.c is \"\", was x; ");
  CHECK(texts("d: [{e: 1}]\n", "d: [{e: 1}, {e: 3}]\nnew: 4\n").empty());  // of a newer version
  CHECK(texts("data: {train: [{list: a}]}\n", "data: {train: [{list: a}, {list: b}]}\n") ==
        "data.train.1.list is b, was not set; ");
  CHECK(texts("a: [1, 2]\n", "a: [1, 3]\n") == "a is [1, 3], was [1, 2]; ");
}
