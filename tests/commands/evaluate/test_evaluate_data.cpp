// SPDX-License-Identifier: Apache-2.0
// Published results: DeepFinder's entry to SHREC'19 and its own test on dataset 1. Every expected
// number is from the contest's log, from scipy's linear_sum_assignment, or from DeepFinder's
// Evaluator run on the same lists.
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "dfengine/dfengine.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"

using namespace dfe;
using namespace dfe::test;
using Json = nlohmann::json;

namespace {

constexpr std::array<const char*, 12> kNames = {"1bxn", "1qvr", "1s3x", "1u6g", "2cg9", "3cf3",
                                                "3d2f", "3gl1", "3h84", "3qm1", "4b4t", "4d8q"};

EvaluateRequest shrec19(MatchRule rule, double distance) {
  EvaluateRequest request;
  request.predicted = {
      (data_dir() / "shrec19/deepfinder_2019/particle_locations_tomo9.txt").string()};
  request.truth = {(data_dir() / "shrec19/particle_locations_model_9.txt").string()};
  request.options.rule = rule;
  request.options.distance = Length{distance, false};
  return request;
}

Json scores_of(const EvaluateRequest& request) { return Json::parse(run_evaluate(request).json); }

}  // namespace

TEST_CASE("SHREC'19, one to one within 8 voxels") {
  const Json json = scores_of(shrec19(MatchRule::OneToOne, 8));
  CHECK(json["rule"] == "one-to-one");
  CHECK(json["distance_voxels"] == 8);
  CHECK(json["truth"] == 2540);
  CHECK(json["predicted"] == 2194);
  CHECK(json["localization"]["tp"] == 1925);
  CHECK(json["localization"]["fp"] == 2194 - 1925);
  CHECK(json["localization"]["fn"] == 2540 - 1925);
  CHECK(json["localization"]["f1"].get<double>() == Approx(0.8133).margin(5e-5));
  CHECK(json["mean_distance_voxels"].get<double>() ==
        Approx(2.1036337198414623).epsilon(1e-12));  // scipy
}

TEST_CASE("SHREC'19 by the contest's rule, boxes approximated by 8 voxels") {
  const Json json = scores_of(shrec19(MatchRule::Shrec, 8));
  CHECK(json["localization"]["tp"] == 1925);
  CHECK(json["localization"]["f1"].get<double>() == Approx(0.8133).margin(5e-5));
  // Source: the contest's log.
  const std::array<double, 12> f1 = {.930, .777, .163, .524, .339, .779,
                                     .628, .247, .394, .202, .927, .973};
  for (std::size_t c = 0; c < 12; ++c) {
    INFO(kNames[c]);
    CHECK(json["classes"][kNames[c]]["f1"].get<double>() == Approx(f1[c]).margin(0.025));
  }
}

TEST_CASE("SHREC'19 by DeepFinder's rule") {
  const Json json = scores_of(shrec19(MatchRule::DeepFinder, 10));
  // Source: DeepFinder's Evaluator on the same lists.
  const std::array<double, 12> f1 = {.930, .775, .107, .520, .329, .779,
                                     .611, .251, .347, .185, .941, .973};
  for (std::size_t c = 0; c < 12; ++c) {
    INFO(kNames[c]);
    CHECK(json["classes"][kNames[c]]["f1"].get<double>() == Approx(f1[c]).margin(0.001));
  }
}

TEST_CASE("the XML of the entry says the same as its text") {
  EvaluateRequest request = shrec19(MatchRule::OneToOne, 8);
  const Json text = scores_of(request);
  request.predicted = {
      (data_dir() / "shrec19/deepfinder_2019/tomo9_objlist_thresholded.xml").string()};
  request.axes = "zyx";
  const Json xml = scores_of(request);
  CHECK(xml["localization"] == text["localization"]);
  CHECK(xml["confusion"] == text["confusion"]);
  request.axes = "xyz";
  CHECK(scores_of(request)["localization"]["f1"].get<double>() < 0.3);
}

TEST_CASE("DeepFinder finds all of dataset 1") {
  EvaluateRequest request;
  for (int tomogram = 1; tomogram <= 8; ++tomogram) {
    const std::string name = "tomo" + std::to_string(tomogram) + "_objlist.xml";
    request.predicted.push_back((data_dir() / "dataset1/deepfinder_result" / name).string());
    request.truth.push_back((data_dir() / "dataset1/data" / name).string());
  }
  request.options.distance = Length{5, false};
  const Json json = scores_of(request);
  CHECK(json["truth"] == 216);
  CHECK(json["localization"]["tp"] == 216);
  CHECK(json["mean"]["tp"] == 216);  // with the right class
  CHECK(json["mean"]["recall"] == 1);
  CHECK(json["tomograms"].size() == 8);
  for (const Json& tomogram : json["tomograms"]) CHECK(tomogram["localization"]["tp"] == 27);
}
