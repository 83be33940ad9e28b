// SPDX-License-Identifier: Apache-2.0
// Class names that cross files in training: a class is the same in targets, lists, start weights
// and settings if its name is, whatever its label there.
#include <functional>
#include <nlohmann/json.hpp>

#include "dfengine/commands.hpp"
#include "dfengine/error.hpp"
#include "engine/training/start.hpp"
#include "io/weights_file.hpp"
#include "tests/commands/train/toy.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using dfe::test::TempFolder;

namespace {

std::vector<float> parameters(const Weights& weights) {
  std::vector<float> all;
  for (const LayerWeights& layer : weights.layers)
    for (const auto* values : {&layer.kernel, &layer.bias})
      all.insert(all.end(), values->begin(), values->end());
  return all;
}

const std::vector<std::string> kClasses{"background", "bright", "dark"};

/// Random weights of the toy's network, also in the last layer's biases.
Weights start_weights(const std::vector<std::string>& classes) {
  NetworkSettings network;
  network.widths = {6, 8, 8};
  Weights weights = random_start(network, classes, 9);
  for (std::size_t c = 0; c < classes.size(); ++c)
    weights.layers.back().bias[c] = 0.1f * static_cast<float>(c + 1);
  return weights;
}

/// The outputs of `weights` in the order of `from`, called `names`.
Weights with_outputs(Weights weights, const std::vector<std::size_t>& from,
                     std::vector<std::string> names) {
  LayerWeights& head = weights.layers.back();
  const LayerWeights own = head;
  const std::size_t outputs = own.bias.size(), rows = own.kernel.size() / outputs;
  head.kernel.clear();
  head.bias.clear();
  for (std::size_t row = 0; row < rows; ++row)
    for (const std::size_t c : from) head.kernel.push_back(own.kernel[row * outputs + c]);
  for (const std::size_t c : from) head.bias.push_back(own.bias[c]);
  head.kernel_shape.back() = static_cast<std::int64_t>(from.size());
  weights.classes = head.kernel_shape.back();
  weights.class_names = std::move(names);
  return weights;
}

struct Toy {
  TempFolder folder;
  Toy() { dfe::test::write_toy(folder.path()); }

  std::string file(const std::string& name) const { return (folder / name).string(); }

  /// A toy's target as `to`, with label L as `labels[L]` and these names.
  std::string target(const std::string& of, const std::string& to,
                     const std::vector<std::uint8_t>& labels,
                     std::vector<std::string> names) const {
    LabelMap map = io::read_labels(folder / (of + "_target.mrc"));
    for (std::uint8_t& label : map.labels.span()) label = labels.at(label);
    map.class_names = std::move(names);
    io::write_labels(folder / to, map);
    return file(to);
  }

  /// The same for a toy's list.
  std::string list(const std::string& of, const std::string& to, const std::vector<int>& labels,
                   std::vector<std::string> names) const {
    ParticleList list = io::read_list(folder / (of + ".star"));
    for (Particle& p : list.particles)
      p.class_label = labels.at(static_cast<std::size_t>(p.class_label));
    list.class_names = std::move(names);
    io::write_list(folder / to, list);
    return file(to);
  }

  std::string error_with(std::vector<std::string> overrides) const {
    try {
      run_train(request(std::move(overrides)));
    } catch (const Error& error) {
      CHECK_FALSE(std::filesystem::exists(folder / "run"));
      return error.what();
    }
    return "no error";
  }

  /// What the run that the overrides describe learns in one batch.
  mutable std::string history;  ///< of the last one, its scores of validation among them
  std::vector<float> learned(std::vector<std::string> overrides) const {
    TempFolder run_folder;
    TrainRequest asked = request(std::move(overrides));
    asked.output = run_folder / "run";
    run_train(asked);
    history = dfe::test::read_text(run_folder / "run/history.csv");
    return parameters(io::read_weights(run_folder / "run/weights_last.h5"));
  }

  TrainRequest request(std::vector<std::string> overrides = {}) const {
    TrainRequest request;
    request.config = folder / "toy.yaml";
    request.overrides = std::move(overrides);
    request.overrides.insert(request.overrides.end(), {"training.epochs=1", "training.steps=1"});
    request.compute.threads = 1;
    return request;
  }
};

nlohmann::json run(const TrainRequest& request) {
  return nlohmann::json::parse(run_train(request).json);
}

}  // namespace

