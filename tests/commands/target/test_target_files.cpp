// SPDX-License-Identifier: Apache-2.0
// The command behind `target`: radii, masks, merged volumes and list formats as files, and what it
// says about them.
#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/philox.hpp"
#include "dfengine/commands.hpp"
#include "io/lists/euler.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using test::TempFolder;

namespace {

constexpr Extent3 kExtent{20, 30, 40};

struct Messages final : Observer {
  std::string text;
  void message(LogLevel, std::string_view t) override { text += std::string(t) + "\n"; }
};

VolumeGeometry geometry_of(Extent3 extent) {
  VolumeGeometry geometry;
  geometry.extent = extent;
  geometry.voxel_size = VoxelSize::cubic(10);
  geometry.origin_angstrom = {100, 200, 300};
  geometry.start = {1, 2, 3};
  return geometry;
}

void write_like(const std::filesystem::path& path) {
  Volume<float> volume(kExtent, 0.5f);
  volume(3, 4, 5) = 2;
  io::write_volume(path, volume.view(), geometry_of(kExtent));
}

void write_list(const std::filesystem::path& path, std::vector<Particle> particles,
                const std::vector<std::string>& tomograms = {},
                io::ListFormat format = io::ListFormat::Auto) {
  ParticleList list;
  list.particles = std::move(particles);
  for (const std::string& name : tomograms)
    list.tomograms.push_back(ListTomogram::of(name, kExtent, VoxelSize::cubic(10)));
  list.unnamed = ListTomogram::of("", kExtent, VoxelSize::cubic(10));
  io::ListOptions options;
  options.format = format;
  io::write_list(path, list, options);
}

Particle particle(int label, double z, double y, double x) {
  Particle p;
  p.class_label = label;
  p.position_voxels = {z, y, x};
  return p;
}

void write_mask(const std::filesystem::path& path, Extent3 extent,
                const std::function<float(std::int64_t, std::int64_t, std::int64_t)>& f) {
  Volume<float> mask(extent);
  for (std::int64_t z = 0; z < extent.z; ++z)
    for (std::int64_t y = 0; y < extent.y; ++y)
      for (std::int64_t x = 0; x < extent.x; ++x) mask(z, y, x) = f(z, y, x);
  VolumeGeometry geometry;
  geometry.extent = extent;
  io::write_volume(path, mask.view(), geometry);
}

struct Setting {
  TempFolder folder;
  TargetRequest request;
  Messages messages;

  Setting() {
    write_like(folder / "like.mrc");
    write_list(folder / "list.csv", {particle(1, 8, 10, 10), particle(2, 9.6, 20.5, 30.25)});
    request.list = (folder / "list.csv").string();
    request.like = (folder / "like.mrc").string();
    request.output = (folder / "target.mrc").string();
    request.spheres = "4,3";
  }

  nlohmann::json run() { return nlohmann::json::parse(run_target(request, &messages).json); }
  LabelMap target() const { return io::read_labels(request.output); }
};

std::int64_t count(const LabelMap& map, int label) {
  return std::count(map.labels.span().begin(), map.labels.span().end(),
                    static_cast<std::uint8_t>(label));
}

}  // namespace

TEST_CASE("the target lies where its tomogram lies, and counts are those of its voxels") {
  Setting s;
  const nlohmann::json json = s.run();
  const LabelMap map = s.target();
  CHECK(map.geometry.extent == kExtent);
  CHECK(map.geometry.voxel_size.mean_angstrom() == Approx(10));
  CHECK(map.geometry.origin_angstrom.x == Approx(300));
  CHECK(map.geometry.start == Index3{1, 2, 3});
  CHECK(count(map, 1) == 257);
  CHECK(json["classes"]["1"]["voxels"] == 257);
  CHECK(json["classes"]["2"]["voxels"] == count(map, 2));
  CHECK(json["label_counts"]["0"] == count(map, 0));
  CHECK(json["objects"] == 2);
  CHECK(std::filesystem::exists(s.request.output + ".run.json"));
}

TEST_CASE("radii come by order, by label and by name, in voxels or Å") {
  const std::string spheres =
      GENERATE("4,3", "1=4,2=3", "2=30A,1=40A", "ribosome=4,2=3", "40A,proteasome=3");
  Setting s;
  s.request.spheres = spheres;
  s.request.class_names = {"background", "ribosome", "proteasome"};
  CHECK(s.run()["classes"]["ribosome"]["voxels"] == 257);
  CHECK(count(s.target(), 2) > 100);
}

