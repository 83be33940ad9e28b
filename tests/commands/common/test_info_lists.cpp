// SPDX-License-Identifier: Apache-2.0
// `info` on lists whose positions need a tomogram: everything else is said all the same.
#include <nlohmann/json.hpp>

#include "dfengine/commands.hpp"
#include "io/atomic_file.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using test::TempFolder;

TEST_CASE("info describes a RELION 5 list and a list in Å without their tomograms") {
  const TempFolder folder;
  io::write_text_file(
      folder / "r5.star",
      "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnTomoTiltSeriesPixelSize #2\n1 2.5\n\n"
      "data_particles\n\nloop_\n_rlnTomoName #1\n_rlnCenteredCoordinateXAngst #2\n"
      "_rlnCenteredCoordinateYAngst #3\n_rlnCenteredCoordinateZAngst #4\n_rlnOpticsGroup #5\n"
      "_rlnClassNumber #6\nTS_01 10 20 30 1 1\nTS_02 -10 20 30 1 2\nTS_02 0 0 0 1 2\n");
  InfoRequest request;
  request.files = {folder / "r5.star"};
  const CommandReport report = run_info(request);
  CHECK_THAT(report.text, DFE_CONTAINS("TS_01: 1 particle, voxel size 2.5 Å"));
  CHECK_THAT(report.text, DFE_CONTAINS("of 3 particles unknown in voxels") &&
                              DFE_CONTAINS("--like or --tomograms"));
  const auto json = nlohmann::json::parse(report.json);
  CHECK(json.at("particles") == 3);
  CHECK(json.at("positions_unknown") == 3);
  CHECK_FALSE(json.contains("position_min"));
  CHECK(json.at("tomograms").at(1).at("particles") == 2);

  io::write_text_file(folder / "a.csv",
                      "tomogram,x_angstrom,y_angstrom,z_angstrom,class\nT,100,200,300,ribosome\n");
  request.files = {folder / "a.csv"};
  CHECK_THAT(run_info(request).text, DFE_CONTAINS("class ribosome: 1") &&
                                         DFE_CONTAINS("of 1 particle unknown in voxels") &&
                                         DFE_CONTAINS("--voxel-size"));
  request.common.voxel_size_angstrom = 10;
  const auto known = nlohmann::json::parse(run_info(request).json);
  CHECK(known.at("positions_unknown") == 0);
  CHECK(known.at("position_min") == nlohmann::json{30.0, 20.0, 10.0});

  // Other commands need the positions.
  ConvertRequest convert;
  convert.inputs = {folder / "a.csv"};
  convert.output = folder / "b.csv";
  CHECK_THROWS_WITH(run_convert(convert), DFE_CONTAINS("the voxel size is unknown"));
}

TEST_CASE("A file whose name looks like a volume in another file is itself") {
  const TempFolder folder;
  VolumeGeometry geometry;
  geometry.extent = {4, 5, 6};
  const Volume<float> volume(geometry.extent, 1);
  io::write_volume(folder / "v.mrc", volume.view(), geometry);
  std::filesystem::copy_file(folder / "v.mrc", folder / "q.mrc:1");
  CHECK(io::open_volume(folder / "q.mrc:1")->extent() == geometry.extent);
  CHECK(io::open_volume(folder / "v.mrc:1")->extent() == geometry.extent);
  InfoRequest request;
  request.files = {folder / "q.mrc:1"};
  CHECK_THAT(run_info(request).text, DFE_CONTAINS("4x5x6"));
}
