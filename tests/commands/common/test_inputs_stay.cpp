// SPDX-License-Identifier: Apache-2.0
// No command replaces one of its inputs, whatever link or spelling leads to it.
#include <fstream>
#include <functional>

#include "dfengine/commands.hpp"
#include "io/atomic_file.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using test::read_text;
using test::TempFolder;
namespace fs = std::filesystem;

namespace {

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

ParticleList one_particle() {
  ParticleList list;
  list.particles.emplace_back().class_label = 1;
  list.particles.back().position_voxels = {5, 6, 7};
  return list;
}

/// `name` under other names, each of which is the same file.
std::vector<std::string> names_of(const TempFolder& folder, const std::string& name) {
  fs::create_symlink(folder / name, folder / ("soft_" + name));
  fs::create_hard_link(folder / name, folder / ("hard_" + name));
  fs::create_directory(folder / "sub");
  return {folder / name, folder / ("soft_" + name), folder / ("hard_" + name),
          (folder / "sub/..") / name};
}

}  // namespace

TEST_CASE("convert, target and cluster keep their inputs under every name") {
  const TempFolder folder;
  io::write_list(folder / "list.csv", one_particle());
  VolumeGeometry geometry;
  geometry.extent = {16, 16, 16};
  LabelMap map{Volume<std::uint8_t>(geometry.extent, 1), geometry, {}};
  io::write_labels(folder / "labels.mrc", map);
  const std::string list = read_text(folder / "list.csv"),
                    labels = read_text(folder / "labels.mrc");
  for (const std::string& name : names_of(folder, "list.csv")) {
    CAPTURE(name);
    ConvertRequest convert;
    convert.common.overwrite = true;
    convert.inputs = {folder / "list.csv"};
    convert.output = name;
    CHECK_THAT(error_of([&] { run_convert(convert); }), DFE_CONTAINS("would replace the input"));
  }
  fs::remove_all(folder / "sub");
  for (const std::string& name : names_of(folder, "labels.mrc")) {
    CAPTURE(name);
    TargetRequest target;
    target.common.overwrite = true;
    target.list = folder / "list.csv";
    target.like = folder / "labels.mrc";
    target.spheres = "3";
    target.output = name;
    CHECK_THAT(error_of([&] { run_target(target); }), DFE_CONTAINS("would replace the input"));
    target.like = folder / "other.mrc";
    io::write_labels(folder / "other.mrc", map);
    fs::create_directories(folder / "masks");
    fs::copy_file(folder / "labels.mrc", folder / "masks/1.mrc",
                  fs::copy_options::overwrite_existing);
    target.spheres.clear();
    target.masks = folder / "masks";
    target.output = folder / "masks/1.mrc";
    CHECK_THAT(error_of([&] { run_target(target); }), DFE_CONTAINS("would replace the input"));
    target.output = name;
    target.merges = {(folder / "labels.mrc").string() + ":1"};
    CHECK_THAT(error_of([&] { run_target(target); }), DFE_CONTAINS("would replace the input"));
  }
  CHECK(read_text(folder / "list.csv") == list);
  CHECK(read_text(folder / "labels.mrc") == labels);
}

TEST_CASE("One result does not replace another, however its name is spelt") {
  const TempFolder folder;
  const test::WorkingFolder here(folder.path());  // relative names that do not exist yet
  VolumeGeometry geometry;
  geometry.extent = {16, 16, 16};
  io::write_labels("tomo.mrc", {Volume<std::uint8_t>(geometry.extent, 1), geometry, {}});
  fs::create_symlink("y.h5", "y2.h5");  // to a file that is not there yet
  fs::create_directory_symlink(".", "sub");
  fs::create_directory("real");
  for (const auto& [labels, scores] : {std::pair{"x.h5", "./x.h5"},
                                       {"x.h5", "sub/x.h5"},
                                       {"y.h5", "y2.h5"},
                                       {"y2.h5", "sub/y.h5"},
                                       {"x.h5", "real/../x.h5"}}) {
    CAPTURE(labels, scores);
    SegmentRequest request;
    request.tomograms = {"tomo.mrc"};
    request.weights = "tomo.mrc";  // is never looked at
    request.output = labels;
    request.scores = scores;
    CHECK_THAT(error_of([&] { run_segment(request); }),
               DFE_CONTAINS("would be written twice, by --output and by --scores"));
    PickRequest pick;
    pick.segment = request;
    pick.segment.output.clear();
    pick.output = labels;
    pick.list_format = "csv";
    CHECK_THAT(error_of([&] { run_pick(pick); }), DFE_CONTAINS("would be written twice"));
  }
}

