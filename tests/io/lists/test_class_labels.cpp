// SPDX-License-Identifier: Apache-2.0
// Classes of formats that have names but no labels, and names that several objects share.
#include "core/particle_lists.hpp"
#include "io/lists/class_labels.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using io::ListFormat;
using io::ListOptions;

namespace {

/// A particle for each of the labels, at its voxel along x.
ParticleList list_of(const std::vector<int>& labels, std::vector<std::string> names = {}) {
  ParticleList list;
  list.tomograms = {ListTomogram::of("TS_01", {41, 50, 64}, VoxelSize::cubic(10))};
  list.class_names = std::move(names);
  for (const int label : labels) {
    Particle& p = list.particles.emplace_back();
    p.tomogram = 0;
    p.class_label = label;
    p.position_voxels = {1, 2, static_cast<double>(label)};
  }
  return list;
}

struct Again {
  ParticleList list;
  std::vector<std::string> losses;
};

/// Written, and read again from all files.
Again again(const ParticleList& list, ListFormat format) {
  const test::TempFolder folder;
  ListOptions options;
  options.format = format;
  const auto path = io::is_list_folder(folder.path(), format) ? folder.path() : folder / "a.csv";
  Again result{{}, io::write_list(path, list, options)};
  std::erase_if(result.losses, [](const std::string& loss) {
    return loss.find("voxel sizes") != std::string::npos;  // which CZII does not keep
  });
  options.tomograms = list.tomograms;
  for (const auto& file : io::list_files(path, list, options))
    append_list(result.list, io::read_list(file, options), "test");
  return result;
}

std::vector<int> labels_of(const ParticleList& list) {
  std::vector<int> labels;
  for (const Particle& p : list.particles) labels.push_back(p.class_label);
  return labels;
}

}  // namespace

TEST_CASE("a class without a name keeps its label in copick and CZII lists") {
  for (const ListFormat format : {ListFormat::Copick, ListFormat::Czii}) {
    const auto [list, losses] = again(list_of({2, 7}), format);
    CHECK(labels_of(list) == std::vector<int>{2, 7});
    CHECK(!has_class_names(list));
    CHECK(losses.empty());
  }
}

TEST_CASE("copick and CZII lists keep names of classes, and say which labels are lost") {
  const std::vector<std::string> names{"background", "ribosome", "", "fas"};
  for (const ListFormat format : {ListFormat::Copick, ListFormat::Czii}) {
    const auto [kept, nothing] = again(list_of({1}, names), format);
    CHECK(nothing.empty());
    const auto [list, losses] = again(list_of({3}, names), format);
    CHECK(labels_of(list) == std::vector<int>{1});
    CHECK(class_name(list.class_names, 1) == "fas");
    REQUIRE(losses.size() == 1);
    CHECK_THAT(losses[0], DFE_CONTAINS("not in the file: 3 fas"));
  }
}

TEST_CASE("names that are labels keep them, others take what is free") {
  using Labels = std::vector<int>;
  CHECK(io::lists::labels_of_names({"fas", "1", "fas", "ribosome", "3"}) == Labels{2, 1, 2, 4, 3});
  CHECK(io::lists::labels_of_names({"0", "07", "3.0", "-1"}) == Labels{1, 2, 3, 4});
  CHECK(io::lists::label_of_name("65535") == 65535);
  CHECK(!io::lists::label_of_name("65536"));
}

TEST_CASE("objects and sets of one name are one class") {
  ParticleList list = list_of({1, 2, 3}, {"background", "ribosome", "fas", "ribosome"});
  const ParticleList model = test::parse(io::lists::format_imod(list));
  CHECK(labels_of(model) == std::vector<int>{1, 2, 1});
  CHECK(class_name(model.class_names, 3) == "3");
  CHECK(test::has_warning(model, "classes 1 and 3 have the same name, 'ribosome'"));
  const std::string marker = R"(<marker id="1" x="0" y="0" z="0" radius="1"/>)";
  const ParticleList sets = test::parse("<marker_sets><marker_set name=\"a\">" + marker +
                                            "</marker_set><marker_set name=\"a\">" + marker +
                                            "</marker_set></marker_sets>",
                                        test::one_tomogram({41, 50, 64}, VoxelSize::cubic(10)));
  CHECK(labels_of(sets) == std::vector<int>{1, 1});
  CHECK(test::has_warning(sets, "classes 1 and 2 have the same name, 'a'"));
}
