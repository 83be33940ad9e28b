// SPDX-License-Identifier: Apache-2.0
// Voxels of 30 x 10 x 10 Å through the commands: three numbers, never their mean.
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/atomic_file.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;
using Json = nlohmann::json;

namespace {

constexpr dfe::Extent3 kExtent{20, 40, 50};

Json json_of(const TempFolder& folder, const std::string& line) {
  const CommandResult result = dfengine(folder.path(), line + " --json");
  INFO(line << "\n" << result.err);
  REQUIRE(result.exit_code == 0);
  return Json::parse(result.out);
}

void write_tomogram(const TempFolder& folder) {
  dfe::Volume<float> volume(kExtent, 0.5f);
  volume(0, 0, 0) = 1;
  dfe::VolumeGeometry geometry;
  geometry.extent = kExtent;
  geometry.voxel_size = {30, 10, 10};
  dfe::io::write_volume(folder / "t.mrc", volume.view(), geometry);
}

/// Voxels within 60 Å of one in the middle.
std::int64_t voxels_of_sphere() {
  std::int64_t count = 0;
  for (int z = -2; z <= 2; ++z)
    for (int y = -6; y <= 6; ++y)
      for (int x = -6; x <= 6; ++x) count += 900 * z * z + 100 * y * y + 100 * x * x <= 60 * 60;
  return count;
}

}  // namespace

TEST_CASE("info shows three voxel sizes and says what they mean") {
  const TempFolder folder;
  write_tomogram(folder);
  const CommandResult result = dfengine(folder.path(), "info t.mrc");
  CHECK_THAT(result.out, DFE_CONTAINS("30 x 10 x 10 Å (z, y, x)"));
  CHECK_THAT(result.out, DFE_CONTAINS("warning: the voxels are not cubic"));
  CHECK(json_of(folder, "info t.mrc").at("voxel_size_angstrom") == Json({30.0, 10.0, 10.0}));
}

TEST_CASE("target, cluster and evaluate measure Å along each axis") {
  const TempFolder folder;
  write_tomogram(folder);
  // Neighbours are 150 Å away: 5 planes, 15 rows or 15 voxels of a row.
  dfe::io::write_text_file(folder / "truth.csv",
                           "class_label,z,y,x\n1,5,10,10\n1,10,10,10\n1,5,25,10\n1,5,10,25\n");
  const Json target = json_of(folder, "target truth.csv --like t.mrc --spheres 60A -o target.mrc");
  CHECK(target.at("voxel_size_angstrom") == Json({30.0, 10.0, 10.0}));
  CHECK(target.at("classes").at("1").at("voxels") == 4 * voxels_of_sphere());

  const Json picks =
      json_of(folder, "cluster target.mrc --radius 60A --tomogram-name t -o picks.csv");
  CHECK(picks.at("results").at(0).at("particles") == 4);
  for (const std::string format : {"relion3", "relion4", "relion5"}) {
    const CommandResult refused =
        dfengine(folder.path(), "cluster target.mrc --radius 60A -o picks.star --format " + format);
    CHECK(refused.exit_code == 2);
    CHECK_THAT(refused.err, DFE_CONTAINS("RELION knows cubic voxels only, and these are of "
                                         "30 x 10 x 10 Å (z, y, x)"));
  }
  const Json found =
      json_of(folder, "evaluate picks.csv --truth truth.csv --like t.mrc --distance 0.1A");
  CHECK(found.at("localization").at("tp") == 4);
  CHECK(found.at("mean_distance_angstrom").get<double>() < 1e-3);

  // 60 Å along z, 40 along y, 40 along x, and 36 along z and 30 along y, which are 47.
  dfe::io::write_text_file(folder / "moved.csv",
                           "class_label,z,y,x\n1,7,10,10\n1,10,14,10\n1,5,25,14\n1,6.2,13,25\n");
  const std::string moved = "evaluate moved.csv --truth truth.csv --like t.mrc --distance ";
  const Json in_angstrom = json_of(folder, moved + "50A");
  CHECK(in_angstrom.at("localization").at("tp") == 3);
  CHECK(in_angstrom.at("mean_distance_angstrom").get<double>() ==
        Approx((40 + 40 + std::hypot(36, 30)) / 3));
  const Json& reach = in_angstrom.at("distance_voxels");
  CHECK(reach[0].get<double>() == Approx(50.0 / 30));
  CHECK(reach[2].get<double>() == Approx(5));
  const Json in_voxels = json_of(folder, moved + "5");
  CHECK(in_voxels.at("localization").at("tp") == 4);
  CHECK(in_voxels.at("distance_voxels") == 5);
}
