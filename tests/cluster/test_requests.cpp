// SPDX-License-Identifier: Apache-2.0
// What a caller asks and is told: refusals, lengths in Å, progress, cancelling.
#include <cmath>
#include <limits>
#include <thread>

#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"

namespace dfe {
namespace {

using test::component_options, test::empty_map, test::mean_shift_options, test::paint_ball;

void check_refused(const LabelMap& map, const ClusterOptions& options, const std::string& part) {
  try {
    cluster(map, options);
    FAIL("not refused: " << part);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::Usage);
    CHECK_THAT(error.what(), DFE_CONTAINS(part));
  }
}

TEST_CASE("a radius that cannot be meant is refused, on an empty map too") {
  const LabelMap map = empty_map({10, 10, 10});
  for (const double radius : {0.0, -1.0, -1e300, 1e-200, 64.1, 1e300,
                              std::numeric_limits<double>::infinity(), std::nan("")})
    check_refused(map, mean_shift_options(radius), "cluster: 'radius':");
  CHECK(cluster(map, mean_shift_options(64))
            .particles.empty());  // a crop may be smaller than its particle
  const LabelMap wide = empty_map({1, 30, 400});
  check_refused(wide, mean_shift_options(402), "the volume's diagonal of 401 voxels");
  CHECK(cluster(wide, mean_shift_options(401)).particles.empty());
  LabelMap slices = empty_map({100, 30, 10});  // 3000 x 300 x 100 Å
  slices.geometry.voxel_size = {30, 10, 10};
  ClusterOptions options = mean_shift_options(3018);
  options.radius.is_angstrom = true;
  check_refused(slices, options, "3018 Å is more than the volume's diagonal of 3017 Å");
  options.radius.value = 3016;
  CHECK(cluster(slices, options).particles.empty());
}

TEST_CASE("a radius in Å needs the voxel size") {
  LabelMap map = empty_map({1, 1, 12});
  map.labels(0, 0, 2) = map.labels(0, 0, 7) = 1;
  ClusterOptions options;
  options.radius = {50, true};
  check_refused(map, options, "voxel size");
  map.geometry.voxel_size = VoxelSize::cubic(10);
  CHECK(cluster(map, options).particles.size() == 1);
  options.radius.value = 49;
  CHECK(cluster(map, options).particles.size() == 2);
}

TEST_CASE("options out of range or without effect are refused") {
  const LabelMap map = empty_map({4, 4, 4});
  ClusterOptions options = mean_shift_options(3);
  options.min_size = -1;
  check_refused(map, options, "min_size");
  options.min_size = 0;
  options.min_size_of_class = {{0, 5}};
  check_refused(map, options, "no class 0");
  options.min_size_of_class = {{256, 5}};
  check_refused(map, options, "no class 256");
  options.min_size_of_class = {{255, -5}};
  check_refused(map, options, "-5 voxels is below 0");
  options = component_options();
  options.position = PickPosition::Mode;
  check_refused(map, options, "no mode");
}

class Watcher : public Observer {
 public:
  explicit Watcher(int cancel_after = -1) : left_(cancel_after) {}

  void progress(std::string_view stage, std::int64_t done, std::int64_t total) override {
    right_thread = right_thread && std::this_thread::get_id() == thread_;
    forward = forward && stage == "cluster" && done >= last && done <= total;
    last = done;
    all = total;
  }
  bool cancelled() override { return left_-- == 0; }

  bool right_thread = true, forward = true;
  std::int64_t last = 0, all = 0;

 private:
  int left_;
  std::thread::id thread_ = std::this_thread::get_id();
};

TEST_CASE("progress goes forward to its end, and a cancelled run stops with an error") {
  LabelMap map = empty_map({40, 40, 40});
  for (int k = 0; k < 4; ++k) paint_ball(map, {10.0 + 6 * k, 10, 8.0 + 8 * k}, 4, 1 + k % 2);
  for (ClusterOptions options : {mean_shift_options(4), component_options()})
    for (const bool per_class : {false, true}) {
      options.per_class = per_class;
      Watcher watcher;
      const std::size_t found = cluster(map, options, nullptr, &watcher).particles.size();
      CHECK(found > 0);
      CHECK(watcher.right_thread);
      CHECK(watcher.forward);
      CHECK(watcher.all > 0);
      CHECK(watcher.last == watcher.all);
      for (const int after : {0, 2}) {
        Watcher impatient(after);
        CHECK_THROWS_WITH(cluster(map, options, nullptr, &impatient), DFE_CONTAINS("cancelled"));
      }
    }
}

}  // namespace
}  // namespace dfe
