// SPDX-License-Identifier: Apache-2.0
// Names of files, classes and tomograms, and what is said where they do not decide.
#include "core/class_names.hpp"
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"
#include "core/tomogram_names.hpp"
#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

namespace {

ParticleList list_of(const std::vector<std::optional<int>>& tomograms) {
  ParticleList list;
  for (const char* name : {"first", "second"})
    list.tomograms.push_back(ListTomogram::of(name, {1, 2, 3}, VoxelSize::cubic(10)));
  list.class_names = {"background", "ribosome"};
  for (const auto& tomogram : tomograms) list.particles.emplace_back().tomogram = tomogram;
  return list;
}

std::size_t count(const ParticleList& list, const std::string& wanted,
                  const std::string& fallback = {}) {
  return particles_of(list, {"pick", "--which", wanted, fallback}).particles.size();
}

}  // namespace

TEST_CASE("base names lose folder, compression and format") {
  CHECK(base_name("a/tomo_7.rec.gz") == "tomo_7");
  CHECK(base_name("tomo.v2.mrc") == "tomo.v2");
  CHECK(base_name("a.b/tomo") == "tomo");
  CHECK(base_name("x.bz2") == "x");
  CHECK(base_name("a/.mrc") == ".mrc");
  CHECK(base_name("a/tomo_7.zarr") == "tomo_7");
  CHECK(base_name("a/tomo_7.zarr/") == "tomo_7");
  CHECK(base_name("a/tomo_7.zarr/labels/0") == "tomo_7");
  CHECK(base_name("a.zarr/b.zarr/0") == "b");
  CHECK(base_name("p/ExperimentRuns/TS_7/VoxelSpacing10.000/denoised.zarr") == "TS_7");
  CHECK(base_name("p/ExperimentRuns/TS_7/VoxelSpacing10.000/denoised.zarr/1") == "TS_7");
  CHECK(base_name("VoxelSpacing10.000/denoised.zarr") == "denoised");
  CHECK(base_name("") == "");
  CHECK(base_name("/") == "");
}

TEST_CASE("a volume in a file is named after a colon, where the file's ending allows it") {
  const auto parts = [](const char* name) {
    const VolumeName split = split_volume_name(name);
    return split.file.string() + " " + split.part;
  };
  CHECK(parts("a/two.h5:/raw/b") == "a/two.h5 /raw/b");
  CHECK(parts("two.hdf5:raw") == "two.hdf5 /raw");
  CHECK(parts("X.HDF:/MDF/images/0/image") == "X.HDF /MDF/images/0/image");
  CHECK(parts("two.h5:/a:b") == "two.h5 /a:b");
  CHECK(parts("s.mrcs:3") == "s.mrcs 3");
  CHECK(parts("s.mrc.gz:12") == "s.mrc.gz 12");
  for (const char* const plain :
       {"s.mrcs", "s.mrcs:", "s.mrcs:x", "s.mrcs:-1", "s.mrcs:1:2", "two.h5", "two.h5:", "scan:3",
        "scan:/a.mrc", "two.h5/raw", "a.star:1"})
    CHECK(parts(plain) == std::string(plain) + " ");
  CHECK(base_name("a/two.h5:/raw/b") == "two_raw_b");
  CHECK(base_name("a/s.mrcs.gz:3") == "s_3");
}

TEST_CASE("a class without a name is called by its label") {
  const std::vector<std::string> names = {"background", "", "ribosome"};
  CHECK(class_name(names, 2) == "ribosome");
  CHECK(class_name(names, 1) == "1");
  CHECK(class_name(names, 3) == "3");
  CHECK(class_name(names, -1) == "-1");
}

TEST_CASE("the particles of a tomogram are found by its name, its index or the file's name") {
  const ParticleList list = list_of({0, 1, 1, 5, std::nullopt});
  CHECK(count(list, "first") == 1);
  CHECK(count(list, "1") == 2);
  CHECK(count(list, "5") == 1);  // has no name: its index is its name
  CHECK(count(list, "", "second") == 2);
  CHECK(count(list, "first", "second") == 1);
  const ParticleList part = particles_of(list, {"pick", "--which", "first", ""});
  REQUIRE(part.tomograms.size() == 2);
  CHECK(part.tomograms[1].name == "second");
  CHECK(part.tomograms[1].size_voxels == Point3{1, 2, 3});
  CHECK(part.class_names == list.class_names);
}

TEST_CASE("a list without names, or with one that is only a number, is taken whole") {
  ParticleList numbered = list_of({1, 1, std::nullopt});
  numbered.tomograms[1].numbered = true;
  CHECK(count(numbered, "", "other") == 3);
  CHECK(count(list_of({1, 1}), "", "") == 2);
  CHECK(count(list_of({std::nullopt, std::nullopt}), "") == 2);
  CHECK(count(list_of({}), "") == 0);
}

