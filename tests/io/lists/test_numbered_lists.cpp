// SPDX-License-Identifier: Apache-2.0
// Dynamo tables, motive lists of TOM and AV3, and STOPGAP's: what is kept, renumbered and refused.
#include <filesystem>

#include "io/lists/euler.hpp"
#include "io/lists/numbering.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using namespace dfe::test;
using io::ListFormat;
using io::ListOptions;

namespace {

ListOptions as(ListFormat format) {
  ListOptions options;
  options.format = format;
  return options;
}

/// A row of a table: zeros but for the columns (from 1) that are given.
std::string row(std::size_t width, const std::vector<std::pair<std::size_t, std::string>>& cells,
                const std::string& separator = " ") {
  std::vector<std::string> all(width, "0");
  for (const auto& [column, cell] : cells) all[column - 1] = cell;
  std::string text;
  for (const std::string& cell : all) text += (text.empty() ? "" : separator) + cell;
  return text + "\n";
}

std::string dynamo_error(const std::string& text) { return error_of(text, as(ListFormat::Dynamo)); }

ParticleList two_particles() {
  ParticleList list;
  list.particles.resize(2);
  list.particles[0].class_label = list.particles[1].class_label = 1;
  return list;
}

}  // namespace

TEST_CASE("dynamo: shifts are added, voxels count from 1, and class 0 becomes 1") {
  const auto list = parse(
      row(26, {{1, "5"}, {4, "0.5"}, {5, "-1"}, {20, "12"}, {24, "11"}, {25, "21"}, {26, "31"}}) +
          row(26, {{1, "6"}, {22, "3"}, {24, "1"}, {25, "1"}, {26, "1"}, {20, "12"}}),
      as(ListFormat::Dynamo));
  REQUIRE(list.particles.size() == 2);
  CHECK(list.particles[0].position_voxels == Point3{30, 19, 10.5});
  CHECK(list.particles[0].class_label == 1);
  CHECK(list.particles[0].object_id == 5);
  CHECK(list.particles[0].tomogram == 0);
  CHECK(!list.particles[0].score);
  CHECK(!list.particles[0].orientation);
  CHECK(list.particles[1].position_voxels == Point3{0, 0, 0});
  CHECK(list.particles[1].class_label == 3);
  CHECK(names_of(list) == std::vector<std::string>{"12"});
  CHECK(list.tomograms[0].numbered);
  CHECK(has_warning(list, "1 of 2 particles have class 0"));
  CHECK(has_warning(list, "shifts of 1 particles were added"));
}

TEST_CASE("dynamo: errors name the line and the column") {
  CHECK_THAT(dynamo_error("1 2 3\n"), DFE_CONTAINS("line 1 has 3 columns"));
  CHECK_THAT(dynamo_error(row(26, {{1, "1"}}) + "1 2\n"), DFE_CONTAINS("line 2: 2 columns"));
  CHECK_THAT(dynamo_error(row(26, {{24, "x"}})), DFE_CONTAINS("line 1: column 24 holds 'x'"));
  CHECK_THAT(dynamo_error(row(26, {{25, "NaN"}})), DFE_CONTAINS("finite"));
  CHECK_THAT(dynamo_error(row(26, {{22, "-1"}})), DFE_CONTAINS("class label -1"));
  CHECK_THAT(dynamo_error(row(26, {{20, "1.5"}})), DFE_CONTAINS("whole number"));
  CHECK_THAT(dynamo_error(row(26, {{20, "-3"}})), DFE_CONTAINS("tomogram number -3"));
  CHECK_THAT(dynamo_error(row(36, {{36, "10"}}) + row(36, {{36, "12"}})),
             DFE_CONTAINS("pixel size of 12 Å"));
}

TEST_CASE("dynamo: columns without a meaning here are kept") {
  const std::string text =
      row(42, {{1, "1"}, {2, "1"}, {13, "1"}, {14, "-60"}, {28, "NaN"}, {42, "0.25"}});
  const auto list = parse(text, as(ListFormat::Dynamo));
  const std::string again = io::lists::format_dynamo(list, "a.tbl");
  CHECK(
      again ==
      row(42, {{1, "1"}, {2, "1"}, {13, "1"}, {14, "-60"}, {22, "1"}, {28, "NaN"}, {42, "0.25"}}));
}

