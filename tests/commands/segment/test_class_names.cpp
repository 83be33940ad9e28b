// SPDX-License-Identifier: Apache-2.0
// Label maps, score maps and weights keep the names of their classes: `--classes` puts them into
// another order, and gives names only to files that have none.
#include "io/particle_list.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

using Names = std::vector<std::string>;

const Names kNames = {"background", "ribosome", "fas"};

/// Label 1 (ribosome) is at x = 1, label 2 (fas) at x = 5.
LabelMap two_voxels(const Names& names = kNames) {
  LabelMap map = empty_map({3, 3, 8});
  map.labels(1, 1, 1) = 1;
  map.labels(1, 1, 5) = 2;
  map.class_names = names;
  return map;
}

/// Score maps that have 0.25 for class 1 and 0.5 for class 2 everywhere, so on.
void write_scores(const std::filesystem::path& path, std::int64_t classes, const Names& names) {
  const Extent3 extent{3, 3, 8};
  VolumeGeometry geometry;
  geometry.extent = extent;
  io::ScoreWriter writer(path, geometry, classes, names, false);
  for (std::int64_t c = 0; c < classes; ++c) {
    const std::vector<float> scores(static_cast<std::size_t>(extent.voxels()),
                                    0.25f * static_cast<float>(c));
    writer.write_box(c, {{}, extent}, scores.data());
  }
  writer.commit();
}

class Inputs {
 public:
  Inputs() {
    io::write_labels(folder / "map.h5", two_voxels());
    io::write_labels(folder / "map.zarr", two_voxels());
    io::write_labels(folder / "map.mrc", two_voxels());
  }

  /// Clusters, and returns the name, label and score of the particle at x = 1.
  Particle cluster(const std::string& line, std::string& name) const {
    const CommandResult result =
        dfengine(folder.path(), "cluster " + line + " --method components -o l.csv --overwrite");
    INFO(line << "\n" << result.err);
    REQUIRE(result.exit_code == 0);
    const ParticleList list = io::read_list(folder / "l.csv");
    REQUIRE(list.particles.size() == 2);
    for (const Particle& particle : list.particles)
      if (particle.position_voxels.x == 1) {
        name = list.class_names.empty()
                   ? ""
                   : list.class_names.at(static_cast<std::size_t>(particle.class_label));
        return particle;
      }
    FAIL("no particle at x = 1");
    return {};
  }

  std::string refusal(const std::string& line) const {
    const CommandResult result = dfengine(folder.path(), line);
    INFO(line << "\n" << result.out);
    CHECK(result.exit_code == 2);
    return result.err;
  }

  TempFolder folder;
};

}  // namespace

TEST_CASE("cluster --classes orders the classes of a label map and renames none") {
  const Inputs in;
  std::string name;
  for (const std::string map : {"map.h5", "map.zarr"}) {
    CHECK(in.cluster(map, name).class_label == 1);
    CHECK(name == "ribosome");
    CHECK(in.cluster(map + " --classes background,actin,fas,ribosome", name).class_label == 3);
    CHECK(name == "ribosome");
    CHECK_THAT(
        in.refusal("cluster " + map + " --classes background,a,fas --method components -o r.csv"),
        DFE_CONTAINS("its class 'ribosome' (label 1) is not among those of --classes"));
  }
  CHECK(in.cluster("map.mrc --classes background,fas,ribosome", name).class_label == 1);
  CHECK(name == "fas");  // the map has no names of its own
}

TEST_CASE("sizes by class are those of the names, wherever these are from") {
  const Inputs in;
  for (const char* line : {"map.h5 --min-size fas=2", "map.zarr --min-size fas=2",
                           "map.h5 --classes background,fas,ribosome --min-size 1=2"}) {
    const CommandResult result =
        dfengine(in.folder.path(),
                 "cluster " + std::string(line) + " --method components -o m.csv --overwrite");
    REQUIRE(result.exit_code == 0);
    const ParticleList list = io::read_list(in.folder / "m.csv");
    REQUIRE(list.particles.size() == 1);
    CHECK(list.particles[0].position_voxels.x == 1);
  }
}

