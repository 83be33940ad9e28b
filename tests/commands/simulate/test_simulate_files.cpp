// SPDX-License-Identifier: Apache-2.0
// The command behind `simulate`: what it writes belongs together, can be read by the other
// commands, and is made anew from its own parameters.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>

#include "commands/simulate/simulate_settings.hpp"
#include "dfengine/commands.hpp"
#include "io/atomic_file.hpp"
#include "io/config/config.hpp"
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

constexpr const char* kConfig = R"(
seed: 5
size: [40, 64, 56]
voxel_size: 13.68
tomograms: {train: 2, valid: 1}
classes:
  - {name: ribosome, shape: ribosome, count: 2}
  - {name: capped, shape: proteasome_1cap, count: 3}
decoys:
  - {name: ball, shape: sphere, size: 150, count: 2}
tilts: {step: 10}
noise: {snr: 0.5}
)";

SimulateRequest request_of(const TempFolder& folder, const std::string& config,
                           std::vector<std::string> overrides = {}) {
  io::write_text_file(folder / "config.yaml", config);
  SimulateRequest request;
  request.config = (folder / "config.yaml").string();
  request.output = (folder / "out").string();
  request.overrides = std::move(overrides);
  return request;
}

/// A structure of one carbon per place, as PDB text.
std::string pdb_text(int atoms) {
  std::string text;
  char line[100];
  for (int i = 0; i < atoms; ++i) {
    std::snprintf(line, sizeof line,
                  "ATOM  %5d  C   ALA A%4d    %8.3f%8.3f%8.3f  1.00 20.00           C\n", i + 1,
                  i % 9999 + 1, 3.0 * (i % 10), 3.0 * (i / 10 % 10), 3.0 * (i / 100));
    text += line;
  }
  return text + "END\n";
}

std::string cif_text(int atoms) {
  std::string text =
      "data_test\nloop_\n_atom_site.id\n_atom_site.type_symbol\n_atom_site.Cartn_x\n_atom_site."
      "Cartn_y\n_atom_site.Cartn_z\n"
      "_atom_site.occupancy\n_atom_site.B_iso_or_equiv\n";
  char line[100];
  for (int i = 0; i < atoms; ++i) {
    std::snprintf(line, sizeof line, "%d C %.3f %.3f %.3f 1.00 20.00\n", i + 1, 3.0 * (i % 10),
                  3.0 * (i / 10 % 10), 3.0 * (i / 100));
    text += line;
  }
  return text;
}

}  // namespace

TEST_CASE("a data set has all its parts, laid out as train takes them") {
  const TempFolder folder;
  const CommandReport report = run_simulate(request_of(folder, kConfig));
  const auto json = nlohmann::json::parse(report.json);
  CHECK(json["tomograms"].size() == 3);
  CHECK(json["tomograms"][0]["snr"]["projections"].get<double>() == Approx(0.5).epsilon(0.02));
  CHECK_THAT(report.text, DFE_CONTAINS("SNR 0.5"));
  const fs::path out = folder / "out";
  for (const char* name : {"train/train_1", "train/train_2", "valid/valid_1"})
    for (const char* ending :
         {".mrc", ".mrc.run.json", "_target.mrc", "_objl.xml", "_objl.star", "_objl.csv",
          "_decoys.csv", "_density.mrc", "_instances.mrc", "_occupancy.mrc", ".tlt", "_tilts.csv"})
      CHECK(fs::exists(out / (std::string(name) + ending)));
  CHECK_FALSE(fs::exists(out / "train/train_1_membranes.mrc"));
  CHECK(read_text(out / "train/train_1.tlt").substr(0, 8) == "-60\n-50\n");

  const io::Config train = io::Config::read(out / "train.yaml");
  CHECK(train.texts("classes") == std::vector<std::string>{"background", "ribosome", "capped"});
  REQUIRE(train.section("data").sections("train").size() == 2);
  CHECK(fs::exists(train.section("data").sections("train")[1].path("target")));
  CHECK(fs::exists(train.section("data").sections("valid")[0].path("list")));

  // The volumes say the same about each voxel.
  const LabelMap target = io::read_labels(out / "train/train_1_target.mrc");
  const LabelMap occupancy = io::read_labels(out / "train/train_1_occupancy.mrc");
  const Volume<float> instances =
      io::read_volume(*io::open_volume(out / "train/train_1_instances.mrc"));
  const ParticleList list = io::read_list(out / "train/train_1_objl.csv");
  CHECK(list.particles.size() == 5);
  CHECK(target.geometry.voxel_size.x_angstrom == Approx(13.68));
  for (std::int64_t i = 0; i < target.labels.voxels(); ++i) {
    const auto number = static_cast<std::int64_t>(instances.data()[i]);
    REQUIRE((number > 0) == (occupancy.labels.data()[i] > 0));
    const auto found = std::find_if(list.particles.begin(), list.particles.end(),
                                    [&](const Particle& p) { return p.object_id == number; });
    REQUIRE(target.labels.data()[i] == (found == list.particles.end() ? 0 : found->class_label));
  }
}

