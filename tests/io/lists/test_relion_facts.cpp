// SPDX-License-Identifier: Apache-2.0
// What a RELION list states twice, not at all or in a way that contradicts itself.
#include <filesystem>
#include <fstream>

#include "io/lists/star_table.hpp"
#include "io/particle_list.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using namespace dfe::test;
using io::ListFormat;
using io::ListOptions;

namespace {

const std::string kGroups = "data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n";
const std::string kColumns =
    "\ndata_particles\nloop_\n_rlnTomoName\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n";
const std::string kGrouped = kColumns + "_rlnOpticsGroup\n";

struct Written {
  ParticleList list;  ///< as read back
  std::string text;
  std::vector<std::string> losses;
};

Written write(const ParticleList& list, ListFormat format, std::optional<double> binning = {},
              const ListOptions& reading = {}) {
  const TempFolder folder;
  ListOptions options;
  options.format = format;
  options.binning = binning;
  Written written;
  written.losses = io::write_list(folder / "w.star", list, options);
  std::ifstream file(folder / "w.star");
  written.text.assign(std::istreambuf_iterator<char>(file), {});
  written.list = io::read_list(folder / "w.star", reading);
  return written;
}

bool has(const ParticleList& list, const std::string& name) {
  return std::any_of(list.extra_columns.begin(), list.extra_columns.end(),
                     [&](const ExtraColumn& column) { return column.name == name; });
}

}  // namespace

TEST_CASE("relion: a tomogram has one pixel size") {
  const std::string two = kGroups + "1 1.35\n2 2.7\n" + kGrouped;
  CHECK_THAT(
      error_of(two + "T 10 10 10 1\nT 10 10 10 2\n"),
      DFE_CONTAINS("line 16: the tomogram 'T' has pixels of 2.7 Å, but of 1.35 Å in line 15"));
  CHECK(parse(two + "T 10 10 10 1\nU 10 10 10 2\n").tomograms[1].voxel_size ==
        VoxelSize::cubic(2.7));
  CHECK_THAT(error_of("data_\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n"
                      "_rlnPixelSize\n1 1 1 2\n1 1 1 4\n"),
             DFE_CONTAINS("the tomogram has pixels of 4 Å, but of 2 Å in line 7"));
  const std::string near = kGroups + "1 1.35\n2 1.351\n" + kGrouped + "_rlnClassNumber\n";
  CHECK(parse(near + "T 10 10 10 1 1\nT 10 10 10 2 1\n").warnings.empty());

  const std::string a = kGroups + "1 1.35\n" + kGrouped + "T 1 1 1 1\n",
                    b = kGroups + "1 2.7\n" + kGrouped + "T 2 2 2 1\n";
  CHECK_THAT(error_of(a + "\n" + b), DFE_CONTAINS("'T': has voxels of 1.35 Å and of 2.7 Å in "
                                                  "'test.file'; correct the one that is wrong"));
}

TEST_CASE("relion: particles without an optics group have the only one") {
  CHECK(parse(kGroups + "1 1.35\n" + kColumns + "T 1 1 1\n").tomograms[0].voxel_size ==
        VoxelSize::cubic(1.35));
  CHECK_THAT(error_of(kGroups + "1 1.35\n2 2.7\n" + kColumns + "T 1 1 1\n"),
             DFE_CONTAINS("no column _rlnOpticsGroup, but data_optics has 2 groups"));
}

TEST_CASE("relion: an optics group has one row") {
  for (const char* again : {"1 2.7\n", "1.0 2.7\n", "01 unknown\n"}) {
    std::string text = kGroups + "1 1.35\n";
    text.append(again).append(kGrouped).append("T 1 1 1 1\n");
    CHECK_THAT(error_of(text),
               DFE_CONTAINS("line 6: optics group '") && DFE_CONTAINS("'1.35' in line 5"));
  }
  CHECK(parse(kGroups + "1 1.35\n1.0 1.350000\n" + kGrouped + "T 1 1 1 1\n")
            .tomograms[0]
            .voxel_size == VoxelSize::cubic(1.35));
}

TEST_CASE("relion: shifts in Å are used where shifts in pixels are there, too") {
  const std::string head = kGroups + "1 1.35\n" + kGrouped +
                           "_rlnOriginXAngst\n_rlnOriginYAngst\n_rlnOriginZAngst\n"
                           "_rlnOriginX\n_rlnOriginY\n_rlnOriginZ\n";
  const auto both = parse(head + "T 100 100 100 1 13.5 0 -2.7 10 0 -2\n");
  CHECK(both.particles[0].position_voxels == Point3{102, 100, 90});  // 13.5 Å / 1.35 Å, once
  CHECK(!has_warning(both, "differ in pixels"));
  const auto other = parse(head + "T 100 100 100 1 13.5 0 0 1 0 0\n");
  CHECK(other.particles[0].position_voxels == Point3{100, 100, 90});
  CHECK(has_warning(other, "origin shifts of 1 particles differ in pixels"));
}

