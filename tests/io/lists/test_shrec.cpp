// SPDX-License-Identifier: Apache-2.0
// Location files of the SHREC contest, and what other .txt files give.
#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;

namespace {

/// As a file of that ending is read.
ParticleList read(const std::string& text, const std::string& ending = ".txt",
                  const io::ListOptions& options = {}) {
  return io::lists::parse_list(text, "file" + ending, ending, options);
}

std::string refusal(const std::string& text, const std::string& ending = ".txt") {
  try {
    read(text, ending);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

const std::string kZFirst = "1xyz 20 200 300 -45 81 -72\n\n# comment\n1abc 30.5\t210 410\r\n";

}  // namespace

TEST_CASE("shrec: names, positions and the words after them are read") {
  const ParticleList list = read(kZFirst);
  REQUIRE(list.particles.size() == 2);
  CHECK(list.class_names == std::vector<std::string>{"background", "1abc", "1xyz"});
  CHECK(list.particles[0].class_label == 2);
  CHECK(list.particles[0].position_voxels == Point3{20, 200, 300});
  CHECK(list.particles[1].class_label == 1);
  CHECK(list.particles[1].position_voxels == Point3{30.5, 210, 410});
  CHECK(!list.particles[0].orientation);
  CHECK(!list.particles[0].tomogram);
  REQUIRE(list.extra_columns.size() == 3);
  CHECK(list.extra_columns[0].name == "word_5");
  CHECK(list.extra_columns[0].values == std::vector<std::string>{"-45", ""});
  CHECK(list.extra_columns[2].name == "word_7");
  CHECK(list.extra_columns[2].values == std::vector<std::string>{"-72", ""});
  CHECK(test::has_warning(list, "they are columns word_5 to word_7"));
}

TEST_CASE("shrec: the axis order is guessed with a warning, or chosen") {
  CHECK(test::has_warning(read(kZFirst), "read as z"));
  const ParticleList x_first = read("1abc 300 200 20\n1xyz 410 210 30\n");
  CHECK(test::has_warning(x_first, "read as x"));
  CHECK(x_first.particles[0].position_voxels == Point3{20, 200, 300});
  for (const char* undecided : {"a 10 20 30\nb 11 21 31\n", "a 10 20 30\n"}) {
    const ParticleList list = read(undecided);
    CHECK(test::has_warning(list, "does not have a smaller range than the last"));
    CHECK(list.particles[0].position_voxels == Point3{30, 20, 10});
  }
  io::ListOptions options;
  options.xml_axes = io::XmlAxes::Xyz;
  const ParticleList chosen = read("1xyz 20 200 300\n", ".txt", options);
  CHECK(chosen.warnings.empty());
  CHECK(chosen.particles[0].position_voxels == Point3{300, 200, 20});
  options.xml_axes = io::XmlAxes::Zyx;
  CHECK(read(kZFirst, ".txt", options).particles[0].position_voxels == Point3{20, 200, 300});
}

TEST_CASE("shrec: what is known of the tomogram applies") {
  io::ListOptions options;
  options.tomograms = {ListTomogram::of("model_9", {25, 512, 512}, VoxelSize::cubic(10))};
  options.tomogram_name = "model_9";
  const ParticleList list = read(kZFirst, ".txt", options);
  CHECK(list.tomograms[0].voxel_size == VoxelSize::cubic(10));
  CHECK(test::names_of(list) == std::vector<std::string>{"model_9"});
  CHECK(list.particles[1].tomogram == 0);
  CHECK(test::has_warning(list, "1 of 2 particles are outside"));
}

TEST_CASE("shrec: a .txt file of something else is refused, naming the line") {
  const std::string remedy = "a .txt list is read as a location file of the SHREC contest";
  for (const char* text :
       {"1abc 20 200\n", "notes of a meeting, Tuesday\n", "a,1,2,3\n",
        "class_label,x,y,z\n1,2,3,4\n", "1abc 1 2 three\n", "1abc 1 2 nan\n", "1abc 1 2 1e10\n"})
    CHECK_THAT(refusal(text), DFE_CONTAINS("line 1 is not a class name and three positions") &&
                                  DFE_CONTAINS(remedy));
  CHECK_THAT(refusal("1abc 1 2 3\n1abc 1 2\n"), DFE_CONTAINS("line 2"));
  std::string many = "1abc 1 2 3";
  for (int i = 0; i < 61; ++i) many += " 0";
  CHECK_THAT(refusal(many + "\n"), DFE_CONTAINS("line 1"));
  CHECK_THAT(refusal("{\"a\": 1}"), DFE_CONTAINS("no particles (boxes_3d)"));
  CHECK_THAT(refusal(std::string("1abc 1 2 3\0", 11)), DFE_CONTAINS("binary"));
  std::string classes;
  for (int i = 0; i < 256; ++i) classes += "c" + std::to_string(i) + " 1 2 3\n";
  CHECK_THAT(refusal(classes), DFE_CONTAINS("256 class names"));
}

TEST_CASE("shrec: the ending alone makes a text a location file, and content may say otherwise") {
  CHECK_THAT(refusal("1abc 20 200 300\n", ".dat"), DFE_CONTAINS("no comma, tab"));
  CHECK(read("<objlist><object class_label='1' x='1' y='2' z='3'/></objlist>").particles.size() ==
        1);
  io::ListOptions options;
  options.format = io::ListFormat::Csv;
  CHECK(read("class_label,x,y,z\n1,2,3,4\n", ".txt", options).particles.size() == 1);
  options.format = io::parse_list_format("shrec");
  CHECK(read("1abc 20 200 300\n", ".dat", options).particles.size() == 1);
}

TEST_CASE("shrec: locations are not written") {
  io::ListOptions options;
  options.format = io::ListFormat::Shrec;
  CHECK_THROWS_WITH(io::write_list("nowhere.txt", read(kZFirst), options),
                    DFE_CONTAINS("can be read, but not written"));
  CHECK_THROWS_WITH(io::write_list("nowhere.txt", read(kZFirst)),
                    DFE_CONTAINS("the file extension is not that of a list format"));
}
