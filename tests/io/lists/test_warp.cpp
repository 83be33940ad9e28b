// SPDX-License-Identifier: Apache-2.0
// Files of Warp and M. Expected numbers follow from Warp's source: positions of species are in Å;
// template matching divides Å by the size times the pixel size.
#include <algorithm>
#include <fstream>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using io::ListOptions;

namespace {

ListOptions known() {
  ListOptions options = test::one_tomogram({101, 80, 64}, VoxelSize::cubic(10));
  options.tomograms[0].name = "TS_01";
  return options;
}

std::string matches(const std::string& name, const std::string& positions) {
  return "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnCoordinateZ #3\n"
         "_rlnMicrographName #4\n_rlnAutopickFigureOfMerit #5\n" +
         positions + " " + name + " 7.5\n";
}

std::vector<ListTomogram> read_table(const test::TempFolder& folder, const std::string& name,
                                     const std::string& text) {
  std::ofstream(folder / name) << text;
  return io::read_tomograms(folder / name);
}

}  // namespace

TEST_CASE("positions of an M species are in Å") {
  const ParticleList list = test::parse(
      "data_\n\nloop_\n_wrpCoordinateX1 #1\n_wrpCoordinateY1 #2\n_wrpCoordinateZ1 #3\n"
      "_wrpAngleRot1 #4\n_wrpAngleTilt1 #5\n_wrpAnglePsi1 #6\n_wrpRandomSubset #7\n"
      "_wrpSourceName #8\n300 200 100 60 60 -110 1 TS_01.tomostar\n",
      known());
  REQUIRE(list.particles.size() == 1);
  CHECK(list.particles[0].position_voxels == Point3{10, 20, 30});
  CHECK((*list.particles[0].orientation)[8] == Approx(0.5));  // cos 60°
  CHECK(test::names_of(list) == std::vector<std::string>{"TS_01.tomostar"});
  CHECK(list.extra_columns.size() == 1);
}

TEST_CASE("a species that became RELION's list is read as RELION's, with the poses it kept") {
  const ParticleList species = test::parse(
      "data_\n\nloop_\n_wrpCoordinateX1 #1\n_wrpCoordinateY1 #2\n_wrpCoordinateZ1 #3\n"
      "_wrpCoordinateX #4\n300 200 100 999\n",
      known());
  const ParticleList again = test::parse(io::lists::format_star(species, "a.star", {}), known());
  REQUIRE(again.particles.size() == 1);
  CHECK(again.particles[0].position_voxels == Point3{10, 20, 30});
  const auto kept = std::find_if(again.extra_columns.begin(), again.extra_columns.end(),
                                 [](const auto& c) { return c.name == "_wrpCoordinateX"; });
  REQUIRE(kept != again.extra_columns.end());
  CHECK(kept->values == std::vector<std::string>{"999"});
}

TEST_CASE("fractions of template matching are recognised, and need the tomogram's size") {
  const std::string text = matches("TS_01.tomostar", "0.46875 0.25 0.1");
  const ParticleList list = test::parse(text, known());
  CHECK(list.particles[0].position_voxels.x == Approx(30));
  CHECK(list.particles[0].position_voxels.y == Approx(20));
  CHECK(list.particles[0].position_voxels.z == Approx(10.1));
  CHECK(test::has_warning(list, "Warp's fractions"));
  CHECK_THAT(test::error_of(text), DFE_CONTAINS("fractions of the tomogram"));
  // pixels beyond 1, a list with classes, or a tomogram that is not Warp's
  CHECK(test::parse(matches("TS_01.tomostar", "3 0.25 0.1")).particles[0].position_voxels.x == 3);
  std::string classes = matches("TS_01.tomostar", "0.5 0.25 0.1");
  classes.replace(classes.find("_rlnAutopickFigureOfMerit"), 25, "_rlnClassNumber");
  classes.replace(classes.find("7.5"), 3, "7");
  CHECK(test::parse(classes).particles[0].position_voxels.x == 0.5);
  CHECK(test::parse(matches("TS_01", "0.5 0.25 0.1")).particles[0].position_voxels.x == 0.5);
}

TEST_CASE("Warp's tilt series and settings are tables of tomograms as far as they go") {
  const test::TempFolder folder;
  const auto star =
      read_table(folder, "TS_01.tomostar", "data_\n\nloop_\n_wrpMovieName #1\na.eer\n");
  REQUIRE(star.size() == 1);
  CHECK(star[0].name == "TS_01");
  CHECK(!star[0].voxel_size.known());
  const auto series = read_table(
      folder, "TS_02.xml",
      "<?xml version=\"1.0\"?><TiltSeries DataDirectory=\"\"><OptionsCTF><Param Name=\"PixelSize\" "
      "Value=\"1.35\" /></OptionsCTF></TiltSeries>");
  CHECK(series[0].name == "TS_02");
  CHECK(series[0].voxel_size == VoxelSize::cubic(1.35));
  // as WarpTools writes it: Å, x first; zeros where Warp does not know the size
  const std::string ctf = "<CTF><Param Name=\"PixelSize\" Value=\"2.5\"/></CTF></TiltSeries>";
  const auto sized = read_table(
      folder, "TS_03.xml", "<TiltSeries VolumeDimensionsAngstrom=\"10230, 14400, 5000\">" + ctf);
  CHECK(sized[0].voxel_size == VoxelSize::cubic(2.5));
  CHECK(sized[0].size_voxels == Point3{2000, 5760, 4092});
  CHECK(sized[0].size_from == FactSource::Tomogram);
  const auto zero =
      read_table(folder, "TS_04.xml", "<TiltSeries VolumeDimensionsAngstrom=\"0, 0, 0\">" + ctf);
  CHECK(zero[0].size_voxels == Point3{});
  const auto settings = read_table(
      folder, "warp_tiltseries.settings",
      "<Settings><Import><Param Name=\"PixelSize\" Value=\"1.35\"/></Import><Tomo><Param "
      "Name=\"DimensionsX\" Value=\"4092\"/><Param Name=\"DimensionsY\" Value=\"5760\"/><Param "
      "Name=\"DimensionsZ\" Value=\"2000\"/></Tomo></Settings>");
  CHECK(settings[0].name.empty());
  CHECK(settings[0].size_voxels == Point3{2000, 5760, 4092});
  CHECK_THROWS_WITH(read_table(folder, "objects.xml", "<objlist></objlist>"),
                    DFE_CONTAINS("objects.xml"));
}
