// SPDX-License-Identifier: Apache-2.0
// The memory promise, on processes of their own: what a run takes at its peak stays within the
// printed plan plus 5 % and within
// --memory, and however little it is given the labels are the same bits.
#include <fstream>
#include <nlohmann/json.hpp>

#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

TEST_CASE("segment stays within its plan and its budget, with the same labels for every budget") {
  const TempFolder folder;
  const Extent3 extent{32, 290, 400};
  {
    Volume<float> volume(extent);
    const std::vector<float> values = uniform_reals(extent.voxels(), 1);
    std::copy(values.begin(), values.end(), volume.data());
    VolumeGeometry geometry;
    geometry.extent = extent;
    geometry.voxel_size = VoxelSize::cubic(10);
    io::write_volume(folder / "tomogram.mrc", volume.view(), geometry);
  }
  io::write_weights(folder / "weights.h5", random_weights({{16, 16, 16}, 4}, 2));

  for (const auto& [kind, budgets] : std::vector<std::pair<std::string, std::vector<int>>>{
           {"--direct", {140, 200, 2000}}, {"", {300, 2000}}}) {
    std::string labels;
    for (const int megabytes : budgets) {
      INFO(kind << " " << megabytes << " MB");
      const std::string name = "labels" + kind + std::to_string(megabytes) + ".mrc";
      const CommandResult result =
          dfengine(folder.path(), "segment tomogram.mrc --weights weights.h5 -o " + name + " " +
                                      kind + " --memory " + std::to_string(megabytes) + "M");
      INFO(result.err);
      REQUIRE(result.exit_code == 0);
      const auto record = nlohmann::json::parse(read_text(folder / (name + ".run.json")));
      const double planned = record.at("facts").at("planned_memory_bytes"),
                   peak = record.at("facts").at("peak_memory_bytes");
      INFO("planned " << planned / 1048576 << " MiB, peak " << peak / 1048576 << " MiB");
      CHECK(planned <= megabytes * 1048576.0);
      CHECK(peak <= 1.05 * planned);
      const std::string written = read_text(folder / name);
      REQUIRE(written.size() == static_cast<std::size_t>(1024 + extent.voxels()));
      if (labels.empty()) labels = written;
      CHECK(written == labels);
    }
  }
  const CommandResult refused =
      dfengine(folder.path(), "segment tomogram.mrc --weights weights.h5 -o none.mrc --memory 40M");
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, DFE_CONTAINS("at least"));
  CHECK_FALSE(std::filesystem::exists(folder / "none.mrc"));
}
