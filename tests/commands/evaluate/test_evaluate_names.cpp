// SPDX-License-Identifier: Apache-2.0
// What `evaluate` compares must be of one tomogram, in one unit, and counted once.
#include <limits>

#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "tests/commands/evaluate/evaluate_helpers.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

using namespace dfe;
using namespace dfe::test;

TEST_CASE("a list with one number, or without a name, is of the only true tomogram") {
  const TempFolder folder;
  const std::string named =
      write(folder, "truth.csv", "tomogram,class_label,x,y,z\nTS_02,1,10,10,10\n");
  for (const char* number : {"0", "5"}) {
    const std::string numbered =
        write(folder, "any.xml",
              std::string("<objlist axes=\"xyz\"><object tomo_idx=\"") + number +
                  "\" class_label=\"1\" x=\"10\" y=\"10\" z=\"10\"/></objlist>");
    CHECK(run(request_of(numbered, named))["localization"]["tp"] == 1);
    CHECK(run(request_of(named, numbered))["localization"]["tp"] == 1);
  }
}

TEST_CASE("a list without names is matched with several tomograms by its file, or refused") {
  const TempFolder folder;
  const std::string text = "class_label,x,y,z\n1,10,10,10\n";
  const std::string truth = write(
      folder, "truth.csv", "tomogram,class_label,x,y,z\nA,1,10,10,10\nrec_B.mrc,1,50,10,10\n");
  CHECK(run(request_of(write(folder, "A_labels.csv", text), truth))["localization"]["tp"] == 1);
  EvaluateRequest request = request_of(write(folder, "picks.csv", text), truth);
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("--tomogram") && DFE_CONTAINS("A, rec_B.mrc"));
  request.frame.tomogram = "A";
  CHECK(run(request)["localization"]["tp"] == 1);
  request.frame.tomogram = "B";
  CHECK(run(request)["localization"]["fp"] == 1);
  request.frame.tomogram.clear();
  request.predicted.push_back(write(folder, "more.csv", text));
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("picks") && DFE_CONTAINS("A, rec_B.mrc"));
}

TEST_CASE("a list without names states its voxel size for the tomogram that it is of") {
  const TempFolder folder;
  const std::string head = "class_label,x,y,z,voxel_size_angstrom";
  const std::string truth =
      write(folder, "truth.csv", "tomogram," + head + "\nA,1,10,10,10,5\nB,1,10,10,10,10\n");
  CHECK_THROWS_WITH(run(request_of(write(folder, "A.csv", head + "\n1,10,10,10,10\n"), truth)),
                    DFE_CONTAINS("5 Å") && DFE_CONTAINS("10 Å"));
  CHECK(run(request_of(write(folder, "B.csv", head + "\n1,10,10,10,10\n"),
                       truth))["localization"]["tp"] == 1);
}

TEST_CASE("no particle counts twice") {
  const TempFolder folder;
  const std::string head = "tomogram,class_name,x,y,z\n", fas = head + "A,fas,10,10,10\n";
  const std::string truth = write(folder, "truth.csv", fas + "A,ribosome,30,10,10\n");
  const std::string a = write(folder, "a.csv", fas);
  EvaluateRequest request = request_of(a, truth);
  request.predicted.push_back(a);
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("given twice"));
  std::filesystem::create_hard_link(a, folder / "linked.csv");
  request.predicted[1] = (folder / "linked.csv").string();
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("the same file as"));
  request.predicted[1] = write(folder, "copy.csv", head + "rec_A,fas,10,10,10\n");
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("class fas in the tomogram 'A'"));
  request.predicted[1] = write(folder, "other.csv", head + "A,ribosome,30,10,10\n");
  CHECK(run(request)["localization"]["tp"] == 2);  // a list for each class

  std::filesystem::create_directories(folder / "x");
  std::filesystem::create_directories(folder / "y");
  request.predicted = {write(folder, "x/list.csv", "class_name,x,y,z\nfas,10,10,10\n"),
                       write(folder, "y/list.csv", "class_name,x,y,z\nfas,10,10,10\n")};
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("called after 'list'"));
}

TEST_CASE("--classes does not overrule the names of a list") {
  const TempFolder folder;
  const std::string list = write(
      folder, "named.csv", "class_label,class_name,x,y,z\n1,ribo,10,10,10\n2,prot,30,10,10\n");
  EvaluateRequest request =
      request_of(write(folder, "plain.csv", "class_label,x,y,z\n2,10,10,10\n1,30,10,10\n"), list);
  request.class_names = {"background", "prot", "ribo"};
  CHECK(run(request)["classes"]["ribo"]["tp"] == 1);
  CHECK(run(request)["classes"]["prot"]["tp"] == 1);
  request.class_names = {"background", "fas", "ribo"};
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("--classes") && DFE_CONTAINS("'prot'"));
}

