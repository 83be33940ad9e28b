// SPDX-License-Identifier: Apache-2.0
// Who includes whom and which packages, what CMake links, who touches files: of the source tree,
// and of a planted tree in which each rule is broken once.
#include <string>
#include <utility>
#include <vector>

#include "include_rules.hpp"
#include "planted_tree.hpp"
#include "source_text.hpp"
#include "word_rules.hpp"

namespace fs = std::filesystem;
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

/// Word violations, without those of exceptions, whose files a planted tree lacks.
std::vector<std::string> planted_words(const fs::path& root) {
  auto violations = word_violations(root);
  std::erase_if(violations, [](const std::string& v) { return v.find("excepted") != v.npos; });
  return violations;
}

}  // namespace

TEST_CASE("every include of the tree follows the folder table") {
  expect_none(include_violations(DFE_SOURCE_DIR));
}

TEST_CASE("every folder links the folders that its includes name") {
  expect_none(link_violations(DFE_SOURCE_DIR));
}

TEST_CASE("only io and commands touch files, only tools print") {
  expect_none(word_violations(DFE_SOURCE_DIR));
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
}

TEST_CASE("planted uses of files are found, however they are called") {
  PlantedTree tree(planted_words);
  plant_good(tree);
  tree.finds("engine/e.cpp", "int a;\nstd::ifstream in(name);\n",
             "engine/e.cpp:2 says 'ifstream': only io/ and commands/ touch files");
  tree.finds("engine/e.cpp", "#include <fstream>\n", "engine/e.cpp:1 says 'fstream'");
  for (const auto& [code, word] : std::vector<std::pair<std::string, std::string>>{
           {"const int file = open(name, O_RDONLY);", "open"},
           {"return ::open(name, O_RDONLY);", "open"},
           {"return stat(name, &facts);", "stat"},
           {"if (std::filesystem::exists(path)) return;", "exists"},
           {"auto* f = std::fopen(name, \"rb\");", "fopen"},
           {"return a && exists(p);", "exists"},
           {"a &&\n  exists(p);", "exists"},
           {"const bool both = a & exists(p);", "exists"},
           {"const auto bytes = 2 * file_size(p);", "file_size"},
           {"f(lines * file_size(p));", "file_size"},
           {"if (bytes > file_size(p)) return;", "file_size"},
           {"if (a) g(); else unlink(p);", "unlink"},
           {"do unlink(p); while (a);", "unlink"},
           {"co_return rename(p, q);", "rename"},
           {"throw status(p);", "status"},
           {"switch (a) { case kOld: unlink(p); }", "unlink"},
           {"switch (a) { default: unlink(p); }", "unlink"},
           {"for (;;) unlink(p);", "unlink"},
           {"[[likely]] unlink(p);", "unlink"},
           {"T t{unlink(p), 1};", "unlink"},
           {"#define GONE unlink(p)", "unlink"},
           {"#include <string>\nint a = unlink(p);", "unlink"},
           {"std::filesystem::remove(p);", "remove"},
           {"std::filesystem::copy(p, p);", "copy"},
           {"fs::copy(p, p, options);", "copy"},
           {"using std::filesystem::hard_link_count;", "hard_link_count"},
           {"const fs::directory_entry entry;", "directory_entry"},
           {"directory_entry entry(p);", "directory_entry"},
           {"remove(p, error);", "remove"},
           {"std::remove(p.c_str());", "remove"},
           {"copy(p, p);", "copy"},
           {"FILE* f = popen(p, q);", "popen"},
           {"std::system(p);", "system"},
           {"auto* f = std::tmpfile();", "tmpfile"},
           {"void* m = dlopen(p, 0);", "dlopen"},
       })
    tree.finds("core/e.cpp", code + "\n", "says '" + word + "'");
}

TEST_CASE("planted uses of the terminal are found") {
  PlantedTree tree(planted_words);
  plant_good(tree);
  tree.finds("io/e.cpp", "std::printf(\"%d\", 1);\n",
             "io/e.cpp:1 says 'printf': only tools/ prints");
  for (const auto& [code, word] : std::vector<std::pair<std::string, std::string>>{
           {"std::exit(1);", "exit"},
           {"if (a) g(); else abort();", "abort"},
           {"std::cerr << 1;", "cerr"},
           {"std::perror(p);", "perror"},
           {"std::fwrite(p, 1, 1, stderr);", "stderr"},
           {"std::fwrite(p, 1, 1, stdout);", "stdout"},
           {"write(STDOUT_FILENO, p, 1);", "STDOUT_FILENO"},
           {"std::vprintf(p, arguments);", "vprintf"},
           {"fmt::print(p);", "print"},
           {"std::println(p);", "println"},
           {"std::putc(c, f);", "putc"},
           {"std::raise(SIGTERM);", "raise"},
       })
    tree.finds("commands/e.cpp", code + "\n", "says '" + word + "'");
}

TEST_CASE("members, declarations, algorithms and texts are no uses of files") {
  PlantedTree tree(planted_words);
  plant_good(tree);
  for (const std::string code : {
           "// fopen(name)\nconst char* s = \"open(name)\";",
           "module->open(1); lines.open(2); volume.copy(to, from); list . remove(x);",
           "p->Base::remove(x);",
           "std::unique_ptr<Volume> open(int);",
           "#include <memory>\nvoid copy(Part& to, const Part& from);",
           "#define TWO \\\n  2\nvoid copy(int);",
           "struct S { int a; public: virtual void copy(int, int) = 0; private: S* open(); };",
           "std::map<std::string, std::array<int, 3>> status(int);",
           "template <class... T> const T& exists(T...);",
           "[[nodiscard]] static int Cache::open(int a) { return a; }",
           "const std::vector<fs::path>& stat(const std::filesystem::path& path);",
           "end = std::remove(list.begin(), list.end(), ' ');",
           "std::copy(a.begin(), a.end(), b.begin()); std::ranges::copy(a, b.begin());",
           "std::snprintf(s, 1, \"\"); out << fmt::format(s);",
           "int remove = 1; const auto status = remove * (2 + 1);",
       }) {
    INFO(code);
    tree.write("engine/fine.cpp", code + "\n");
    expect_none(tree.violations());
  }
}

TEST_CASE("an exception that is not needed is found") {
  PlantedTree tree(word_violations);
  tree.finds("core/memory.cpp", "int memory();\n", "core/memory.cpp: is excepted and need not be");
}

TEST_CASE("CUDA stays under kernels/cuda") {
  const fs::path root = DFE_SOURCE_DIR;
  for (const fs::path& file : project_files(root)) {
    const std::string name = file.generic_string();
    if (!is_source(file) || is_below(name, "kernels/cuda") || is_below(name, "tests")) continue;
    const std::string code = code_only(text_of(root / file));
    INFO(name);
    CHECK(code.find("__global__") == std::string::npos);
    CHECK(code.find("<<<") == std::string::npos);
  }
}
