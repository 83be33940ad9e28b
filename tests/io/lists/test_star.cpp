// SPDX-License-Identifier: Apache-2.0
// STAR syntax and RELION's columns.
#include "core/math/rotation.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/star_table.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using namespace dfe::test;
using io::ListOptions;
using io::lists::parse_star_blocks;

namespace {

const std::string kHead =
    "data_particles\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnCoordinateZ #3\n";

}  // namespace

TEST_CASE("star: comments, quotes, loops, single lines, several blocks") {
  const auto blocks = parse_star_blocks(
      "# head\n\ndata_one\n_name   \"a b\"  # note\n_empty ''\n_inner "
      "a'b\n\ndata_two\r\nloop_\r\n_c1 #1\r\n_c2\r\n\r\n1 'it''s'\n\n2 "
      "\"data_x\"\n",
      "t");
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].name == "one");
  CHECK(blocks[0].table.columns == std::vector<std::string>{"_name", "_empty", "_inner"});
  CHECK(blocks[0].table.cell(0, 0) == "a b");
  CHECK(blocks[0].table.cell(0, 1).empty());
  CHECK(blocks[0].table.cell(0, 2) == "a'b");
  REQUIRE(blocks[1].table.rows() == 2);
  CHECK(blocks[1].table.cell(0, 1) == "it''s");
  CHECK(blocks[1].table.cell(1, 1) == "data_x");
  CHECK(blocks[1].table.lines == std::vector<std::int64_t>{13, 15});
}

TEST_CASE("star: syntax errors name the line") {
  CHECK_THAT(error_of(kHead + "1 2\n"), DFE_CONTAINS("line 7: 2 values; expected 3"));
  CHECK_THAT(error_of(kHead + "1 2 'x\n"), DFE_CONTAINS("line 7: a quote is not closed"));
  CHECK_THAT(error_of(kHead + "1 2 x\n"), DFE_CONTAINS("line 7: column _rlnCoordinateZ holds 'x'"));
  CHECK_THAT(error_of(kHead + "1 2 inf\n"), DFE_CONTAINS("finite"));
  CHECK_THAT(error_of("data_particles\nloop_\n_rlnCoordinateX\n_rlnCoordinateX\n"),
             DFE_CONTAINS("twice"));
  CHECK_THAT(error_of("data_a\nloop_\n_a\n1\nloop_\n_b\n2\n"), DFE_CONTAINS("second table"));
  CHECK_THAT(error_of("data_a\n;text\n;\n"), DFE_CONTAINS("several lines"));
  CHECK_THAT(error_of("data_\nloop_\n_rlnCoordinateX\n"),
             DFE_CONTAINS("column _rlnCoordinateY is missing"));
  CHECK_THAT(error_of("data_a\n_x 1\n"), DFE_CONTAINS("no table with particle positions"));
  CHECK_THAT(
      error_of(kHead + "\ndata_more\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n"),
      DFE_CONTAINS("no error"));
  CHECK_THAT(error_of("data_a\nloop_\n_rlnCoordinateX\n\ndata_b\nloop_\n_rlnCoordinateX\n"),
             DFE_CONTAINS("2 tables"));
}

TEST_CASE("star: a single-line block holds one particle") {
  const auto list =
      parse("data_\n_rlnCoordinateX 1\n_rlnCoordinateY 2\n_rlnCoordinateZ 3\n_rlnClassNumber 4\n");
  REQUIRE(list.particles.size() == 1);
  CHECK(list.particles[0].position_voxels == Point3{3, 2, 1});
  CHECK(list.particles[0].class_label == 4);
}

TEST_CASE("star: classes of 0 or absent become 1 with a warning, negative ones are errors") {
  CHECK(has_warning(parse(kHead + "1 2 3\n"), "1 of 1 particles have no class"));
  const std::string with_class =
      "data_\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n_rlnClassNumber\n";
  CHECK(parse(with_class + "1 2 3 0\n").particles[0].class_label == 1);
  CHECK_THAT(error_of(with_class + "1 2 3 -2\n"), DFE_CONTAINS("line 7: class label -2"));
}

