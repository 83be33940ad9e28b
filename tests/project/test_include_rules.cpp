// SPDX-License-Identifier: Apache-2.0
// Who includes whom and which packages, and what CMake links: of the source tree, and of a planted
// tree in which each rule is broken once.
#include <string>

#include "include_rules.hpp"
#include "planted_tree.hpp"

using namespace dfe::test;

namespace {

/// A tree of a few folders that breaks no rule.
void plant_good(PlantedTree& tree) {
  tree.write("include/dfengine/extent.hpp", "#include <string>\n");
  tree.write("core/x.hpp", "#include \"dfengine/extent.hpp\"\n");
  tree.write("core/CMakeLists.txt", "dfe_add_folder(core SOURCES x.cpp LINKS Threads::Threads)\n");
  tree.write("core/math/fft.cpp", "#include <fftw3.h>\n");
  tree.write("kernels/backend.hpp", "#include \"core/x.hpp\"\n");
  tree.write("kernels/cpu/fast.hpp", "#include \"kernels/backend.hpp\"\n");
  tree.write("kernels/CMakeLists.txt", "dfe_add_folder(kernels SOURCES a.cpp LINKS dfe_core)\n");
  tree.write("engine/graph.hpp", "#include \"kernels/cpu/fast.hpp\"\n#include \"core/x.hpp\"\n");
  tree.write("engine/CMakeLists.txt",
             "# what runs a network: dfe_add_folder(\n"
             "dfe_add_folder(engine SOURCES a.cpp\n  LINKS dfe_core dfe_kernels)  # both\n");
  tree.write("cluster/a.cpp", "#include \"kernels/backend.hpp\"\n#include \"b.hpp\"\n");
  tree.write("cluster/b.hpp", "");
  tree.write("cluster/CMakeLists.txt", "dfe_add_folder(cluster SOURCES a.cpp LINKS dfe_kernels)\n");
  tree.write("io/volume.hpp", "#include <unistd.h>\n");
  tree.write("io/lists/text.hpp", "#include <fmt/format.h>\n");
  tree.write("commands/target/shapes.hpp", "#include \"io/volume.hpp\"\n");
  tree.write("commands/train/s.cpp", "#include \"commands/target/shapes.hpp\"\n");
  tree.write("tools/main.cpp", "#include <CLI/CLI.hpp>\n#include \"dfengine/extent.hpp\"\n");
  tree.write("tests/fixtures/fill.hpp", "#include <fstream>\n");
  tree.write("tests/any.cpp", "#include \"cluster/b.hpp\"\n#include \"tools/main.cpp\"\n");
  tree.write("bench/bench.cpp",
             "#include \"tests/fixtures/fill.hpp\"\n#include \"cluster/b.hpp\"\n");
  REQUIRE(tree.violations().empty());
}

}  // namespace

TEST_CASE("every include of the tree follows the folder table") {
  expect_none(include_violations(DFE_SOURCE_DIR));
}

TEST_CASE("every folder links the folders that its includes name") {
  expect_none(link_violations(DFE_SOURCE_DIR));
}

TEST_CASE("a planted include against the table is found and named") {
  PlantedTree tree(include_violations);
  plant_good(tree);
  tree.finds("io/x.cpp", "#include \"cluster/b.hpp\"\n",
             "io/x.cpp:1 includes cluster/b.hpp: io may include core/math, core/*, "
             "include/dfengine");
  tree.finds("include/dfengine/y.hpp", "#include \"core/x.hpp\"\n", "may include no other folder");
  tree.finds("core/y.hpp", "#include \"engine/graph.hpp\"\n",
             "core/y.hpp:1 includes engine/graph.hpp");
  tree.finds("cluster/c.cpp", "  #  include \"kernels/cpu/fast.hpp\"\n",
             "cluster/c.cpp:1 includes kernels/cpu/fast.hpp");
  tree.finds("cluster/c.cpp", "#include \"../kernels/cpu/fast.hpp\"\n",
             "cluster/c.cpp:1 includes kernels/cpu/fast.hpp");
  tree.finds("engine/e.cpp", "\n#include \"io/volume.hpp\"\n",
             "engine/e.cpp:2 includes io/volume.hpp");
  tree.finds("tools/t.cpp", "#include \"engine/graph.hpp\"\n",
             "tools/t.cpp:1 includes engine/graph.hpp");
  tree.finds("io/t.cpp", "#include \"io/missing.hpp\"\n", "no such file");
  tree.finds("new_verb/t.cpp", "", "new_verb/t.cpp: its folder has no rule");
}

