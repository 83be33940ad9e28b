// SPDX-License-Identifier: Apache-2.0
// `evaluate` as a command: files in, files out, one numbering of the classes, refusals.
#include <fstream>
#include <nlohmann/json.hpp>

#include "dfengine/dfengine.hpp"
#include "io/particle_list.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "tests/commands/evaluate/evaluate_helpers.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

TEST_CASE("classes are matched by name, whatever their numbers") {
  const TempFolder folder;
  const std::string truth =
      write(folder, "truth.csv", "particle_type,x,y,z\nribosome,10,10,10\nproteasome,30,10,10\n");
  const std::string predicted = write(
      folder, "picks.csv",
      "class_label,class_name,x,y,z\n7,proteasome,30,10,11\n9,fas,50,50,50\n3,ribosome,10,11,10\n");
  const Json json = run(request_of(predicted, truth));
  CHECK(json["rule"] == "one-to-one");
  CHECK(json["distance_voxels"] == 3);
  CHECK(json["classes"]["ribosome"]["tp"] == 1);
  CHECK(json["classes"]["proteasome"]["tp"] == 1);
  CHECK(json["classes"]["fas"]["fp"] == 1);
  CHECK(json["localization"]["precision"].get<double>() == Approx(2.0 / 3));
  CHECK(json["mean"]["f1"] == 1);
  CHECK(json["confusion"]["labels"].size() == 4);
  CHECK(json["confusion"]["labels"][0] == "background");
}

TEST_CASE("one truth list serves several lists of predictions") {
  const TempFolder folder;
  const std::string truth =
      write(folder, "truth.csv",
            "tomogram,class_label,x,y,z\nt1,1,10,10,10\nt2,1,10,10,10\nt3,1,10,10,10\n");
  EvaluateRequest request =
      request_of(write(folder, "t2.csv", "class_label,x,y,z\n1,10,10,10\n"), truth);
  request.predicted.push_back(
      write(folder, "t1.csv", "class_label,x,y,z\n1,10,10,10\n1,90,10,10\n"));
  const Json json = run(request);
  CHECK(json["localization"]["tp"] == 2);
  CHECK(json["localization"]["fp"] == 1);
  CHECK(json["localization"]["fn"] == 0);  // t3 has no list of predictions: it is not judged
  REQUIRE(json["tomograms"].size() == 2);
  CHECK(json["tomograms"][0]["name"] == "t1");
  CHECK(json["tomograms"][0]["localization"]["fp"] == 1);

  request.predicted = {
      // one list of several tomograms, which found nothing in t3
      write(folder, "all.csv", "tomogram,class_label,x,y,z\nt1,1,10,10,10\nt2,1,10,10,10\n")};
  const Json all = run(request);
  REQUIRE(all["tomograms"].size() == 3);
  CHECK(all["tomograms"][2]["localization"]["fn"] == 1);

  request.predicted = {write(folder, "t3.csv", "class_label,x,y,z\n")};  // found nothing
  const Json none = run(request);
  CHECK(none["localization"]["fn"] == 1);
  CHECK(none["localization"]["tp"] == 0);
}

TEST_CASE("tomograms that have numbers in both lists are matched by them") {
  const TempFolder folder;
  const std::string truth =
      write(folder, "truth.csv", "tomo_idx,class_label,x,y,z\n0,1,10,10,10\n4,1,50,50,50\n");
  const Json same = run(request_of(truth, truth));
  CHECK(same["localization"]["tp"] == 2);
  CHECK(same["tomograms"].size() == 2);
  const std::string exchanged =
      write(folder, "picks.csv", "tomo_idx,class_label,x,y,z\n4,1,10,10,10\n0,1,50,50,50\n");
  CHECK(run(request_of(exchanged, truth))["localization"]["tp"] == 0);
}

TEST_CASE("the challenge's lists need no radii") {
  const TempFolder folder;
  const std::string head = "experiment,particle_type,x,y,z\n";
  const std::string truth = write(folder, "truth.csv",
                                  head +
                                      "TS_1,ribosome,100,100,100\nTS_1,apo-ferritin,500,100,"
                                      "100\nTS_1,beta-amylase,900,100,100\n");
  EvaluateRequest request =
      request_of(write(folder, "picks.csv",
                       head + "TS_1,ribosome,100,100,174\nTS_1,apo-ferritin,500,100,131\n"),
                 truth);
  request.options.distance.reset();
  request.options.rule = MatchRule::Czii;
  request.common.voxel_size_angstrom = 10;
  const Json json = run(request);
  CHECK(json["beta"] == 4);
  CHECK(json["classes"]["ribosome"]["tp"] == 1);              // 74 Å, half its radius is 75
  CHECK(json["classes"]["apo-ferritin"]["tp"] == 0);          // 31 Å, half its radius is 30
  CHECK(json["mean"]["fbeta"].get<double>() == Approx(0.5));  // beta-amylase has weight 0
  CHECK(json["distance_voxels"].is_null());
  CHECK(json["distance_voxels_of_class"]["ribosome"] == 7.5);
}

TEST_CASE("location files of the contest are read in either order") {
  const TempFolder folder;
  const std::string z_first =
      write(folder, "z_first.txt", "1abc 20 200 300 0 0 0\n1xyz 30 210 410 0 0 0\n");
  const std::string x_first = write(folder, "x_first.txt", "1abc 300 200 20\n1xyz 410 210 30\n");
  const Json json = run(request_of(x_first, z_first));
  CHECK(json["localization"]["tp"] == 2);
  CHECK(json["classes"]["1xyz"]["tp"] == 1);
  EvaluateRequest request = request_of(x_first, z_first);
  request.shift = {156, 0, 0};
  CHECK(run(request)["localization"]["tp"] == 0);
  CHECK_THROWS_WITH(run(request_of(write(folder, "bad.txt", "1abc 20 200\n"), z_first)),
                    DFE_CONTAINS("line 1"));
}

