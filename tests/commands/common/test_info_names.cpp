// SPDX-License-Identifier: Apache-2.0
// `info` shows what files call their classes: what other commands match them by.
#include <nlohmann/json.hpp>

#include "dfengine/commands.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

TEST_CASE("info shows the class names of label maps and score files") {
  const TempFolder folder;
  LabelMap map = empty_map({4, 5, 6});
  map.class_names = {"background", "ribosome", "fas"};
  io::write_labels(folder / "map.h5", map);
  io::write_labels(folder / "map.zarr", map);
  io::ScoreWriter scores(folder / "scores.h5", map.geometry, 3, map.class_names, false);
  const std::vector<float> zeros(120, 0.0f);
  for (const std::int64_t label : {0, 1, 2})
    scores.write_box(label, {{}, map.geometry.extent}, zeros.data());
  scores.commit();
  InfoRequest request;
  for (const char* file : {"map.h5", "map.zarr", "scores.h5"}) {
    request.files = {(folder / file).string()};
    const CommandReport report = run_info(request);
    CHECK(nlohmann::json::parse(report.json)["class_names"] == map.class_names);
    CHECK_THAT(report.text, DFE_CONTAINS("  names       background, ribosome, fas\n"));
  }
  io::write_labels(folder / "map.mrc", map);
  request.files = {(folder / "map.mrc").string()};
  const CommandReport report = run_info(request);
  CHECK(nlohmann::json::parse(report.json)["class_names"].empty());
  CHECK_THAT(report.text, !DFE_CONTAINS("names"));
}
