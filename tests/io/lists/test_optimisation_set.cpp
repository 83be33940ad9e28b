// SPDX-License-Identifier: Apache-2.0
// RELION's optimisation set in place of the particles or the tomograms that it names.
#include <filesystem>
#include <fstream>

#include "io/particle_list.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

/// A project with one particle in a tomogram of 400x300x200 pixels of 2 Å (x, y, z), binned by 4.
fs::path write_project(const fs::path& project) {
  write(project / "Tomograms/job005/tomograms.star",
        "data_global\nloop_\n_rlnTomoName\n_rlnTomoTiltSeriesPixelSize\n_rlnTomoTomogramBinning\n"
        "_rlnTomoSizeX\n_rlnTomoSizeY\n_rlnTomoSizeZ\nTS_1 2 4 400 300 200\n");
  write(project / "Extract/job010/particles.star",
        "data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n1 2\n\n"
        "data_particles\nloop_\n_rlnTomoName\n_rlnCenteredCoordinateXAngst\n"
        "_rlnCenteredCoordinateYAngst\n_rlnCenteredCoordinateZAngst\n_rlnOpticsGroup\n"
        "TS_1 -80 40 0 1\n");
  fs::path set = project / "Extract/job010/optimisation_set.star";
  write(set,
        "# version 50001\n\ndata_\n\n_rlnTomoTomogramsFile   Tomograms/job005/tomograms.star\n"
        "_rlnTomoParticlesFile   Extract/job010/particles.star\n");
  return set;
}

std::string error_of(const fs::path& file) {
  try {
    io::read_list(file);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("an optimisation set is read as the particles and tomograms that it names") {
  const test::TempFolder folder;
  const fs::path set = write_project(folder.path());
  const ParticleList list = io::read_list(set);
  REQUIRE(list.particles.size() == 1);
  CHECK(list.tomogram_of(list.particles[0]).voxel_size == VoxelSize::cubic(8));
  // Pixel u = Å/2 + size/2 of the unbinned image; voxel (u - 1.5)/4.
  const Point3& p = list.particles[0].position_voxels;
  CHECK(p.x == Approx((200 - 40 - 1.5) / 4));
  CHECK(p.y == Approx((150 + 20 - 1.5) / 4));
  CHECK(p.z == Approx((100 - 1.5) / 4));
  CHECK(test::has_warning(list, "optimisation set; what it names is read: '"));

  const std::vector<ListTomogram> tomograms = io::read_tomograms(set);
  REQUIRE(tomograms.size() == 1);
  CHECK(tomograms[0].size_voxels == Point3{50, 75, 100});
}

TEST_CASE("tomograms that the user gives go before those of an optimisation set") {
  const test::TempFolder folder;
  const fs::path set = write_project(folder.path());
  io::ListOptions options;
  options.tomograms = {ListTomogram::of("TS_1", {100, 150, 200}, VoxelSize::cubic(4))};
  const ParticleList list = io::read_list(set, options);
  CHECK(list.particles.at(0).position_voxels.z == Approx((100 - 0.5) / 2));
}

TEST_CASE("an optimisation set whose files are not there says which to give") {
  const test::TempFolder folder;
  const fs::path set = write_project(folder.path());
  fs::remove(folder / "Extract/job010/particles.star");
  CHECK_THAT(error_of(set), DFE_CONTAINS("its particles 'Extract/job010/particles.star' are in no "
                                         "folder above it; give that file instead"));
  write(set, "data_\n_rlnTomoTomogramsFile Tomograms/job005/tomograms.star\n");
  CHECK_THAT(error_of(set), DFE_CONTAINS("but no particles"));
  write(set, "data_\n_rlnTomoParticlesFile Extract/job010/particles.star\n");
  CHECK_THROWS_WITH(io::read_tomograms(set), DFE_CONTAINS("but no tomograms"));
}
