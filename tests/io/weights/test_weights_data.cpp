// SPDX-License-Identifier: Apache-2.0
// Files in every Keras layout that hold the same random weights, with sums computed elsewhere, and
// a trained model.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"
#include "tests/io/weights/random_weights.hpp"

using namespace dfe;

TEST_CASE("the seven golden files hold the same weights, and the sums that NumPy found") {
  const auto folder = test::data_dir() / "golden" / "h5_layouts";
  std::ifstream in(folder / "weights_checksum.json");
  const auto sums = nlohmann::json::parse(in);
  const Weights first = io::read_weights(folder / "keras3.weights.h5");
  REQUIRE(first.layers.size() == 15);
  for (std::size_t i = 0; i < 15; ++i) {
    CAPTURE(i);
    const LayerWeights& layer = first.layers[i];
    const auto total = [](const std::vector<float>& values) {
      return std::accumulate(values.begin(), values.end(), 0.0);
    };
    CHECK(total(layer.kernel) == Approx(sums["sum_kernel"][i].get<double>()).epsilon(1e-9));
    CHECK(total(layer.bias) ==
          Approx(sums["sum_bias"][i].get<double>()).epsilon(1e-9).margin(1e-12));
    CHECK(layer.kernel_shape[3] == sums["spec_in_out_k"][i][0].get<std::int64_t>());
    CHECK(layer.kernel_shape[4] == sums["spec_in_out_k"][i][1].get<std::int64_t>());
    CHECK(layer.kernel_shape[0] == sums["spec_in_out_k"][i][2].get<std::int64_t>());
  }
  CHECK(first.classes == 3);
  CHECK(first.widths == std::array<std::int64_t, 3>{32, 48, 64});
  for (const auto& [name, layout] : std::vector<std::pair<std::string, std::string>>{
           {"keras2_standalone_full_model.h5", "keras 2 model"},
           {"keras2_standalone_second_model_in_session.h5", "keras 2 model"},
           {"tfkeras2_full_model.h5", "keras 2 model"},
           {"keras2_weights_only.h5", "keras 2 weights"},
           {"keras3_legacy_full_model.h5", "keras 3 model, legacy HDF5"},
           {"keras3.weights.h5", "keras 3 weights"},
           {"tfkeras213.weights.h5", "tf.keras 2.12 to 2.15 weights"}}) {
    CAPTURE(name);
    const Weights weights = io::read_weights(folder / name);
    CHECK(test::same_bits(weights, first));
    CHECK(weights.layout == layout);

    const auto rewritten =
        std::filesystem::temp_directory_path() / "dfe_golden_rewritten.weights.h5";
    io::write_weights(rewritten, weights);
    CHECK(test::same_bits(io::read_weights(rewritten), first));
    std::filesystem::remove(rewritten);
  }
}

TEST_CASE("the trained weights for dataset 1") {
  const Weights weights =
      io::read_weights(test::data_dir() / "dataset1" / "reference_weights.weights.h5");
  CHECK(weights.classes == 10);
  CHECK(weights.widths == std::array<std::int64_t, 3>{32, 48, 64});
  std::size_t parameters = 0;
  for (const LayerWeights& layer : weights.layers)
    parameters += layer.kernel.size() + layer.bias.size();
  CHECK(parameters == 903258);
  CHECK(weights.normalization == Normalization::Tomogram);
}

TEST_CASE("volumes in HDF5 are not taken for weights") {
  CHECK_THROWS_WITH(io::read_weights(test::data_dir() / "dataset1" / "data" / "tomo1_data.h5"),
                    DFE_CONTAINS("it holds: dataset"));
}
