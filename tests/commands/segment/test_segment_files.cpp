// SPDX-License-Identifier: Apache-2.0
// Batches as the library's caller sees them: failures in the report, one line each through the
// observer, and a stop that ends everything at once.
#include <algorithm>

#include "dfengine/dfengine.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

class Listener : public Observer {
 public:
  void message(LogLevel level, std::string_view text) override {
    if (level == LogLevel::Error) errors.emplace_back(text);
    if (level == LogLevel::Warning) warnings.emplace_back(text);
  }
  std::vector<std::string> errors, warnings;
};

void write_tomogram(const std::filesystem::path& path, const VoxelSize& voxel_size) {
  Volume<float> volume({8, 12, 16});
  const std::vector<float> values = uniform_reals(volume.extent().voxels(), 5);
  std::copy(values.begin(), values.end(), volume.data());
  VolumeGeometry geometry;
  geometry.extent = volume.extent();
  geometry.voxel_size = voxel_size;
  io::write_volume(path, volume.view(), geometry);
}

PickRequest request_in(const TempFolder& folder) {
  Weights weights = random_weights({{4, 6, 8}, 4}, 11);
  weights.voxel_size_angstrom = 10;
  io::write_weights(folder / "w.h5", weights);
  PickRequest request;
  for (const char* name : {"a.mrc", "b.mrc", "c.mrc"}) {
    write_tomogram(folder / name, VoxelSize::cubic(10));
    request.segment.tomograms.push_back((folder / name).string());
  }
  request.segment.weights = (folder / "w.h5").string();
  request.segment.output = (folder / "labels").string();
  request.output = (folder / "picks").string();
  request.cluster.radius = {3, false};
  return request;
}

}  // namespace

TEST_CASE("the report of a batch has its failures, and the observer one line each") {
  const TempFolder folder;
  PickRequest request = request_in(folder);
  write_tomogram(folder / "a.mrc", VoxelSize::cubic(7));
  std::filesystem::remove(folder / "c.mrc");
  Listener listener;
  const CommandReport report = run_pick(request, &listener);
  CHECK(report.inputs == 3);
  REQUIRE(report.failures.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(report.failures[i].input == request.segment.tomograms[2 * i]);
    CHECK(report.failures[i].kind == ErrorKind::Failed);
    CHECK(report.failures[i].text == listener.errors.at(i));
  }
  CHECK_THAT(report.text, DFE_CONTAINS("picks/b.star"));
  CHECK(names_in(folder / "picks") == std::vector<std::string>{"b.star", "b.star.run.json"});
}

TEST_CASE("what one tomogram warns of is said once for it, looked at twice or not") {
  const TempFolder folder;
  PickRequest request = request_in(folder);
  for (const char* name : {"a.mrc", "c.mrc"}) write_tomogram(folder / name, {});
  Listener listener;
  CHECK(run_pick(request, &listener).failures.empty());
  for (const std::string name : {"a.mrc", "b.mrc", "c.mrc"}) {
    const auto about = [&](const std::string& text) {
      return text.starts_with((folder / name).string() + ": voxel size unknown");
    };
    CHECK(std::count_if(listener.warnings.begin(), listener.warnings.end(), about) ==
          (name == "b.mrc" ? 0 : 1));
    const std::string record = name.substr(0, 1) + ".star.run.json";
    CHECK((read_text(folder / "picks" / record).find("voxel size unknown") != std::string::npos) ==
          (name != "b.mrc"));
  }
}

TEST_CASE("a stop in the second of three tomograms ends the batch, and leaves the first") {
  struct Stopper final : Listener {
    void progress(std::string_view stage, std::int64_t done, std::int64_t total) override {
      if (stage != "network") return;
      stop = first_is_done;
      first_is_done = first_is_done || done == total;
    }
    bool cancelled() override { return stop; }
    bool first_is_done = false, stop = false;
  } stopper;
  const TempFolder folder;
  const PickRequest request = request_in(folder);
  const CommandReport report = run_pick(request, &stopper);
  REQUIRE(report.cancelled);
  CHECK(report.cancelled->text == "pick: '" + (folder / "b.mrc").string() + "': cancelled");
  CHECK(report.unfinished == 2);
  CHECK(stopper.errors.empty());
  CHECK(names_in(folder / "picks") == std::vector<std::string>{"a.star", "a.star.run.json"});
  CHECK(names_in(folder / "labels") ==
        std::vector<std::string>{"a_labels.mrc", "a_labels.mrc.run.json"});
}
