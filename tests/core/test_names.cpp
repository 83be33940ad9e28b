// SPDX-License-Identifier: Apache-2.0
// Names of files, classes and tomograms, and what is said where they do not decide.
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"
#include "dfengine/error.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

namespace {

ParticleList list_of(const std::vector<std::optional<int>>& tomograms) {
  ParticleList list;
  list.tomograms = {"first", "second"};
  list.class_names = {"background", "ribosome"};
  list.voxel_size = VoxelSize::cubic(10);
  list.tomogram_extent = {1, 2, 3};
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
  CHECK(part.tomograms == list.tomograms);
  CHECK(part.class_names == list.class_names);
  CHECK(part.voxel_size == list.voxel_size);
  CHECK(part.tomogram_extent == list.tomogram_extent);
}

TEST_CASE("a list of one tomogram is taken whole where nothing is said") {
  CHECK(count(list_of({1, 1, std::nullopt}), "", "other") == 3);
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