TEST_CASE("target paints the simulated labels again from masks and lists of every format") {
  const TempFolder folder;
  run_simulate(request_of(folder, kConfig, {"decoys=[]", "tomograms={test: 1}"}));
  const fs::path out = folder / "out";
  const LabelMap truth = io::read_labels(out / "test/test_1_target.mrc");
  for (const char* ending : {"_objl.xml", "_objl.star", "_objl.csv"}) {
    TargetRequest target;
    target.list = (out / ("test/test_1" + std::string(ending))).string();
    target.like = (out / "test/test_1.mrc").string();
    target.masks = (out / "masks").string();
    target.class_names = {"background", "ribosome", "capped"};
    target.output = (folder / ("again" + std::string(ending) + ".mrc")).string();
    run_target(target);
    const LabelMap again = io::read_labels(target.output);
    std::int64_t different = 0, labelled = 0;
    for (std::int64_t i = 0; i < truth.labels.voxels(); ++i) {
      different += truth.labels.data()[i] != again.labels.data()[i];
      labelled += truth.labels.data()[i] > 0;
    }
    INFO(ending);
    CHECK(labelled > 3000);
    CHECK(different <= labelled / 1000);  // angles are written with a few decimals
  }
}

TEST_CASE("the written parameters make the same tomogram again; seeds and tomograms differ") {
  const TempFolder folder;
  run_simulate(request_of(folder, kConfig, {"noise.snr=0.7"}));
  SimulateRequest again = request_of(folder, kConfig);
  again.config = (folder / "out/simulate.yaml").string();
  again.output = (folder / "again").string();
  again.compute.threads = 1;
  run_simulate(again);
  CHECK(read_text(folder / "out/train/train_2.mrc") ==
        read_text(folder / "again/train/train_2.mrc"));
  CHECK(read_text(folder / "out/train/train_2_objl.xml") ==
        read_text(folder / "again/train/train_2_objl.xml"));
  CHECK(read_text(folder / "out/train/train_1_objl.xml") !=
        read_text(folder / "out/train/train_2_objl.xml"));
}

TEST_CASE("a grid of conditions images the same scenes") {
  const TempFolder folder;
  run_simulate(request_of(folder, kConfig,
                          {"noise.snr=[0.15, 0.05]", "tilts.range=[60, 50]", "tomograms={test: 1}",
                           "outputs=[projections]"}));
  const fs::path out = folder / "out";
  for (const char* name :
       {"snr0.15_tilt60", "snr0.05_tilt60", "snr0.15_tilt50", "snr0.05_tilt50"}) {
    CHECK(fs::exists(out / name / "test/test_1.mrc"));
    CHECK(read_text(out / name / "test/test_1_objl.csv") ==
          read_text(out / "snr0.15_tilt60/test/test_1_objl.csv"));
  }
  CHECK(io::open_volume(out / "snr0.05_tilt50/test/test_1_projections.mrc")->extent().z == 11);
  CHECK(io::open_volume(out / "snr0.05_tilt60/test/test_1_projections.mrc")->extent().z == 13);
}