TEST_CASE("relion: every table with particles counts") {
  const std::string more =
      "\ndata_particles2\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n";
  CHECK_THAT(error_of(kColumns + "T 1 1 1\n" + more + "2 2 2\n"),
             DFE_CONTAINS("data_particles in line 2, data_particles2 in line"));
  CHECK(parse(kColumns + "T 1 1 1\n" + more).particles.size() == 1);
  CHECK(parse(kColumns + more + "2 2 2\n").particles.size() == 1);
}

TEST_CASE("relion: a pixel size is known of all tomograms or of none") {
  ParticleList list = parse(kColumns + "A 1 1 1\nB 2 2 2\n");
  CHECK(write(list, ListFormat::Relion4).text.find("PixelSize") == std::string::npos);
  list.tomograms[0].voxel_size = VoxelSize::cubic(8);
  for (const ListFormat format : {ListFormat::Relion3, ListFormat::Relion4, ListFormat::Warp})
    CHECK_THROWS_WITH(write(list, format),
                      DFE_CONTAINS("the voxel size of the tomogram 'B' is unknown"));
}

TEST_CASE("relion: particles without score or number come back without") {
  ParticleList list = parse(kColumns + "A 1 1 1\nA 2 2 2\n");
  list.particles[0].score = 0.5;
  list.particles[1].object_id = 0;
  const ParticleList again = write(list, ListFormat::Relion4).list;
  CHECK(again.particles[0].score == 0.5);
  CHECK(!again.particles[1].score);
  CHECK(!again.particles[0].object_id);
  CHECK(again.particles[1].object_id == 0);
  CHECK(!has(again, "_dfeScored"));
  list.particles[1].score = 0.25;
  CHECK(write(list, ListFormat::Relion4).text.find("dfeScored") == std::string::npos);
}

TEST_CASE("relion: our RELION 5 lists carry the size that their positions count from") {
  ParticleList list = parse(kColumns + "A 30 20 10\nB 30 20 10\n");
  for (ListTomogram& t : list.tomograms) t.voxel_size = VoxelSize::cubic(8);
  list.tomograms[0].size_voxels = {40, 50, 61};
  list.tomograms[1].size_voxels = {80, 90, 100};
  for (const double b : {1.0, 4.0}) {
    const Written written = write(list, ListFormat::Relion5, b);
    const Point3& u = written.list.particles[1].position_voxels;
    CHECK(u.x == Approx(30 * b + (b - 1) / 2).margin(1e-6));  // in the pixels of the file
    CHECK(written.list.tomograms[0].size_voxels == Point3{40 * b, 50 * b, 61 * b});
    ListOptions reading;
    reading.binning = b;
    const auto again = write(list, ListFormat::Relion5, b, reading).list;
    CHECK(again.particles[0].position_voxels.x == Approx(30).margin(1e-6));
    CHECK(again.tomograms[1].size_voxels == Point3{80, 90, 100});
  }
  ListOptions other = one_tomogram({40, 50, 80}, VoxelSize::cubic(8));
  other.tomograms[0].name = "A";
  CHECK_THROWS_WITH(write(list, ListFormat::Relion5, 1.0, other),
                    DFE_CONTAINS("40 x 50 x 61 voxels") && DFE_CONTAINS("40 x 50 x 80 voxels"));
}

TEST_CASE("relion: columns that contradict the pixel size written are left out") {
  const std::string text =
      "data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n_rlnDetectorPixelSize\n"
      "_rlnTomoSubtomogramBinning\n_rlnVoltage\n1 2.0 5 4 300\n" +
      kGrouped + "A 125 110 95 1\n";
  ListOptions options = one_tomogram({40, 50, 60}, VoxelSize::cubic(8));
  options.binning = 4;
  const ParticleList list = parse(text, options);
  const Written same = write(list, ListFormat::Relion4);  // 2 Å again
  CHECK(has(same.list, "data_optics/_rlnTomoSubtomogramBinning"));
  CHECK(!has(same.list, "data_optics/_rlnDetectorPixelSize"));
  const Written binned = write(list, ListFormat::Relion4, 1.0);  // 8 Å
  CHECK(!has(binned.list, "data_optics/_rlnTomoSubtomogramBinning"));
  CHECK(has(binned.list, "data_optics/_rlnVoltage"));
  CHECK(std::count(binned.losses.begin(), binned.losses.end(),
                   "column rlnDetectorPixelSize contradicts the pixel size that is written, so it "
                   "is left out") == 1);
}

TEST_CASE("star: a comment sign within a text is quoted") {
  CHECK(io::lists::star_value("a#b") == "\"a#b\"");
  ParticleList list = parse(kColumns + "A 1 1 1\n");
  list.class_names = {"background", "a#b"};
  CHECK(write(list, ListFormat::Relion4).list.class_names[1] == "a#b");
}

TEST_CASE("star: columns of CSV lists that have no place are named") {
  const ParticleList list = parse("class_label,x,y,z,mine\n1,10,12,13,q\n");
  const Written written = write(list, ListFormat::Relion4);
  REQUIRE(written.losses.size() == 1);
  CHECK(written.losses[0] ==
        "the format has no place for these columns, so they are not in the file: 'mine'");
}
