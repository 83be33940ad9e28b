// SPDX-License-Identifier: Apache-2.0
// Class names that cross files in training: a class is the same in targets, lists, start weights
// and settings if its name is, whatever its label there.
#include <functional>
#include <nlohmann/json.hpp>

#include "dfengine/commands.hpp"
#include "dfengine/error.hpp"
#include "tests/commands/train/toy.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using dfe::test::TempFolder;

namespace {

struct Toy {
  TempFolder folder;
  Toy() { dfe::test::write_toy(folder.path()); }

  std::string file(const std::string& name) const { return (folder / name).string(); }

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
