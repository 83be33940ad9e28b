// SPDX-License-Identifier: Apache-2.0
// How files begin, and how long they, their lines and their functions are.
#include <set>
#include <string>

#include "planted_tree.hpp"
#include "sizes.hpp"
#include "source_text.hpp"

namespace fs = std::filesystem;
using namespace dfe::test;

namespace {

constexpr int kMostLines = 400, kMostFunctionLines = 60, kMostColumns = 100;

bool is_python(const fs::path& file) {
  return file.extension() == ".py" || file == "bench/gpu_check";
}

/// Scripts without an ending, by the line that names their interpreter.
bool is_script(const fs::path& root, const fs::path& file) {
  return !file.has_extension() && text_of(root / file).starts_with("#!");
}

/// The files of the tree that carry code or commands.
bool is_written_code(const fs::path& root, const fs::path& file) {
  static const std::set<std::string> endings = {".cmake", ".in", ".py", ".sh"};
  return is_source(file) || endings.count(file.extension().string()) > 0 ||
         file.filename() == "CMakeLists.txt" || is_script(root, file);
}

std::string at(const fs::path& file, int line) {
  return file.generic_string() + ":" + std::to_string(line);
}

std::vector<std::string> file_violations(const fs::path& root) {
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    const auto lines = is_written_code(root, file) ? lines_of(text_of(root / file)).size() : 0;
    if (lines > kMostLines)
      violations.push_back(file.generic_string() + ": " + std::to_string(lines) + " lines");
  }
  return violations;
}

std::vector<std::string> function_violations(const fs::path& root) {
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    const std::string text = is_written_code(root, file) ? text_of(root / file) : "";
    const auto functions = is_source(file)   ? cpp_functions(text)
                           : is_python(file) ? python_functions(text)
                                             : std::vector<FunctionSize>{};
    for (const FunctionSize& function : functions)
      if (function.lines > kMostFunctionLines)
        violations.push_back(at(file, function.line) + ": " + std::to_string(function.lines) +
                             " lines: " + function.head);
  }
  return violations;
}

std::vector<std::string> column_violations(const fs::path& root) {
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    const std::string ending = file.extension().string();
    const bool markdown = ending == ".md";
    if (!(is_written_code(root, file) || markdown || ending == ".yaml")) continue;
    for (const int line : long_lines(text_of(root / file), kMostColumns, markdown))
      violations.push_back(at(file, line) + ": more than 100 columns");
  }
  return violations;
}

/// The first line has it, or the second where the first names the shell.
std::vector<std::string> licence_violations(const fs::path& root) {
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    if (!is_written_code(root, file)) continue;
    const std::vector<std::string> lines = lines_of(text_of(root / file));
    const std::size_t first = !lines.empty() && lines[0].starts_with("#!") ? 1 : 0;
    if (lines.size() <= first ||
        lines[first].find("SPDX-License-Identifier: Apache-2.0") == std::string::npos)
      violations.push_back(file.generic_string() + ": does not begin with its licence");
  }
  return violations;
}

/// `line` so many times.
std::string lines(int count, const std::string& line) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("files begin with their licence") { expect_none(licence_violations(DFE_SOURCE_DIR)); }

TEST_CASE("a planted file without its licence at the beginning is found") {
  PlantedTree tree(licence_violations);
  const std::string licence = "SPDX-License-Identifier: Apache-2.0\n";
  tree.finds("io/a.cpp", "int a;\n", "io/a.cpp: does not begin with its licence");
  tree.finds("io/a.hpp", "#pragma once\n// " + licence, "io/a.hpp");
  tree.finds("io/a.py", "import a\n# " + licence, "io/a.py");
  tree.finds("io/CMakeLists.txt", "", "io/CMakeLists.txt");
  tree.finds("scripts/a", "#!/bin/sh\nset -e\n# " + licence, "scripts/a");
  tree.finds("io/a.cu", "// SPDX-License-Identifier: MIT\n", "io/a.cu");
  tree.write("scripts/b", "#!/bin/sh\n# " + licence);
  tree.write("io/b.cpp", "// " + licence);
  expect_none(tree.violations());
}

TEST_CASE("files have at most 400 lines") { expect_none(file_violations(DFE_SOURCE_DIR)); }

TEST_CASE("functions have at most 60 lines") { expect_none(function_violations(DFE_SOURCE_DIR)); }

TEST_CASE("lines have at most 100 columns") { expect_none(column_violations(DFE_SOURCE_DIR)); }

TEST_CASE("planted files and functions that are too long are found") {
  PlantedTree files(file_violations);
  files.finds("io/a.cpp", lines(401, "int a;"), "io/a.cpp: 401 lines");
  files.write("io/a.cpp", lines(400, "int a;"));
  expect_none(files.violations());

  PlantedTree tree(function_violations);
  tree.finds("io/a.cpp", "namespace x {\nint f(int a) {\n" + lines(59, "f();") + "}\n}\n",
             "io/a.cpp:2: 61 lines: int f(int a)");
  tree.finds("io/a.cpp", "struct S {\n  int f() const override {\n" + lines(59, "f();") + "}\n};\n",
             "io/a.cpp:2: 61 lines");
  tree.finds("io/a.cpp", "S::S(int a)\n    : a{a}, b(2) {\n" + lines(59, "f();") + "}\n",
             "io/a.cpp:1: 62 lines");
  tree.finds("io/a.cpp", "TEST_CASE(\"a } is\") {\n" + lines(59, "a([&] { f(); });") + "}\n",
             "io/a.cpp:1: 61 lines: TEST_CASE(\"a } is\")");
  tree.finds("io/a.cpp", "const auto f = [](int a) {\n" + lines(59, "f();") + "};\n",
             "io/a.cpp:1: 61 lines");
  tree.finds("io/a.py", "def f(\n    a,\n):\n" + lines(58, "    a()") + "\na = 1\n",
             "io/a.py:1: 61 lines: f");
  tree.write("io/b.cpp", "const int table[] = {\n" + lines(99, "1,") + "};\nstruct S {\n" +
                             lines(99, "int a;") + "};\n#define F(a) \\\n  if (a) {\nint f() {\n" +
                             lines(58, "f('{', \"{\", R\"({)\");  // {") + "}\n");
  expect_none(tree.violations());
}

TEST_CASE("planted lines that are too long are found") {
  PlantedTree wide(column_violations);
  wide.finds("io/a.cpp", "\n" + std::string(101, 'a') + "\n", "io/a.cpp:2: more than 100 columns");
  wide.finds("io/a.yaml", std::string(101, '#'), "io/a.yaml:1");
  wide.finds("docs/a.md", std::string(99, 'a') + " b", "docs/a.md:1");
  std::string wide_characters;
  for (int i = 0; i < 100; ++i) wide_characters += "\xC3\x85";
  wide.write("docs/b.md", wide_characters + "\n| " + std::string(120, 'a') + " |\n" +
                              std::string(120, 'a') + "\n");
  expect_none(wide.violations());
}
