// SPDX-License-Identifier: Apache-2.0
// Whatever is under way when the observer asks to stop ends with an error of the kind Cancelled, by
// which callers tell it from a failure.
#include <functional>
#include <map>

#include "dfengine/dfengine.hpp"
#include "engine/sampling/sampler.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

struct Quitter : Observer {
  bool cancelled() override { return true; }
};

/// What the error says.
std::string cancelled_by(const std::function<void(Observer*)>& work) {
  Quitter quitter;
  try {
    work(&quitter);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::Cancelled);
    return error.what();
  }
  return "went to its end";
}

}  // namespace

TEST_CASE("cluster, target, evaluate and simulate end as cancelled") {
  LabelMap map = empty_map({20, 20, 20});
  paint_ball(map, {10, 10, 10}, 4, 1);
  for (const ClusterOptions& options : {mean_shift_options(4), component_options()})
    CHECK(cancelled_by([&](Observer* o) { cluster(map, options, nullptr, o); }) ==
          "cluster: cancelled");

  ParticleList list;
  list.particles.push_back({});
  list.particles[0].class_label = 1;
  TargetOptions target;
  target.shapes[1].radii_voxels = {3, 3, 3};
  CHECK(cancelled_by([&](Observer* o) { paint_objects(list, target, map.labels.view(), o); }) ==
        "target: cancelled");

  list.particles[0].score = 1;
  const std::vector<EvaluationPair> pairs{{"t", list.particles, list.particles, {}, nullptr}};
  CHECK(cancelled_by([&](Observer* o) { sweep_thresholds(pairs, {}, SweepValue::Score, 5, o); }) ==
        "evaluate: cancelled");
  CHECK(cancelled_by([&](Observer* o) { bootstrap_scores(pairs, {}, 9, 1, o); }) ==
        "evaluate: cancelled");

  SceneOptions scene;
  scene.extent = {32, 32, 32};
  scene.classes.push_back({"ball", 1, shape_density("sphere", {60, 60, 60}, {}), 1, 1, false, 0});
  CHECK(cancelled_by([&](Observer* o) { make_scene(scene, o); }) == "simulate: cancelled");
  const Volume<float> density({16, 16, 16}, 1);
  CHECK(cancelled_by([&](Observer* o) { image_scene(density.view(), nullptr, 10, {}, o); }) ==
        "simulate: cancelled");
}

TEST_CASE("the network and what reads for it end as cancelled") {
  const MemoryVolume volume = random_volume({16, 16, 16}, 1);
  const Weights weights = random_weights({.widths = {4, 4, 4}, .classes = 2}, 3);
  for (const Normalization kind : {Normalization::None, Normalization::Tomogram})
    for (const Tiling tiling : {Tiling::Exact, Tiling::DeepFinder}) {
      SegmentOptions options;
      options.normalization = kind;
      options.tiling = tiling;
      options.deepfinder_patch = 56;
      INFO(static_cast<int>(kind) << " " << static_cast<int>(tiling));
      CHECK_THAT(cancelled_by([&](Observer* o) { segment(volume, weights, options, {}, o); }),
                 DFE_CONTAINS("'test volume': cancelled"));
    }
  CHECK_THAT(cancelled_by([&](Observer* o) {
               const auto labels = std::make_shared<MemoryVolume>(Volume<float>({16, 16, 16}, 1));
               sampling::SamplerOptions options;
               options.patch = {8, 8, 8};
               options.classes = 2;
               options.normalization = Normalization::None;
               sampling::Sampler(
                   {{std::make_shared<MemoryVolume>(random_volume({16, 16, 16}, 1)), labels, {}}},
                   options, o);
             }),
             DFE_CONTAINS("'test volume': cancelled"));
}

TEST_CASE("info does not take a stop for a file of another kind") {
  const TempFolder folder;
  const LabelMap map = empty_map({4, 4, 4});
  for (const char* name : {"labels.h5", "labels.mrc"}) {
    io::write_labels(folder / name, map);
    InfoRequest request;
    request.files = {folder / name};
    CHECK(cancelled_by([&](Observer* o) { run_info(request, o); }) ==
          "info: '" + (folder / name).string() + "': cancelled");
  }
}
