// SPDX-License-Identifier: Apache-2.0
// Labels of one file become those of another by the names of their classes.
#include "core/class_names.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

namespace {

using Names = std::vector<std::string>;

LabelMatch matched(const Names& names, const std::vector<int>& labels, const Names& wanted) {
  return match_labels({"map.h5", names, labels}, {wanted, "--classes", "use other names"}, "test");
}

/// The labels that 1, 2, 3 become.
std::vector<int> moved(const Names& names, const Names& wanted) {
  const LabelMatch match = matched(names, {1, 2}, wanted);
  CHECK(match.warnings.empty());
  CHECK(match.label[0] == 0);
  CHECK(match.label[255] == 255);
  return {match.label[1], match.label[2], match.label[3]};
}

}  // namespace

TEST_CASE("labels follow the names of their classes") {
  CHECK(moved({"background", "a", "b"}, {"background", "b", "a"}) == std::vector{2, 1, 3});
  CHECK(moved({"bg", "a", "b"}, {"", "b", "c", "a"}) == std::vector{3, 1, 3});
  CHECK(moved({"background", "a", "b", "unused"}, {"background", "a", "b"}) ==
        std::vector{1, 2, 3});
}

TEST_CASE("labels stay where one side has no names") {
  for (const Names& none : {Names{}, Names{"background"}, Names{"background", "", ""}}) {
    CHECK(moved(none, {"background", "b", "a"}) == std::vector{1, 2, 3});
    CHECK(moved({"background", "b", "a"}, none) == std::vector{1, 2, 3});
  }
}

TEST_CASE("a class that cannot be matched by name is refused") {
  CHECK_THROWS_WITH(
      matched({"background", "a", "fas"}, {1, 2}, {"background", "a", "Fas", "b"}),
      "test: 'map.h5': its class 'fas' (label 2) is not among those of --classes: 1 a, "
      "2 Fas, 3 b; did you mean 'Fas'? use other names");
  CHECK_THROWS_WITH(matched({"background", "actin"}, {1}, {"background", "ribosome"}),
                    DFE_CONTAINS("ribosome; use other names"));
  CHECK_THROWS_WITH(matched({"background", "FAS"}, {1}, {"background", "bas", "fas"}),
                    DFE_CONTAINS("did you mean 'fas'?"));
  CHECK_NOTHROW(matched({"background", "actin"}, {}, {"background", "ribosome"}));
  CHECK_THROWS_WITH(matched({"background", "background"}, {1}, {"background", "a"}),
                    DFE_CONTAINS("background"));
}

TEST_CASE("a name of two labels is refused on either side") {
  const Names twice = {"background", "a", "", "a"}, once = {"background", "a"};
  CHECK_THROWS_WITH(matched(twice, {}, once),
                    DFE_CONTAINS("'map.h5': 'a' is the name of classes 1 and 3"));
  CHECK_THROWS_WITH(matched(twice, {}, {}), DFE_CONTAINS("classes 1 and 3"));
  CHECK_THROWS_WITH(matched(once, {}, twice),
                    DFE_CONTAINS("'map.h5': 'a' is the name of classes 1 and 3 of --classes"));
}

TEST_CASE("names without the background are noticed on either side") {
  const Names all = {"background", "a", "b"}, short_by_one = {"a", "b"};
  CHECK_THROWS_WITH(matched(short_by_one, {1}, all),
                    DFE_CONTAINS("calls the background 'a', which is class 1 of --classes"));
  CHECK_THROWS_WITH(matched(all, {1}, short_by_one),
                    DFE_CONTAINS("has the class 'a', which is the background of --classes"));
}

TEST_CASE("a label without a name stays if no other moves") {
  const Names some = {"background", "a"};
  const LabelMatch match = matched(some, {1, 2, 3}, {"background", "a", "b"});
  CHECK(match.label[2] == 2);
  CHECK(
      match.warnings ==
      Names{"label 2 has no name, unlike others, and is read as 'b'"});  // 3 has none there either
  CHECK_THROWS_WITH(matched(some, {1, 2}, {"background", "b", "a"}),
                    DFE_CONTAINS("its label 2 has no name"));
  CHECK_THROWS_WITH(matched({"background", "a", "", "b"}, {1, 2}, {"background", "a", "b"}),
                    DFE_CONTAINS("its label 2 has no name"));
}

TEST_CASE("relabelled voxels have the labels of a match") {
  std::vector<std::uint8_t> labels = {0, 1, 2, 2, 255};
  relabel(labels, matched({"background", "a", "b"}, {1, 2}, {"background", "b", "a"}));
  CHECK(labels == std::vector<std::uint8_t>{0, 2, 1, 1, 255});
}
