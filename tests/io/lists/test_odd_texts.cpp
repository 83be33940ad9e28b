// SPDX-License-Identifier: Apache-2.0
// Files that are taken for lists and are none, and lists that cannot be read: each says what it is.
#include <fstream>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;

namespace {

std::string utf16(const std::string& text, bool mark) {
  std::string wide = mark ? "\xFF\xFE" : "";
  for (const char c : text) wide += std::string(1, c) + std::string(1, '\0');
  return wide;
}

}  // namespace

TEST_CASE("a list in UTF-16 says so") {
  for (const bool mark : {false, true}) {
    CHECK_THAT(test::error_of(utf16("data_particles\n\nloop_\n_rlnCoordinateX\n", mark)),
               DFE_CONTAINS("is UTF-16 text") && DFE_CONTAINS("UTF-8"));
    CHECK_THAT(test::error_of(utf16("class,x,y,z\n1,2,3,4\n", mark)),
               DFE_CONTAINS("is UTF-16 text"));
  }
  CHECK_THAT(test::error_of(std::string("\x01\x00\x02\x00\x00\x00\x07\x00", 8)),
             DFE_CONTAINS("is a binary file"));
}

TEST_CASE("compressed lists, markers in UTF-16 and Warp's XML say what they are") {
  CHECK_THAT(test::error_of("\x1f\x8b\x08"), DFE_CONTAINS("is compressed"));
  CHECK_THAT(test::error_of("BZh91AY&SY"), DFE_CONTAINS("is compressed"));
  CHECK_THAT(test::error_of(utf16("<?xml version=\"1.0\"?><marker_set name=\"a\"/>", true)),
             DFE_CONTAINS("is UTF-16 text"));
  for (const char* text : {"<TiltSeries/>", "<Settings/>"})
    CHECK_THAT(test::error_of(text), DFE_CONTAINS("Warp's file") && DFE_CONTAINS("--tomograms"));
  CHECK_THAT(test::error_of("data_\nloop_\n_rlnTomoName\n_rlnTomoImportParticleFile\n"),
             DFE_CONTAINS("it names none"));
}

TEST_CASE("whole numbers beyond 2^53 are refused with the range") {
  CHECK_THAT(test::error_of("object_id,class_label,x,y,z\n9007199254740993,1,2,3,4\n"),
             DFE_CONTAINS("from -2^53 to 2^53"));
  CHECK_THAT(test::error_of("object_id,class_label,x,y,z\n1.5,1,2,3,4\n"),
             DFE_CONTAINS("expected a whole number"));
}

TEST_CASE("decimal commas are named") {
  for (const char* text : {"1;10,5;20,5;30,5\n", "10,5\t20,5\t30,5\n"})
    CHECK_THAT(test::error_of(text), DFE_CONTAINS("decimal commas"));
  CHECK_THAT(test::error_of("class;x;y;z\n1;10,5;20,5;30,5\n"),
             DFE_CONTAINS("a decimal point, not a comma"));
  CHECK(test::parse("1,10,20,30\n").particles.size() == 1);
}

TEST_CASE("RELION's and Warp's other STAR files say what to give instead") {
  CHECK_THAT(test::error_of("data_\n_rlnTomoParticlesFile Extract/job1/particles.star\n"
                            "_rlnTomoTomogramsFile Tomograms/job2/tomograms.star\n"),
             DFE_CONTAINS("optimisation set") && DFE_CONTAINS("'Extract/job1/particles.star'") &&
                 DFE_CONTAINS("--tomograms Tomograms/job2/tomograms.star"));
  CHECK_THAT(test::error_of("data_global\nloop_\n_rlnTomoName\n_rlnTomoSizeX\nTS_01 4000\n"),
             DFE_CONTAINS("is a table of tomograms"));
  CHECK_THAT(test::error_of("data_\nloop_\n_wrpMovieName\n_wrpAngleTilt\na.eer 3\n"),
             DFE_CONTAINS("is a tilt series of Warp"));
  CHECK_THAT(
      test::error_of("data_\nloop_\n_rlnTomoName\n_rlnTomoImportParticleFile\nTS_01 a.star\n"),
      DFE_CONTAINS("'a.star'"));
}

TEST_CASE("a list that is given as a table of tomograms says so") {
  const test::TempFolder folder;
  std::ofstream(folder / "picks.star")
      << "data_particles\nloop_\n_rlnTomoName\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n"
         "TS_01 1 2 3\n";
  CHECK_THROWS_WITH(io::read_tomograms(folder / "picks.star"),
                    DFE_CONTAINS("is a particle list, not a table of tomograms"));
}
