// SPDX-License-Identifier: Apache-2.0
// The settings of `train`: the document shows every one with its default, and what is given
// arrives.
#include <algorithm>

#include "commands/train/read_settings.hpp"
#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"

using namespace dfe;
using io::Config;

namespace {

const char* kLeast = R"(
output: run
classes: [background, ribosome]
data: {train: [{tomogram: tomo_1.mrc, target: target_1.mrc}]}
)";

std::string effective(const std::string& text) {
  const Config config = Config::parse(text, "f.yaml");
  read_train_settings(config);
  return config.effective();
}

TrainSettings settings(const std::vector<std::string>& overrides) {
  return read_train_settings(Config::parse(kLeast, "f.yaml", overrides));
}

TEST_CASE("the folder of the request stands in for the setting, which may then be missing") {
  const std::string text = std::string(kLeast).replace(0, std::string("\noutput: run").size(), "");
  CHECK_THROWS_WITH(read_train_settings(Config::parse(text, "f.yaml")), DFE_CONTAINS("output"));
  CHECK(read_train_settings(Config::parse(text, "f.yaml"), "elsewhere").output == "elsewhere");
  CHECK(read_train_settings(Config::parse(kLeast, "f.yaml"), "elsewhere").output == "elsewhere");
}

/// The YAML block after the mark in docs/train.md.
std::string documented() {
  const std::string text = test::read_text(std::string(DFE_SOURCE_DIR) + "/docs/train.md");
  const std::size_t mark = text.find("<!-- test: defaults -->");
  REQUIRE(mark != std::string::npos);
  const std::size_t begin = text.find("```yaml\n", mark) + 8;
  return text.substr(begin, text.find("```", begin) - begin);
}

/// Keys in the order of the text, whatever their depth.
std::vector<std::string> keys_of(const std::string& text) {
  std::vector<std::string> keys;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t begin = text.find_first_not_of(" -", at);
    const std::size_t colon = text.find(':', at);
    if (colon < end && begin < colon && text[begin] != '#')
      keys.push_back(text.substr(begin, colon - begin));
    at = end + 1;
  }
  return keys;
}

}  // namespace

TEST_CASE("the document shows all settings with their defaults") {
  CHECK(effective(documented()) == effective(kLeast));
  std::vector<std::string> shown = keys_of(documented()), known = keys_of(effective(kLeast));
  std::sort(shown.begin(), shown.end());
  std::sort(known.begin(), known.end());
  CHECK(shown == known);
}

TEST_CASE("defaults are the paper's") {
  const TrainSettings s = settings({});
  CHECK(s.optimizer.schedule.rate == 1e-4);
  CHECK(s.optimizer.adam.beta1 == 0.9);
  CHECK(s.optimizer.adam.beta2 == 0.999);
  CHECK(s.optimizer.adam.epsilon == 1e-8);
  CHECK(s.loss.cross_entropy == 1);
  CHECK(s.loss.tversky == 0);
  CHECK(s.sampler.patch == Extent3{56, 56, 56});
  CHECK(s.sampler.augmentation.turn_y == 0.5);
  CHECK(s.network.widths == std::array<std::int64_t, 3>{32, 48, 64});
}

TEST_CASE("what is given arrives") {
  const TrainSettings s =
      settings({"patches.size=[16, 20, 24]", "loss.foreground_weight=10",
                "optimizer.schedule=cosine", "training.epochs=3", "training.steps=40",
                "optimizer.batches_per_step=4", "validation.radius=110A", "network.start=he",
                "data.root=/data", "seed=7", "validation.method=components"});
  CHECK(s.sampler.patch == Extent3{16, 20, 24});
  CHECK(s.loss.class_weights == std::vector<double>{1, 10});
  CHECK(s.optimizer.schedule.curve == RateCurve::Cosine);
  CHECK(s.optimizer.schedule.total_steps == 30);
  CHECK(s.validation.cluster.radius.is_angstrom);
  CHECK(s.validation.cluster.radius.value == 110);
  CHECK(s.validation.cluster.method == ClusterMethod::ConnectedComponents);
  CHECK(s.network.start == Start::He);
  CHECK(s.data.train[0].tomogram == "/data/tomo_1.mrc");
  CHECK(s.sampler.seed == 7);
}