TEST_CASE("star: shifts are subtracted, in Å with the file's pixel size and in pixels") {
  const std::string optics =
      "data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n1 2.0\n2 4.0\n\n";
  const std::string head =
      "data_particles\nloop_\n_rlnTomoName\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n_"
      "rlnOriginXAngst\n_rlnOriginYAngst\n"
      "_rlnOriginZAngst\n_rlnOpticsGroup\n";
  const auto list =
      parse(optics + head + "A 10 20 30 2 4 -6 1\nB 10 20 30 2 4 -6 2\nA 1 1 1 0 0 0 1\n");
  CHECK(list.particles[0].position_voxels == Point3{33, 18, 9});
  CHECK(list.particles[1].position_voxels == Point3{31.5, 19, 9.5});
  CHECK(has_warning(list, "shifts (rlnOrigin) of 2 particles"));
  CHECK(list.tomograms[0].voxel_size == VoxelSize::cubic(2));
  CHECK(list.tomograms[1].voxel_size == VoxelSize::cubic(4));
  CHECK(list.tomograms[1].voxel_size_from == FactSource::List);
  CHECK(names_of(list) == std::vector<std::string>{"A", "B"});
  CHECK(list.particles[2].tomogram == 0);
  CHECK_THAT(error_of(head + "A 10 20 30 2 4 -6 1\n"),
             DFE_CONTAINS("the voxel size is unknown; give --voxel-size"));
  CHECK_THAT(error_of(optics + head + "A 10 20 30 2 4 -6 3\n"), DFE_CONTAINS("optics group '3'"));

  const auto pixels = parse(
      "data_\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n_rlnOriginX\n_rlnOriginY\n_"
      "rlnOriginZ\n1 2 3 .5 1 -1\n");
  CHECK(pixels.particles[0].position_voxels == Point3{4, 1, 0.5});
}

TEST_CASE("star: binning by b puts the centre of voxel x at pixel b·x + (b - 1)/2") {
  ListOptions options;
  options.binning = 2;
  const auto list = parse(kHead + "1 3 5\n", options);
  CHECK(list.particles[0].position_voxels == Point3{2.25, 1.25, 0.25});
  options.binning = 0;
  CHECK_THAT(error_of(kHead + "1 3 5\n", options), DFE_CONTAINS("--input-binning"));
}

TEST_CASE(
    "star: a pixel size that contradicts the tomogram's is refused with the binning that would "
    "explain it") {
  const std::string text =
      "data_\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n_rlnPixelSize\n100 100 100 "
      "2.5\n";
  ListOptions options = one_tomogram({200, 200, 200}, VoxelSize::cubic(10));
  options.tomograms.front().told_by = "tomo.mrc";
  CHECK(error_of(text, options) ==
        "list: 'test.file': has positions in pixels of 2.5 Å, but 'tomo.mrc' has voxels of 10 Å; "
        "give --input-binning 4 if the list's pixels are unbinned, or --voxel-size if a size is "
        "wrong");
  options.binning = 4;
  CHECK(parse(text, options).particles[0].position_voxels == Point3{24.625, 24.625, 24.625});
  options.binning = 2;
  CHECK_THAT(error_of(text, options), DFE_CONTAINS("2.5 Å (5 Å with --input-binning 2)"));
  options.binning.reset();
  options.voxel_size = VoxelSize::cubic(10);  // the user says that the list is wrong
  CHECK(parse(text, options).particles[0].position_voxels == Point3{100, 100, 100});
  CHECK(parse(text).unnamed.voxel_size == VoxelSize::cubic(2.5));
}

TEST_CASE("star: the remedy for other pixels than the tomogram's fits to what can be") {
  const std::string text =
      "data_\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n_rlnPixelSize\n9 9 9 10\n";
  const auto error_with = [&](const VoxelSize& voxel_size, const std::string& known_binning = "") {
    ListOptions options = one_tomogram({200, 200, 200}, voxel_size);
    options.settings.known_binning = known_binning;
    return error_of(text, options);
  };
  CHECK_THAT(error_with(VoxelSize::cubic(8)),
             DFE_CONTAINS("use the tomogram that the list was made in, or give --voxel-size if a "
                          "size is wrong"));
  CHECK_THAT(error_with(VoxelSize::cubic(5)),
             DFE_CONTAINS("use the tomogram that the list was made in, or give --voxel-size"));
  CHECK_THAT(error_with(VoxelSize::cubic(5), "--truth-binning"),
             DFE_CONTAINS("give --truth-binning 2 if those pixels are unbinned,"));
  CHECK_THAT(error_with({30, 10, 10}),
             DFE_CONTAINS("pixels of 10 Å, but the tomogram has voxels of 30 x 10 x 10 Å") &&
                 DFE_CONTAINS("correct the header that is wrong, or give --voxel-size"));
  ListOptions options = one_tomogram({50, 60, 70}, {5, 20, 5});  // 10 Å in the mean
  CHECK_THAT(error_of("data_\nloop_\n_rlnCenteredCoordinateXAngst\n"
                      "_rlnCenteredCoordinateYAngst\n_rlnCenteredCoordinateZAngst\n"
                      "_rlnTomoTiltSeriesPixelSize\n1 2 3 2.5\n",
                      options),
             DFE_CONTAINS("unbinned pixels of 2.5 Å, but the tomogram has voxels of 5 x 20 x 5 Å"));
}

