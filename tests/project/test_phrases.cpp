// SPDX-License-Identifier: Apache-2.0
// Documents, help, errors and comments use the field's words.
#include "phrases.hpp"
#include "planted_tree.hpp"

using namespace dfe::test;

TEST_CASE("no text has a phrase that readers stumble over") {
  expect_none(phrase_violations(DFE_SOURCE_DIR));
}

TEST_CASE("phrases are found in documents, comments, and literals that are broken over lines") {
  PlantedTree tree(phrase_violations);
  tree.write("docs/a.md", "The standard\ndeviation of `card` on a GPU.\n");
  tree.write("io/a.cpp", "int card = 1;  // a GPU\n");
  tree.write("tests/a.cpp", "// a card\n");
  expect_none(tree.violations());
  tree.finds("docs/b.md", "# A\n\nRuns on a card.\n", "docs/b.md:3 says 'card': say GPU");
  tree.finds("README.md", "mean 0, deviation 1\n", "standard deviation");
  tree.finds("docs/b.md", "```yaml\na: 1  # largest deviation\n```\n", "docs/b.md:2");
  tree.finds("io/b.cpp", "// It goes\n// on.\n", "continue or resume");
  tree.finds("io/b.cpp", "auto x = \"the most \"\n         \"memory\";\n", "io/b.cpp:1");
  tree.finds("include/dfengine/b.hpp", "int a;  ///< Most memory to use\n", "memory limit");
}
