// SPDX-License-Identifier: Apache-2.0
// Data set 1 of the paper: its lists of 2019 have x and z exchanged, and 100³ voxels do not show
// it.
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "target/axis_order.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"

using namespace dfe;

TEST_CASE("axis order: the tomograms of data set 1 tell that their lists are exchanged") {
  const std::filesystem::path folder = test::data_dir() / "dataset1/data";
  for (int i = 1; i <= 8; ++i) {
    CAPTURE(i);
    const std::string name = "tomo" + std::to_string(i);
    const auto tomogram = io::open_volume(folder / (name + "_data.h5"));
    io::ListOptions options;
    for (const auto& [axes, expected] : {std::pair{io::XmlAxes::Xyz, targets::AxisOrder::Exchanged},
                                         std::pair{io::XmlAxes::Zyx, targets::AxisOrder::Listed}}) {
      options.xml_axes = axes;
      const ParticleList list = io::read_list(folder / (name + "_objlist.xml"), options);
      const auto scores = targets::score_axis_orders(*tomogram, list.particles);
      CAPTURE(scores.listed, scores.exchanged);
      CHECK(targets::tell_axis_order(scores) == expected);
      CHECK((axes == io::XmlAxes::Xyz ? scores.exchanged : scores.listed) < 0);  // dark particles
    }
  }
}