TEST_CASE("results that exist are refused, left or replaced") {
  const TempFolder folder;
  SimulateRequest request = request_of(folder, kConfig);
  run_simulate(request);
  CHECK_THROWS_WITH(run_simulate(request), DFE_CONTAINS("already contains a simulation"));
  fs::remove(folder / "out/train/train_2.mrc.run.json");
  request.common.skip_existing = true;
  const auto json = nlohmann::json::parse(run_simulate(request).json);
  REQUIRE(json["tomograms"].size() == 1);
  CHECK_THAT(json["tomograms"][0]["tomogram"].get<std::string>(), DFE_CONTAINS("train_2"));
}

TEST_CASE("atomic models in PDB and mmCIF give one density; maps too; damaged files are refused") {
  const TempFolder folder;
  io::write_text_file(folder / "block.pdb", pdb_text(3000));
  io::write_text_file(folder / "block.cif", cif_text(3000));
  io::write_text_file(folder / "empty.pdb", "HEADER    NOTHING\nEND\n");
  io::write_text_file(folder / "broken.cif",
                      "data_x\nloop_\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n1 2 3\n");
  const std::string head = "size: [30, 30, 30]\nvoxel_size: 10\ntilts: {step: 30}\nclasses:\n";
  const auto masks_of = [&](const std::string& source) {
    SimulateRequest request =
        request_of(folder, head + "  - {name: block, count: 1, " + source + "}\n");
    request.common.overwrite = true;
    run_simulate(request);
    const Volume<float> mask = io::read_volume(*io::open_volume(folder / "out/masks/block.mrc"));
    return std::vector<float>(mask.span().begin(), mask.span().end());
  };
  const auto pdb = masks_of("structure: block.pdb");
  CHECK(pdb == masks_of("structure: block.cif"));
  CHECK(std::count(pdb.begin(), pdb.end(), 1.0f) ==
        Approx(30.0 * 30 * 90 / 1000).epsilon(0.6));  // a block of 30x30x90 Å
  CHECK_THROWS_WITH(masks_of("structure: empty.pdb"), DFE_CONTAINS("empty.pdb': has no atoms"));
  CHECK_THROWS_WITH(masks_of("structure: broken.cif"), DFE_CONTAINS("broken.cif"));
  CHECK_THROWS_WITH(masks_of("structure: absent.pdb"), DFE_CONTAINS("absent.pdb"));

  Volume<float> map(Extent3{12, 12, 12}, 0);
  for (std::int64_t z = 3; z < 9; ++z)
    for (std::int64_t y = 4; y < 8; ++y)
      for (std::int64_t x = 4; x < 8; ++x) map(z, y, x) = 2;
  VolumeGeometry geometry;
  geometry.extent = map.extent();
  io::write_volume(folder / "map.mrc", map.view(), geometry);
  // What is wrong with the values names the file, what is wrong with the settings the setting.
  const std::string file = (folder / "map.mrc").string();
  CHECK_THROWS_WITH(masks_of("map: map.mrc"), DFE_CONTAINS("simulate: '" + file + "': its voxel") &&
                                                  DFE_CONTAINS("map_voxel_size"));
  CHECK_THROWS_WITH(masks_of("map: map.mrc, map_voxel_size: 12, threshold: 9"),
                    "simulate: '" + file +
                        "': has no voxel of at least 9.000000, the threshold; give a lower "
                        "'threshold'");
  CHECK_THROWS_WITH(masks_of("map: map.mrc, map_voxel_size: 12, resolution: -1"),
                    "simulate: 'resolution': is -1.000000 Å; use 0 to 1000 Å");
  CHECK(!masks_of("map: map.mrc, map_voxel_size: 12").empty());
  geometry.voxel_size = {30, 10, 10};
  io::write_volume(folder / "slices.mrc", map.view(), geometry);
  CHECK_THROWS_WITH(masks_of("map: slices.mrc"), DFE_CONTAINS("30 x 10 x 10 Å (z, y, x)"));
}

