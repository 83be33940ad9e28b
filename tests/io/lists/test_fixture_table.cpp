// SPDX-License-Identifier: Apache-2.0
// One particle at voxel (z, y, x) = (10, 20, 30) of a tomogram of 101x80x64 voxels (z, y, x) of 10
// Å, written to every format. The expected numbers follow by hand from the conventions in
// docs/particle_lists.md.
#include <cstring>
#include <filesystem>

#include "core/tomogram_names.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/keeps.hpp"
#include "io/particle_list.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using io::ListFormat;
using io::ListOptions;
using io::lists::Keeps;

namespace {

ParticleList fixture() {
  ParticleList list;
  Particle particle;
  particle.position_voxels = {10, 20, 30};
  particle.class_label = 2;
  particle.orientation = io::lists::from_zxz({30, 20, 60});  // phi, psi, the
  particle.tomogram = 0;
  particle.object_id = 7;
  particle.cluster_size = 515;
  particle.score = 0.875;
  list.particles = {particle};
  list.tomograms = {ListTomogram::of("TS_01", {101, 80, 64}, VoxelSize::cubic(10))};
  list.class_names = {"background", "ribosome", "proteasome"};
  return list;
}

struct Row {
  ListFormat format;
  double binning;
  io::XmlAxes axes;
  const char* ending;
  std::vector<std::string> expected;  ///< parts of the text
};

/// The bytes of float32 numbers, as EM files of a PC and IMOD models have them.
std::string floats(const std::vector<float>& values, bool big_endian) {
  std::string bytes;
  for (const float value : values) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, 4);
    for (int i = 0; i < 4; ++i)
      bytes += static_cast<char>(bits >> 8 * (big_endian ? 3 - i : i) & 255);
  }
  return bytes;
}