TEST_CASE("dynamo: the table map beside a table names its tomograms, in both directions") {
  const test::TempFolder folder;
  ParticleList list = two_particles();
  list.tomograms.resize(2);
  list.tomograms[0].name = "TS_03";
  list.tomograms[1].name = "rec/TS_07.mrc";
  for (Particle& particle : list.particles) particle.tomogram = 1;
  io::write_list(folder / "a.tbl", list);
  CHECK(read_text(folder / "a.doc") == "2 rec/TS_07.mrc\n");
  const auto back = io::read_list(folder / "a.tbl");
  CHECK(names_of(back) == std::vector<std::string>{"rec/TS_07.mrc"});
  CHECK(!back.tomograms[0].numbered);

  // A list of numbers needs no map, but an old one beside it must not name them.
  list.tomograms[1].name = "2";
  list.tomograms[1].numbered = true;
  io::write_list(folder / "a.tbl", list);
  CHECK(io::read_list(folder / "a.tbl").tomograms[0].name == "2");
  io::write_list(folder / "b.tbl", list);
  CHECK(!std::filesystem::exists(folder / "b.doc"));

  io::write_list(folder / "c.csv", list);
  std::filesystem::rename(folder / "c.csv", folder / "c.doc");
  CHECK_THROWS_WITH(io::write_list(folder / "c.tbl", list), DFE_CONTAINS("is in the way"));
  CHECK(!std::filesystem::exists(folder / "c.tbl"));
  std::filesystem::rename(folder / "c.doc", folder / "b.doc");
  CHECK_THROWS_WITH(io::read_list(folder / "b.tbl"), DFE_CONTAINS("table map"));
}

TEST_CASE("numbers of tomograms and particles are kept where they can be") {
  ParticleList list = two_particles();
  list.tomograms.resize(3);
  for (std::size_t i = 0; i < 3; ++i) {
    list.tomograms[i].name = "tomo" + std::to_string(i);
    list.tomograms[i].numbered = true;
  }
  list.particles[0].tomogram = 2;
  list.particles[1].tomogram = 1;
  CHECK(io::lists::tomogram_numbers(list) == std::vector<int>{0, 1, 2});  // tomo0 has no particles
  CHECK(io::lists::same_tomogram_numbers(list));
  list.particles[1].tomogram = 0;
  CHECK(io::lists::tomogram_numbers(list) == std::vector<int>{1, 2, 3});
  CHECK(!io::lists::same_tomogram_numbers(list));

  using Numbers = std::vector<std::int64_t>;
  CHECK(io::lists::particle_numbers(list, 100) == Numbers{1, 2});
  CHECK(!io::lists::loses_particle_numbers(list, 100));
  list.particles[0].object_id = 40;
  CHECK(io::lists::particle_numbers(list, 100) == Numbers{1, 2});
  CHECK(io::lists::loses_particle_numbers(list, 100));
  list.particles[1].object_id = 30;
  CHECK(io::lists::particle_numbers(list, 100) == Numbers{40, 30});
  CHECK(io::lists::particle_numbers(list, 39) == Numbers{1, 2});
  list.particles[1].object_id = 40;
  CHECK(io::lists::particle_numbers(list, 100) == Numbers{1, 2});
}

TEST_CASE("a table of cryoCAT's columns is a motive list") {
  const ParticleList list = parse(
      "score,geom1,geom2,subtomo_id,tomo_id,object_id,subtomo_mean,x,y,z,shift_x,shift_y,shift_z,"
      "geom3,geom4,geom5,phi,psi,theta,class\n"
      "0.5,,0,7,12,1,0,31,21,11,0.25,0,-1,0,0,0,30,20,60,2\n");
  REQUIRE(list.particles.size() == 1);
  const Particle& p = list.particles[0];
  CHECK(p.position_voxels == Point3{9, 20, 30.25});  // from 1, shifts added
  CHECK(p.object_id == 7);
  CHECK(p.class_label == 2);
  CHECK(p.score == 0.5);
  CHECK(names_of(list) == std::vector<std::string>{"12"});
  CHECK(list.tomograms[0].numbered);
  const Rotation r = io::lists::from_zxz({30, 20, 60});
  for (std::size_t i = 0; i < 9; ++i) CHECK((*p.orientation)[i] == Approx(r[i]));
}

TEST_CASE("what numbered formats lose is said") {
  const test::TempFolder folder;
  ParticleList list = two_particles();
  list.tomograms.resize(1);
  list.tomograms[0].name = "TS_01";
  list.particles[0].tomogram = list.particles[1].tomogram = 0;
  list.particles[0].object_id = list.particles[1].object_id = 3;
  list.particles[0].orientation = io::lists::from_zxz({10, 20, 30});
  for (const auto& [name, format] : {std::pair{"a.em", ListFormat::Auto},
                                     {"a.star", ListFormat::Stopgap},
                                     {"a.csv", ListFormat::MotlCsv}}) {
    const auto losses = io::write_list(folder / name, list, as(format));
    const std::string most = format == ListFormat::Auto ? "16777216" : "9007199254740992";
    CHECK(losses == std::vector<std::string>{
                        "the format has no names of tomograms, only numbers: 1 TS_01",
                        "object numbers are missing, repeat or are not from 1 to " + most +
                            ", so particles are numbered from 1",
                        "the format has no empty angles, so particles without an orientation have "
                        "0"});
  }
}