TEST_CASE("an include is seen however it is written") {
  PlantedTree tree(include_violations);
  plant_good(tree);
  tree.finds("io/x.cpp", "/* a */ #include \"cluster/b.hpp\"\n",
             "io/x.cpp:1 includes cluster/b.hpp");
  tree.finds("io/x.cpp", "/* a\n*/ # /* b */ include /**/ \"cluster/b.hpp\"\n",
             "io/x.cpp:2 includes cluster/b.hpp");
  tree.finds("io/x.cpp", "\n#include \\\n  \"cluster/b.hpp\"\n",
             "io/x.cpp:2 includes cluster/b.hpp");
  tree.finds("io/x.cpp", "#\\\ninclude \"cluster/b.hpp\"\n", "io/x.cpp:1 includes cluster/b.hpp");
  tree.finds("io/x.cpp", "#include <string>  // \"io/volume.hpp\"\n#include<fftw3.h>\n",
             "io/x.cpp:2 includes <fftw3.h>");
  tree.finds("io/x.cpp", "#include_next <fftw3.h>\n", "io/x.cpp:1 includes <fftw3.h>");
  tree.finds("io/x.cpp", "#define B \"cluster/b.hpp\"\n#include B\n",
             "io/x.cpp:2 includes B: name the file itself");
  tree.finds("io/x.inc", "#include \"cluster/b.hpp\"\n", "io/x.inc:1 includes cluster/b.hpp");
  tree.write("io/table.txt", "1, 2");
  tree.finds("io/x.cpp", "#include \"table.txt\"\n", "io/table.txt: no source by its ending");
  tree.write("io/x.cpp",
             "// #include \"cluster/b.hpp\"\n/*\n#include \"cluster/b.hpp\"\n*/\n"
             "const char* s = \"#include\";\n#includes_nothing\n");
  expect_none(tree.violations());
}

TEST_CASE("planted includes between subfolders, verbs, bench and tests are found") {
  PlantedTree tree(include_violations);
  plant_good(tree);
  tree.finds("core/y.cpp", "#include \"core/math/fft.cpp\"\n",
             "core/y.cpp:1 includes core/math/fft.cpp: core may include include/dfengine");
  tree.finds("io/volumes/y.cpp", "#include \"io/lists/text.hpp\"\n",
             "io/volumes/y.cpp:1 includes io/lists/text.hpp");
  tree.finds("commands/segment/y.cpp", "#include \"commands/target/shapes.hpp\"\n",
             "commands/segment/y.cpp:1 includes commands/target/shapes.hpp");
  tree.finds("commands/target/y.cpp", "#include \"io/lists/text.hpp\"\n",
             "commands/target/y.cpp:1 includes io/lists/text.hpp");
  for (const std::string folder : {"cpu", "ref", "common", "cuda"})
    tree.write("kernels/" + folder + "/part.hpp", "");
  const auto includes = [&](const std::string& folder, const std::string& other) {
    tree.finds(folder + "/y.cpp", "#include \"kernels/" + other + "/part.hpp\"\n",
               folder + "/y.cpp:1 includes kernels/" + other + "/part.hpp");
  };
  for (const std::string folder : {"cpu", "ref", "cuda"}) {
    includes("kernels", folder);
    includes("kernels/common", folder);
    for (const std::string other : {"cpu", "ref", "cuda"})
      if (other != folder) includes("kernels/" + folder, other);
    tree.write("kernels/" + folder + "/x.cpp",
               "#include \"kernels/common/part.hpp\"\n#include \"kernels/backend.hpp\"\n");
  }
  includes("engine", "cuda");
  includes("commands/train", "ref");
  tree.finds("bench/b.cpp", "#include \"tests/any.cpp\"\n", "bench/b.cpp:1 includes tests/any.cpp");
  tree.finds("tests/b.cpp", "#include \"bench/bench.cpp\"\n",
             "tests/b.cpp:1 includes bench/bench.cpp");
}

