// SPDX-License-Identifier: Apache-2.0
// Lists from other programs. The expected numbers were read from the files with Python
// (ElementTree, starfile, SciPy's Rotation).
#include <cmath>
#include <filesystem>
#include <fstream>

#include "io/particle_list.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using io::ListOptions;

namespace {

ParticleList read(const std::string& name, const ListOptions& options = {}) {
  return io::read_list(test::data_dir() / name, options);
}

Point3 sum_of(const ParticleList& list) {
  Point3 sum;
  for (const Particle& p : list.particles) {
    sum.z += p.position_voxels.z;
    sum.y += p.position_voxels.y;
    sum.x += p.position_voxels.x;
  }
  return sum;
}

std::string error_of(const std::string& name) {
  try {
    read(name);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

void check_point(const Point3& p, double x, double y, double z) {
  CHECK(p.x == Approx(x));
  CHECK(p.y == Approx(y));
  CHECK(p.z == Approx(z));
}

}  // namespace

TEST_CASE("the object lists of SHREC'19 and dataset 1") {
  struct Row {
    const char* name;
    Extent3 extent;
    std::size_t particles;
    double x, y, z;  ///< sums as written
    std::int64_t class_sum, size_sum, tomogram_sum;
    bool swapped;
  };
  const Extent3 full{200, 512, 512}, half{100, 256, 256}, cube{100, 100, 100};
  for (const Row& row : std::vector<Row>{
           {"shrec19/object_list_tomo0.xml", full, 2498, 641921, 641075, 246850, 16099, 0, 0,
            false},
           {"shrec19/object_list_train.xml", full, 22446, 5716867, 5735090, 2207819, 144229, 0,
            89776, false},
           {"shrec19/object_list_valid.xml", full, 2490, 624707, 633070, 242644, 15838, 0, 19920,
            false},
           {"shrec19/deepfinder_2019/tomo9_objlist_raw.xml", half, 3071, 154082.142, 388264.138,
            391999.784, 18871, 424923, 0, true},
           {"shrec19/deepfinder_2019/tomo9_objlist_thresholded.xml", full, 2194, 218788, 554310,
            560544, 13518, 395086, 0, true},
           {"dataset1/data/tomo1_objlist.xml", cube, 27, 1196, 1377, 1356, 135, 0, 0, false},
           {"dataset1/deepfinder_result/tomo1_objlist.xml", cube, 28, 1284.934, 1411.675, 1449.05,
            137, 23471, 0, false}}) {
    CAPTURE(row.name);
    ListOptions options;
    if (row.tomogram_sum == 0) options = test::one_tomogram(row.extent);
    for (int i = 0; i < 10 && row.tomogram_sum > 0; ++i)
      options.tomograms.push_back(ListTomogram::of("tomo" + std::to_string(i), row.extent, {}));
    const ParticleList list = read(row.name, options);
    CHECK(list.particles.size() == row.particles);
    const Point3 sum = sum_of(list);
    check_point(sum, row.swapped ? row.z : row.x, row.y, row.swapped ? row.x : row.z);
    CHECK(test::has_warning(list, "exchanged") == row.swapped);
    CHECK(test::has_warning(list, "ambiguous") == (row.extent == cube));
    std::int64_t classes = 0, sizes = 0, tomograms = 0;
    for (const Particle& p : list.particles) {
      classes += p.class_label;
      sizes += p.cluster_size.value_or(0);
      tomograms += p.tomogram.value_or(0);
    }
    CHECK(classes == row.class_sum);
    CHECK(sizes == row.size_sum);
    CHECK(tomograms == row.tomogram_sum);

    options.xml_axes = io::XmlAxes::Zyx;
    check_point(sum_of(read(row.name, options)), row.z, row.y, row.x);
  }
  const Rotation r = *read("shrec19/object_list_tomo0.xml").particles[0].orientation;
  const double expected[] = {-0.714826, 0.611378,  0.339471,  -0.340021, 0.120326,
                             -0.932688, -0.611072, -0.782137, 0.121869};
  for (std::size_t i = 0; i < 9; ++i) CHECK(r[i] == Approx(expected[i]).margin(1e-6));
}

TEST_CASE("RELION lists of versions 3.0, 3.1 and 4, from RELION, Warp, M and TOMOMAN") {
  struct Row {
    const char* name;
    std::size_t particles, tomograms;
    double x, y, z;  ///< first particle, shifts subtracted
    double voxel;
    std::array<double, 9> rotation;  ///< of the first particle
  };
  const std::array<double, 9> artiax{0, -0.707107, 0.707107, 1, 0, 0, 0, 0.707107, 0.707107};
  for (const Row& row : std::vector<Row>{
           {"relion_3.0.star",
            3,
            1,
            1028.455,
            733.955,
            422.955,
            5.364,
            {0.848284, 0.526304, -0.058468, 0.314549, -0.411979, 0.85518, 0.425997, -0.743826,
             -0.515024}},
           {"relion_3_star.star", 6, 3, 5.2, 10.4, 15.2, 1.7005, artiax},
           {"relion_4_star.star", 6, 3, 6.4, 12.8, 18.4, 0.5,
            artiax},  // shifts in Å over 0.5 Å (rlnMicrographOriginalPixelSize)
           {"relion_3.1_optics2.star",
            3,
            2,
            915.549 + 0.25289 / 2.446,
            1480.63 + 2.69889 / 2.446,
            938.008 - 7.24711 / 2.446,
            2.446,
            {-0.2407, -0.962738, -0.123282, -0.932303, 0.194003, 0.305245, -0.269954, 0.188409,
             -0.94426}},
           {"tomoman_relion_star.star", 6, 3, 5.2, 10.4, 15.2, 1.96, artiax},
           {"bin1_1deg_500.star",
            2,
            2,
            4052.123,
            3272.708,
            777.879,
            1.971,
            {-0.927506, -0.311998, 0.205889, -0.259403, 0.140627, -0.955476, 0.269153, -0.939618,
             -0.211365}},
           {"one_loop.star", 16, 0, 1572.444, 1084.5, 964.5, 5, {1, 0, 0, 0, 1, 0, 0, 0, 1}}}) {
    CAPTURE(row.name);
    const ParticleList list = read(std::string("readers/lists/") + row.name);
    REQUIRE(list.particles.size() == row.particles);
    if (row.tomograms > 0) CHECK(list.tomograms.size() == row.tomograms);
    check_point(list.particles[0].position_voxels, row.x, row.y, row.z);
    CHECK(list.tomogram_of(list.particles[0]).voxel_size.mean_angstrom() == Approx(row.voxel));
    REQUIRE(list.particles[0].orientation);
    for (std::size_t i = 0; i < 9; ++i)
      CHECK((*list.particles[0].orientation)[i] == Approx(row.rotation[i]).margin(1e-6));

    // Written again as RELION 4, everything is still there.
    const ParticleList again = test::parse(io::lists::format_star(list, "again.star", {}));
    REQUIRE(again.particles.size() == row.particles);
    check_point(again.particles[0].position_voxels, row.x, row.y, row.z);
    CHECK(again.extra_columns.size() + 1 >= list.extra_columns.size());
  }
}

TEST_CASE("picks of copick, with and without orientations") {
  ListOptions options = test::one_tomogram({100, 100, 100}, VoxelSize::cubic(10));
  const ParticleList turned = read("readers/lists/copick.json", options);
  REQUIRE(turned.particles.size() == 4);
  check_point(turned.particles[2].position_voxels, 3, 1.5, 9.2);
  CHECK(turned.class_names.at(1) == "ribosome");
  REQUIRE(turned.particles[2].orientation);
  const double expected[] = {0.642402, 0.595035, 0.482963,  -0.724444, 0.677077,
                             0.12941,  -0.25,    -0.433013, 0.866025};
  for (std::size_t i = 0; i < 9; ++i)
    CHECK((*turned.particles[2].orientation)[i] == Approx(expected[i]).margin(1e-6));

  const ParticleList flat = read("readers/lists/copick_instance.json", options);
  REQUIRE(flat.particles.size() == 6);
  check_point(flat.particles[5].position_voxels, 0.75, 0.5, 0.25);
  CHECK(!flat.particles[5].orientation);
  CHECK(flat.tomograms.at(0).name == "Position_94_Vol");
}

TEST_CASE("plain point lists with and without header") {
  for (const char* name : {"points.csv", "points_tab_delim.csv", "points_with_header.csv",
                           "points_with_header_pipe_delim.csv"}) {
    CAPTURE(name);
    const ParticleList list = read(std::string("readers/lists/") + name);
    REQUIRE(list.particles.size() == 3);
    check_point(list.particles[0].position_voxels, 1, 2, 3);
    check_point(list.particles[2].position_voxels, 0, 3, 0);
    CHECK(test::has_warning(list, "no header") ==
          (std::string(name).find("header") == std::string::npos));
  }
}

TEST_CASE("what cannot be read is refused with the reason") {
  const std::string folder = "readers/lists/";
  CHECK(read("readers/lists/multi_line_c_engine.star").particles.size() == 4);  // two equal tables
  for (const char* several : {"rln3.1_data_style.star", "single_line_middle_of_multiblock.star"})
    CHECK_THAT(error_of(folder + several), DFE_CONTAINS("2 tables have particle positions"));
  for (const char* other :
       {"basic_double_quote.star", "two_basic_blocks.star", "two_single_line_loop_blocks.star"})
    CHECK_THAT(error_of(folder + other), DFE_CONTAINS("no table with particle positions"));
  CHECK_THAT(error_of(folder + "empty_loop.star"), DFE_CONTAINS("_rlnCoordinateY is missing"));
  CHECK_THAT(error_of("shrec19/deepfinder_2019/evaluation_log.txt"),
             DFE_CONTAINS("line 2 is not a class name and three positions"));
}

TEST_CASE("Dynamo tables, of Dynamo itself and of PEET's converter") {
  struct Row {
    const char* name;
    std::size_t particles, tomograms;
    double x, y, z, score;  // sums of position and shift, less 1 for each particle
    std::int64_t tags, classes;
  };
  // Source: dynamotable 0.3.0.
  for (const Row& row :
       std::vector<Row>{{"t_double.tbl", 300, 2, 45940.58469348, 44558.669044, 46327.9099701,
                         125.56405207, 45150, 1681},
                        {"b4_motl_CR_tm_topbott_clean600_1_dynamo.tbl", 1343, 70, 593286.2549,
                         671279.6053, 295443.4289, 270.9426, 1241901, 1343}}) {
    CAPTURE(row.name);
    const ParticleList list = read(std::string("readers/lists/") + row.name);
    CHECK(list.particles.size() == row.particles);
    CHECK(list.tomograms.size() == row.tomograms);
    check_point(sum_of(list), row.x, row.y, row.z);
    double score = 0;
    std::int64_t tags = 0, classes = 0;
    for (const Particle& p : list.particles) {
      score += p.score.value_or(0);
      tags += p.object_id.value_or(0);
      classes += p.class_label;
    }
    CHECK(score == Approx(row.score));
    CHECK(tags == row.tags);
    CHECK(classes == row.classes);
  }
  // Source: transpose of eulerangles 1.0.2's matrix of the first particle.
  const Rotation r = *read("readers/lists/t_double.tbl").particles[0].orientation;
  const double expected[] = {0.63369465,  0.7698735,   0.07566953, 0.05728879, 0.05084422,
                             -0.99706211, -0.77145906, 0.63616795, -0.01188541};
  for (std::size_t i = 0; i < 9; ++i) CHECK(r[i] == Approx(expected[i]).margin(1e-7));
}

TEST_CASE("IMOD models of points, of several objects and of oriented particles") {
  struct Row {
    const char* name;
    std::size_t particles, objects;
    double x, y, z, voxel;  // sums less half a voxel in x and y for each point
  };
  // Source: imodmodel 0.1.0.
  for (const Row& row : std::vector<Row>{
           {"points.mod", 3, 0, 1.5, 5.5, 5, 0},
           {"point_sizes_example.mod", 18, 3, 10339, 16000, 815.00005, 12.399},
           {"multiple_objects_example.mod", 6, 3, 3582.50064, 3001.83401, 825, 19.7333336},
           {"oriented_points.mod", 4, 0, 927.86635, 2693.55725, 1280.33536, 16.1454544},
           {"slicer_angle_example.mod", 4, 0, 927.86635, 2693.55725, 1280.33536, 16.1454544}}) {
    CAPTURE(row.name);
    const ParticleList list = read(std::string("readers/lists/") + row.name);
    CHECK(list.particles.size() == row.particles);
    CHECK(list.class_names.size() == (row.objects > 0 ? row.objects + 1 : 0));
    check_point(sum_of(list), row.x, row.y, row.z);
    CHECK(list.unnamed.voxel_size.mean_angstrom() == Approx(row.voxel));
  }
  CHECK(read("readers/lists/point_sizes_example.mod").class_names ==
        std::vector<std::string>{"background", "SCATTERED_POINT_SIZE", "OPEN_NO_POINTSIZE", ""});
}

TEST_CASE("a motive list of STOPGAP") {
  const ParticleList list = read("readers/lists/stopgap_star.star");
  REQUIRE(list.particles.size() == 6);
  CHECK(list.tomograms.size() == 3);
  check_point(list.particles[0].position_voxels, 1.8, 4.6, 7.8);
  CHECK(list.particles[5].object_id == 6);
  CHECK(list.particles[0].score == 0.1816);
  // Rz(180)·Rx(45)·Rz(90)
  const double h = std::sqrt(0.5);
  const Rotation expected{0, 1, 0, -h, 0, h, h, 0, h};
  for (std::size_t i = 0; i < 9; ++i)
    CHECK((*list.particles[0].orientation)[i] == Approx(expected[i]).margin(1e-12));
}

TEST_CASE("the truth of SHREC 2019 has the particles that the contest counts") {
  const ParticleList list = read("shrec19/particle_locations_model_9.txt");
  CHECK(test::has_warning(list, "read as z"));
  // Source: the contest's evaluation log of this tomogram.
  const std::vector<std::pair<std::string, std::ptrdiff_t>> counts{
      {"1bxn", 220}, {"1qvr", 218}, {"1s3x", 220}, {"1u6g", 215}, {"2cg9", 208}, {"3cf3", 247},
      {"3d2f", 214}, {"3gl1", 191}, {"3h84", 226}, {"3qm1", 201}, {"4b4t", 170}, {"4d8q", 210}};
  REQUIRE(list.class_names.size() == counts.size() + 1);
  for (std::size_t c = 0; c < counts.size(); ++c) {
    CHECK(list.class_names[c + 1] == counts[c].first);
    CHECK(std::count_if(list.particles.begin(), list.particles.end(), [&](const Particle& p) {
            return p.class_label == static_cast<int>(c) + 1;
          }) == counts[c].second);
  }
  CHECK(list.particles.size() == 2540);
  CHECK(list.particles[0].position_voxels == Point3{180, 480, 118});
  CHECK(list.extra_columns.size() == 3);
}