TEST_CASE("XML and RELION lists give one orientation") {
  const Philox random(3, RandomPurpose{1});
  std::vector<Particle> particles;
  for (std::uint64_t i = 0; i < 6; ++i) {
    const auto u = [&](std::uint32_t k) { return static_cast<double>(random.uniform(k, i)); };
    particles.push_back(particle(1, 5 + 10 * u(0), 6 + 18 * u(1), 6 + 28 * u(2)));
    particles.back().orientation =
        io::lists::from_zxz({360 * u(3) - 180, 360 * u(4) - 180, 180 * u(5)});
  }
  Setting s;
  std::filesystem::create_directory(s.folder / "masks");
  write_mask(s.folder / "masks/1.mrc", {13, 13, 13},
             [](std::int64_t z, std::int64_t y, std::int64_t x) {
               return (z == 6 && y == 6 && x >= 6) || (z == 6 && x == 6 && y >= 6 && y < 10) ||
                              (y <= 7 && x >= 6 && z == 7)
                          ? 1.0f
                          : 0.0f;
             });
  s.request.spheres.clear();
  s.request.masks = (s.folder / "masks").string();
  const auto target_of = [&](const std::string& name, io::ListFormat format) {
    s.request.list = (s.folder / name).string();
    s.request.output = (s.folder / (name + ".mrc")).string();
    write_list(s.request.list, particles, {}, format);
    s.run();
    return s.target();
  };
  const LabelMap xml = target_of("a.xml", io::ListFormat::Xml);
  CHECK(count(xml, 1) > 100);
  for (const auto& [name, format] : {std::pair{"b.star", io::ListFormat::Relion3},
                                     {"c.star", io::ListFormat::Relion4},
                                     {"d.star", io::ListFormat::Relion5},
                                     {"e.csv", io::ListFormat::Csv}}) {
    const LabelMap other = target_of(name, format);
    std::int64_t differ = 0;  // XML has three decimals: a voxel on the edge may fall either way
    for (std::int64_t i = 0; i < xml.labels.voxels(); ++i)
      differ += xml.labels.data()[i] != other.labels.data()[i];
    INFO(name);
    CHECK(differ <= 2);
  }
}

TEST_CASE("merged labels lie under or over the objects, in the order given") {
  Setting s;
  LabelMap sheet{Volume<std::uint8_t>(kExtent, 0), geometry_of(kExtent), {}};
  for (std::int64_t y = 0; y < kExtent.y; ++y)
    for (std::int64_t x = 0; x < kExtent.x; ++x) sheet.labels(8, y, x) = y < 15 ? 7 : 8;
  const std::string file = (s.folder / "sheet.mrc").string();
  io::write_labels(file, sheet);
  s.request.common.overwrite = true;

  s.request.merges = {file};
  s.run();
  CHECK(s.target().labels(8, 10, 10) == 1);
  CHECK(s.target().labels(8, 0, 0) == 7);
  CHECK(s.target().labels(8, 29, 0) == 8);
  s.request.merges = {file + ":over"};
  s.run();
  CHECK(s.target().labels(8, 10, 10) == 7);
  CHECK(s.target().labels(9, 10, 10) == 1);
  s.request.merges = {file + ":5:over", file + ":6:under"};
  s.run();
  CHECK(s.target().labels(8, 10, 10) == 5);
  CHECK(count(s.target(), 6) == 0);
  s.request.merges = {file + ":5", file + ":6:under"};
  CHECK(s.run()["classes"]["6"]["objects"] == 0);
  CHECK(count(s.target(), 5) == 0);

  s.request.merges = {file + ":300"};
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("1 to 255"));
  write_mask(s.folder / "small.mrc", {3, 3, 3}, [](auto, auto, auto) { return 1.0f; });
  s.request.merges = {(s.folder / "small.mrc").string()};
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("3x3x3") && DFE_CONTAINS("20x30x40"));
  write_mask(s.folder / "half.mrc", kExtent, [](auto, auto, auto) { return 0.5f; });
  s.request.merges = {(s.folder / "half.mrc").string()};
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("whole numbers"));
}

