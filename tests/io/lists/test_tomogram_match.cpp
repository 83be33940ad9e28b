// SPDX-License-Identifier: Apache-2.0
// Lists whose rows do not all name a tomogram, and lists whose pixels are larger than the
// tomogram's voxels: refused in every format, with the numbers.
#include "io/particle_list.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using namespace dfe::test;
using io::ListOptions;

namespace {

/// Particles of the tomogram A; the second one may have none.
ParticleList three(bool all_named) {
  ParticleList list;
  list.tomograms = {ListTomogram::of("A", {40, 50, 60}, VoxelSize::cubic(8))};
  list.unnamed = ListTomogram::of("", {40, 50, 60}, VoxelSize::cubic(8));
  for (int i = 0; i < 3; ++i) {
    Particle& p = list.particles.emplace_back();
    p.position_voxels = {10, 20, 30.0 + i};
    p.class_label = 1;
    if (all_named || i != 1) p.tomogram = 0;
  }
  return list;
}

/// Dynamo's 40 columns; 20 is the tomogram's number, 24 to 26 are the position.
std::string dynamo_row(int number) {
  std::string row;
  for (int column = 1; column <= 40; ++column)
    row += (column == 20 ? std::to_string(number) : column >= 24 && column <= 26 ? "7" : "0") + " ";
  return row + "\n";
}

const std::string kRelion =
    "data_particles\nloop_\n_rlnTomoName\n_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n";

/// RELION 5: (u - S/2)·p Å from the centre of S pixels of p Å.
std::string relion5(const std::string& pixel, const std::string& position) {
  return "data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n1 " + pixel +
         "\n\ndata_particles\nloop_\n_rlnTomoName\n_rlnCenteredCoordinateXAngst\n"
         "_rlnCenteredCoordinateYAngst\n_rlnCenteredCoordinateZAngst\n_rlnOpticsGroup\nA " +
         position + " 1\n";
}

ListOptions in_tomogram() {
  ListOptions options = one_tomogram({40, 50, 60}, VoxelSize::cubic(8));
  options.tomograms[0].told_by = "A.mrc";
  return options;
}

}  // namespace

TEST_CASE("a list in which only some rows name a tomogram is refused in every format") {
  const std::string xml =
      "<objlist axes=\"xyz\"><object tomo_idx=\"0\" class_label=\"1\" x=\"7\" y=\"7\" z=\"7\"/>"
      "<object class_label=\"1\" x=\"7\" y=\"7\" z=\"7\"/>"
      "<object tomo_idx=\"\" class_label=\"1\" x=\"7\" y=\"7\" z=\"7\"/></objlist>";
  const std::vector<std::string> texts{
      "tomogram,x,y,z,class_label\nA,7,7,7,1\n,7,7,7,1\nA,7,7,7,1\n",
      "tomogram\tx\ty\tz\tclass_label\nA\t7\t7\t7\t1\n\t7\t7\t7\t1\nA\t7\t7\t7\t1\n",
      kRelion + "A 7 7 7\n\"\" 7 7 7\nA 7 7 7\n", xml,
      dynamo_row(4) + dynamo_row(0) + dynamo_row(4)};
  for (const std::string& text : texts) {
    INFO(text);
    ListOptions used_with = in_tomogram();
    used_with.tomogram_name = "A";
    for (const std::string& error : {error_of(text), error_of(text, used_with)}) {
      CHECK_THAT(error, DFE_CONTAINS("particle 2 of 3 names no tomogram, but particle 1 is of '"));
      CHECK_THAT(error, DFE_CONTAINS("name the tomogram of every particle, or of none"));
    }
  }
}

TEST_CASE("such a list is not written either") {
  const TempFolder folder;
  for (const auto& [name, format] : io::written_list_formats()) {
    INFO(name);
    ListOptions options;
    options.format = format;
    CHECK_THROWS_WITH(io::write_list(folder / "list.csv", three(false), options),
                      DFE_CONTAINS("particle 2 of 3 names no tomogram"));
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  io::write_list(folder / "list.star", three(true));
  CHECK(names_of(io::read_list(folder / "list.star")) == std::vector<std::string>{"A"});
}

TEST_CASE("a list that names no tomogram, in cells that are empty, is one without names") {
  const ParticleList list = parse(kRelion + "\"\" 7 7 7\n\"\" 8 7 7\n");
  CHECK(list.tomograms.empty());
  ListOptions options = in_tomogram();
  options.tomogram_name = "A";
  CHECK(names_of(parse(kRelion + "\"\" 7 7 7\n", options)) == std::vector<std::string>{"A"});
}

TEST_CASE("unbinned pixels larger than the tomogram's voxels are refused, with both numbers") {
  const std::string eman2 =
      R"({"apix_unbin": 10, "boxes_3d": [[1, 2, 3, "manual", 0, 0]], "class_list": {}})";
  for (const std::string& text : {relion5("10", "10 20 30"), eman2}) {
    CHECK_THAT(error_of(text, in_tomogram()),
               DFE_CONTAINS("has unbinned pixels of 10 Å, but 'A.mrc' has voxels of 8 Å"));
    CHECK_THAT(error_of(text, in_tomogram()),
               DFE_CONTAINS("use the tomogram that the list was made in"));
  }
  // Within 1 % they are the voxels: x = a/v + N/2.
  const Point3 at = parse(relion5("8.07", "16 -8 40"), in_tomogram()).particles[0].position_voxels;
  CHECK(at.x == Approx(16.0 / 8 + 30).epsilon(1e-12));
  CHECK(at.y == Approx(-8.0 / 8 + 25).epsilon(1e-12));
  CHECK(at.z == Approx(40.0 / 8 + 20).epsilon(1e-12));
}

TEST_CASE("a voxel size that is given is right, and a larger pixel of the list wrong") {
  ListOptions options = in_tomogram();
  options.voxel_size = VoxelSize::cubic(8);
  const ParticleList list = parse(relion5("10", "16 -8 40"), options);
  CHECK(list.particles[0].position_voxels.x == Approx(16.0 / 8 + 30).epsilon(1e-12));
  // A smaller pixel is that of a binning: b = 4, x = a/v + N/2 - (b - 1)/(2b).
  const ParticleList binned = parse(relion5("2", "16 -8 40"), options);
  CHECK(binned.particles[0].position_voxels.x == Approx(16.0 / 8 + 30 - 3.0 / 8).epsilon(1e-12));
}

TEST_CASE("no option bins by less than 1") {
  for (const double binning : {0.8, 0.5, 0.989}) {
    ListOptions options = in_tomogram();
    options.binning = binning;
    const auto refused = DFE_CONTAINS("is not a binning factor: a list's pixels are");
    CHECK_THAT(error_of(relion5("10", "10 20 30"), options), refused);
    CHECK_THAT(error_of(kRelion + "A 7 7 7\n", options), refused);
    CHECK_THROWS_WITH(io::check_list("out.star", three(true), options), refused);
  }
}
