// SPDX-License-Identifier: Apache-2.0
// The engine on real input: published weights layouts with a reference output in float64, and the
// main job on the paper's tomograms.
#include <map>

#include "dfengine/dfengine.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"
#include "tests/fixtures/memory_volume.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

/// Centroid of each connected component (26 neighbours, one label) of a label map.
std::vector<std::pair<int, Point3>> components(const Volume<std::uint8_t>& labels) {
  const Extent3 e = labels.extent();
  std::vector<std::uint8_t> seen(static_cast<std::size_t>(e.voxels()), 0);
  std::vector<std::pair<int, Point3>> result;
  for (std::int64_t start = 0; start < e.voxels(); ++start) {
    const std::uint8_t label = labels.data()[start];
    if (label == 0 || seen[static_cast<std::size_t>(start)]) continue;
    std::vector<std::int64_t> stack{start};
    seen[static_cast<std::size_t>(start)] = 1;
    Point3 sum;
    double count = 0;
    while (!stack.empty()) {
      const std::int64_t i = stack.back(), z = i / (e.y * e.x), y = i / e.x % e.y, x = i % e.x;
      stack.pop_back();
      sum = {sum.z + static_cast<double>(z), sum.y + static_cast<double>(y),
             sum.x + static_cast<double>(x)};
      ++count;
      for (std::int64_t k = 0; k < 27; ++k) {
        const std::int64_t nz = z + k / 9 - 1, ny = y + k / 3 % 3 - 1, nx = x + k % 3 - 1;
        if (nz < 0 || ny < 0 || nx < 0 || nz >= e.z || ny >= e.y || nx >= e.x) continue;
        const std::int64_t n = (nz * e.y + ny) * e.x + nx;
        if (labels.data()[n] != label || seen[static_cast<std::size_t>(n)]) continue;
        seen[static_cast<std::size_t>(n)] = 1;
        stack.push_back(n);
      }
    }
    if (count >= 10)
      result.push_back({label,
                        {sum.z / count, sum.y / count,
                         sum.x / count}});  // specks of interpolated masks are no objects
  }
  return result;
}

double distance(const Point3& a, const Point3& b) {
  return std::hypot(a.z - b.z, a.y - b.y, a.x - b.x);
}

}  // namespace

TEST_CASE("all seven layouts of Keras weights give the stored output") {
  const auto folder = data_dir() / "golden" / "h5_layouts";
  io::VolumeReadOptions read;
  read.part = "input_zyx";
  const auto input = io::open_volume(folder / "io_16x20x24.h5", read);
  const Extent3 e = input->extent();
  REQUIRE(e == Extent3{16, 20, 24});
  std::vector<float> expected;  // (z, y, x, class), computed in float64 elsewhere
  {
    const io::h5::Reader file(folder / "io_16x20x24.h5");
    expected = file.read_floats("output_zyxc", 1 << 20).values;
  }
  REQUIRE(expected.size() == static_cast<std::size_t>(e.voxels() * 3));
  for (const char* const name :
       {"keras2_standalone_full_model.h5", "keras2_standalone_second_model_in_session.h5",
        "keras2_weights_only.h5", "keras3.weights.h5", "keras3_legacy_full_model.h5",
        "tfkeras213.weights.h5", "tfkeras2_full_model.h5"}) {
    const Weights weights = io::read_weights(folder / name);
    REQUIRE(weights.classes == 3);
    std::vector<std::string> devices{"ref"};
    for (const std::string& isa : cpu_instruction_sets()) devices.push_back(isa);
    for (const std::string& device : devices) {
      SegmentOptions options;
      options.normalization = Normalization::None;
      options.compute.device = device == "ref" ? "ref" : "cpu";
      if (device != "ref") options.compute.instruction_set = device;
      double worst = 0;
      segment(
          *input, weights, options,
          [&](const Box3& box, std::int64_t classes, const float* scores) {
            for (std::int64_t c = 0; c < classes; ++c)
              for (std::int64_t z = 0; z < box.extent.z; ++z)
                for (std::int64_t y = 0; y < box.extent.y; ++y)
                  for (std::int64_t x = 0; x < box.extent.x; ++x, ++scores) {
                    const float want = expected[static_cast<std::size_t>(
                        (((box.begin.z + z) * e.y + box.begin.y + y) * e.x + box.begin.x + x) * 3 +
                        c)];
                    worst = std::max(worst, std::abs(static_cast<double>(*scores - want) /
                                                     static_cast<double>(want)));
                  }
          });
      INFO(name << " on " << device << ": largest relative error " << worst);
      CHECK(worst < 1e-5);
    }
  }
}

TEST_CASE(
    "pick finds all 27 objects of tomograms 7 and 8, with the right class, and nothing else") {
  const auto folder = data_dir() / "dataset1";
  const Weights weights = io::read_weights(folder / "reference_weights.weights.h5");
  // Source: label counts of the same weights in PyTorch, from the data's README
  const std::map<int, std::vector<std::int64_t>> counts_of = {
      {7, {967168, 6718, 2183, 3821, 2058, 2373, 3112, 2837, 2719, 7011}},
      {8, {966268, 6809, 2543, 4002, 2244, 3019, 2842, 2437, 2943, 6893}}};
  for (const auto& [tomogram, expected_counts] : counts_of) {
    INFO("tomogram " << tomogram);
    const std::string stem = "tomo" + std::to_string(tomogram);
    const auto volume = io::open_volume(folder / "data" / (stem + "_data.h5"));
    const LabelMap map = segment(*volume, weights, {});
    std::vector<std::int64_t> counts(10, 0);
    for (const std::uint8_t label : map.labels.span()) ++counts[label];
    for (std::size_t c = 0; c < counts.size(); ++c) {
      INFO("class " << c << ": " << counts[c] << " voxels, expected " << expected_counts[c]);
      CHECK(std::abs(counts[c] - expected_counts[c]) <= 3);
    }
    ClusterOptions options;
    options.radius = {8, false};
    options.min_size = 100;
    const ParticleList list = cluster(map, options);
    const LabelMap target = io::read_labels(folder / "data" / (stem + "_target.h5"));
    auto objects = components(target.labels);
    REQUIRE(objects.size() == 27);
    CHECK(list.particles.size() == 27);
    for (const Particle& particle : list.particles) {
      auto nearest = objects.end();
      for (auto object = objects.begin(); object != objects.end(); ++object)
        if (nearest == objects.end() || distance(object->second, particle.position_voxels) <
                                            distance(nearest->second, particle.position_voxels))
          nearest = object;
      REQUIRE(nearest != objects.end());
      CHECK(nearest->first == particle.class_label);
      CHECK(distance(nearest->second, particle.position_voxels) < 5);
      objects.erase(nearest);  // each object once
    }
    CHECK(objects.empty());
  }
}