TEST_CASE("star: subtomogram angles are composed, and turn the shift") {
  const std::string text =
      "data_particles\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n_rlnAngleRot\n_"
      "rlnAngleTilt\n_rlnAnglePsi\n"
      "_rlnTomoSubtomogramRot\n_rlnTomoSubtomogramTilt\n_rlnTomoSubtomogramPsi\n_rlnOriginX\n_"
      "rlnOriginY\n_rlnOriginZ\n"
      "10 10 10 30 60 45 0 90 0 2 0 0\n";
  const auto list = parse(text);
  const Rotation expected =
      math::multiply(io::lists::from_zyz({0, 90, 0}), io::lists::from_zyz({30, 60, 45}));
  for (std::size_t i = 0; i < 9; ++i)
    CHECK((*list.particles[0].orientation)[i] == Approx(expected[i]).margin(1e-12));
  const Point3 p =
      list.particles[0].position_voxels;  // tilt 90 turns x to z: the shift of 2 along x leaves z
  CHECK(p.z == Approx(8));
  CHECK(p.x == Approx(10));
}

TEST_CASE("star: unknown columns and the optics table survive a rewrite") {
  const std::string text =
      "data_optics\nloop_\n_rlnOpticsGroup\n_rlnOpticsGroupName\n_rlnVoltage\n_"
      "rlnTomoTiltSeriesPixelSize\n1 g1 300 2\n2 'g 2' 200 2\n\n"
      "data_particles\nloop_\n_rlnTomoName\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n_"
      "rlnOpticsGroup\n_rlnRandomSubset\n_"
      "rlnImageName\n"
      "A 1 2 3 2 1 'a b.mrc'\nA 4 5 6 1 2 ''\n";
  const auto list = parse(text);
  const auto again = parse(io::lists::format_star(list, "t", {}));
  REQUIRE(again.particles.size() == 2);
  CHECK(again.tomograms.at(0).voxel_size == VoxelSize::cubic(2));
  const auto values = [](const ParticleList& l, const std::string& name) {
    for (const ExtraColumn& column : l.extra_columns)
      if (column.name == name) return column.values;
    return std::vector<std::string>{"absent"};
  };
  for (const auto* l : {&list, &again}) {
    CHECK(values(*l, "_rlnRandomSubset") == std::vector<std::string>{"1", "2"});
    CHECK(values(*l, "_rlnImageName") == std::vector<std::string>{"a b.mrc", ""});
    CHECK(values(*l, "_rlnOpticsGroup") == std::vector<std::string>{"2", "1"});
    CHECK(values(*l, "data_optics/_rlnVoltage") == std::vector<std::string>{"200", "300"});
    CHECK(values(*l, "data_optics/_rlnOpticsGroupName") == std::vector<std::string>{"g 2", "g1"});
  }
}

TEST_CASE("star: asked for a version, the reader insists on its columns") {
  ListOptions options;
  options.format = io::ListFormat::Relion5;
  CHECK_THAT(error_of(kHead + "1 2 3\n", options), DFE_CONTAINS("_rlnCenteredCoordinateXAngst"));
  options.format = io::ListFormat::Relion4;
  CHECK_THAT(error_of("data_\nloop_\n_rlnCenteredCoordinateXAngst\n_rlnCenteredCoordinateYAngst\n_"
                      "rlnCenteredCoordinateZAngst\n",
                      options),
             DFE_CONTAINS("_rlnCoordinateX"));
}

TEST_CASE("star: files that were joined with cat are one list, each part with its optics") {
  const std::string optics = "data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n";
  const std::string particles =
      "\ndata_particles\nloop_\n_rlnTomoName\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n"
      "_rlnOpticsGroup\n";
  const auto list = parse(optics + "1 2\n" + particles + "T1 1 2 3 1\n\n" + optics + "1.0 4\n" +
                          particles + "T2 4 5 6 1\nT3 7 8 9 01\n");
  REQUIRE(list.particles.size() == 3);
  CHECK(names_of(list) == std::vector<std::string>{"T1", "T2", "T3"});
  CHECK(list.tomograms[0].voxel_size == VoxelSize::cubic(2));
  CHECK(list.tomograms[2].voxel_size == VoxelSize::cubic(4));
  const std::string text = io::lists::format_star(list, "t", {});
  CHECK_THAT(text, DFE_CONTAINS("1\topticsGroup1\t2.000000\n2\topticsGroup2\t4.000000\n"));
  const auto again = parse(text);
  CHECK(again.tomograms[1].voxel_size == VoxelSize::cubic(4));
}

TEST_CASE("star: particles without an orientation come back without one") {
  ParticleList list = parse(kHead + "1 2 3\n4 5 6\n");
  list.particles[1].orientation = io::lists::from_zyz({10, 20, 30});
  const std::string text = io::lists::format_star(list, "t", {});
  CHECK_THAT(text, DFE_CONTAINS("_rlnAnglePsi"));
  const auto again = parse(text);
  CHECK(!again.particles[0].orientation);
  CHECK(again.particles[1].orientation);
  CHECK(again.extra_columns.empty());
}