// Dynamo's matrix Rz(narot)·Rx(tilt)·Rz(tdrot) is the transpose Rz(-30)·Rx(-60)·Rz(-20); a tilt of
// -60 is one of 60 between turns of 180 about z: narot = -30 + 180, tdrot = -20 - 180 = 160 - 360.
// Binning 4: u = 4·30 + 1.5 = 121.5 pixels of 2.5 Å; RELION 5: (121.5 - 4·64/2)·2.5 = -16.25 Å.
const std::vector<Row> kTable{
    {ListFormat::Auto,
     1,
     io::XmlAxes::Xyz,
     ".xml",
     {R"(<object tomo_idx="0" obj_id="7" class_label="2" x="30.000" y="20.000" z="10.000")"
      R"( psi="20.00000" phi="30.00000" the="60.00000" cluster_size="515")"}},
    {ListFormat::Xml, 1, io::XmlAxes::Zyx, ".xml", {R"(x="10.000" y="20.000" z="30.000")"}},
    {ListFormat::Relion3,
     1,
     io::XmlAxes::Xyz,
     ".star",
     {"TS_01\t30.000000\t20.000000\t10.000000\t60.000000\t60.000000\t-110.000000\t2\t",
      "\t000001@TS_01.mrcs\n"}},
    {ListFormat::Auto,
     1,
     io::XmlAxes::Xyz,
     ".star",
     {"TS_01\tTS_01/1\t30.000000\t20.000000\t10.000000\t60.000000\t60.000000\t-110.000000\t2\t"
      "proteasome\t",
      "\t10.000000\n"}},
    {ListFormat::Relion4,
     4,
     io::XmlAxes::Xyz,
     ".star",
     {"TS_01\tTS_01/1\t121.500000\t81.500000\t41.500000\t", "\t2.500000\n"}},
    {ListFormat::Relion5,
     1,
     io::XmlAxes::Xyz,
     ".star",
     {"TS_01\tTS_01/1\t-20.000000\t-200.000000\t-405.000000\t"}},
    {ListFormat::Relion5,
     4,
     io::XmlAxes::Xyz,
     ".star",
     {"TS_01\tTS_01/1\t-16.250000\t-196.250000\t-401.250000\t"}},
    {ListFormat::Auto,
     1,
     io::XmlAxes::Xyz,
     ".csv",
     {"TS_01,7,2,proteasome,30,20,10,300,200,100,10,60,60,-110,515,0.875\n"}},
    {ListFormat::Tsv,
     1,
     io::XmlAxes::Xyz,
     ".tsv",
     {"TS_01\t7\t2\tproteasome\t30\t20\t10\t300\t200\t100\t10\t60\t60\t-110\t515\t0.875\n"}},
    {ListFormat::Warp,
     1,
     io::XmlAxes::Xyz,
     ".star",
     {"TS_01.tomostar\t30.000000\t20.000000\t10.000000\t60.000000\t60.000000\t-110.000000\t2\t"}},
    {ListFormat::Auto,
     1,
     io::XmlAxes::Xyz,
     ".json",
     {"\"x\": 300.0,\n    \"y\": 200.0,\n    \"z\": 100.0\n", "\"instance_id\": 7,",
      "\"score\": 0.875"}},
    // voxel floor(N/2) of 64x80x101 voxels is (32, 40, 50); a pixel is 10 Å / 4
    {ListFormat::Auto,
     4,
     io::XmlAxes::Xyz,
     "_info.json",
     {"-8.0,\n   -80.0,\n   -160.0,\n   \"dfengine\",\n   0.875,\n   1\n", "\"apix_unbin\": 2.5"}},
    {ListFormat::Czii, 1, io::XmlAxes::Xyz, ".csv", {"7,TS_01,proteasome,300,200,100\n"}},
    {ListFormat::CopickCsv,
     1,
     io::XmlAxes::Xyz,
     ".csv",
     {"TS_01,300,200,100,", ",0,0,0,0,1,0.875,7\n"}},
    {ListFormat::Auto, 1, io::XmlAxes::Xyz, ".coords", {"30 20 10\n"}},
    {ListFormat::DeepEtPicker, 1, io::XmlAxes::Xyz, ".coords", {"2\t30\t20\t10\n"}},
    // a box of 32 voxels: 30 - 16, 20 - 16
    {ListFormat::Auto,
     1,
     io::XmlAxes::Xyz,
     ".cbox",
     {"\n14.000000 4.000000 10.000000 32.000000 32.000000 32.000000 <NA> <NA> 0.875 <NA> "
      "<NA>\n"}},
    {ListFormat::Auto,
     1,
     io::XmlAxes::Xyz,
     ".cmm",
     {"<marker_set name=\"proteasome\">\n<marker id=\"7\" x=\"300\" y=\"200\" z=\"100\""}},
    {ListFormat::Napari, 1, io::XmlAxes::Xyz, ".csv", {"0.0,10,20,30\n"}},
    {ListFormat::Auto,
     1,
     io::XmlAxes::Xyz,
     ".tbl",
     {"7 1 0 0 0 0 160 60 150 0.875 0 0 0 0 0 0 0 0 0 1 0 2 0 31 21 11 0 0 0 0 0 0 0 0 0 10 0 0 0 "
      "0\n"}},
    {ListFormat::Dynamo,
     4,
     io::XmlAxes::Xyz,
     ".tbl",
     {" 1 0 2 0 122.5 82.5 42.5 0 0 0 0 0 0 0 0 0 2.5 "}},
    {ListFormat::Auto, 1, io::XmlAxes::Xyz, ".mod", {floats({30.5F, 20.5F, 10}, true)}},
    {ListFormat::Auto,
     1,
     io::XmlAxes::Xyz,
     ".em",
     {floats({0.875F, 0, 0, 7, 1, 1, 1, 31, 21, 11, 0, 0, 0, 0, 0, 0, 30, 20, 60, 2}, false)}},
    {ListFormat::MotlCsv,
     1,
     io::XmlAxes::Xyz,
     ".csv",
     {"0.875,0,0,7,1,1,1,31,21,11,0,0,0,0,0,0,30,20,60,2\n"}},
    {ListFormat::Stopgap,
     1,
     io::XmlAxes::Xyz,
     ".star",
     {"1  1  1  7  A  31.000000  21.000000  11.000000  0.875  0.000000  0.000000  0.000000  "
      "30.000000  20.000000  60.000000  2\n"}},
};

/// A CZII list says neither Å nor labels: the reader says what it took them for.
std::vector<std::string> warnings_of(const Row& row) {
  if (row.format != ListFormat::Czii) return {};
  return {"columns experiment and particle_type mark a CZII list; x, y, z are read as Å",
          "the list names classes without labels; they are numbered as they first appear: 1 "
          "proteasome"};
}

}  // namespace