TEST_CASE("a planted package or system header is found in the folders that may not use it") {
  PlantedTree tree(include_violations);
  plant_good(tree);
  tree.finds("tools/t.cpp", "#include <nlohmann/json.hpp>\n",
             "tools/t.cpp:1 includes <nlohmann/json.hpp>: tools may use the standard library and "
             "CLI/, unistd.h");
  for (const std::string header : {"hdf5.h", "fftw3.h", "cudnn.h", "zlib.h", "yaml-cpp/yaml.h",
                                   "gemmi/cif.hpp", "unistd.h", "stdlib.h", "sys/mman.h"})
    tree.finds(
        "engine/e.cpp", "#include <" + header + ">\n",
        "engine/e.cpp:1 includes <" + header + ">: engine may use the standard library only");
  tree.finds("core/y.cpp", "#include <fftw3.h>\n", "<fftw3.h>");
  tree.finds("io/lists/y.cpp", "#include <hdf5.h>\n", "<hdf5.h>");
  tree.finds("kernels/cpu/y.cpp", "#include <cuda_runtime.h>\n", "<cuda_runtime.h>");
  tree.finds("tests/y.cpp", "#include <benchmark/benchmark.h>\n", "<benchmark/benchmark.h>");
}

TEST_CASE("planted links that differ from the includes are found") {
  PlantedTree tree(link_violations);
  plant_good(tree);
  tree.finds("cluster/CMakeLists.txt",
             "dfe_add_folder(cluster SOURCES a.cpp LINKS dfe_kernels dfe_engine)\n",
             "cluster/CMakeLists.txt: links dfe_engine, which no include of cluster names");
  tree.finds("engine/CMakeLists.txt", "dfe_add_folder(engine SOURCES a.cpp LINKS dfe_core)\n",
             "engine/CMakeLists.txt: does not link dfe_kernels, and engine/graph.hpp:1 includes "
             "kernels/cpu/fast.hpp");
  tree.finds("engine/CMakeLists.txt",
             "dfe_add_folder(network SOURCES a.cpp LINKS dfe_core dfe_kernels)\n",
             "a folder's library is named by its path, dfe_engine");
  const std::string cluster = "dfe_add_folder(cluster SOURCES a.cpp LINKS dfe_kernels)\n";
  tree.finds("cluster/CMakeLists.txt", cluster + "dfe_add_folder(other SOURCES b.cpp)\n",
             "cluster/CMakeLists.txt: makes dfe_other too; a folder is one library");
  tree.finds("cluster/CMakeLists.txt",
             "DFE_ADD_FOLDER (cluster LINKS $<LINK_ONLY:dfe_engine> dfe_kernels SOURCES a.cpp)\n",
             "cluster/CMakeLists.txt: links dfe_engine");
  tree.finds("cluster/CMakeLists.txt",
             cluster + "target_link_libraries(dfe_cluster PUBLIC dfe_engine)\n",
             "cluster/CMakeLists.txt: names dfe_engine, which no include of cluster names");
  tree.finds("core/CMakeLists.txt",
             "dfe_add_folder(core SOURCES x.cpp)\n"
             "set_property(TARGET dfe_cluster APPEND PROPERTY LINK_LIBRARIES x)\n",
             "core/CMakeLists.txt: names dfe_cluster, which no include of core names");
  tree.finds("CMakeLists.txt", "target_link_libraries(dfe_engine\n  PUBLIC dfe_engine)\n",
             "CMakeLists.txt: names dfe_engine, which its own folder's CMake does");
  tree.write("kernels/cuda/CMakeLists.txt",
             "add_library(dfe_card OBJECT a.cpp)  # dfe_engine\n"
             "target_link_libraries(dfe_card PUBLIC dfe_settings dfe_core)\n");
  tree.write("tests/CMakeLists.txt", "target_link_libraries(test PRIVATE dfe_engine)\n");
  expect_none(tree.violations());
}
