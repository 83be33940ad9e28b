// SPDX-License-Identifier: Apache-2.0
// A label without a name is one class in two files only if named classes agree in their labels.
#include "core/unnamed_classes.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

namespace {

/// One particle of each of `labels`.
FileClasses classes(const std::string& file, std::vector<std::string> names,
                    const std::vector<int>& labels, bool from_names = false) {
  ParticleList list;
  list.class_names = std::move(names);
  list.labels_from_names = from_names;
  for (const int label : labels) list.particles.emplace_back().class_label = label;
  return list_classes(file, list);
}

}  // namespace

TEST_CASE("a label without a name in two files whose named classes moved is refused") {
  const FileClasses a = classes("a.csv", {"background", "", "ribo"}, {1, 2}),
                    b = classes("b.csv", {"background", "", "", "ribo"}, {3, 1, 1}),
                    far = classes("c.csv", {"background", "fas"}, {1, 9});
  CHECK_THROWS_WITH(check_unnamed_classes({a, far, b}, "convert"),
                    DFE_CONTAINS("convert: 'b.csv': class 1 has no name here and in 'a.csv'") &&
                        DFE_CONTAINS("'ribo' has different labels in the two") &&
                        DFE_CONTAINS("name class 1 in both lists"));
}

TEST_CASE("a label without a name is kept where nothing says that it is another class") {
  const FileClasses a = classes("a.csv", {"background", "", "ribo"}, {1, 2});
  CHECK_NOTHROW(check_unnamed_classes({}, "convert"));
  CHECK_NOTHROW(check_unnamed_classes({a, a, a}, "convert"));
  // Others have no name in common, no particle of the label, a name for it, or no names at all.
  CHECK_NOTHROW(check_unnamed_classes({a, classes("b", {"", "", "", "fas"}, {1, 3})}, "convert"));
  CHECK_NOTHROW(check_unnamed_classes({a, classes("b", {"", "", "", "ribo"}, {3, 2})}, "convert"));
  CHECK_NOTHROW(check_unnamed_classes({a, classes("b", {"", "fas", "", "ribo"}, {1})}, "convert"));
  CHECK_NOTHROW(check_unnamed_classes({a, classes("b", {}, {1, 2})}, "convert"));
  // Where a file has only names, its labels are the reader's.
  CHECK_NOTHROW(
      check_unnamed_classes({a, classes("b", {"", "", "", "ribo"}, {1, 3}, true)}, "convert"));
}
