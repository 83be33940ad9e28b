// SPDX-License-Identifier: Apache-2.0
// Lists, tables of tomograms and binnings together. RELION 5's formula is a = (u - S/2)·p for the
// unbinned pixel u of p Å in a tomogram of S pixels; voxel x of b³ pixels has its centre at pixel
// b·x + (b - 1)/2.
#include <filesystem>
#include <fstream>

#include "io/particle_list.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using namespace dfe::test;
using io::ListOptions;

namespace {

const std::string kOptics =
    "data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n1 2.0\n\n";
const std::string kPixels =
    "data_particles\nloop_\n_rlnTomoName\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n";
const std::string kCentred =
    "data_particles\nloop_\n_rlnTomoName\n_rlnCenteredCoordinateXAngst\n"
    "_rlnCenteredCoordinateYAngst\n_rlnCenteredCoordinateZAngst\n";
// Pixel (125, 110, 95) of 240 x 200 x 160 pixels of 2 Å: (125 - 120)·2 Å = 10 Å, 20 Å, 30 Å.
const std::string kList4 = kPixels + "A 125 110 95\n";
const std::string kList4Sized = kOptics + kPixels + "_rlnOpticsGroup\nA 125 110 95 1\n";
const std::string kList5 = kOptics + kCentred + "_rlnOpticsGroup\nA 10 20 30 1\n";

std::string table(const std::string& pixel, const std::string& size, const std::string& binning) {
  return "data_global\nloop_\n_rlnTomoName\n_rlnTomoTiltSeriesPixelSize\n_rlnTomoSizeX\n"
         "_rlnTomoSizeY\n_rlnTomoSizeZ\n" +
         (binning.empty() ? std::string() : std::string("_rlnTomoTomogramBinning\n")) + "A " +
         pixel + " " + size + " " + binning + "\n";
}

std::vector<ListTomogram> tomograms_of(const std::string& text) {
  const TempFolder folder;
  std::ofstream(folder / "tomograms.star") << text;
  std::vector<ListTomogram> tomograms = io::read_tomograms(folder / "tomograms.star");
  for (ListTomogram& t : tomograms) t.told_by = "tomograms.star";
  return tomograms;
}

ListOptions options_of(const std::string& table, std::optional<double> binning = {}) {
  ListOptions options;
  options.tomograms = tomograms_of(table);
  options.binning = binning;
  return options;
}

std::string table_error(const std::string& text) {
  try {
    tomograms_of(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

void check_at(const ParticleList& list, double x, double y, double z) {
  const Point3& p = list.particles.at(0).position_voxels;
  CHECK(p.x == Approx(x).margin(1e-9));
  CHECK(p.y == Approx(y).margin(1e-9));
  CHECK(p.z == Approx(z).margin(1e-9));
}

}  // namespace

TEST_CASE("a table without binning counts unbinned pixels, which the option bins") {
  const ListOptions options = options_of(table("2.0", "240 200 160", ""), 4);
  for (const std::string& text : {kList4, kList4Sized, kList5}) {
    INFO(text);
    const ParticleList list = parse(text, options);
    check_at(list, 30.875, 27.125, 23.375);  // (125 - 1.5)/4 and so on
    CHECK(list.tomograms[0].voxel_size == VoxelSize::cubic(8));
    CHECK(list.tomograms[0].size_voxels == Point3{40, 50, 60});
    const TempFolder folder;
    ListOptions written;
    written.format = io::ListFormat::Relion5;
    io::write_list(folder / "r5.star", list, written);
    ListOptions unbinned = options_of(table("2.0", "240 200 160", ""));
    check_at(io::read_list(folder / "r5.star", unbinned), 125, 110, 95);
    written.format = io::ListFormat::Relion4;
    io::write_list(folder / "r4.star", list, written);
    check_at(io::read_list(folder / "r4.star"), 125, 110, 95);
  }
  check_at(parse(kList5, options_of(table("2.0", "240 200 160", ""))), 125, 110, 95);
}

TEST_CASE("pixel sizes and binnings that contradict each other are refused, with both numbers") {
  ListOptions like = one_tomogram({40, 50, 60}, VoxelSize::cubic(8));
  like.tomograms.front().told_by = "A.mrc";
  like.binning = 2;
  CHECK(error_of(kList5, like) ==
        "list: 'test.file': has unbinned pixels of 2 Å (4 Å with --input-binning 2), but 'A.mrc' "
        "has voxels of 8 Å; give --input-binning 4 if the list's pixels are unbinned, or "
        "--voxel-size if a size is wrong");
  like.binning = 4;
  check_at(parse(kList5, like), 30.875, 27.125, 23.375);

  const std::string binned = table("2.0", "240 200 160", "4");
  check_at(parse(kList5, options_of(binned)), 30.875, 27.125, 23.375);
  CHECK_THAT(error_of(kList5, options_of(binned, 2)),
             DFE_CONTAINS("4 Å with --input-binning 2") && DFE_CONTAINS("voxels of 8 Å") &&
                 DFE_CONTAINS("leave --input-binning out"));
  for (const std::string& text : {kList4, kCentred + "A 10 20 30\n"})
    CHECK_THAT(error_of(text, options_of(binned, 2)),
               DFE_CONTAINS("--input-binning is 2, but 'tomograms.star' has a binning of 4; leave "
                            "--input-binning out"));

  for (const char* binning : {"", "4"})
    CHECK_THAT(error_of(kList5, options_of(table("1.0", "240 200 160", binning))),
               DFE_CONTAINS("unbinned pixels of 2 Å") && DFE_CONTAINS("'tomograms.star'"));
  CHECK_THAT(error_of(kList5, options_of(table("1.0", "240 200 160", ""), 4)),
             DFE_CONTAINS("voxels of 4 Å; correct the header that is wrong"));
  const std::string volume = std::string(208, '\0') + "MAP " + std::string(812, '\0');
  CHECK_THAT(table_error(volume), DFE_CONTAINS("is a volume") && DFE_CONTAINS("--like"));
}

TEST_CASE("a list made without the binning has pixels as large as the tomogram's voxels") {
  // (30.875 - 60/2)·8 Å = 7 Å, (27.125 - 25)·8, (23.375 - 20)·8
  const std::string text =
      "data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n1 8.0\n\n" + kCentred +
      "_rlnOpticsGroup\nA 7 17 27 1\n";
  check_at(parse(text, options_of(table("2.0", "240 200 160", "4"))), 30.875, 27.125, 23.375);
}

TEST_CASE("damaged tables of tomograms are refused with the line") {
  const std::string good = table("2.0", "240 200 160", "4");
  CHECK(table_error(good) == "no error");
  CHECK(table_error(good + "A 2.0 240 200 160 4\n") == "no error");
  CHECK_THAT(table_error(good + "A 2.0 241 200 160 4\n"),
             DFE_CONTAINS("line 10: the tomogram 'A' has other sizes than in line 9"));
  CHECK_THAT(table_error(table("2.0", "0 200 160", "")), DFE_CONTAINS("_rlnTomoSizeX is 0"));
  CHECK_THAT(table_error(table("2.0", "240.5 200 160", "")),
             DFE_CONTAINS("line 8: _rlnTomoSizeX is 240.5"));
  CHECK_THAT(table_error(table("2.0", "240 200 160", "0")),
             DFE_CONTAINS("line 9: _rlnTomoTomogramBinning is 0"));
  CHECK_THAT(table_error(table("0", "240 200 160", "4")), DFE_CONTAINS("PixelSize is 0"));
  CHECK_THAT(table_error("data_\nloop_\n_rlnTomoName\n_rlnTomoSizeX\n_rlnTomoSizeY\nA 1 1\n"),
             DFE_CONTAINS("column _rlnTomoSizeZ is missing"));
  ListOptions options = options_of(good + "rec_A 2.0 480 200 160 4\n");
  check_at(parse(kList5, options), 30.875, 27.125, 23.375);  // the exact name
  options.tomograms[0].name = "A.mrc";
  CHECK_THAT(error_of(kList5, options), DFE_CONTAINS("which may be 'A.mrc' or 'rec_A'"));
}