TEST_CASE("A run record replaces no input and no result") {
  const TempFolder folder;
  const test::WorkingFolder here(folder.path());
  io::write_list("list.csv", one_particle());
  fs::rename("list.csv", "o.csv.run.json");
  const std::string before = read_text("o.csv.run.json");
  ConvertRequest request;
  request.inputs = {"o.csv.run.json"};
  request.output = "./o.csv";
  request.input_format = "csv";
  request.common.overwrite = true;
  CHECK_THAT(error_of([&] { run_convert(request); }), DFE_CONTAINS("would replace the input"));
  CHECK(read_text("o.csv.run.json") == before);
  fs::rename("o.csv.run.json", "list.csv");
  request.inputs = {"list.csv"};
  fs::create_directory("o.csv.run.json");
  CHECK_THAT(error_of([&] { run_convert(request); }), DFE_CONTAINS("the run record goes there"));
}

TEST_CASE("Results are neither put into a Zarr store nor written to a stream") {
  const TempFolder folder;
  const test::WorkingFolder here(folder.path());
  VolumeGeometry geometry;
  geometry.extent = {16, 16, 16};
  io::write_labels("tomo.zarr", {Volume<std::uint8_t>(geometry.extent, 1), geometry, {}});
  io::write_list("list.csv", one_particle());
  fs::create_symlink("/dev/stdout", "out.csv");
  ClusterRequest cluster;
  cluster.label_maps = {"tomo.zarr"};
  cluster.common.overwrite = true;
  for (const char* output : {"tomo.zarr/x.csv", "tomo.zarr/0/x.csv", "tomo.zarr/x/"}) {
    CAPTURE(output);
    cluster.output = output;
    CHECK_THAT(error_of([&] { run_cluster(cluster); }), DFE_CONTAINS("inside the Zarr store"));
  }
  ConvertRequest convert;
  convert.inputs = {"list.csv"};
  convert.output_format = "csv";
  for (const char* output :
       {"-", "/dev/stdout", "/dev/null", "/proc/self/fd/1", "/dev/fd/1", "out.csv"}) {
    CAPTURE(output);
    convert.output = output;
    CHECK_THAT(error_of([&] { run_convert(convert); }), DFE_CONTAINS("is a stream or a device"));
  }
  convert.output = "./-";
  run_convert(convert);
  CHECK(fs::exists("-"));
}

TEST_CASE("simulate keeps its settings, its list and the maps of its classes") {
  const TempFolder folder;
  const std::string config =
      "# a comment\nsize: [16, 16, 16]\nclasses: [{shape: sphere, size: 60, count: 1}]\n"
      "noise: {model: none}\nctf: {on: false}\ntilts: {step: 60}\noutputs: []\n";
  io::write_text_file(folder / "simulate.yaml", config);
  SimulateRequest request;
  request.config = folder / "simulate.yaml";
  request.output = folder.path();
  request.common.overwrite = true;
  CHECK_THAT(error_of([&] { run_simulate(request); }), DFE_CONTAINS("it is the input"));
  CHECK(read_text(folder / "simulate.yaml") == config);

  request.output = folder / "out";
  run_simulate(request);
  request.overrides = {"placement.list=" + (folder / "out/tomogram_objl.xml").string()};
  CHECK_THAT(error_of([&] { run_simulate(request); }),
             DFE_CONTAINS("tomogram_objl.xml") && DFE_CONTAINS("it is the input"));
  request.overrides = {"classes=[{name: a, map: " + (folder / "out/masks/a.mrc").string() + "}]"};
  fs::rename(folder / "out/masks/sphere.mrc", folder / "out/masks/a.mrc");
  CHECK_THAT(error_of([&] { run_simulate(request); }), DFE_CONTAINS("it is the input"));

  // What is missing is made from the settings in the folder, and these are left alone.
  const std::string own = "# mine\n" + read_text(folder / "out/simulate.yaml");
  io::write_text_file(folder / "out/simulate.yaml", own);
  request.overrides.clear();
  request.config = folder / "out/simulate.yaml";
  CHECK_THAT(error_of([&] { run_simulate(request); }), DFE_CONTAINS("it is the input"));
  request.common = {};
  request.common.skip_existing = true;
  fs::remove(folder / "out/tomogram.mrc.run.json");
  run_simulate(request);
  CHECK(fs::exists(folder / "out/tomogram.mrc.run.json"));
  CHECK(read_text(folder / "out/simulate.yaml") == own);
}
