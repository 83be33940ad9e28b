// SPDX-License-Identifier: Apache-2.0
// The main job on a small example: exactly the planted particles, of the right class, in the right
// place.
#include <cmath>

#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe::test;

namespace {

void make_example(const TempFolder& folder) {
  const CommandResult made = run_command(folder.path(), {DFE_MAKE_EXAMPLE, "."});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
}

}  // namespace

TEST_CASE("pick finds the planted particles and nothing else") {
  const TempFolder folder;
  make_example(folder);
  const CommandResult run = dfengine(folder.path(),
                                     "pick tomo.mrc --weights model.h5 --radius 8 --min-size 100 "
                                     "--labels labels.mrc -o picks.csv --json");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  parse_json(run.out);
  CHECK(std::filesystem::exists(folder / "picks.csv.run.json"));
  for (const std::string& name : names_in(folder.path())) {
    INFO(name);
    CHECK_FALSE(name.starts_with('.'));  // no temporary file is left
  }

  const dfe::ParticleList truth = dfe::io::read_list(folder / "truth.csv");
  const dfe::ParticleList picks = dfe::io::read_list(folder / "picks.csv");
  REQUIRE(truth.particles.size() == 12);
  CHECK(picks.particles.size() == truth.particles.size());
  for (const dfe::Particle& there : truth.particles) {
    int found = 0;
    for (const dfe::Particle& pick : picks.particles) {
      const dfe::Point3 &a = there.position_voxels, &b = pick.position_voxels;
      // Half a voxel: the noise moves the centroid of some 700 voxels by a few tenths of one at
      // most.
      if (pick.class_label == there.class_label &&
          std::hypot(a.z - b.z, a.y - b.y, a.x - b.x) < 0.5)
        ++found;
    }
    CHECK(found == 1);
  }

  // The two steps apart give the same, byte by byte.
  REQUIRE(dfengine(folder.path(),
                   "segment tomo.mrc --weights model.h5 -o again.mrc --threads 1 --slab 4")
              .exit_code == 0);
  CHECK(read_text(folder / "again.mrc") == read_text(folder / "labels.mrc"));
}

TEST_CASE("an interrupted run says so and leaves nothing behind") {
  const TempFolder folder;
  make_example(folder);
  dfe::VolumeGeometry geometry;
  geometry.extent = {64, 256, 256};  // many seconds of work for one thread
  geometry.voxel_size = dfe::VoxelSize::cubic(10);
  dfe::Volume<float> volume(geometry.extent);
  std::int64_t index = 0;
  for (float& voxel : volume.span()) voxel = static_cast<float>(index++ % 7);
  dfe::io::write_volume(folder / "large.mrc", volume.view(), geometry);
  const auto before = names_in(folder.path());

  // The signal is sent once the program has said how it will go about the work.
  const TempFolder other;
  const std::string log = (other / "log").string();
  const CommandResult run =
      run_command(folder.path(), {"/bin/sh", "-c",
                                  std::string(DFENGINE_BINARY) +
                                      " segment large.mrc --weights model.h5 -o labels.mrc "
                                      "--scores scores.h5 --threads 1 --slab 4 2>" +
                                      log + " & p=$!; while kill -0 $p && ! grep -q device " + log +
                                      "; do sleep 0.05; done; kill -TERM $p; wait $p"});
  INFO(run.err);
  CHECK(run.exit_code == 1);
  CHECK_THAT(read_text(log), DFE_CONTAINS("'large.mrc': cancelled\n"));
  CHECK(run.out.empty());
  CHECK(names_in(folder.path()) == before);
}