TEST_CASE("one tomogram of a list is chosen by name, by index or by the tomogram's file") {
  Setting s;
  std::vector<Particle> particles = {particle(1, 8, 10, 10), particle(1, 8, 10, 25),
                                     particle(1, 8, 20, 25)};
  particles[0].tomogram = 0;
  particles[1].tomogram = 1;
  particles[2].tomogram = 1;
  s.request.list = (s.folder / "many.star").string();
  s.request.common.overwrite = true;
  write_list(s.request.list, particles, {"first", "second"});
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("first, second"));
  s.request.tomogram = "second";
  CHECK(s.run()["objects"] == 2);
  s.request.tomogram = "0";
  CHECK(s.run()["objects"] == 1);
  s.request.tomogram = "third";
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("third") && DFE_CONTAINS("first, second"));
  s.request.tomogram.clear();
  write_list(s.request.list, particles, {"first", "like"});
  CHECK(s.run()["objects"] == 2);
}

TEST_CASE("masks are found by class name or label, and their values need not be 0 and 1") {
  Setting s;
  s.request.spheres.clear();
  s.request.class_names = {"background", "ribosome", "proteasome"};
  std::filesystem::create_directory(s.folder / "masks");
  s.request.masks = (s.folder / "masks").string();
  const auto block = [](float inside, float outside) {
    return [=](std::int64_t z, std::int64_t y, std::int64_t x) {
      return z > 1 && z < 5 && y > 1 && y < 5 && x > 1 && x < 5 ? inside : outside;
    };
  };
  write_mask(s.folder / "masks/ribosome.mrc", {7, 7, 7}, block(-127, -128));
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("proteasome.mrc"));
  write_mask(s.folder / "masks/2.h5", {7, 7, 7}, block(255, 0));
  const nlohmann::json json = s.run();
  CHECK(json["classes"]["ribosome"]["voxels"] == 27);
  CHECK(json["classes"]["proteasome"]["objects"] == 1);

  s.request.common.overwrite = true;
  write_mask(s.folder / "masks/class2.mrc", {7, 7, 7}, block(1, 0));
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("two masks"));
  std::filesystem::remove(s.folder / "masks/class2.mrc");
  s.request.compatible = "deepfinder";
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("exactly 1"));
  s.request.compatible.clear();
  write_mask(s.folder / "masks/2.h5", {7, 7, 7}, block(1, 1));
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("same value"));
  write_mask(s.folder / "masks/2.h5", {7, 7, 7}, block(std::nanf(""), 0));
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("NaN"));
}

TEST_CASE("warnings say what no network could learn from") {
  Setting s;
  write_list(s.request.list,
             {particle(1, 8, 10, 10), particle(1, 8, 10, 4000), particle(2, 10, 15, 20)});
  s.request.spheres = "31,32,4";
  const nlohmann::json json = s.run();
  CHECK_THAT(s.messages.text, DFE_CONTAINS("class 2: reaches 32 voxels") &&
                                  DFE_CONTAINS("class 3: a shape is given"));
  CHECK_THAT(s.messages.text, !DFE_CONTAINS("class 1: reaches"));
  CHECK_THAT(s.messages.text,
             DFE_CONTAINS("class 1: not every object was painted; of 2 objects, 1 outside"));
  CHECK(json["classes"]["1"]["outside"] == 1);
  CHECK(json["classes"]["2"]["clipped"] == 1);
  CHECK(json["warnings"].size() >= 3);
}

TEST_CASE("requests for targets that make no sense are refused before anything is written") {
  Setting s;
  const auto [spheres, fact] = GENERATE(
      std::pair{"4", "has no shape"}, std::pair{"", "give --spheres or --masks"},
      std::pair{"4,x", "--spheres"}, std::pair{"4,-3", "--spheres"},
      std::pair{"4,3,2=5", "second radius"}, std::pair{"4,ribosom=3", "does not name a class"},
      std::pair{"4,300=3", "classes are 1 to 255"}, std::pair{"4,1e9", "within the volume"},
      std::pair{"4,nan", "--spheres"});
  s.request.spheres = spheres;
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS(fact));
  CHECK(!std::filesystem::exists(s.request.output));
  CHECK(!std::filesystem::exists(s.request.output + ".run.json"));
}

TEST_CASE("outputs of targets follow the rules of all outputs") {
  Setting s;
  s.request.output = (s.folder / "target.txt").string();
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("volume format"));
  s.request.output = s.request.like;
  s.request.common.overwrite = true;
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("would replace"));
  s.request.output = (s.folder / "target.mrc").string();
  s.request.compatible = "eman";
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("deepfinder"));
  s.request.compatible.clear();
  s.run();
  s.request.common = {};
  CHECK_THROWS_WITH(s.run(), DFE_CONTAINS("already exists"));
  s.request.common.skip_existing = true;
  CHECK(s.run()["skipped"] == true);
}
