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

  /// What the run that the overrides describe learns in one batch.
  std::vector<float> learned(std::vector<std::string> overrides) const {
    TempFolder run_folder;
    TrainRequest asked = request(std::move(overrides));
    asked.output = run_folder / "run";
    run_train(asked);
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