TEST_CASE("what a class lacks is said by its name") {
  const Toy toy;
  const auto json = run(toy.request({"classes=[background, bright, dark, prot]"}));
  CHECK(
      json["warnings"] ==
      nlohmann::json{"class prot: no particles in the training data; no patches are centred on it",
                     "class prot: no voxels in any target; it cannot be learned",
                     "class prot: no particles in the validation lists"});
}

TEST_CASE("outputs of start weights are matched by name") {
  const Toy toy;
  const Weights same = start_weights(kClasses);
  io::write_weights(toy.file("same.h5"), same);
  // Another order and a class that the run does not have; and no names at all.
  io::write_weights(toy.file("other.h5"),
                    with_outputs(same, {0, 2, 1, 1}, {"bg", "dark", "extra", "bright"}));
  io::write_weights(toy.file("unnamed.h5"), with_outputs(same, {0, 1, 2}, {}));
  io::write_weights(toy.file("renamed.h5"), with_outputs(same, {0, 2, 1}, {kClasses}));
  const auto learned = [&](const char* start) {
    return toy.learned({"network.weights=" + toy.file(start)});
  };
  const std::vector<float> truth = learned("same.h5");
  CHECK(learned("other.h5") == truth);
  CHECK(learned("unnamed.h5") == truth);
  CHECK(learned("renamed.h5") != truth);
}

TEST_CASE("an output without its name in the start weights starts at random, and is named") {
  const Toy toy;
  const Weights other = start_weights({"background", "x", "dark", "y"});
  io::write_weights(toy.file("other.h5"), other);
  TrainRequest request = toy.request();
  request.init = toy.file("other.h5");
  CHECK_THAT(run(request)["warnings"].dump(),
             DFE_CONTAINS("other.h5: has no outputs of bright, so these start from random values; "
                          "its classes are background, x, dark, y"));

  NetworkSettings network;
  network.widths = {6, 8, 8};
  Weights adapted = other;
  CHECK(adapt_start(adapted, network, kClasses, 3).random == std::vector<std::string>{"bright"});
  const Weights fresh = random_start(network, kClasses, 3);
  const auto output = [](const Weights& weights, std::size_t c) {
    return parameters(with_outputs(weights, {c}, {}));
  };
  Weights expected = other;
  expected.layers.back() = fresh.layers.back();
  CHECK(output(adapted, 0) == output(other, 0));
  CHECK(output(adapted, 1) == output(expected, 1));
  CHECK(output(adapted, 2) == output(other, 2));

  // Without names a number of classes is all that can be compared.
  io::write_weights(toy.file("unnamed.h5"), with_outputs(other, {0, 1, 2, 3}, {}));
  request.init = toy.file("unnamed.h5");
  request.common.overwrite = true;
  CHECK_THAT(run(request)["warnings"].dump(),
             DFE_CONTAINS("trained on a different number of classes"));
}

TEST_CASE("labels of targets and lists are matched by name, those without names by label") {
  const Toy toy;
  const auto truth = toy.learned({});
  const std::string history = toy.history;
  const auto same_as = [&](const std::vector<std::string>& overrides) {
    return toy.learned(overrides) == truth && toy.history == history;
  };
  // Three targets and two lists, each with labels of its own.
  const std::string exchanged =
      toy.target("a", "a.h5", {0, 2, 1}, {"background", "dark", "bright"});
  CHECK(same_as(
      {"data.train.0.target=" + exchanged,
       "data.train.1.target=" + toy.target("b", "b.zarr", {0, 7, 3},
                                           {"", "membrane", "", "dark", "x", "", "y", "bright"}),
       "data.valid.0.target=" +
           toy.target("v", "v.h5", {0, 2, 1}, {"nothing", "dark", "bright", "more"}),
       "data.train.0.list=" + toy.list("a", "a2.star", {0, 2, 1}, {"background", "dark", "bright"}),
       "data.valid.0.list=" +
           toy.list("v", "v2.star", {0, 5, 4}, {"", "", "", "", "dark", "bright"})}));
  CHECK_FALSE(same_as({"data.train.0.target=" + toy.target("a", "a2.h5", {0, 2, 1}, kClasses)}));
  CHECK_FALSE(same_as({"data.valid.0.target=" + toy.target("v", "v2.h5", {0, 2, 1}, kClasses)}));
  CHECK(same_as({"data.train.0.target=" + toy.target("a", "a3.h5", {0, 1, 2}, {})}));

  // Without lists, patches are centred on voxels of the class that is meant.
  const auto voxels = toy.learned({"data.train.0.list="});
  CHECK(toy.learned({"data.train.0.list=", "data.train.0.target=" + exchanged}) == voxels);
}

