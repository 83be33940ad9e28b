// SPDX-License-Identifier: Apache-2.0
// A folder for results is there when a result is, and not after a refusal: of all commands, with
// one input and with two.
#include <cmath>
#include <fstream>

#include "dfengine/dfengine.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

std::string write(const TempFolder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder / name) << text;
  return (folder / name).string();
}

bool exists(const TempFolder& folder, const std::string& name) {
  return std::filesystem::exists(folder / name);
}

const std::string kList = "class_label,x,y,z\n1,7,6,5\n";

/// Score maps with a value that is not a number, which only clustering meets.
std::string write_bad_scores(const TempFolder& folder) {
  VolumeGeometry geometry;
  geometry.extent = {20, 30, 40};
  io::ScoreWriter scores(folder / "scores.h5", geometry, 3, {}, false);
  const std::vector<float> values(24000, NAN);
  for (std::int64_t c = 0; c < 3; ++c)
    scores.write_box(c, {{0, 0, 0}, geometry.extent}, values.data());
  scores.commit();
  return (folder / "scores.h5").string();
}

ClusterRequest clustering(const TempFolder& folder, const std::vector<std::string>& names) {
  ClusterRequest request;
  for (const std::string& name : names) {
    write_two_cubes(folder / name);
    request.label_maps.push_back((folder / name).string());
  }
  request.options.method = ClusterMethod::ConnectedComponents;
  request.output = (folder / "new/").string();
  request.list_format = "csv";
  return request;
}

}  // namespace

TEST_CASE("a refused cluster leaves no folder, a successful one its list") {
  const TempFolder folder;
  ClusterRequest request = clustering(folder, {"a.mrc"});
  request.min_sizes = {{"ribosome", 5}};  // the map names no classes
  CHECK_THROWS_AS(run_cluster(request), Error);
  CHECK_FALSE(exists(folder, "new"));
  request.min_sizes.clear();
  request.scores = write_bad_scores(folder);
  CHECK_THROWS_WITH(run_cluster(request), DFE_CONTAINS("is not a number"));
  CHECK_FALSE(exists(folder, "new"));
  request.scores.clear();
  run_cluster(request);
  CHECK(exists(folder, "new/a.csv"));
}

TEST_CASE("a folder for several results stays if one of them is there") {
  const TempFolder folder;
  ClusterRequest request = clustering(folder, {"a.mrc", "b.mrc"});
  std::ofstream(folder / "a.mrc") << "nothing";
  CHECK(run_cluster(request).failures.size() == 1);
  CHECK(exists(folder, "new/b.csv"));
  std::filesystem::remove_all(folder / "new");
  std::ofstream(folder / "b.mrc") << "nothing";
  CHECK(run_cluster(request).failures.size() == 2);
  CHECK_FALSE(exists(folder, "new"));
}

TEST_CASE("segment and pick make no folder before the weights are read") {
  const TempFolder folder;
  write_two_cubes(folder / "a.mrc");
  SegmentRequest request;
  request.tomograms = {(folder / "a.mrc").string()};
  request.weights = write(folder, "w.h5", "no weights");
  request.output = (folder / "new/").string();
  CHECK_THROWS_AS(run_segment(request), Error);
  PickRequest pick;
  pick.segment = request;
  pick.segment.output.clear();
  pick.output = request.output;
  pick.cluster.radius = Length{3, false};
  CHECK_THROWS_AS(run_pick(pick), Error);
  CHECK_FALSE(exists(folder, "new"));
}

TEST_CASE("target, convert and evaluate make no folder for a list that cannot be read") {
  const TempFolder folder;
  write_two_cubes(folder / "a.mrc");
  const std::string good = write(folder, "a.csv", kList),
                    bad = write(folder, "b.csv", "class_label,x,y,z\n1,7,6\n");
  for (const std::string& list : {bad, good}) {
    INFO(list);
    const auto run = [&](auto&& command) {
      if (list == good)
        command();
      else
        CHECK_THROWS_AS(command(), Error);
    };
    TargetRequest target;
    target.list = list;
    target.like = (folder / "a.mrc").string();
    target.spheres = "2";
    target.output = (folder / "target/").string();
    run([&] { run_target(target); });
    CHECK(exists(folder, "target") == (list == good));

    ConvertRequest convert;
    convert.inputs = {list};
    convert.output = (folder / "convert").string();
    convert.output_format = "coords";
    convert.frame.like = target.like;
    run([&] { run_convert(convert); });
    CHECK(exists(folder, "convert") == (list == good));

    EvaluateRequest evaluate;
    evaluate.predicted = {list};
    evaluate.truth = {good};
    if (list == good) evaluate.truth = {write(folder, "truth.csv", kList)};
    evaluate.options.distance = Length{3, false};
    evaluate.csv = (folder / "evaluate/").string();
    run([&] { run_evaluate(evaluate); });
    CHECK(exists(folder, "evaluate") == (list == good));
  }
}