namespace {

std::string write_map(const TempFolder& folder, const std::string& name, double voxel,
                      const Extent3& extent = {10, 10, 10}) {
  LabelMap map = empty_map(extent);
  map.geometry.voxel_size = VoxelSize::cubic(voxel);
  map.labels(5, 5, 5) = 1;
  io::write_labels(folder / name, map);
  return (folder / name).string();
}

}  // namespace

TEST_CASE("label maps of other voxels, or of other tomograms by their names, are not compared") {
  const TempFolder folder;
  const std::string l5 = write_map(folder, "l5.mrc", 5);
  EvaluateRequest request = request_of(write_map(folder, "l10.mrc", 10), l5);
  request.options.distance.reset();
  CHECK_THROWS_WITH(run(request),
                    DFE_CONTAINS("10 Å") && DFE_CONTAINS("5 Å") && DFE_CONTAINS("--voxel-size"));
  request.common.voxel_size_angstrom = 5;
  CHECK(run(request)["mean"]["dice"] == 1);

  request = request_of(write_map(folder, "A_labels.mrc", 5), write_map(folder, "B_target.mrc", 5));
  request.options.distance.reset();
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("tomogram A") && DFE_CONTAINS("--tomogram B"));
  request.frame.tomogram = "B";
  CHECK(run(request)["mean"]["dice"] == 1);
  request.frame.tomogram.clear();
  request.truth = {write_map(folder, "rec_A_5.00Apx.mrc", 5)};
  CHECK(run(request)["mean"]["dice"] == 1);
  request.truth = {l5};  // a name without additions says nothing
  CHECK(run(request)["mean"]["dice"] == 1);
}

TEST_CASE("a membrane is on the grid of the lists' tomogram") {
  const TempFolder folder;
  const std::string list =
      write(folder, "l.csv", "class_label,x,y,z,voxel_size_angstrom\n1,5,5,5,10\n");
  EvaluateRequest request =
      request_of(list, write(folder, "t.csv", "class_label,x,y,z\n1,5,5,5\n"));
  request.membrane = write_map(folder, "m5.mrc", 5);
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("5 Å") && DFE_CONTAINS("10 Å"));
  request.membrane = write_map(folder, "m10.mrc", 10);
  CHECK(run(request)["membrane"]["outside"] == 0);
  request.frame.like = write_map(folder, "tomo.mrc", 10, {10, 10, 12});
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("10x10x10") && DFE_CONTAINS("12"));
}

TEST_CASE("score maps that are not numbers are refused") {
  const TempFolder folder;
  VolumeGeometry geometry;
  geometry.extent = {4, 4, 4};
  const std::vector<float> bad(64, std::numeric_limits<float>::quiet_NaN());
  const std::string path = (folder / "scores.h5").string();
  io::ScoreWriter writer(path, geometry, 2, {}, false);
  for (const std::int64_t label : {0, 1})
    writer.write_box(label, {{0, 0, 0}, geometry.extent}, bad.data());
  writer.commit();
  const std::string list = write(folder, "l.csv", "class_label,x,y,z\n1,2,2,2\n");
  EvaluateRequest request =
      request_of(list, write(folder, "t.csv", "class_label,x,y,z\n1,2,2,2\n"));
  request.score_maps = path;
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("is not a number") && DFE_CONTAINS("scores.h5"));
}

TEST_CASE("a distance in Å has another number of voxels in each tomogram") {
  const TempFolder folder;
  const std::string list = write(folder, "l.csv",
                                 "tomogram,class_name,x,y,z,voxel_size_angstrom\n"
                                 "A,fas,10,10,10,10\nB,fas,10,10,10,5\n");
  EvaluateRequest request = request_of(list, list);
  request.truth = {
      write(folder, "t.csv", "tomogram,class_name,x,y,z\nA,fas,10,10,10\nB,fas,10,10,10\n")};
  request.options.distance = Length{40, true};
  const CommandReport report = run_evaluate(request);
  const Json json = Json::parse(report.json);
  CHECK(json["distance_voxels"].is_null());
  CHECK(!json.contains("distance_voxels_of_class"));
  CHECK(json["tomograms"][0]["distance_voxels_of_class"]["fas"] == 4);
  CHECK(json["tomograms"][1]["distance_voxels_of_class"]["fas"] == 8);
  CHECK_THAT(report.text, DFE_CONTAINS("at most 40 Å apart"));
}
