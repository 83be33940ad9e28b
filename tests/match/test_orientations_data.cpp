// SPDX-License-Identifier: Apache-2.0
// The lists that PyTom ships. Counts and sums were read from the files with numpy and SciPy's
// Rotation: intrinsic ZXZ (psi, theta, phi).
#include "io/lists/orientation_list.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"

using namespace dfe;

TEST_CASE("PyTom's lists of orientations: counts, order and convention") {
  struct Row {
    const char* name;
    std::size_t count;
    double sums[4];  ///< Σ id / n · element of the matrix: r12, r23, r31, r33
  };
  for (const Row& row :
       std::vector<Row>{{"07_45123", 45123, {7.7451, 11.7798, 6.4891, -7502.4487}},
                        {"11_15192", 15192, {0.295, 13.67, 4.5124, -2523.4813}},
                        {"12.85_7112", 7112, {-0.0302, 4.8035, 3.4662, -1179.2572}},
                        {"17.86_3040", 3040, {0.9399, 9.1244, 2.5188, -502.1811}},
                        {"18_3040", 3040, {0.9399, 9.1244, 2.5188, -502.1811}},
                        {"19.95_1944", 1944, {-0.0451, 6.5274, 2.2155, -320.8137}},
                        {"25.25_980", 980, {0.7293, -4.8875, 5.2028, 4.7867}},
                        {"35.76_320", 320, {-0.0943, 1.2428, 1.1835, -51.9177}}}) {
    CAPTURE(row.name);
    const auto file =
        test::data_dir() / "lists_public" / "pytom" / (std::string("angles_") + row.name + ".em");
    const Volume<float> angles = io::read_volume(*io::open_volume(file));
    const std::vector<Rotation> list = io::lists::orientations_of(angles.view(), file.string());
    REQUIRE(list.size() == row.count);
    const std::size_t elements[] = {1, 5, 6, 8};
    for (std::size_t k = 0; k < 4; ++k) {
      double sum = 0;
      for (std::size_t i = 0; i < list.size(); ++i)
        sum += static_cast<double>(i) / static_cast<double>(list.size()) * list[i][elements[k]];
      CHECK(sum == Approx(row.sums[k]).margin(2e-3));
    }
  }
}