TEST_CASE("errors about a tomogram name the setting and what the list has") {
  const auto text_of = [](const ParticleList& list, const std::string& wanted,
                          const std::string& fallback) -> std::string {
    try {
      count(list, wanted, fallback);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::Usage);
      return error.what();
    }
    return {};
  };
  CHECK(text_of(list_of({1, 1}), "", "third") ==
        "pick: '--which': is missing: the list has particles of the tomogram 'second', not of "
        "'third'; give the name in the list if it is the same tomogram");
  const ParticleList two = list_of({0, 1});
  CHECK(text_of(two, "", "third") ==
        "pick: '--which': is missing: the list has particles of 2 tomograms, none called 'third'; "
        "choose one of first, second");
  CHECK(text_of(two, "", "") ==
        "pick: '--which': is missing: the list has particles of 2 tomograms; "
        "choose one of first, second");
  CHECK(text_of(two, "third", "first") ==
        "pick: '--which': the list has no particles of 'third'; it has first, second");
  CHECK(text_of(list_of({std::nullopt}), "third", "") ==
        "pick: '--which': the list has no particles of 'third'; "
        "it names no tomograms; leave this setting out");
  CHECK(text_of(list_of({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), "x", "") ==
        "pick: '--which': the list has no particles of 'x'; "
        "it has first, second, 2, 3, 4, 5, 6, 7 and 2 more");
}

TEST_CASE("a tomogram's name is known without what programs add to it") {
  for (const char* name :
       {"TS_01", "rec_TS_01.mrc", "data/TS_01_10.00Apx.mrc", "TS_01.tomostar", "TS_01_labels.mrc",
        "TS_01_scores.h5", "TS_01_Vol.mrc", "TS_01.rec.gz", "rec_TS_01_10.00Apx_labels.mrc",
        "TS_01_objl.xml", "TS_01_rec.mrc", "TS_01.zarr/", "TS_01_info.json"}) {
    INFO(name);
    CHECK(tomogram_id(name) == "TS_01");
  }
  CHECK(tomogram_id("TS_01.v2") == "TS_01.v2");  // not a file extension that we know
  CHECK(tomogram_id("rec_") == "rec_");
  CHECK(tomogram_id("_labels") == "_labels");
  CHECK(tomogram_id(".mrc") == ".mrc");
  CHECK(tomogram_id("TS_xApx") == "TS_xApx");
  CHECK(tomogram_id("").empty());
}

TEST_CASE("names match exactly first, then without additions, and never one of two") {
  const std::vector<std::string> names = {"rec_T1.mrc", "T2", "T3.mrc", "rec_T3"};
  CHECK(find_tomogram(names, "T1", "test") == 0);
  CHECK(find_tomogram(names, "T2_10.00Apx", "test") == 1);
  CHECK(find_tomogram(names, "rec_T3", "test") == 3);
  CHECK(!find_tomogram(names, "T4", "test"));
  CHECK_THROWS_WITH(find_tomogram(names, "T3", "test"),
                    "test: 'T3': may be the tomogram 'T3.mrc' or 'rec_T3'; use the same name in "
                    "both files");
}

TEST_CASE("joined lists keep classes and tomograms by name") {
  ParticleList a = list_of({0}), b = list_of({1, 0});
  a.particles[0].class_label = 1;
  b.class_names = {"background", "fas", "ribosome"};
  b.particles[0].class_label = 2;
  b.particles[1].class_label = 1;
  b.tomograms[1].name = "third";
  a.extra_columns = {{"note", {"x"}}, {"_rlnOnlyHere", {"1"}}};
  append_list(a, b, "test");
  REQUIRE(a.particles.size() == 3);
  CHECK(a.class_names == std::vector<std::string>{"background", "ribosome", "fas"});
  CHECK(a.particles[1].class_label == 1);
  CHECK(a.particles[2].class_label == 2);
  CHECK(a.tomogram_of(a.particles[1]).name == "third");
  CHECK(a.tomogram_of(a.particles[2]).name == "first");
  REQUIRE(a.extra_columns.size() == 1);
  CHECK(a.extra_columns[0].values == std::vector<std::string>{"x", "", ""});
  REQUIRE(a.warnings.size() == 1);
  CHECK_THAT(a.warnings[0], DFE_CONTAINS("_rlnOnlyHere"));
  b.tomograms[0].voxel_size = VoxelSize::cubic(5);
  CHECK_THROWS_WITH(append_list(a, b, "test"), DFE_CONTAINS("10 Å") && DFE_CONTAINS("5 Å"));
  b.tomograms[0].voxel_size = {};
  a.unnamed.voxel_size = {30, 10, 20};
  b.unnamed.voxel_size = VoxelSize::cubic(20);  // of the same mean
  CHECK_THROWS_WITH(append_list(a, b, "test"), DFE_CONTAINS("30 x 10 x 20 Å (z, y, x)"));
}

TEST_CASE("class names are neither empty nor shared") {
  CHECK_NOTHROW(check_class_names({}, "target", "--classes"));
  CHECK_NOTHROW(check_class_names({"background", "a", "A"}, "target", "--classes"));
  CHECK_THROWS_WITH(check_class_names({"background", "a", "b", "a "}, "target", "--classes"),
                    DFE_CONTAINS("target: '--classes': 'a' is the name of classes 1 and 3"));
  for (const char* empty : {"", " "})
    CHECK_THROWS_WITH(check_class_names({"background", empty}, "train", "classes"),
                      DFE_CONTAINS("train: 'classes': the name of class 1 is empty"));
}
