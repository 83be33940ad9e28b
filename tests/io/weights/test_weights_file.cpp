// SPDX-License-Identifier: Apache-2.0
// Our own weights files: round trips bit for bit, attributes, and refusal of what cannot be
// weights.
#include <filesystem>
#include <fstream>

#include "dfengine/error.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "io/weights/keras_layout.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/io/weights/random_weights.hpp"

using namespace dfe;
namespace fs = std::filesystem;

namespace {

fs::path scratch(const std::string& name) {
  return fs::temp_directory_path() / ("dfe_weights_" + name);
}

std::string read_error(const fs::path& path) {
  try {
    io::read_weights(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("weights come back bit for bit with their description, for any widths") {
  for (const auto& widths :
       {std::array<std::int64_t, 3>{32, 48, 64}, {1, 2, 3}, {5, 5, 5}, {7, 3, 2}}) {
    Weights weights = test::random_weights(widths, 4);
    weights.class_names = {"background", "ribosome", "β-galactosidase", ""};
    weights.voxel_size_angstrom = 13.68;
    weights.normalization = Normalization::Patch;
    weights.provenance = {{"trained on", "tomo 1-6"}, {"seed", "3"}, {"seed", "again"}};
    const fs::path path = scratch("round.weights.h5");
    io::write_weights(path, weights);
    const Weights back = io::read_weights(path);
    CHECK(test::same_bits(weights, back));
    CHECK(back.widths == widths);
    CHECK(back.classes == 4);
    CHECK(back.class_names == weights.class_names);
    CHECK(back.voxel_size_angstrom == 13.68);
    CHECK(back.normalization == Normalization::Patch);
    CHECK(back.provenance == weights.provenance);
    CHECK(back.layout == "dfengine");
    fs::remove(path);
  }
}

TEST_CASE("long lists of class names fit") {
  Weights weights = test::random_weights({1, 1, 1}, 256);
  for (int i = 0; i < 256; ++i)
    weights.class_names.push_back(std::string(1000, 'x') + std::to_string(i));
  const fs::path path = scratch("names.weights.h5");
  io::write_weights(path, weights);
  CHECK(io::read_weights(path).class_names == weights.class_names);
  fs::remove(path);
}

TEST_CASE("weights that no reader would take are not written") {
  const fs::path path = scratch("never.weights.h5");
  Weights weights = test::random_weights({2, 3, 4}, 3);
  weights.layers[5].kernel[7] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(io::write_weights(path, weights), DFE_CONTAINS("layer 6 holds NaN"));
  weights = test::random_weights({2, 3, 4}, 3);
  weights.widths = {2, 3, 5};
  CHECK_THROWS_WITH(io::write_weights(path, weights), DFE_CONTAINS("contradict"));
  weights = test::random_weights({2, 3, 4}, 3);
  weights.layers[2].kernel.pop_back();
  CHECK_THROWS_WITH(io::write_weights(path, weights), DFE_CONTAINS("layer 3"));
  weights = test::random_weights({2, 3, 4}, 3);
  weights.class_names = {"a"};
  CHECK_THROWS_WITH(io::write_weights(path, weights), DFE_CONTAINS("1 class names for 3"));
  weights = test::random_weights({2, 3, 4}, 3);
  weights.layers.pop_back();
  CHECK_THROWS_WITH(io::write_weights(path, weights), DFE_CONTAINS("14 layers"));
  CHECK(!fs::exists(path));
}

TEST_CASE("files that are no weights are refused with the reason") {
  const fs::path path = scratch("bad.h5");
  CHECK_THAT(read_error(scratch("missing.h5")), DFE_CONTAINS("no such file"));
  std::ofstream(path, std::ios::binary).close();
  CHECK_THAT(read_error(path), DFE_CONTAINS("HDF5"));
  std::ofstream(path, std::ios::binary) << "not an HDF5 file at all";
  CHECK_THAT(read_error(path), DFE_CONTAINS("is not a readable HDF5 file"));
  std::ofstream(path, std::ios::binary) << "PK\x03\x04 and nothing more";
  CHECK_THAT(read_error(path), DFE_CONTAINS("zip archive"));
  io::h5::Writer(path).commit();
  CHECK_THAT(read_error(path), DFE_CONTAINS("an empty HDF5 file"));
  {
    io::h5::Writer file(path);
    const std::vector<float> voxel{1};
    file.write_dataset("dataset", {1, 1, 1}, io::h5::StoredType::Float32, std::span(voxel));
    file.commit();
  }
  CHECK_THAT(read_error(path), DFE_CONTAINS("without Keras weights (it holds: dataset)"));
  fs::remove(path);
}

TEST_CASE("a file cut short anywhere gives an error, never a crash") {
  const fs::path whole = scratch("whole.weights.h5"), cut = scratch("cut.weights.h5");
  io::write_weights(whole, test::random_weights({2, 2, 2}, 2));
  const std::string bytes = test::read_text(whole);
  for (std::size_t length = 0; length < bytes.size(); length += bytes.size() / 60 + 1) {
    std::ofstream(cut, std::ios::binary) << bytes.substr(0, length);
    CHECK_THAT(read_error(cut), !DFE_CONTAINS("no error"));
  }
  fs::remove(whole);
  fs::remove(cut);
}

TEST_CASE("natural order puts conv3d_2 before conv3d_10") {
  std::vector<std::string> names{"conv3d_10", "conv3d", "conv3d_2", "conv3d_1",
                                 "conv3d_02", "batch",  "10",       "9"};
  std::sort(names.begin(), names.end(), io::weights::natural_less);
  CHECK(names == std::vector<std::string>{"9", "10", "batch", "conv3d", "conv3d_1", "conv3d_02",
                                          "conv3d_2", "conv3d_10"});
}
