// SPDX-License-Identifier: Apache-2.0
// Every verb that computes takes more threads than there are CPUs, and says once that it uses
// fewer, however many inputs it has.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dfengine/commands.hpp"
#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/commands/train/toy.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/one_cpu.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;
using Json = nlohmann::json;

namespace {

struct Listener : Observer {
  int warnings = 0;
  void message(LogLevel level, std::string_view text) override {
    if (level == LogLevel::Warning && text.starts_with("threads: '3'")) ++warnings;
  }
};

using Verb = std::function<void(int threads, Observer* observer)>;

/// One warning for three threads on one CPU; none for all; below 0 is refused before any work. The
/// records of the results, with the warning where there is one, have what was asked for.
void check(const char* name, const std::vector<std::filesystem::path>& results, const Verb& verb) {
  INFO(name);
  const OneCpu one;
  Listener listener;
  CHECK_THROWS_WITH(verb(-1, &listener), DFE_CONTAINS("threads: '-1': out of range"));
  for (const int threads : {0, 3}) {
    verb(threads, &listener);
    CHECK(listener.warnings == (threads == 3 ? 1 : 0));
    for (const std::filesystem::path& result : results) {
      INFO(result);
      const Json record = Json::parse(read_text(result.string() + ".run.json"));
      CHECK(record.at("options").at("threads") == std::to_string(threads));
      const Json& said = record.at("warnings");
      CHECK(std::count_if(said.begin(), said.end(), [](const Json& warning) {
              return warning.get<std::string>().starts_with("threads: '3'");
            }) == (threads == 3 ? 1 : 0));
    }
  }
}

/// a.mrc and b.mrc, their labels a_labels.mrc and b_labels.mrc, truth.csv, model.h5.
void write_inputs(const TempFolder& folder) {
  const Extent3 extent{16, 16, 16};
  VolumeGeometry geometry;
  geometry.extent = extent;
  geometry.voxel_size = VoxelSize::cubic(10);
  LabelMap map = empty_map(extent);
  map.geometry = geometry;
  paint_ball(map, {8, 8, 8}, 3, 1);
  for (const char* name : {"a", "b"}) {
    Volume<float> voxels(extent);
    random_volume(extent, 7).read_box({{0, 0, 0}, extent}, voxels.data());
    io::write_volume(folder / (std::string(name) + ".mrc"), voxels.view(), geometry);
    io::write_labels(folder / (std::string(name) + "_labels.mrc"), map);
  }
  io::write_text_file(folder / "truth.csv", "z,y,x,class\n8,8,8,1\n");
  io::write_weights(folder / "model.h5", random_weights({.widths = {4, 4, 4}, .classes = 2}, 3));
}

SegmentRequest segment_request(const TempFolder& folder, int threads) {
  SegmentRequest request;
  request.common.overwrite = true;
  request.tomograms = {folder / "a.mrc", folder / "b.mrc"};
  request.weights = folder / "model.h5";
  request.options.compute.threads = threads;
  return request;
}

}  // namespace

TEST_CASE("segment, pick and cluster warn once for all their inputs") {
  const TempFolder folder;
  write_inputs(folder);
  check("segment", {folder / "segmented" / "a_labels.mrc", folder / "segmented" / "b_labels.mrc"},
        [&](int threads, Observer* observer) {
          SegmentRequest request = segment_request(folder, threads);
          request.output = folder / "segmented";
          run_segment(request, observer);
        });
  check("pick", {folder / "picked" / "a.star", folder / "picked" / "b.star"},
        [&](int threads, Observer* observer) {
          PickRequest request;
          request.segment = segment_request(folder, threads);
          request.cluster.radius = {3, false};
          request.cluster.compute.threads = threads;
          request.output = folder / "picked";
          run_pick(request, observer);
        });
  check("cluster", {folder / "clustered" / "a_labels.star", folder / "clustered" / "b_labels.star"},
        [&](int threads, Observer* observer) {
          ClusterRequest request;
          request.common.overwrite = true;
          request.label_maps = {folder / "a_labels.mrc", folder / "b_labels.mrc"};
          request.options.radius = {3, false};
          request.options.compute.threads = threads;
          request.output = folder / "clustered";
          run_cluster(request, observer);
        });
}

TEST_CASE("target, evaluate, simulate and train warn once") {
  const TempFolder folder;
  write_inputs(folder);
  check("target", {folder / "target.mrc"}, [&](int threads, Observer* observer) {
    TargetRequest request;
    request.common.overwrite = true;
    request.list = folder / "truth.csv";
    request.like = folder / "a.mrc";
    request.spheres = "3";
    request.output = folder / "target.mrc";
    request.compute.threads = threads;
    run_target(request, observer);
  });
  check("evaluate", {folder / "scores.csv"}, [&](int threads, Observer* observer) {
    EvaluateRequest request;
    request.predicted = request.truth = {folder / "truth.csv"};
    request.csv = folder / "scores.csv";
    request.common.overwrite = true;
    request.membrane = folder / "a_labels.mrc";
    request.compute.threads = threads;
    run_evaluate(request, observer);
  });
  check("simulate", {folder / "simulated" / "train" / "train_1.mrc"},
        [&](int threads, Observer* observer) {
          io::write_text_file(
              folder / "scene.yaml",
              "size: [16, 24, 24]\nvoxel_size: 20\ntomograms: {train: 1, valid: 1}\n"
              "classes:\n  - {name: ball, shape: sphere, size: 80, count: 1}\n"
              "tilts: {step: 30}\n");
          SimulateRequest request;
          request.common.overwrite = true;
          request.config = folder / "scene.yaml";
          request.output = folder / "simulated";
          request.compute.threads = threads;
          run_simulate(request, observer);
        });
  write_toy(folder.path());
  check("train", {folder / "run" / "weights_last.h5"}, [&](int threads, Observer* observer) {
    TrainRequest request;
    request.common.overwrite = true;
    request.config = folder / "toy.yaml";
    request.output = folder / "run";
    request.overrides = {"training.epochs=1", "training.steps=1"};
    request.compute.threads = threads;
    run_train(request, observer);
  });
}
