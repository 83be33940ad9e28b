// SPDX-License-Identifier: Apache-2.0
// Every pair of formats: a list that is written in one, read, written in the other and read again
// keeps what both can hold. The table in docs/particle_lists.md says the same as the code.
#include <cmath>
#include <filesystem>

#include "io/lists/euler.hpp"
#include "io/lists/keeps.hpp"
#include "io/particle_list.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using io::ListFormat;
using io::ListOptions;
using io::lists::Keeps;

namespace {

ParticleList two_tomograms() {
  ParticleList list;
  list.tomograms = {ListTomogram::of("TS_01", {101, 80, 64}, VoxelSize::cubic(10)),
                    ListTomogram::of("TS_02", {50, 91, 77}, VoxelSize::cubic(7.5))};
  list.class_names = {"background", "ribosome", "proteasome"};
  for (int i = 0; i < 7; ++i) {
    Particle& p = list.particles.emplace_back();
    p.tomogram = i < 4 ? 0 : 1;
    p.class_label = 1 + i % 2;
    p.position_voxels = {3.1415 + 5 * i, 60.7182 - 8 * i, 1.4142 + 7 * i};
    p.orientation = io::lists::from_zxz({-170.0 + 51 * i, 33.0 * i - 80, 5.0 + 25 * i});
    p.score = 0.125 + 0.1 * i;
    p.object_id = 11 + i;
    p.cluster_size = 100 + i;
  }
  return list;
}

ParticleList first_tomogram() {
  ParticleList list = two_tomograms();
  list.particles.resize(4);
  list.tomograms.pop_back();
  return list;
}

ParticleList through(const ParticleList& list, ListFormat format, const std::filesystem::path& path,
                     const ListOptions& known) {
  ListOptions options = known;
  options.format = format;
  options.xml_axes = io::XmlAxes::Xyz;
  io::write_list(path, list, options);
  return io::read_list(path, options);
}

/// Angle between two rotations in degrees.
double between(const Rotation& a, const Rotation& b) {
  double square = 0;
  for (std::size_t i = 0; i < 9; ++i) square += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(square / 2) * 180 / 3.14159265358979323846;
}

void compare(const ParticleList& list, const ParticleList& back, const Keeps& a, const Keeps& b) {
  REQUIRE(back.particles.size() == list.particles.size());
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Particle &p = list.particles[i], &q = back.particles[i];
    CHECK(q.position_voxels.z == Approx(p.position_voxels.z).margin(1e-3).epsilon(0));
    CHECK(q.position_voxels.y == Approx(p.position_voxels.y).margin(1e-3).epsilon(0));
    CHECK(q.position_voxels.x == Approx(p.position_voxels.x).margin(1e-3).epsilon(0));
    if (a.classes && b.classes) CHECK(q.class_label == p.class_label);
    if (a.class_names && b.class_names)
      CHECK(back.class_names.at(static_cast<std::size_t>(q.class_label)) ==
            list.class_names[static_cast<std::size_t>(p.class_label)]);
    if (a.tomogram_names && b.tomogram_names)
      CHECK(back.tomogram_of(q).name == list.tomogram_of(p).name);
    if (a.voxel_size && b.voxel_size)
      CHECK(back.tomogram_of(q).voxel_size == list.tomogram_of(p).voxel_size);
    if (a.orientations && b.orientations) {
      REQUIRE(q.orientation);
      CHECK(between(*q.orientation, *p.orientation) < 1e-4);
    }
    if (a.scores && b.scores) CHECK(q.score.value_or(-1) == Approx(*p.score).margin(1e-5));
    if (a.object_ids && b.object_ids) CHECK(q.object_id == p.object_id);
    if (a.cluster_sizes && b.cluster_sizes) CHECK(q.cluster_size == p.cluster_size);
  }
}

std::string documented_table() {
  const std::string page = test::read_text(std::string(DFE_SOURCE_DIR) + "/docs/particle_lists.md");
  const std::string begin = "<!-- test: what formats keep -->\n", end = "<!-- test: end -->";
  const std::size_t at = page.find(begin);
  REQUIRE(at != std::string::npos);
  return page.substr(at + begin.size(), page.find(end, at) - at - begin.size());
}

}  // namespace

TEST_CASE("what two formats can both hold survives from one to the other") {
  const test::TempFolder folder;
  const auto formats = io::written_list_formats();
  for (const auto& [name_a, a] : formats)
    for (const auto& [name_b, b] : formats) {
      CAPTURE(name_a, name_b);
      const Keeps keeps_a = io::lists::keeps(a), keeps_b = io::lists::keeps(b);
      const bool several = keeps_a.tomogram_names && keeps_b.tomogram_names;
      const ParticleList list = several ? two_tomograms() : first_tomogram();
      ListOptions known;
      known.tomograms = list.tomograms;
      const ParticleList once = through(list, a, folder / ("a." + name_a), known);
      compare(list, through(once, b, folder / ("b." + name_b), known), keeps_a, keeps_b);
    }
}

TEST_CASE("the table of what formats keep is that of the page") {
  std::string table =
      "| format | tomograms | their names | classes | their names | angles | scores | object "
      "numbers | cluster sizes | voxel size |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const auto& [name, format] : io::written_list_formats()) {
    const Keeps k = io::lists::keeps(format);
    table += "| " + name + " |";
    for (const bool kept : {k.tomograms, k.tomogram_names, k.classes, k.class_names, k.orientations,
                            k.scores, k.object_ids, k.cluster_sizes, k.voxel_size})
      table += kept ? " yes |" : " |";
    table += "\n";
  }
  CHECK(documented_table() == table);
}
