// SPDX-License-Identifier: Apache-2.0
// What `evaluate` is given: lists whose format only the user knows, pairs of lists, and volumes
// that go with them. `info` takes the same option for the format.
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "tests/commands/evaluate/evaluate_helpers.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

const std::string kCsv = "class_label,x,y,z\n1,10,20,30\n1,20,5,7\n";
const std::string kNamed = "tomogram,class_label,x,y,z\n";

std::string error_of(const EvaluateRequest& request) {
  try {
    run_evaluate(request);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string write_scores(const TempFolder& folder, const Extent3& extent, double angstrom) {
  VolumeGeometry geometry;
  geometry.extent = extent;
  geometry.voxel_size = VoxelSize::cubic(angstrom);
  std::string path = (folder / "scores.h5").string();
  io::ScoreWriter scores(path, geometry, 2, {}, false);
  const std::vector<float> zeros(static_cast<std::size_t>(extent.voxels()));
  for (std::int64_t c = 0; c < 2; ++c) scores.write_box(c, {{0, 0, 0}, extent}, zeros.data());
  scores.commit();
  return path;
}

}  // namespace

TEST_CASE("the format of each side can be said, and decides") {
  const TempFolder folder;
  // Columns "class x y z" of DeepETPicker, under names that tell nothing.
  const std::string predicted = write(folder, "picks.dat", "1 10 20 30\n1 20 5 7\n"),
                    truth = write(folder, "truth.csv", kCsv);
  EvaluateRequest request = request_of(predicted, truth);
  CHECK_THAT(error_of(request), !DFE_CONTAINS("no error"));
  request.format = "deepetpicker";
  CHECK(run(request)["localization"]["tp"] == 2);
  std::swap(request.predicted, request.truth);
  std::swap(request.format, request.truth_format);
  CHECK(run(request)["localization"]["tp"] == 2);
  request.truth_format = "relion9";
  CHECK_THAT(error_of(request), DFE_CONTAINS("'relion9': is not a list format"));
}

TEST_CASE("a remedy names the option of its side") {
  const TempFolder folder;
  const std::string star =
      write(folder, "a.star",
            "data_\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n10 20 30\n20 5 7\n");
  EvaluateRequest request = request_of(star, write(folder, "b.csv", kCsv));
  request.format = "relion5";
  CHECK_THAT(error_of(request), DFE_CONTAINS("lists are read with --from star"));
  std::swap(request.predicted, request.truth);
  std::swap(request.format, request.truth_format);
  CHECK_THAT(error_of(request), DFE_CONTAINS("lists are read with --truth-from star"));
  request.truth_format = "relion4";
  CHECK(run(request)["localization"]["tp"] == 2);
}

TEST_CASE("info reads a list in the format that is said") {
  const TempFolder folder;
  InfoRequest request;
  request.files = {write(folder, "picks.dat", "1 10 20 30\n2 20 5 7\n")};
  CHECK_THROWS_AS(run_info(request), Error);
  request.list_format = "deepetpicker";
  const Json json = Json::parse(run_info(request).json);
  CHECK(json["kind"] == "list");
  CHECK(json["classes"] == Json({{"1", 1}, {"2", 1}}));
  CHECK(json["position_max"] == Json({30.0, 20.0, 20.0}));  // z, y, x
}

TEST_CASE("a list whose rows do not all name a tomogram is refused on both sides") {
  const TempFolder folder;
  const std::string mixed = write(folder, "a.csv", kNamed + "A,1,10,20,30\n,1,20,5,7\n"),
                    good = write(folder, "b.csv", kCsv);
  CHECK_THAT(error_of(request_of(mixed, good)), DFE_CONTAINS("particle 2 of 2 names no tomogram"));
  CHECK_THAT(error_of(request_of(good, mixed)), DFE_CONTAINS("particle 2 of 2 names no tomogram"));
}

TEST_CASE("two pairs are two tomograms") {
  const TempFolder folder;
  for (const std::string name : {"p", "q", "t", "u"})
    std::filesystem::create_directories(folder / name);
  EvaluateRequest request =
      request_of(write(folder, "p/TS_1.csv", kCsv), write(folder, "t/TS_1.csv", kCsv));
  const std::string labels = write(folder, "p/TS_1_labels.csv", kCsv),
                    truth = write(folder, "t/TS_2.csv", kCsv);
  request.predicted.push_back(labels);
  request.truth.push_back(truth);
  const std::string fact = "is of the tomogram 'TS_1', and so is '";
  CHECK_THAT(error_of(request),
             DFE_CONTAINS("TS_1_labels.csv': " + fact) && DFE_CONTAINS("TS_1.csv'"));
  std::swap(request.predicted, request.truth);
  CHECK_THAT(error_of(request), DFE_CONTAINS(fact));

  // Files of one name in the folders of two tomograms are no repetition, unless they name one.
  request.predicted = {write(folder, "p/picks.csv", kCsv), write(folder, "q/picks.csv", kCsv)};
  request.truth = {write(folder, "t/truth.csv", kCsv), write(folder, "u/truth.csv", kCsv)};
  CHECK(run(request)["localization"]["tp"] == 4);
  const std::string rows = "A,1,10,20,30\n", spelt = "rec_A_8.00Apx,1,10,20,30\n";
  request.predicted = {write(folder, "p/a.csv", kNamed + rows),
                       write(folder, "q/b.csv", kNamed + spelt)};
  CHECK_THAT(error_of(request), DFE_CONTAINS("is of the tomogram 'A', and so is '"));
  request.predicted[1] = write(folder, "q/b.csv", kNamed + rows + "B,1,20,5,7\n");
  CHECK_THAT(error_of(request), DFE_CONTAINS("has particles of 2 tomograms (A, B)"));
}

TEST_CASE("score maps and hit boxes have the voxels of the lists' tomogram") {
  const TempFolder folder;
  const Extent3 extent{8, 10, 12};
  LabelMap map;
  map.geometry.extent = extent;
  map.geometry.voxel_size = VoxelSize::cubic(8);
  map.labels = Volume<std::uint8_t>(extent, 0);
  io::write_labels(folder / "A.mrc", map);
  EvaluateRequest request = request_of(write(folder, "a.csv", "class_label,x,y,z\n1,1,2,3\n"),
                                       write(folder, "b.csv", "class_label,x,y,z\n1,1,2,3\n"));
  request.frame.like = (folder / "A.mrc").string();
  request.score_maps = write_scores(folder, extent, 8);
  CHECK(run(request)["local_maxima"].size() == 1);
  write_scores(folder, extent, 10);
  CHECK_THAT(error_of(request), DFE_CONTAINS("scores.h5': has voxels of 10 Å, but the tomogram of "
                                             "the lists has voxels of 8 Å"));
  write_scores(folder, {8, 10, 14}, 8);
  CHECK_THAT(error_of(request), DFE_CONTAINS("has 8x10x14 voxels, but the tomogram of the lists"));

  request.score_maps.clear();
  request.options.rule = MatchRule::Shrec;
  request.hit_boxes = (folder / "boxes.mrc").string();
  map.geometry.extent = {8, 10, 14};
  map.labels = Volume<std::uint8_t>(map.geometry.extent, 0);
  io::write_labels(folder / "boxes.mrc", map);
  CHECK_THAT(error_of(request), DFE_CONTAINS("boxes.mrc': has 8x10x14 voxels"));
}

TEST_CASE("score maps are of one tomogram") {
  const TempFolder folder;
  const std::string two = kNamed + "A,1,1,2,3\nB,1,1,2,3\n";
  EvaluateRequest request = request_of(write(folder, "a.csv", two), write(folder, "b.csv", two));
  request.score_maps = write_scores(folder, {8, 10, 12}, 8);
  CHECK_THAT(error_of(request), DFE_CONTAINS("belongs to one tomogram, but the lists have 2"));
}
