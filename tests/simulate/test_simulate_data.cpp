// SPDX-License-Identifier: Apache-2.0
// Densities from real atomic models against density maps that other programs made of the same
// models.
#include <cmath>

#include "dfengine/simulate.hpp"
#include "io/structure.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"

using namespace dfe;

namespace {

/// Correlation of two densities, both centred, over the smaller cube.
double correlation(const Volume<float>& a, const Volume<float>& b) {
  const std::int64_t half = std::min(a.extent().x, b.extent().x) / 2 - 1, ca = a.extent().x / 2,
                     cb = b.extent().x / 2;
  double n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  for (std::int64_t z = -half; z <= half; ++z)
    for (std::int64_t y = -half; y <= half; ++y)
      for (std::int64_t x = -half; x <= half; ++x) {
        const double u = a(ca + z, ca + y, ca + x), v = b(cb + z, cb + y, cb + x);
        n += 1, sa += u, sb += v, saa += u * u, sbb += v * v, sab += u * v;
      }
  return (sab - sa * sb / n) / std::sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
}

}  // namespace

TEST_CASE("densities from atoms agree with maps made of the same atoms elsewhere") {
  const auto data = test::data_dir();
  for (const char* name : {"1bxn", "3h84", "3gl1", "1s3x", "3j9i"}) {
    DensityOptions options;
    options.voxel_size_angstrom = 12;
    const ObjectDensity atoms = structure_density(
        io::read_structure(data / "structures" / (std::string(name) + ".pdb")), options);
    const auto file = io::open_volume(data / "densities" / (std::string(name) + ".mrc"));
    const Volume<float> map = io::read_volume(*file);
    const ObjectDensity other =
        map_density(map.view(), file->info().geometry.voxel_size.mean_angstrom(), {}, 3, options);
    const double value = correlation(atoms.values, other.values);
    INFO(name << ": " << value);
    CHECK(value > 0.97);
  }
}

TEST_CASE("real complexes have their mass as volume") {
  const auto data = test::data_dir();
  DensityOptions options;
  // The 70S ribosome: 2.3 MDa, two thirds RNA (0.56 cm³/g) and a third protein (0.74): 2.3 million
  // Å³.
  const ObjectDensity ribosome = structure_density(
      io::read_structure(data / "structures/4v5a_70S_one_ribosome.cif.gz"), options);
  double voxels = 0;
  for (const float v : ribosome.mask.span()) voxels += v;
  CHECK(voxels * std::pow(13.68, 3) > 2.3e6);
  CHECK(voxels * std::pow(13.68, 3) < 2 * 2.3e6);  // an envelope at 27 Å is wider
}
