// SPDX-License-Identifier: Apache-2.0
// Every pair of formats: a list that is written in one, read, written in the other and read again
// keeps what both can hold. The table in docs/particle_lists.md says the same as the code.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/particle_lists.hpp"
#include "core/tomogram_names.hpp"
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

ParticleList two_tomograms(bool at_poles = false) {
  ParticleList list;
  list.tomograms = {ListTomogram::of("TS_01", {101, 80, 64}, VoxelSize::cubic(10)),
                    ListTomogram::of("TS_02", {50, 91, 77}, VoxelSize::cubic(7.5))};
  list.class_names = {"background", "ribosome", "proteasome"};
  for (int i = 0; i < 7; ++i) {
    Particle& p = list.particles.emplace_back();
    p.tomogram = i < 4 ? 0 : 1;
    p.class_label = 1 + i % 2;
    p.position_voxels = {3.1415 + 5 * i, 60.7182 - 8 * i, 1.4142 + 7 * i};
    constexpr double kTilts[] = {0, 1e-4, 1e-3, 0.01, 179.99, 179.9999, 180};
    p.orientation =
        io::lists::from_zxz({-170.0 + 51 * i, 33.0 * i - 80, at_poles ? kTilts[i] : 5.0 + 25 * i});
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

/// Reads what was written, which some formats put into several files.
ParticleList through(const ParticleList& list, ListFormat format, const std::filesystem::path& path,
                     const ListOptions& known) {
  ListOptions options = known;
  options.format = format;
  options.xml_axes = io::XmlAxes::Xyz;
  if (!known.tomograms.empty()) options.tomogram_name = known.tomograms[0].name;
  std::filesystem::create_directory(path);
  const bool in_folder = io::is_list_folder(path, format);
  const auto output = in_folder ? path : path / "list.star";
  io::write_list(output, list, options);
  std::vector<std::filesystem::path> files = io::list_files(output, list, options);
  if (format == ListFormat::Relion5Import) {
    files.erase(files.begin());  // only names the others
    options.format = ListFormat::Relion5;
  }
  std::optional<ParticleList> all;
  for (const auto& file : files) {
    if (file.extension() == ".doc") continue;  // read with its Dynamo table
    ParticleList part = io::read_list(file, options);
    if (all)
      append_list(*all, std::move(part), "test");
    else
      all = std::move(part);
  }
  REQUIRE(all);
  return *all;
}

/// Angle between two rotations in degrees.
double between(const Rotation& a, const Rotation& b) {
  double square = 0;
  for (std::size_t i = 0; i < 9; ++i) square += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(square / 2) * 180 / 3.14159265358979323846;
}

/// Several files have the particles in another order; no two of the test's are near each other.
const Particle& nearest(const ParticleList& list, const Particle& to) {
  const auto distance = [&](const Particle& p) {
    const Point3 &a = p.position_voxels, &b = to.position_voxels;
    return std::hypot(a.z - b.z, a.y - b.y, a.x - b.x);
  };
  return *std::min_element(
      list.particles.begin(), list.particles.end(),
      [&](const Particle& a, const Particle& b) { return distance(a) < distance(b); });
}

void compare(const ParticleList& list, const ParticleList& back, const Keeps& a, const Keeps& b,
             double margin) {
  REQUIRE(back.particles.size() == list.particles.size());
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Particle &p = list.particles[i], &q = nearest(back, p);
    CHECK(q.position_voxels.z == Approx(p.position_voxels.z).margin(margin).epsilon(0));
    CHECK(q.position_voxels.y == Approx(p.position_voxels.y).margin(margin).epsilon(0));
    CHECK(q.position_voxels.x == Approx(p.position_voxels.x).margin(margin).epsilon(0));
    if (a.classes && b.classes) CHECK(q.class_label == p.class_label);
    if (a.class_names && b.class_names)
      CHECK(back.class_names.at(static_cast<std::size_t>(q.class_label)) ==
            list.class_names[static_cast<std::size_t>(p.class_label)]);
    if (a.tomogram_names && b.tomogram_names)
      CHECK(tomogram_id(back.tomogram_of(q).name) == list.tomogram_of(p).name);
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
  int lists = 0;
  for (const ParticleList& list : {first_tomogram(), two_tomograms(), two_tomograms(true)}) {
    const std::string number = std::to_string(++lists);
    for (const auto& [name_a, a] : formats) {
      const Keeps keeps_a = io::lists::keeps(a);
      const bool several = list.tomograms.size() > 1;
      if (several && !keeps_a.tomogram_names) continue;
      ListOptions known;
      known.tomograms = list.tomograms;
      const std::string name = name_a + number;
      const ParticleList once = through(list, a, folder / name, known);
      for (const auto& [name_b, b] : formats) {
        CAPTURE(name_a, name_b, several);
        const Keeps keeps_b = io::lists::keeps(b);
        if (several && !keeps_b.tomogram_names) continue;
        const bool rounds = a == ListFormat::DeepEtPicker || b == ListFormat::DeepEtPicker;
        const ParticleList twice =
            through(once, b, folder / std::string(name).append("_").append(name_b), known);
        compare(list, twice, keeps_a, keeps_b, rounds ? 0.5 : 1e-3);
      }
    }
  }
}

TEST_CASE("small scores keep their order and value in every format of text") {
  const test::TempFolder folder;
  for (const auto& [name, format] : io::written_list_formats()) {
    if (!io::lists::keeps(format).scores || format == ListFormat::Imod ||
        format == ListFormat::Motl)
      continue;  // float32 of their own
    CAPTURE(name);
    ParticleList list = first_tomogram();
    const double scores[] = {1.5e-9, 2.5e-12, 0.1234567890123, 12345678.75};
    for (std::size_t i = 0; i < 4; ++i) list.particles[i].score = scores[i];
    ListOptions known;
    known.tomograms = list.tomograms;
    const ParticleList back = through(list, format, folder / name, known);
    for (const Particle& p : list.particles) CHECK(nearest(back, p).score == p.score);
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