TEST_CASE("stopgap: unknown columns and halfsets are kept") {
  const std::string head =
      "data_stopgap_motivelist\nloop_\n_motl_idx\n_tomo_num\n_object\n_subtomo_num\n_halfset\n"
      "_orig_x\n_orig_y\n_orig_z\n_score\n_x_shift\n_y_shift\n_z_shift\n_phi\n_psi\n_the\n_class\n"
      "_more\n";
  const auto list = parse(head + "9 4 2 7 B 11 21 31 0.5 0.25 0 -1 0 0 0 1 x\n");
  CHECK(list.particles[0].position_voxels == Point3{29, 20, 10.25});
  CHECK(list.particles[0].object_id == 7);
  CHECK(names_of(list) == std::vector<std::string>{"4"});
  CHECK(list.extra_columns.size() == 3);
  const std::string again = io::lists::format_stopgap(list);
  CHECK_THAT(again, DFE_CONTAINS("1  4  2  7  B  11.000000  21.000000  30.000000  0.5  0.250000  "
                                 "0.000000  0.000000  0.000000  0.000000  0.000000  1\n"));
  CHECK_THAT(error_of("data_stopgap_motivelist\nloop_\n_orig_x\n1\n"),
             DFE_CONTAINS("column _tomo_num is missing"));
  CHECK_THAT(error_of("data_\nloop_\n_orig_x\n1\n", as(ListFormat::Stopgap)),
             DFE_CONTAINS("no block data_stopgap_motivelist"));
}

TEST_CASE("motl: a CSV file of 20 numbers is one, and DeePiCt's counts from 0") {
  const auto list = parse(row(20,
                              {{1, "0.5"},
                               {4, "3"},
                               {5, "2"},
                               {8, "11"},
                               {9, "21"},
                               {10, "31"},
                               {11, "0.5"},
                               {15, "7"},
                               {20, "4"}},
                              ","));
  CHECK(list.particles[0].position_voxels == Point3{30, 20, 10.5});
  CHECK(list.particles[0].score == 0.5);
  CHECK(list.particles[0].object_id == 3);
  CHECK(list.particles[0].class_label == 4);
  CHECK(names_of(list) == std::vector<std::string>{"2"});
  REQUIRE(list.extra_columns.size() == 1);
  CHECK(list.extra_columns[0].name == "motl_15");
  CHECK_THAT(io::lists::format_motl_csv(list),
             DFE_CONTAINS("0.5,0,0,3,2,1,2,12,21,31,-0.5,0,0,0,7,0,0,0,0,4\n"));

  const auto deepict = parse("0.9,0,0,1,0,0,0,11,21,31,0,0,0,0,0,0,0,0,0,1\n");
  CHECK(deepict.particles[0].position_voxels == Point3{31, 21, 11});
  CHECK(has_warning(deepict, "as DeePiCt writes it"));

  std::string pandas = "0";
  for (int i = 1; i < 20; ++i) pandas += "," + std::to_string(i);
  const auto headed = parse(pandas + "\n" + row(20, {{8, "11"}, {20, "4"}}, ","));
  CHECK(headed.particles.size() == 1);
  CHECK(has_warning(headed, "is no particle"));
  const std::string empty = io::lists::format_motl_csv({});
  CHECK(io::lists::parse_list(empty, "a.csv", ".csv", {}).particles.empty());

  CHECK_THAT(error_of("1,2\n", as(ListFormat::MotlCsv)), DFE_CONTAINS("line 1 is not 20 numbers"));
  CHECK_THAT(error_of(row(20, {{20, "0.5"}}, ",")), DFE_CONTAINS("row 20 of particle 1 is 0.5"));
}

TEST_CASE("motl: EM files of other shapes and types are no lists") {
  ParticleList list = two_particles();
  std::string bytes = io::lists::format_motl_em(list);
  CHECK(bytes.size() == 512 + 2 * 20 * 4);
  CHECK(parse(bytes).particles.size() == 2);
  const std::string error = "is not a motive list";
  CHECK_THAT(error_of(bytes + "x", as(ListFormat::Motl)), DFE_CONTAINS(error));
  bytes[4] = 21;
  CHECK_THAT(error_of(bytes, as(ListFormat::Motl)), DFE_CONTAINS(error));
  bytes[4] = 20;
  bytes[3] = 2;
  CHECK_THAT(error_of(bytes, as(ListFormat::Motl)), DFE_CONTAINS(error));

  const test::TempFolder folder;
  io::write_list(folder / "a.em", list);
  CHECK(io::is_motive_list(folder / "a.em"));
  io::write_list(folder / "a.csv", list);
  std::filesystem::rename(folder / "a.csv", folder / "b.em");
  CHECK(!io::is_motive_list(folder / "b.em"));
  CHECK_THROWS_WITH(io::read_list(folder / "b.em"), DFE_CONTAINS("is an EM volume"));
}
