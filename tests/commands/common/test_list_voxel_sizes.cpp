// SPDX-License-Identifier: Apache-2.0
// Voxel sizes that lists state, in one column or by columns in voxels and in Å, against each other
// and against a tomogram.
#include <fstream>
#include <nlohmann/json.hpp>

#include "dfengine/dfengine.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;
using Json = nlohmann::json;

namespace {

std::string write(const TempFolder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder / name) << text;
  return (folder / name).string();
}

ConvertRequest conversion(const std::string& input, const std::filesystem::path& output) {
  ConvertRequest request;
  request.inputs = {input};
  request.output = output.string();
  request.common.overwrite = true;
  return request;
}

}  // namespace

TEST_CASE("lists that state different voxel sizes are refused, or converted as an option says") {
  const TempFolder folder;
  const std::string a = write(folder, "va.csv",
                              "class_label,x,y,z,voxel_size_angstrom\n1,10,10,10,10\n"),
                    b = write(folder, "vb.csv",
                              "class_label,x,y,z,voxel_size_angstrom\n1,20.5,20.5,20.5,5\n");
  EvaluateRequest request;
  request.predicted = {a};
  request.truth = {b};
  request.options.distance = Length{0.1, false};
  CHECK_THROWS_WITH(run_evaluate(request), DFE_CONTAINS("5 Å") && DFE_CONTAINS("10 Å") &&
                                               DFE_CONTAINS("--truth-binning 2"));
  std::swap(request.predicted, request.truth);
  CHECK_THROWS_WITH(run_evaluate(request), DFE_CONTAINS("--input-binning 2"));
  std::swap(request.predicted, request.truth);
  request.truth_binning = 2;  // (20.5 - 0.5)/2 = 10
  CHECK(Json::parse(run_evaluate(request).json)["localization"]["tp"] == 1);

  io::write_volume(folder / "v8.mrc", Volume<float>({40, 40, 40}, 0).view(), [] {
    VolumeGeometry geometry;
    geometry.extent = {40, 40, 40};
    geometry.voxel_size = VoxelSize::cubic(8);
    return geometry;
  }());
  TargetRequest target;
  target.list = b;
  target.like = (folder / "v8.mrc").string();
  target.output = (folder / "t.mrc").string();
  target.spheres = "2";
  CHECK_THROWS_WITH(run_target(target), DFE_CONTAINS("5 Å") && DFE_CONTAINS("8 Å") &&
                                            DFE_CONTAINS("--input-binning 1.6"));
  CHECK(!std::filesystem::exists(target.output));
}

TEST_CASE("a list in voxels and Å has the voxel size of its columns, for other lists, too") {
  const TempFolder folder;
  const std::string head = "tomogram,class_label,x,y,z,x_angstrom,y_angstrom,z_angstrom\n";
  const std::string ten = write(folder, "ten.csv", head + "A,1,10.5,20.25,30.5,105,202.5,305\n");
  const std::string eight = write(folder, "eight.csv", head + "A,1,10.5,20.25,30.5,84,162,244\n");
  ConvertRequest request = conversion(ten, folder / "both.csv");
  request.inputs.push_back(eight);
  CHECK_THROWS_WITH(run_convert(request), DFE_CONTAINS("10 Å") && DFE_CONTAINS("8 Å"));

  request = conversion(ten, folder / "kept.csv");
  run_convert(request);
  CHECK_THAT(read_text(folder / "kept.csv"), DFE_CONTAINS("10.5,20.25,30.5,105,202.5,305,10\n"));
  request = conversion(ten, folder / "czii.csv");
  request.output_format = "czii";
  run_convert(request);
  CHECK_THAT(read_text(folder / "czii.csv"), DFE_CONTAINS("105,202.5,305\n"));

  EvaluateRequest judged;
  judged.predicted = {ten};
  judged.truth = {eight};
  judged.options.distance = Length{3, false};
  CHECK_THROWS_WITH(run_evaluate(judged), DFE_CONTAINS("10 Å") && DFE_CONTAINS("8 Å"));

  InfoRequest info;
  info.files = {ten};
  CHECK_THAT(run_info(info).text,
             DFE_CONTAINS("voxel size 10 Å (from its columns in voxels and Å)"));
}