TEST_CASE("all results appear, each with its record") {
  const TempFolder folder;
  std::string truth = "class_label,x,y,z\n", predicted = "class_label,x,y,z,cluster_size\n";
  for (int i = 0; i < 6; ++i) truth += "1," + std::to_string(10 + 5 * i) + ",10,10\n";
  for (int i = 0; i < 8; ++i)
    predicted += "1," + std::to_string(10 + 5 * i) + ",10,10," + std::to_string(100 - i) + "\n";
  LabelMap membrane;
  membrane.labels = Volume<std::uint8_t>({20, 20, 60}, 0);
  membrane.geometry.extent = {20, 20, 60};
  membrane.labels(10, 14, 20) = 2;
  io::write_labels(folder / "membrane.mrc", membrane);
  io::ScoreWriter scores(folder / "scores.h5", membrane.geometry, 2, {}, false);
  std::vector<float> values(20 * 20 * 60, 0.0f);
  values[5000] = 0.755f;
  scores.write_box(0, {{0, 0, 0}, {20, 20, 60}}, values.data());
  scores.write_box(1, {{0, 0, 0}, {20, 20, 60}}, values.data());
  scores.commit();

  EvaluateRequest request =
      request_of(write(folder, "picks.csv", predicted), write(folder, "truth.csv", truth));
  request.sweep = SweepValue::ClusterSize;
  request.bootstrap = 50;
  request.membrane = (folder / "membrane.mrc").string();
  request.membrane_label = 2;
  request.score_maps = (folder / "scores.h5").string();
  request.overlap = (folder / "sets.csv").string();
  request.csv = (folder / "scores.csv").string();
  request.plots = (folder / "plot").string();
  request.report = (folder / "report.html").string();
  const Json json = run(request);
  CHECK(json["outputs"].size() == 11);
  for (const Json& output : json["outputs"]) {
    INFO(output);
    CHECK(std::filesystem::file_size(output.get<std::string>()) > 0);
    CHECK(std::filesystem::exists(output.get<std::string>() + ".run.json"));
  }
  CHECK(json["sweep"]["best"]["localization"]["threshold"] ==
        95);  // the two without truth are the smallest
  CHECK(json["sweep"]["best"]["localization"]["f1"] == 1);
  CHECK(json["membrane"]["truth"]["mode"] ==
        6.5);  // 4 voxels from one, √41 from two at either side
  CHECK(json["local_maxima"]["1"]["mode"].get<double>() == Approx(0.75));
  CHECK(json["interval95"]["localization"]["recall"][0] == 1);

  const ParticleList both = io::read_list(folder / "sets_both.csv");
  CHECK(both.particles.size() == 6);
  CHECK(both.particles[0].score == 1.0);  // the column confidence
  const ParticleList alone = io::read_list(folder / "sets_only_predicted.csv");
  CHECK(alone.particles.size() == 2);
  CHECK(alone.particles[0].score == 0.5);
  CHECK(io::read_list(folder / "sets_only_truth.csv").particles.empty());

  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("already exists"));
  request.common.skip_existing = true;
  CHECK(run(request)["skipped"] == true);
}

TEST_CASE("label maps give Dice and IoU") {
  const TempFolder folder;
  LabelMap map;
  map.labels = Volume<std::uint8_t>({4, 4, 4}, 0);
  map.geometry.extent = {4, 4, 4};
  for (std::int64_t x = 0; x < 4; ++x) map.labels(1, 1, x) = 1;
  io::write_labels(folder / "truth.mrc", map);
  map.labels(1, 1, 0) = 0;
  io::write_labels(folder / "labels.mrc", map);
  EvaluateRequest request =
      request_of((folder / "labels.mrc").string(), (folder / "truth.mrc").string());
  request.report = (folder / "report.html").string();
  const Json json = run(request);
  CHECK(json["rule"] == "voxels");
  CHECK(json["classes"]["1"]["dice"].get<double>() == Approx(6.0 / 7));
  CHECK(json["classes"]["1"]["iou"].get<double>() == Approx(3.0 / 4));
  CHECK(json["confusion"]["counts"][1][0] == 1);
  CHECK(std::filesystem::exists(folder / "report.html"));
  request.sweep = SweepValue::Score;
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("not for label maps"));
}

TEST_CASE("requests that make no sense are refused") {
  const TempFolder folder;
  const std::string list = write(folder, "a.csv", "class_label,x,y,z\n1,1,1,1\n");
  EvaluateRequest request = request_of(list, list);
  request.truth.push_back(list);
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("2 given for 1 prediction"));
  request = request_of(list, (folder / "truth.mrc").string());
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("cannot be compared"));
  request = request_of(list, list);
  request.hit_boxes = list;
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("--rule shrec"));
  request = request_of(list, list);
  request.sweep = SweepValue::Score;
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("no score"));
  request = request_of(list, list);
  request.radii = {{"nothing", Length{3, false}}};
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("'nothing'"));
  request = request_of(list, list);
  request.overlap = (folder / "sets.xml").string();
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("confidence"));
  request = request_of(list, list);
  request.options.distance = Length{100, true};
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("voxel size"));
  CHECK_THROWS_WITH(parse_match_rule("best"), DFE_CONTAINS("one-to-one"));
}
