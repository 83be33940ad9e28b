// SPDX-License-Identifier: Apache-2.0
// What is said where a format loses or changes what a list has, and that it is true: columns that
// are said to be kept are read back.
#include <algorithm>

#include "io/lists/keeps.hpp"
#include "io/lists/kept_columns.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using io::ListFormat;
using io::ListOptions;
using io::lists::keeps_column;
using io::lists::losses;

namespace {

/// Two particles at whole voxels of a tomogram with known size.
ParticleList two_particles() {
  ParticleList list;
  list.tomograms = {ListTomogram::of("TS_01", {101, 80, 64}, VoxelSize::cubic(10))};
  for (const double at : {10.0, 20.0}) {
    Particle& p = list.particles.emplace_back();
    p.tomogram = 0;
    p.class_label = 1;
    p.position_voxels = {at, at, at};
  }
  return list;
}

bool says(const ParticleList& list, ListFormat format, const std::string& part) {
  const std::vector<std::string> said = losses(list, format);
  return std::any_of(said.begin(), said.end(), [&](const std::string& sentence) {
    return sentence.find(part) != std::string::npos;
  });
}

bool has_column(const ParticleList& list, const std::string& name) {
  return std::any_of(list.extra_columns.begin(), list.extra_columns.end(),
                     [&](const ExtraColumn& column) { return column.name == name; });
}

}  // namespace

TEST_CASE("columns that are said to be lost are, and the others are in the file") {
  const test::TempFolder folder;
  const std::vector<std::string> names{"foo",       "_rlnRandomSubset", "data_optics/_rlnVoltage",
                                       "dynamo_21", "motl_2",           "_halfset",
                                       "_Width",    "two words",        "_a b"};
  for (const auto& [format_name, format] : io::written_list_formats())
    for (const std::string& name : names) {
      CAPTURE(format_name, name);
      ParticleList list = two_particles();
      list.extra_columns = {{name, {"16", "18"}}};
      const std::string shown = name.substr(name.find_first_not_of('_', name.rfind('/') + 1));
      CHECK(says(list, format, "not in the file: '" + shown + "'") == !keeps_column(format, name));
      ListOptions options;
      options.format = format;
      options.xml_axes = io::XmlAxes::Xyz;
      options.tomograms = list.tomograms;
      options.tomograms[0].name.clear();  // EMAN2's file is called after it
      const auto path = folder / (format_name + "_info.json");
      io::write_list(path, list, options);
      auto file = io::list_files(path, list, options).back();
      if (file.extension() == ".doc") file = path;
      if (format == ListFormat::Relion5Import) options.format = ListFormat::Relion5;
      const ParticleList back = io::read_list(file, options);
      // RELION 3 has no optics table: its columns are the particles' own
      const bool own = format == ListFormat::Relion3 || format == ListFormat::Warp;
      const bool optics = name.find('/') != std::string::npos;
      CHECK(has_column(back, own && optics ? "_rlnVoltage" : name) == keeps_column(format, name));
    }
}

TEST_CASE("a 0 that stands for a missing score, number or size is said") {
  ParticleList list = two_particles();
  for (const ListFormat format : {ListFormat::Relion4, ListFormat::CopickCsv, ListFormat::Csv})
    CHECK_FALSE(says(list, format, "no empty"));
  list.particles[0].score = 0.5;
  list.particles[0].object_id = 7;
  list.particles[0].cluster_size = 3;
  list.particles[0].orientation = Rotation{0, -1, 0, 1, 0, 0, 0, 0, 1};
  for (const ListFormat format :
       {ListFormat::Relion3, ListFormat::Relion4, ListFormat::Relion5, ListFormat::Dynamo,
        ListFormat::Motl, ListFormat::MotlCsv, ListFormat::Stopgap, ListFormat::CopickCsv})
    CHECK(says(list, format, "no empty scores, so particles without a score have 0"));
  for (const ListFormat format : {ListFormat::Xml, ListFormat::Csv, ListFormat::Copick,
                                  ListFormat::Cbox, ListFormat::Markers, ListFormat::Eman2})
    CHECK_FALSE(says(list, format, "no empty scores"));
  CHECK(says(list, ListFormat::Relion4, "no empty object numbers"));
  CHECK(says(list, ListFormat::Relion4, "no empty cluster sizes"));
  CHECK(says(list, ListFormat::Copick, "no empty angles"));
  CHECK_FALSE(says(list, ListFormat::Relion4, "no empty angles"));  // dfeOriented
}

TEST_CASE("lists whose scores or angles are all 0 are said to lose them") {
  ParticleList list = two_particles();
  for (Particle& p : list.particles) {
    p.score = 0;
    p.orientation = Rotation{1, 0, 0, 0, 1, 0, 0, 0, 1};
  }
  for (const ListFormat format : {ListFormat::Dynamo, ListFormat::Motl, ListFormat::Stopgap}) {
    CHECK(says(list, format, "all scores are 0"));
    CHECK(says(list, format, "all angles are 0"));
  }
  CHECK(says(list, ListFormat::CopickCsv, "all angles are 0"));
  CHECK_FALSE(says(list, ListFormat::Csv, "are 0"));
  list.particles[1].score = 0.1;
  list.particles[1].orientation = Rotation{0, -1, 0, 1, 0, 0, 0, 0, 1};
  CHECK_FALSE(says(list, ListFormat::Dynamo, "are 0"));
}

TEST_CASE("rounded positions, lost numbers and changed names are said") {
  ParticleList list = two_particles();
  CHECK_FALSE(says(list, ListFormat::DeepEtPicker, "rounded"));
  list.particles[1].position_voxels.y += 0.25;
  CHECK(says(list, ListFormat::DeepEtPicker, "the format has whole voxels"));
  CHECK_FALSE(says(list, ListFormat::Coords, "rounded"));

  list.particles[0].object_id = 7;
  for (const ListFormat format : {ListFormat::Eman2, ListFormat::Coords, ListFormat::DeepEtPicker,
                                  ListFormat::Cbox, ListFormat::Napari, ListFormat::Imod})
    CHECK(says(list, format, "no place for object numbers"));
  list.particles[0].object_id = (1 << 24) + 1;  // not exact in float32
  CHECK(says(list, ListFormat::Motl, "not from 1 to 16777216"));
  CHECK_FALSE(says(list, ListFormat::Xml, "object numbers"));

  list.tomograms[0].name = "it's 12\" wide";
  CHECK(says(list, ListFormat::Relion4,
             "no way to write 'it's 12\" wide': it is 'it_s 12\" wide' in the file"));
  CHECK_FALSE(says(list, ListFormat::Csv, "no way to write"));
  list.tomograms[0].name = "a\tb";
  CHECK(says(list, ListFormat::Dynamo, "table maps have no way to write 'a?b': it is 'a b'"));
}
