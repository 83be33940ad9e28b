// SPDX-License-Identifier: Apache-2.0
// Lists of points: .coords, .cbox, markers of ChimeraX, points of napari and ArtiaX' table.
#include "tests/fixtures/catch.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using io::ListFormat;
using io::ListOptions;

namespace {

ParticleList parse_coords(const std::string& text, ListFormat format = ListFormat::Auto) {
  ListOptions options;
  options.format = format;
  return io::lists::parse_list(text, "a.coords", ".coords", options);
}

std::string coords_error(const std::string& text) {
  try {
    parse_coords(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE(".coords has three words a line, or four with the class first") {
  const ParticleList plain = parse_coords("30 20 10\n 1.5\t2.5  3.5\r\n\n");
  REQUIRE(plain.particles.size() == 2);
  CHECK(plain.particles[0].position_voxels == Point3{10, 20, 30});
  CHECK(plain.particles[1].position_voxels == Point3{3.5, 2.5, 1.5});
  const ParticleList classes = parse_coords("2\t30\t20\t10\n1\t1\t2\t3\n");
  CHECK(classes.particles[0].class_label == 2);
  CHECK(classes.particles[0].position_voxels == Point3{10, 20, 30});
  CHECK_THAT(coords_error("1 2 3\n1 2 3 4\n"), DFE_CONTAINS("line 2: 4 words"));
  CHECK_THAT(coords_error("x y z\n"), DFE_CONTAINS("line 1: 'x' is not a number"));
  CHECK_THAT(coords_error("0 1 2 3\n"), DFE_CONTAINS("no class from 1"));
}

TEST_CASE(".cbox has the box's lower left corner in x and y, and its centre in z") {
  const std::string head =
      "data_global\n\n_cbox_format_version 1.0\n\ndata_cryolo\n\nloop_\n"
      "_CoordinateX #1\n_CoordinateY #2\n_CoordinateZ #3\n_Width #4\n"
      "_Height #5\n_Depth #6\n_EstWidth #7\n_EstHeight #8\n_Confidence #9\n"
      "_NumBoxes #10\n_Angle #11\n";
  const ParticleList list = test::parse(
      head +
      "11.5 1.5 10 37 37 37 30 30 0.875 8 <NA>\n0 0 5 10 20 10 <NA> <NA> <NA> <NA> <NA>\n"
      "\ndata_cryolo_include\n\nloop_\n_slice_index #1\n5\n10\n");
  REQUIRE(list.particles.size() == 2);
  CHECK(list.particles[0].position_voxels == Point3{10, 20, 30});
  CHECK(list.particles[0].score == 0.875);
  CHECK(list.particles[1].position_voxels == Point3{5, 10, 5});
  CHECK(!list.particles[1].score);
  CHECK_THAT(test::error_of("data_cryolo\nloop_\n_CoordinateX\n_CoordinateY\n_Width\n_Height\n"),
             DFE_CONTAINS("_CoordinateZ is missing"));
}

TEST_CASE("markers are in Å, a set of them is a class") {
  const ListOptions known = test::one_tomogram({101, 80, 64}, VoxelSize::cubic(10));
  const std::string sets =
      R"(<marker_sets><marker_set name="ribosome"><marker id="4" x="300" y="200" z="100" r="1")"
      R"( g="1" b="0" radius="50"/></marker_set><marker_set name="other"><marker id="1" x="0")"
      R"( y="0" z="5" radius="1" note="a note"/><link id1="1" id2="2"/></marker_set>)"
      "</marker_sets>";
  const ParticleList list = test::parse(sets, known);
  REQUIRE(list.particles.size() == 2);
  CHECK(list.particles[0].position_voxels == Point3{10, 20, 30});
  CHECK(list.particles[0].object_id == 4);
  CHECK(list.particles[1].position_voxels == Point3{0.5, 0, 0});
  CHECK(list.particles[1].class_label == 2);
  CHECK(list.class_names == std::vector<std::string>{"background", "ribosome", "other"});
  CHECK_THAT(test::error_of(sets), DFE_CONTAINS("the voxel size is unknown"));
  CHECK_THAT(test::error_of(
                 "<marker_set name=\"a\">\n<marker id=\"1\" x=\"1\" y=\"2\"/></marker_set>", known),
             DFE_CONTAINS("line 2: a marker without z"));
}

TEST_CASE("ArtiaX adds the shift to the position; napari has z first") {
  const ParticleList artiax = test::parse(
      "pos_x\tpos_y\tpos_z\tshift_x\tshift_y\tshift_z\tphi\tthe\tpsi\n30\t20\t10\t0.5\t-1\t2\t30\t"
      "60\t20\n");
  CHECK(artiax.particles[0].position_voxels == Point3{12, 19, 30.5});
  REQUIRE(artiax.particles[0].orientation);
  CHECK((*artiax.particles[0].orientation)[8] == Approx(0.5));  // cos 60°
  const ParticleList napari = test::parse("index,axis-0,axis-1,axis-2\n0.0,10,20,30\n");
  CHECK(napari.particles[0].position_voxels == Point3{10, 20, 30});
}

TEST_CASE("napari's last three axes are z, y, x; those before choose the volume") {
  const ParticleList list =
      test::parse("index,axis-0,axis-1,axis-2,axis-3\n0.0,2,10,20,30\n1.0,2,11,21,31\n");
  CHECK(list.particles[0].position_voxels == Point3{10, 20, 30});
  CHECK(list.particles[1].position_voxels == Point3{11, 21, 31});
  CHECK(test::parse("index,axis-0,axis-1,axis-2,axis-3,axis-4\n0.0,2,1,10,20,30\n")
            .particles[0]
            .position_voxels == Point3{10, 20, 30});
  CHECK_THAT(test::error_of("index,axis-0,axis-1,axis-2,axis-3\n0.0,2,10,20,30\n1.0,3,11,21,31\n"),
             DFE_CONTAINS("axis-0 is 3, but 2 in the first row"));
}

TEST_CASE("a CSV with run_name is copick's: Å, with the matrix's translation") {
  const ListOptions known = test::one_tomogram({101, 80, 64}, VoxelSize::cubic(10));
  const ParticleList list = test::parse(
      "run_name,x,y,z,transform_00,transform_01,transform_02,transform_03,transform_10,transform_"
      "11,"
      "transform_12,transform_13,transform_20,transform_21,transform_22,transform_23,transform_30,"
      "transform_31,transform_32,transform_33,score,instance_id\n"
      "TS_01,300,200,100,0,-1,0,5,1,0,0,-10,0,0,1,20,0,0,0,1,0.5,7\n",
      known);
  REQUIRE(list.particles.size() == 1);
  CHECK(list.particles[0].position_voxels == Point3{12, 19, 30.5});
  CHECK(list.particles[0].orientation == Rotation{0, -1, 0, 1, 0, 0, 0, 0, 1});
  CHECK(list.particles[0].object_id == 7);
  CHECK(list.extra_columns.empty());
  CHECK(test::has_warning(list, "list of copick"));
}
