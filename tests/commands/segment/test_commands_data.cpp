// SPDX-License-Identifier: Apache-2.0
// A real cryo-electron tomogram (a virion, EMD-1155) through `pick` with random weights: whatever
// is found, the label map must lie where the tomogram lies. And the contrast of the paper's data
// set 1, with weights that were trained on it.
#include <algorithm>

#include "dfengine/dfengine.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

TEST_CASE("pick keeps the geometry of a real tomogram") {
  const auto input = data_dir() / "real" / "emd_1155.ccp4";
  const TempFolder folder;
  io::write_weights(folder / "random.weights.h5", random_weights({{4, 6, 8}, 4}, 11));

  PickRequest request;
  request.segment.tomograms = {input.string()};
  request.segment.weights = (folder / "random.weights.h5").string();
  request.segment.output = (folder / "labels.mrc").string();
  request.segment.scores = (folder / "scores.h5").string();
  request.output = (folder / "picks.star").string();
  request.cluster.radius = {6, false};
  request.cluster.min_size = 20;
  run_pick(request);

  const auto tomogram = io::open_volume(input), labels = io::open_volume(folder / "labels.mrc");
  const VolumeGeometry &a = tomogram->info().geometry, &b = labels->info().geometry;
  CHECK(a.extent == Extent3{281, 91, 141});  // Source: the entry's header, 141 x 91 x 281 (x, y, z)
  CHECK(b.extent == a.extent);
  CHECK(labels->info().mrc_mode == 0);
  CHECK(b.voxel_size.z_angstrom == Approx(a.voxel_size.z_angstrom).epsilon(1e-6));
  CHECK(b.voxel_size.x_angstrom == Approx(a.voxel_size.x_angstrom).epsilon(1e-6));
  CHECK(b.origin_angstrom == a.origin_angstrom);
  CHECK(b.start == a.start);
  CHECK(b.cell_angles_deg == a.cell_angles_deg);

  const ParticleList list = io::read_list(folder / "picks.star");
  CHECK_FALSE(list.particles.empty());  // random weights label plenty
  for (const Particle& p : list.particles) {
    CHECK((p.position_voxels.z >= 0 && p.position_voxels.z <= 280));
    CHECK((p.position_voxels.x >= 0 && p.position_voxels.x <= 140));
    REQUIRE(p.score.has_value());
    CHECK((*p.score > 0 && *p.score <= 1));
  }
  CHECK(std::filesystem::exists(folder / "picks.star.run.json"));
}

TEST_CASE("inverted contrast is noticed, and --invert undoes it") {
  struct Warnings : Observer {
    std::string text;
    void message(LogLevel level, std::string_view line) override {
      if (level == LogLevel::Warning) text.append(line).append("\n");
    }
  };
  const TempFolder folder;
  const auto source = io::open_volume(data_dir() / "dataset1" / "data" / "tomo8_data.h5");
  const Extent3 part{64, 64, 64};
  Volume<float> dark(part), bright(part);
  source->read_box({{18, 18, 18}, part}, dark.data());
  std::transform(dark.span().begin(), dark.span().end(), bright.data(),
                 [](float value) { return -value; });
  VolumeGeometry geometry;
  geometry.extent = part;
  geometry.voxel_size = VoxelSize::cubic(13.68);
  io::write_volume(folder / "dark.mrc", dark.view(), geometry);
  io::write_volume(folder / "bright.mrc", bright.view(), geometry);

  const auto segment = [&](const std::string& name, bool invert) {
    SegmentRequest request;
    request.common.overwrite = true;
    request.tomograms = {(folder / (name + ".mrc")).string()};
    request.weights = (data_dir() / "dataset1" / "reference_weights.weights.h5").string();
    request.output = (folder / "labels.mrc").string();
    request.invert = invert;
    Warnings warnings;
    run_segment(request, &warnings);
    return std::pair(io::read_labels(request.output), warnings.text);
  };
  const auto [right, silence] = segment("dark", false);
  CHECK_THAT(silence, !DFE_CONTAINS("contrast"));
  CHECK_THAT(segment("bright", false).second,
             DFE_CONTAINS("the contrast looks inverted") && DFE_CONTAINS("use --invert"));
  const auto [inverted, no_warning] = segment("bright", true);
  CHECK_THAT(no_warning, !DFE_CONTAINS("contrast"));
  CHECK(std::equal(right.labels.span().begin(), right.labels.span().end(),
                   inverted.labels.span().begin()));
  CHECK_THAT(segment("dark", true).second, DFE_CONTAINS("leave --invert out"));
}
