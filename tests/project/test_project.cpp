// SPDX-License-Identifier: Apache-2.0
// The shape of the source tree: who includes whom, how files begin and how long they are.
#include <fstream>
#include <set>
#include <string>

#include "include_rules.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"

namespace fs = std::filesystem;
using dfe::test::include_violations;

namespace {

constexpr int kMostLines = 800;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

/// The files of the tree that carry code or commands.
bool is_written_code(const fs::path& file) {
  static const std::set<std::string> endings = {".cpp",   ".hpp", ".cu", ".cuh",
                                                ".cmake", ".sh",  ".in", ".py"};
  const std::string name = file.generic_string();
  return endings.count(file.extension().string()) > 0 || file.filename() == "CMakeLists.txt" ||
         name == ".ci/run" || (name.starts_with("scripts/") && !file.has_extension());
}

}  // namespace

TEST_CASE("every include of the tree follows the folder table") {
  const auto violations = include_violations(DFE_SOURCE_DIR);
  std::string text;
  for (const std::string& violation : violations) text += violation + "\n";
  INFO(text);
  CHECK(violations.empty());
}

TEST_CASE("a planted include against the table is found and named") {
  const dfe::test::TempFolder tree;
  write(tree / "include/dfengine/extent.hpp", "#include <string>\n");
  write(tree / "core/x.hpp", "#include \"dfengine/extent.hpp\"\n");
  write(tree / "engine/graph.hpp", "#include \"kernels/cpu/fast.hpp\"\n#include \"core/x.hpp\"\n");
  write(tree / "kernels/backend.hpp", "#include \"core/x.hpp\"\n");
  write(tree / "kernels/cpu/fast.hpp", "#include \"kernels/backend.hpp\"\n");
  write(tree / "cluster/a.cpp", "#include \"kernels/backend.hpp\"\n#include \"b.hpp\"\n");
  write(tree / "cluster/b.hpp", "");
  write(tree / "tools/main.cpp", "#include <CLI/CLI.hpp>\n#include \"dfengine/extent.hpp\"\n");
  write(tree / "tests/any.cpp", "#include \"cluster/b.hpp\"\n#include \"tools/main.cpp\"\n");
  REQUIRE(include_violations(tree.path()).empty());

  const auto only = [&](const std::string& file, const std::string& line, const std::string& said) {
    write(tree / file, line + "\n");
    const auto violations = include_violations(tree.path());
    INFO(file << ": " << line);
    REQUIRE(violations.size() == 1);
    CHECK_THAT(violations[0], DFE_CONTAINS(said));
    fs::remove(tree / file);
  };
  only("io/x.cpp", "#include \"cluster/b.hpp\"",
       "io/x.cpp:1 includes cluster/b.hpp: io may include core, include/dfengine");
  only("include/dfengine/y.hpp", "#include \"core/x.hpp\"", "the standard library only");
  only("core/y.hpp", "#include \"engine/graph.hpp\"", "core/y.hpp:1 includes engine/graph.hpp");
  only("cluster/c.cpp", "  #  include \"kernels/cpu/fast.hpp\"",
       "cluster/c.cpp:1 includes kernels/cpu/fast.hpp");
  only("cluster/c.cpp", "#include \"../kernels/cpu/fast.hpp\"",
       "cluster/c.cpp:1 includes kernels/cpu/fast.hpp");
  only("tools/t.cpp", "#include \"engine/graph.hpp\"", "tools/t.cpp:1 includes engine/graph.hpp");
  only("tools/t.cpp", "#include <nlohmann/json.hpp>", "<nlohmann/json.hpp>");
  only("kernels/cpu/t.cpp", "#include \"cluster/b.hpp\"",
       "kernels/cpu/t.cpp:1 includes cluster/b.hpp");
  only("io/t.cpp", "#include \"io/missing.hpp\"", "no such file");
}

TEST_CASE("CUDA stays under kernels/cuda") {
  for (const fs::path& file : dfe::test::project_files(DFE_SOURCE_DIR)) {
    const std::string name = file.generic_string();
    if (!is_written_code(file) || name.starts_with("kernels/cuda/") || name.starts_with("tests/"))
      continue;
    std::ifstream in(fs::path(DFE_SOURCE_DIR) / file);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    INFO(name);
    CHECK(text.find("__global__") == std::string::npos);
    CHECK(text.find("<<<") == std::string::npos);
    CHECK(text.find("<cuda") == std::string::npos);
  }
}

TEST_CASE("files begin with their licence and are short") {
  for (const fs::path& file : dfe::test::project_files(DFE_SOURCE_DIR)) {
    if (!is_written_code(file)) continue;
    std::ifstream in(fs::path(DFE_SOURCE_DIR) / file);
    std::string line, head;
    int lines = 0;
    while (std::getline(in, line))
      if (++lines <= 2) head += line + "\n";  // the second line where the first names the shell
    INFO(file.generic_string() << " has " << lines << " lines and begins\n" << head);
    CHECK(head.find("SPDX-License-Identifier: Apache-2.0") != std::string::npos);
    CHECK(lines <= kMostLines);
  }
}
