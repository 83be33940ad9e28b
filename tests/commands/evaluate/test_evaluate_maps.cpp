// SPDX-License-Identifier: Apache-2.0
// Label maps with class names are compared by name. Two blocks of four voxels each are the classes;
// scores follow from how many of a class's voxels both maps have.
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "tests/commands/evaluate/evaluate_helpers.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

using Names = std::vector<std::string>;

/// Voxels 0 to 3 along x with the first label, 6 to 9 with the second, in a map of 16 voxels.
std::string write_map(const TempFolder& folder, const std::string& file, int first, int second,
                      const Names& names) {
  LabelMap map = empty_map({1, 1, 16});
  map.class_names = names;
  for (std::int64_t x = 0; x < 4; ++x) {
    map.labels(0, 0, x) = static_cast<std::uint8_t>(first);
    map.labels(0, 0, x + 6) = static_cast<std::uint8_t>(second);
  }
  io::write_labels(folder / file, map);
  return (folder / file).string();
}

EvaluateRequest maps(const std::string& predicted, const std::string& truth) {
  EvaluateRequest request = request_of(predicted, truth);
  request.options.distance.reset();
  return request;
}

const Names kNames = {"background", "ribosome", "fas"}, kExchanged = {"", "fas", "ribosome"};

}  // namespace

TEST_CASE("label maps are compared by the names of their classes") {
  const TempFolder folder;
  for (const char* format : {".h5", ".zarr"}) {
    const std::string truth = write_map(folder, std::string("t") + format, 1, 2, kNames);
    const Json same =
        run(maps(write_map(folder, std::string("p") + format, 2, 1, kExchanged), truth));
    CHECK(same["mean"]["dice"] == 1);
    CHECK(same["classes"]["ribosome"]["tp"] == 4);
    CHECK(same["classes"]["fas"]["tp"] == 4);
    CHECK(same["tomograms"][0]["classes"]["fas"]["dice"] == 1);
    const Json other =
        run(maps(write_map(folder, std::string("q") + format, 1, 2, kExchanged), truth));
    CHECK(other["mean"]["dice"] == 0);
    CHECK(other["localization"]["dice"] == 1);
  }
}

TEST_CASE("a class that only one map has is a class of its own") {
  const TempFolder folder;
  const std::string truth = write_map(folder, "t.h5", 1, 2, kNames);
  const Names more = {"background", "actin", "ribosome", "fas"};
  const Json extra = run(maps(write_map(folder, "p.h5", 2, 1, more), truth));
  CHECK(extra["classes"]["ribosome"]["dice"] == 1);
  CHECK(extra["classes"]["fas"]["fn"] == 4);
  CHECK(extra["classes"]["actin"]["fp"] == 4);
  const Json less = run(maps(write_map(folder, "q.h5", 1, 0, {"background", "ribosome"}), truth));
  CHECK(less["classes"]["ribosome"]["dice"] == 1);
  CHECK(less["mean"]["dice"] == 0.5);
}

TEST_CASE("label maps whose names differ on both sides are refused unless --classes has all") {
  const TempFolder folder;
  const std::string truth = write_map(folder, "t.h5", 1, 2, kNames);
  EvaluateRequest request =
      maps(write_map(folder, "p.h5", 2, 1, {"background", "FAS", "ribosome"}), truth);
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("p.h5") && DFE_CONTAINS("'FAS'") &&
                                      DFE_CONTAINS("'fas'") && DFE_CONTAINS("--classes"));
  request.class_names = {"background", "fas", "FAS", "ribosome"};
  const Json json = run(request);
  CHECK(json["classes"]["ribosome"]["dice"] == 1);
  CHECK(json["classes"]["FAS"]["fp"] == 4);
  request.class_names = {"background", "ribosome", "fas"};
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("did you mean 'fas'?"));
  request.predicted = {write_map(folder, "twice.h5", 1, 2, {"background", "fas", "fas"})};
  CHECK_THROWS_WITH(run(request), DFE_CONTAINS("'fas' is the name of classes 1 and 2"));
}

TEST_CASE("where one map has no names, labels are compared within the pair, which is said") {
  const TempFolder folder;
  const std::string plain = write_map(folder, "p.mrc", 1, 2, {});
  const std::string named = write_map(folder, "t.h5", 1, 2, kNames);
  struct Warnings final : Observer {
    std::string text;
    void message(LogLevel, std::string_view t) override { text += t; }
  } warnings;
  CHECK(Json::parse(run_evaluate(maps(plain, named), &warnings).json)["mean"]["dice"] == 1);
  CHECK_THAT(warnings.text, DFE_CONTAINS("only the truth names its classes; labels of the "
                                         "predictions are read as 1 ribosome, 2 fas"));
  CHECK(run(maps(named, plain))["classes"]["fas"]["dice"] == 1);

  EvaluateRequest request = maps(plain, named);  // --classes says what 1 and 2 are
  request.class_names = {"background", "fas", "ribosome"};
  CHECK(run(request)["mean"]["dice"] == 0);

  request = maps(named, named);
  request.predicted.push_back(plain);
  request.truth.push_back(write_map(folder, "u.h5", 1, 2, kExchanged));
  CHECK(run(request)["classes"]["fas"]["tp"] == 8);  // its 1 is the 1 of its own truth
  CHECK(run(request)["mean"]["dice"] == 1);
}

TEST_CASE("pairs of label maps are pooled by name") {
  const TempFolder folder;
  EvaluateRequest request =
      maps(write_map(folder, "p1.h5", 1, 2, kNames), write_map(folder, "t1.h5", 2, 1, kExchanged));
  request.predicted.push_back(write_map(folder, "p2.h5", 2, 0, kExchanged));
  request.truth.push_back(write_map(folder, "t2.h5", 1, 2, kNames));
  const Json json = run(request);
  CHECK(json["classes"]["ribosome"]["tp"] == 8);
  CHECK(json["classes"]["fas"]["tp"] == 4);
  CHECK(json["classes"]["fas"]["fn"] == 4);
  CHECK(json["tomograms"][0]["classes"]["fas"]["tp"] == 4);
}

TEST_CASE("local maxima of scores are those of the class of the same name") {
  const TempFolder folder;
  VolumeGeometry geometry;
  geometry.extent = {3, 3, 9};
  const std::string path = (folder / "scores.h5").string();
  io::ScoreWriter writer(path, geometry, 3, kExchanged, false);
  std::vector<float> scores(81, 0.0f);
  for (const std::int64_t label : {0, 1, 2}) {
    if (label > 0) scores[static_cast<std::size_t>(36 + 4 * label)] = 0.9f;  // one peak, then two
    writer.write_box(label, {{}, geometry.extent}, scores.data());
  }
  writer.commit();
  const std::string list =
      write(folder, "l.csv", "class_label,class_name,x,y,z\n1,ribosome,4,1,1\n2,fas,8,1,1\n");
  EvaluateRequest request = request_of(list, list);
  request.score_maps = path;
  const auto peaks = [&](const std::string& name) {
    std::int64_t count = 0;
    const Json json = run(request);
    for (const Json& bin : json["local_maxima"][name]["counts"]) count += bin.get<int>();
    return count;
  };
  CHECK(peaks("fas") == 1);
  CHECK(peaks("ribosome") == 2);
}