TEST_CASE("a name that looks like a label is a name") {
  const Toy toy;
  std::vector<std::string> overrides{""};
  for (const std::string entry : {"train.0", "train.1", "valid.0"}) {
    const std::string name = entry == "train.0" ? "a" : entry == "train.1" ? "b" : "v";
    overrides.push_back("data." + entry + ".list=" + toy.list(name, name + ".xml", {0, 1, 2}, {}));
  }
  const auto with = [&](const std::string& classes) {
    overrides[0] = classes;
    return toy.learned(overrides);
  };
  CHECK(with("classes=[background, 2, 1]") == with("classes=[background, bright, dark]"));
}

TEST_CASE("classes that cannot be matched are refused before anything is written") {
  const Toy toy;
  const auto target = [&](const std::vector<std::uint8_t>& labels,
                          const std::vector<std::string>& names) {
    return "data.valid.0.target=" + toy.target("v", "other.h5", labels, names);
  };
  CHECK_THAT(toy.error_with({target({0, 1, 2}, {"background", "Bright", "dark"})}),
             DFE_CONTAINS("other.h5': its class 'Bright' (label 1) is not among those of the "
                          "setting 'classes'") &&
                 DFE_CONTAINS("did you mean 'bright'?"));
  CHECK_THAT(toy.error_with({target({0, 1, 2}, {"bright", "dark"})}),
             DFE_CONTAINS("name the background first"));
  CHECK_THAT(toy.error_with({target({0, 1, 2}, {"background", "dark", ""})}),
             DFE_CONTAINS("its label 2 has no name"));
  CHECK_THAT(toy.error_with({target({0, 1, 3}, {})}),
             DFE_CONTAINS("other.h5': has voxels of label 3") &&
                 DFE_CONTAINS("which has 3 with the background"));
  CHECK_THAT(toy.error_with({target({0, 1, 3}, {"background", "bright"})}),
             DFE_CONTAINS("has voxels of label 3"));
  CHECK_THAT(toy.error_with({"data.valid.0.target=" + toy.file("v.mrc")}),
             DFE_CONTAINS("v.mrc': has a voxel with the value"));
  CHECK_THAT(toy.error_with({"classes=[background, bright, black]"}),
             DFE_CONTAINS("a.star': its class 'dark' (label 2) is not among those of the setting "
                          "'classes'") &&
                 DFE_CONTAINS("remove its particles"));
  const std::vector<std::string> some{"background", "dark"};
  CHECK_THAT(toy.error_with({"data.train.0.list=" + toy.list("a", "some.csv", {0, 1, 2}, some)}),
             DFE_CONTAINS("some.csv': its label 2 has no name"));
}

TEST_CASE("what was matched, and what was not, is said") {
  const Toy toy;
  struct Listener : Observer {
    std::string info;
    void message(LogLevel level, std::string_view text) override {
      if (level == LogLevel::Info) info.append(text).append("\n");
    }
  } listener;
  const auto json = nlohmann::json::parse(
      run_train(toy.request({"data.train.0.target=" +
                                 toy.target("a", "a.h5", {0, 2, 1}, {"none", "dark", "bright"}),
                             "data.train.1.target=" +
                                 toy.target("b", "b.h5", {0, 1, 2}, {"none", "bright"})}),
                &listener)
          .json);
  CHECK_THAT(listener.info, DFE_CONTAINS("a.h5: its classes are none, dark, bright; its labels are "
                                         "matched by name"));
  CHECK_THAT(json["warnings"].dump(),
             DFE_CONTAINS("b.h5: label 2 has no name, unlike others, and is read as 'dark'"));
}

TEST_CASE("a target without names that contradicts its list is noticed") {
  const Toy toy;
  const auto warnings = [&](const std::vector<std::string>& overrides) {
    TrainRequest request = toy.request(overrides);
    request.common.overwrite = true;
    return run(request)["warnings"];
  };
  CHECK(warnings({}) == nlohmann::json::array());
  CHECK(warnings({"data.valid.0.target=" + toy.target("v", "v2.mrc", {0, 2, 1}, {})}) ==
        nlohmann::json{
            toy.file("v2.mrc") +
                ": most particles of class bright in the list are in voxels of class dark",
            toy.file("v2.mrc") +
                ": most particles of class dark in the list are in voxels of class bright"});
}
