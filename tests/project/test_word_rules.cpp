// SPDX-License-Identifier: Apache-2.0
// Who touches files, who prints, where CUDA is: of the source tree, and of planted files.
#include <string>
#include <utility>
#include <vector>

#include "planted_tree.hpp"
#include "word_rules.hpp"

namespace fs = std::filesystem;
using namespace dfe::test;

namespace {

/// Word violations, without those of exceptions, whose files a planted tree lacks.
std::vector<std::string> planted_words(const fs::path& root) {
  auto violations = word_violations(root);
  std::erase_if(violations, [](const std::string& v) { return v.find("excepted") != v.npos; });
  return violations;
}

}  // namespace

TEST_CASE("only io and commands touch files, only tools print, CUDA stays under kernels/cuda") {
  expect_none(word_violations(DFE_SOURCE_DIR));
}

TEST_CASE("planted uses of files are found, however they are called") {
  PlantedTree tree(planted_words);
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

TEST_CASE("planted CUDA is found outside kernels/cuda") {
  PlantedTree tree(planted_words);
  tree.finds("kernels/cpu/e.cpp", "__global__ void f();\n",
             "kernels/cpu/e.cpp:1 says '__global__': CUDA stays under kernels/cuda");
  tree.finds("engine/e.cu", "int a;\nf<<<1, 1>>>(a);\n", "engine/e.cu:2 says '<<<'");
  tree.finds("kernels/common/e.hpp", "__constant__ int a;\n", "says '__constant__'");
  tree.finds("tests/layers/e.cu", "__shared__ int a;\n", "says '__shared__'");
  tree.write("kernels/cuda/network/e.cu", "__global__ void f(); void g() { f<<<1, 1>>>(); }\n");
  tree.write("tests/kernels/cuda/e.cu", "__global__ void f();\n");
  tree.write("layers/e.cpp", "// __global__\nconst char* marks = \"<<<\";\n");
  expect_none(tree.violations());
}