TEST_CASE("scores are those of the class of the same name") {
  const Inputs in;
  std::string name;
  write_scores(in.folder / "same.h5", 3, kNames);
  write_scores(in.folder / "plain.h5", 3, {});
  write_scores(in.folder / "other.h5", 4, {"background", "actin", "fas", "ribosome"});
  write_scores(in.folder / "lacks.h5", 3, {"background", "fas", "actin"});
  const std::string order = " --classes background,fas,ribosome";
  for (const std::string& classes : {std::string(), order}) {
    CHECK(in.cluster("map.h5 --scores same.h5" + classes, name).score == Approx(0.25));
    CHECK(in.cluster("map.h5 --scores plain.h5" + classes, name).score == Approx(0.25));
    CHECK(in.cluster("map.h5 --scores other.h5" + classes, name).score == Approx(0.75));
    CHECK_THAT(
        in.refusal("cluster map.h5 --scores lacks.h5 --method components -o r.csv" + classes),
        DFE_CONTAINS("'ribosome' (label 1) is not among those of 'lacks.h5'"));
  }
  CHECK(in.cluster("map.mrc --scores other.h5", name).score == Approx(0.25));  // by number
  CHECK(in.cluster("map.mrc --scores same.h5" + order, name).score == Approx(0.5));
}

TEST_CASE("a name of two labels is refused before clustering") {
  const Inputs in;
  io::write_labels(in.folder / "twice.h5", two_voxels({"background", "fas", "fas"}));
  CHECK_THAT(in.refusal("cluster twice.h5 --method components -o r.csv"),
             DFE_CONTAINS("'twice.h5': 'fas' is the name of classes 1 and 2"));
}

TEST_CASE("segment --classes orders the classes of the weights and renames none") {
  const TempFolder folder;
  VolumeGeometry geometry;
  geometry.extent = {8, 12, 16};
  io::write_volume(folder / "a.mrc", read_volume(random_volume(geometry.extent, 5)).view(),
                   geometry);
  Weights weights = random_weights({{4, 6, 8}, 4}, 11);
  weights.class_names = {"background", "ribosome", "fas", "actin"};
  io::write_weights(folder / "w.h5", weights);
  weights.class_names.clear();
  io::write_weights(folder / "plain.h5", weights);
  const auto labels = [&](const std::string& options) {
    const CommandResult result =
        dfengine(folder.path(), "segment a.mrc -o l.h5 --overwrite --weights " + options);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return io::read_labels(folder / "l.h5");
  };
  const LabelMap own = labels("w.h5 --scores own.h5");
  const LabelMap ordered =
      labels("w.h5 --scores ordered.h5 --classes background,actin,ribosome,fas");
  const LabelMap plain = labels("plain.h5 --classes background,actin,ribosome,fas");
  CHECK(ordered.class_names == Names{"background", "actin", "ribosome", "fas"});
  CHECK(plain.class_names == ordered.class_names);
  const std::vector<std::uint8_t> order = {0, 2, 3, 1};
  std::int64_t foreground = 0;
  for (std::int64_t i = 0; i < own.labels.voxels(); ++i) {
    REQUIRE(ordered.labels.data()[i] == order[own.labels.data()[i]]);
    REQUIRE(plain.labels.data()[i] == own.labels.data()[i]);
    foreground += own.labels.data()[i] > 0;
  }
  CHECK(foreground > 0);
  const io::ScoreReader a(folder / "own.h5"), b(folder / "ordered.h5");
  CHECK(b.class_names() == ordered.class_names);
  std::vector<float> of_a(static_cast<std::size_t>(own.labels.voxels())), of_b = of_a;
  for (int c = 0; c < 4; ++c) {
    a.read_box(c, {{}, geometry.extent}, of_a.data());
    b.read_box(order[static_cast<std::size_t>(c)], {{}, geometry.extent}, of_b.data());
    for (std::size_t i = 0; i < of_a.size(); ++i)
      REQUIRE(of_b[i] == Approx(of_a[i]).margin(0.001));  // half precision: 11 bits
  }
  const CommandResult other = dfengine(
      folder.path(), "segment a.mrc -o m.h5 --weights w.h5 --classes background,a,ribosome,fas");
  CHECK(other.exit_code == 2);
  CHECK_THAT(other.err, DFE_CONTAINS("'actin' (label 3) is not among those of --classes"));
}