TEST_CASE("a list of another data set gives places and angles") {
  const TempFolder folder;
  SimulateRequest request =
      request_of(folder, kConfig, {"tomograms={test: 1}", "output_binning=4"});
  run_simulate(request);
  const ParticleList in_pixels = io::read_list(folder / "out/test/test_1_objl.star");
  request.output = (folder / "copy").string();
  request.overrides = {"tomograms={test: 1}", "decoys=[]", "seed=77", "placement.input_binning=4",
                       "placement.list=" + (folder / "out/test/test_1_objl.star").string()};
  run_simulate(request);
  const ParticleList a = io::read_list(folder / "out/test/test_1_objl.xml"),
                     b = io::read_list(folder / "copy/test/test_1_objl.xml");
  REQUIRE(a.particles.size() == b.particles.size());
  for (std::size_t i = 0; i < a.particles.size(); ++i) {
    CHECK(a.particles[i].position_voxels.x ==
          Approx(b.particles[i].position_voxels.x).margin(2e-3));
    CHECK(in_pixels.particles[i].position_voxels.z ==
          Approx(4 * a.particles[i].position_voxels.z + 1.5).margin(4e-3));
    CHECK((*a.particles[i].orientation)[3] ==
          Approx((*b.particles[i].orientation)[3]).margin(1e-3));
  }
}

TEST_CASE("a list of several tomograms asks for the setting that chooses one") {
  const TempFolder folder;
  ParticleList list;
  for (const char* name : {"first", "second"})
    list.tomograms.push_back(ListTomogram::of(name, {}, VoxelSize::cubic(13.68)));
  for (const int tomogram : {0, 1, 1}) {
    Particle& particle = list.particles.emplace_back();
    particle.position_voxels = {10, 10.0 * (tomogram + 1), 10};
    particle.class_label = 1;
    particle.tomogram = tomogram;
  }
  io::write_list(folder / "two.star", list);
  SimulateRequest request = request_of(
      folder, kConfig,
      {"tomograms={test: 1}", "decoys=[]", "placement.list=" + (folder / "two.star").string()});
  CHECK_THROWS_WITH(
      run_simulate(request),
      DFE_CONTAINS("has particles of 2 tomograms, but one tomogram is given; choose one "
                   "of first, second with placement.tomogram"));
  request.overrides.push_back("placement.tomogram=second");
  run_simulate(request);
  CHECK(io::read_list(folder / "out/test/test_1_objl.xml").particles.size() == 2);
}

TEST_CASE("the documented settings are all there are, and their values the defaults") {
  const std::string page = read_text(fs::path(DFE_SOURCE_DIR) / "docs/simulate.md");
  const std::size_t mark = page.find("<!-- test: defaults -->");
  REQUIRE(mark != std::string::npos);
  const std::size_t begin = page.find("```yaml\n", mark) + 8, end = page.find("```", begin);
  const std::string block = page.substr(begin, end - begin);
  const auto settings = [](const std::string& text) {
    return read_simulate_settings(io::Config::parse(text, "docs/simulate.md"));
  };
  const SimulateSettings documented = settings(block),
                         defaults = settings("classes: [{shape: ribosome}]");
  CHECK(documented.effective == defaults.effective);

  // The entries of membranes stand there as comments.
  std::string open;
  std::istringstream lines(block);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("membranes:")) line = "membranes:";
    if (line.starts_with("#  ")) line[0] = ' ';
    open += line + "\n";
  }
  const SimulateSettings
      with = settings(open),
      bare = settings("classes: [{shape: ribosome}]\nmembranes: [{kind: vesicle}, {kind: plane}]");
  CHECK(with.effective == bare.effective);
  CHECK(with.scene.membranes.size() == 2);
}

TEST_CASE("settings that make no sense are refused with their place") {
  const TempFolder folder;
  const auto refused = [&](std::vector<std::string> overrides, const char* word) {
    CHECK_THROWS_WITH(run_simulate(request_of(folder, kConfig, std::move(overrides))),
                      DFE_CONTAINS(word));
    CHECK_FALSE(fs::exists(folder / "out/simulate.yaml"));
  };
  refused({"noize.snr=1"}, "noise");
  refused({"size=[10, 10]"}, "size");
  refused({"classes=[]"}, "classes");
  refused({"classes.0.shape=teapot"}, "teapot");
  refused({"classes.0.map=x.mrc"}, "shape");
  refused({"classes.1.name=ribosome"}, "twice");
  refused({"classes.0.name=a/b"}, "file name");
  refused({"outputs=[everything]"}, "everything");
  refused({"noise.model=dose"}, "dose");
  refused({"size=[8192, 8192, 8000]"}, "");
  refused({"membrane_label=2"}, "membrane_label");
  refused({"voxel_size=0"}, "voxel_size");
}