TEST_CASE(
    "the fixture particle has the hand-computed numbers in every format and comes back from each") {
  const auto folder = std::filesystem::temp_directory_path() / "dfe_list_fixture";
  std::filesystem::create_directories(folder);
  for (const Row& row : kTable) {
    const auto path = folder / ("TS_01" + std::string(row.ending));
    CAPTURE(path.string(), static_cast<int>(row.format), row.binning);
    const ParticleList list = fixture();
    ListOptions options;
    options.format = row.format;
    options.binning = row.binning;
    options.xml_axes = row.axes;
    io::write_list(path, list, options);
    const std::string text = test::read_text(path);
    for (const std::string& part : row.expected) CHECK_THAT(text, DFE_CONTAINS(part));

    const Keeps can = io::lists::keeps(io::written_format(path, options));
    options.format = ListFormat::Auto;
    options.tomograms = list.tomograms;
    const ParticleList back = io::read_list(path, options);
    if (can.classes) CHECK(back.warnings == warnings_of(row));
    REQUIRE(back.particles.size() == 1);
    const Particle& p = back.particles[0];
    CHECK(p.position_voxels.z == Approx(10).margin(1e-9));
    CHECK(p.position_voxels.y == Approx(20).margin(1e-9));
    CHECK(p.position_voxels.x == Approx(30).margin(1e-9));
    if (can.class_names && row.ending != std::string(".xml"))
      CHECK(back.class_names.at(static_cast<std::size_t>(p.class_label)) == "proteasome");
    else if (can.classes)
      CHECK(p.class_label == 2);
    CHECK(p.cluster_size == (can.cluster_sizes ? std::optional<std::int64_t>(515) : std::nullopt));
    if (can.object_ids) CHECK(p.object_id == 7);
    if (can.scores) CHECK(p.score == 0.875);
    if (can.tomogram_names) CHECK(tomogram_id(back.tomogram_of(p).name) == "TS_01");
    if (can.orientations) {
      REQUIRE(p.orientation);
      for (std::size_t i = 0; i < 9; ++i)
        CHECK((*p.orientation)[i] == Approx((*list.particles[0].orientation)[i]).margin(1e-6));
    }
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("RELION 5 positions of odd sizes count from the half size, not rounded") {
  const ListOptions options = test::one_tomogram({7, 5, 3}, VoxelSize::cubic(2));
  const auto list = test::parse(
      "data_particles\nloop_\n_rlnCenteredCoordinateXAngst\n_rlnCenteredCoordinateYAngst\n_"
      "rlnCenteredCoordinateZAngst\n0 0 0\n-1 -1 -1\n",
      options);
  CHECK(list.particles[0].position_voxels == Point3{3.5, 2.5, 1.5});
  CHECK(list.particles[1].position_voxels ==
        Point3{3, 2, 1});  // the middle voxel lies half a voxel before
}

TEST_CASE("RELION 5 needs the tomogram's size and voxel size, in both directions") {
  const std::string text =
      "data_particles\nloop_\n_rlnCenteredCoordinateXAngst\n_rlnCenteredCoordinateYAngst\n_"
      "rlnCenteredCoordinateZAngst\n0 0 0\n";
  ListOptions options;
  CHECK_THAT(test::error_of(text, options), DFE_CONTAINS("its size is unknown"));
  CHECK_THAT(test::error_of(text, test::one_tomogram({7, 5, 3})), DFE_CONTAINS("--voxel-size"));
  ParticleList list = fixture();
  list.tomograms.front().size_voxels = {};
  options = {};
  options.format = ListFormat::Relion5;
  CHECK_THROWS_WITH(io::lists::format_star(list, "a.star", options), DFE_CONTAINS("--like"));
}

TEST_CASE("an empty list is valid in every format") {
  for (const char* ending : {".xml", ".star", ".csv", ".tsv", ".json", "_info.json", ".coords",
                             ".cbox", ".cmm", ".tbl", ".mod", ".em"}) {
    const auto path =
        std::filesystem::temp_directory_path() / ("dfe_empty_list" + std::string(ending));
    ParticleList list;
    list.unnamed.voxel_size = VoxelSize::cubic(10);
    io::write_list(path, list);
    CHECK(io::read_list(path).particles.empty());
    std::filesystem::remove(path);
  }
}

TEST_CASE("writers refuse what no reader could take") {
  ParticleList list = fixture();
  const auto path = std::filesystem::temp_directory_path() / "dfe_never_written.xml";
  list.particles[0].position_voxels.x = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(io::write_list(path, list), DFE_CONTAINS("not finite"));
  list = fixture();
  list.particles[0].class_label = 0;
  CHECK_THROWS_WITH(io::write_list(path, list), DFE_CONTAINS("class label 0"));
  CHECK_THROWS_WITH(io::write_list(path.string() + ".doc", fixture()),
                    DFE_CONTAINS(".star, .csv, .tsv"));
  CHECK(!std::filesystem::exists(path));
}
