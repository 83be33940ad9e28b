// SPDX-License-Identifier: Apache-2.0
// Merged label maps with class names meet the classes of the target by name.
#include <fstream>
#include <nlohmann/json.hpp>

#include "dfengine/commands.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

using Names = std::vector<std::string>;

constexpr Extent3 kExtent{12, 12, 24};

/// A target of one ribosome (label 1) and one fas (label 2).
struct Setting {
  TempFolder folder;
  TargetRequest request;

  explicit Setting(const std::string& names = "ribosome fas") {
    io::write_labels(folder / "like.mrc", empty_map(kExtent));
    std::ofstream list(folder / "l.csv");
    if (names.empty())
      list << "class_label,x,y,z\n1,6,6,6\n2,18,6,6\n";
    else
      list << "class_label,class_name,x,y,z\n1," << names.substr(0, names.find(' ')) << ",6,6,6\n2,"
           << names.substr(names.find(' ') + 1) << ",18,6,6\n";
    request.list = (folder / "l.csv").string();
    request.like = (folder / "like.mrc").string();
    request.output = (folder / "target.h5").string();
    request.spheres = "2,2";
    request.common.overwrite = true;
  }

  /// Merges a map that has label 1 at x = 0, 2 at x = 1, ... up to `labels`.
  void merge(const std::string& file, int labels, const Names& names, const std::string& how = "") {
    LabelMap map = empty_map(kExtent);
    for (int label = 1; label <= labels; ++label)
      map.labels(0, 0, label - 1) = static_cast<std::uint8_t>(label);
    map.class_names = names;
    io::write_labels(folder / file, map);
    request.merges.push_back((folder / file).string() + how);
  }

  /// Labels at x = 0, 1, 2 of the target.
  std::vector<int> merged() {
    json = nlohmann::json::parse(run_target(request).json);
    target = io::read_labels(request.output);
    return {target.labels(0, 0, 0), target.labels(0, 0, 1), target.labels(0, 0, 2)};
  }

  nlohmann::json json;
  LabelMap target;
};

}  // namespace

TEST_CASE("merged labels become those of the target's classes of the same name") {
  const std::string how = GENERATE("", ":over", ":under");
  Setting s;
  s.merge("m.h5", 2, {"background", "fas", "ribosome"}, how);
  CHECK(s.merged() == std::vector{2, 1, 0});
  CHECK(s.json["classes"]["fas"]["voxels"] == 34);  // a sphere of radius 2 has 33, and one merged
  s.request.class_names = {"background", "fas", "actin", "ribosome"};
  s.request.spheres = "fas=2,ribosome=2";
  CHECK(s.merged() == std::vector{1, 3, 0});
}

TEST_CASE("a merged class that the target lacks keeps its label if that is free") {
  Setting s;
  s.merge("m.zarr", 3, {"background", "fas", "ribosome", "membrane"});
  CHECK(s.merged() == std::vector{2, 1, 3});
  CHECK(s.target.class_names == Names{"background", "ribosome", "fas", "membrane"});
  CHECK(s.json["classes"]["membrane"]["voxels"] == 1);
  s.merge("n.h5", 1, {"background", "membrane"});  // known from the first
  CHECK(s.merged() == std::vector{3, 1, 3});
  s.request.class_names = {"background", "ribosome", "fas"};
  CHECK_THROWS_WITH(s.merged(), DFE_CONTAINS("m.zarr") && DFE_CONTAINS("'membrane' (label 3)") &&
                                    DFE_CONTAINS("--classes: 1 ribosome, 2 fas"));
}

TEST_CASE("a merged class whose label another class has is refused, or put where the user says") {
  Setting s;
  s.merge("m.h5", 1, {"background", "membrane"});
  CHECK_THROWS_WITH(s.merged(), DFE_CONTAINS("m.h5") && DFE_CONTAINS("'membrane' (label 1)") &&
                                    DFE_CONTAINS("FILE:LABEL"));
  s.request.merges.back() += ":3";
  CHECK(s.merged() == std::vector{3, 0, 0});
  s.merge("n.h5", 3, {"background", "", "", "actin"});
  CHECK_THROWS_WITH(s.merged(), DFE_CONTAINS("n.h5") && DFE_CONTAINS("'actin' (label 3)"));
}

TEST_CASE("merged labels stay where list or volume have no names, but not against each other") {
  Setting s;
  s.merge("m.mrc", 3, {});
  CHECK(s.merged() == std::vector{1, 2, 3});
  Setting plain("");
  plain.merge("m.h5", 2, {"background", "fas", "ribosome"});
  CHECK(plain.merged() == std::vector{1, 2, 0});
  CHECK(plain.target.class_names.empty());
  plain.merge("n.h5", 1, {"background", "ribosome"});
  CHECK(plain.merged() == std::vector{2, 2, 0});
  plain.merge("o.h5", 1, {"background", "actin"});
  CHECK_THROWS_WITH(plain.merged(), DFE_CONTAINS("o.h5") && DFE_CONTAINS("'actin'"));
}
