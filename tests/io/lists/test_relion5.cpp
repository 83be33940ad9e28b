// SPDX-License-Identifier: Apache-2.0
// A RELION 5 list of several tomograms of several sizes, with the table of tomograms beside it. The
// expected pixels are those of RELION's formula: u = centred / pixel size + size / 2.
#include <filesystem>
#include <fstream>
#include <iomanip>

#include "core/philox.hpp"
#include "io/particle_list.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;

namespace {

struct Tomogram {
  const char* name;
  int x, y, z;  ///< unbinned
};

constexpr Tomogram kTomograms[] = {{"TS_01", 4092, 5760, 2000},
                                   {"TS_03", 4000, 4000, 2001},
                                   {"TS_43", 4093, 5761, 1999},
                                   {"TS_45", 3710, 3838, 1500},
                                   {"TS_54", 1024, 2047, 777}};
constexpr double kPixel = 1.35;
constexpr int kParticles = 9053;

void write_tomograms(const std::filesystem::path& path, double binning) {
  std::ofstream out(path);
  out << "data_global\n\nloop_\n_rlnTomoName\n_rlnVoltage\n_rlnTomoTiltSeriesPixelSize\n"
         "_rlnTomoSizeX\n_rlnTomoSizeY\n_rlnTomoSizeZ\n";
  if (binning > 0) out << "_rlnTomoTomogramBinning\n";
  for (const Tomogram& t : kTomograms) {
    out << t.name << " 300 " << kPixel << ' ' << t.x << ' ' << t.y << ' ' << t.z;
    if (binning > 0) out << ' ' << binning;
    out << '\n';
  }
}

/// The unbinned pixel of particle `i`, which lies in tomogram `i % 5`.
Point3 pixel_of(int i) {
  const Philox random(5, RandomPurpose{1});
  const Tomogram& t = kTomograms[i % 5];
  const auto at = [&](std::uint64_t axis, int size) {
    const double share = random.uniform(1, 3 * static_cast<std::uint64_t>(i) + axis);
    return std::floor(1000 * share * (size - 1)) / 1000;
  };
  return {at(0, t.z), at(1, t.y), at(2, t.x)};
}

void write_particles(const std::filesystem::path& path) {
  std::ofstream out(path);
  out << "data_optics\n\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n1 " << kPixel
      << "\n\ndata_particles\n\nloop_\n_rlnTomoName\n_rlnCenteredCoordinateXAngst\n"
         "_rlnCenteredCoordinateYAngst\n_rlnCenteredCoordinateZAngst\n_rlnOpticsGroup\n"
         "_rlnClassNumber\n"
      << std::fixed << std::setprecision(6);
  for (int i = 0; i < kParticles; ++i) {
    const Tomogram& t = kTomograms[i % 5];
    const Point3 u = pixel_of(i);
    out << t.name << ' ' << (u.x - t.x / 2.0) * kPixel << ' ' << (u.y - t.y / 2.0) * kPixel << ' '
        << (u.z - t.z / 2.0) * kPixel << " 1 1\n";
  }
}

void check_near(const Point3& p, const Point3& q) {
  const double most = std::max({std::abs(p.z - q.z), std::abs(p.y - q.y), std::abs(p.x - q.x)});
  CHECK(most < 1e-5);
}

}  // namespace

TEST_CASE("9,053 particles of five tomograms lie where RELION's formula puts them") {
  const test::TempFolder folder;
  write_particles(folder / "particles.star");
  for (const double binning : {0.0, 1.0, 4.0, 7.4}) {
    INFO("binning " << binning);
    write_tomograms(folder / "tomograms.star", binning);
    io::ListOptions options;
    options.tomograms = io::read_tomograms(folder / "tomograms.star");
    const ParticleList list = io::read_list(folder / "particles.star", options);
    REQUIRE(list.particles.size() == kParticles);
    CHECK(list.warnings.empty());
    const double b = binning > 0 ? binning : 1;
    for (int i = 0; i < kParticles; i += 17) {
      const Point3 u = pixel_of(i),
                   &x = list.particles[static_cast<std::size_t>(i)].position_voxels;
      check_near(x, {(u.z - (b - 1) / 2) / b, (u.y - (b - 1) / 2) / b, (u.x - (b - 1) / 2) / b});
    }
    options.format = io::ListFormat::Relion4;  // unbinned, since the binning is known
    io::write_list(folder / "relion4.star", list, options);
    const ParticleList unbinned = io::read_list(folder / "relion4.star");
    for (int i = 0; i < kParticles; i += 17)
      check_near(unbinned.particles[static_cast<std::size_t>(i)].position_voxels, pixel_of(i));
  }
}

TEST_CASE("one size is never taken for several tomograms") {
  const test::TempFolder folder;
  write_particles(folder / "particles.star");
  const std::string file = (folder / "particles.star").string();
  io::ListOptions options = test::one_tomogram({2000, 5760, 4092}, VoxelSize::cubic(kPixel));
  CHECK_THROWS_WITH(io::read_list(file, options),
                    DFE_CONTAINS("5 tomograms") && DFE_CONTAINS("TS_01, TS_03"));
  options.tomograms.front().name = "TS_01";
  CHECK_THROWS_WITH(
      io::read_list(file, options),
      DFE_CONTAINS("size is unknown for the tomogram 'TS_03'") && DFE_CONTAINS("--tomograms"));
  CHECK_THROWS_WITH(io::read_tomograms(file), DFE_CONTAINS("not a table of tomograms"));
}
