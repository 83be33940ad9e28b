// SPDX-License-Identifier: Apache-2.0
// Classes with and without names in lists that are joined, written and read again: two classes are
// never one because a reader gave them the same label. A particle's x tells which class it is of.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "dfengine/dfengine.hpp"
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

const std::string kHead = "tomogram,class_label,class_name,x,y,z,voxel_size_angstrom\n";

/// Two classes without a name around one that has one.
std::string write_three(const TempFolder& folder) {
  return write(folder, "three.csv",
               kHead + "A,1,,10,20,30,8\nA,2,ribo,20,20,30,8\nA,3,,30,20,30,8\n");
}

std::string convert(const std::vector<std::string>& inputs, const std::filesystem::path& output,
                    const std::string& format = "auto") {
  ConvertRequest request;
  request.inputs = inputs;
  request.output = output.string();
  request.output_format = format;
  request.common.overwrite = true;
  request.common.voxel_size_angstrom = 8;
  return run_convert(request).json;
}

struct Class {
  int label;
  std::string name;
  bool operator==(const Class&) const = default;
};

std::map<int, Class> classes_by_x(const std::filesystem::path& path) {
  std::map<int, Class> classes;
  for (const ParticleList list = read_list(path); const Particle& p : list.particles) {
    const auto label = static_cast<std::size_t>(p.class_label);
    classes[static_cast<int>(std::lround(p.position_voxels.x))] = {
        p.class_label, label < list.class_names.size() ? list.class_names[label] : ""};
  }
  return classes;
}

const std::map<int, Class> kThree{{10, {1, ""}}, {20, {2, "ribo"}}, {30, {3, ""}}};

}  // namespace

TEST_CASE("classes without a name have none after every format that has names") {
  const TempFolder folder;
  const std::string three = write_three(folder);
  const std::vector<std::pair<std::string, std::string>> formats{
      {"relion3", "b.star"}, {"relion4", "b.star"}, {"csv", "b.csv"},  {"tsv", "b.tsv"},
      {"warp", "b.star"},    {"cmm", "b.cmm"},      {"imod", "b.mod"}, {"czii", "b.csv"}};
  for (const auto& [format, name] : formats) {
    INFO(format);
    convert({three}, folder / name, format);
    convert({(folder / name).string()}, folder / "again.csv");
    CHECK(classes_by_x(folder / "again.csv") == kThree);
  }
}

TEST_CASE("files of copick, one for each class, keep classes without a name apart in any order") {
  const TempFolder folder;
  convert({write_three(folder)}, folder / "project", "copick");
  std::vector<std::string> files;
  for (const std::string name : {"1", "3", "ribo"})
    files.push_back(
        (folder / "project/ExperimentRuns/A/Picks" / ("dfengine_0_" + name + ".json")).string());
  std::sort(files.begin(), files.end());
  do {
    CHECK_THAT(convert(files, folder / "all.csv"), !DFE_CONTAINS("label"));
    CHECK(classes_by_x(folder / "all.csv") == kThree);  // 2 is the lowest label that is free
  } while (std::next_permutation(files.begin(), files.end()));
}

TEST_CASE("a named class leaves the label of one without a name, and this is said") {
  const TempFolder folder;
  const std::string one = write(folder, "one.csv", kHead + "A,1,ribo,10,20,30,8\n"),
                    two =
                        write(folder, "two.csv", kHead + "A,1,,20,20,30,8\nA,2,prot,30,20,30,8\n");
  const std::string why = " in the joined list, because 1 is a class without a name";
  CHECK_THAT(convert({one, two}, folder / "all.csv"),
             DFE_CONTAINS("class ribo has the label 2" + why));
  CHECK(classes_by_x(folder / "all.csv") ==
        std::map<int, Class>{{10, {2, "ribo"}}, {20, {1, ""}}, {30, {3, "prot"}}});
  CHECK_THAT(convert({two, one}, folder / "all.csv"),
             DFE_CONTAINS("class ribo has the label 3" + why));
  CHECK(classes_by_x(folder / "all.csv") ==
        std::map<int, Class>{{10, {3, "ribo"}}, {20, {1, ""}}, {30, {2, "prot"}}});
}

TEST_CASE("labels of a list without names are those of the list that states both") {
  const TempFolder folder;
  const std::string named = write(folder, "one.csv", kHead + "A,2,ribo,10,20,30,8\n"),
                    labels = write(folder, "two.csv", kHead + "A,2,,20,20,30,8\n");
  CHECK_THAT(convert({labels, named}, folder / "all.csv"),
             DFE_CONTAINS("labels of the others are read as 2 ribo"));
  const Class ribo{2, "ribo"};
  CHECK(classes_by_x(folder / "all.csv") == std::map<int, Class>{{10, ribo}, {20, ribo}});
}

TEST_CASE("evaluate keeps classes apart that files of copick give the same label") {
  const TempFolder folder;
  const std::string three = write_three(folder);
  convert({three}, folder / "project", "copick");
  EvaluateRequest request;
  for (const std::string name : {"ribo", "1", "3"})
    request.predicted.push_back(
        (folder / "project/ExperimentRuns/A/Picks" / ("dfengine_0_" + name + ".json")).string());
  request.truth = {three};
  request.options.distance = Length{1, false};
  request.common.voxel_size_angstrom = 8;
  const Json json = Json::parse(run_evaluate(request).json);
  for (const std::string name : {"1", "ribo", "3"}) CHECK(json["classes"][name]["tp"] == 1);
  CHECK(json["classes"].size() == 3);
}

TEST_CASE("lists that number classes differently are refused where one has no name in both") {
  const TempFolder folder;
  const std::string three = write_three(folder),
                    moved = write(folder, "moved.csv",
                                  kHead + "A,1,,10,20,30,8\nA,4,ribo,20,20,30,8\n");
  const std::string moved_class = "moved.csv': class 1 has no name here and in '";
  const std::string why = "'ribo' has different labels in the two";
  CHECK_THROWS_WITH(convert({three, moved}, folder / "all.csv"),
                    DFE_CONTAINS(moved_class) && DFE_CONTAINS(why));
  CHECK(!std::filesystem::exists(folder / "all.csv"));
  EvaluateRequest request;
  request.predicted = {three};
  request.truth = {moved};
  request.options.distance = Length{1, false};
  request.common.voxel_size_angstrom = 8;
  CHECK_THROWS_WITH(run_evaluate(request), DFE_CONTAINS(moved_class) && DFE_CONTAINS(why));
}
