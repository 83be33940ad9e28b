// SPDX-License-Identifier: Apache-2.0
// Against what scikit-learn and DeepFinder made of real label maps: golden/cluster
// (scikit-learn 1.2.1, bin seeding, positions are modes, x is the fastest axis) and the truth lists
// of dataset 1, which are older and have x and z exchanged (x is axis 0).
#include <cmath>

#include "data_files.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"

namespace dfe {
namespace {

double distance(const Point3& a, const Point3& b) {
  return std::hypot(a.z - b.z, a.y - b.y, a.x - b.x);
}

void check_list(const LabelMap& map, double radius, const std::filesystem::path& list) {
  const std::vector<test::ListedObject> expected = test::read_xml_list(list);
  ClusterOptions options = test::mean_shift_options(radius);
  options.position = PickPosition::Mode;
  const ParticleList found = cluster(map, options);
  INFO(list.string());
  REQUIRE(!expected.empty());
  REQUIRE(found.particles.size() == expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const Particle& particle = found.particles[k];
    INFO("object " << k);
    CHECK(particle.class_label == expected[k].label);
    CHECK(particle.cluster_size == expected[k].size);
    CHECK(distance(particle.position_voxels, Point3{expected[k].z, expected[k].y, expected[k].x}) <
          0.01);
  }
}

TEST_CASE(
    "maps of SHREC tomogram 0: clusters, order, sizes, labels and positions are scikit-learn's") {
  const std::filesystem::path golden = test::data_dir() / "golden" / "cluster";
  const LabelMap crop = test::read_mrc_gz(golden / "crop_spheres_sub2.mrc.gz");
  check_list(crop, 3, golden / "crop_spheres_sub2_r3.xml");
  check_list(crop, 5, golden / "crop_spheres_sub2_r5.xml");
  for (const char* const kind : {"spheres", "shapes"}) {
    const std::string name = std::string("tomo0_") + kind + "_bin2_";
    check_list(test::read_mrc_gz(golden / (name + "labelmap.mrc.gz")), 5,
               golden / (name + "r5.xml"));
  }
}

TEST_CASE(
    "DeepFinder's label maps of dataset 1: scikit-learn's clusters, and all objects of the truth") {
  for (int tomogram = 1; tomogram <= 8; ++tomogram) {
    const std::string name = "tomo" + std::to_string(tomogram);
    const std::filesystem::path data = test::data_dir() / "dataset1";
    const LabelMap map = test::read_h5_labels(data / "deepfinder_result" / (name + "_labelmap.h5"));
    check_list(
        map, 8,
        test::data_dir() / "golden" / "cluster" / ("dataset1_" + name + "_r8_binseeding.xml"));

    for (const PickPosition kind : {PickPosition::Centroid, PickPosition::Mode}) {
      ClusterOptions options = test::mean_shift_options(8);
      options.position = kind;
      options.min_size = 10;
      const ParticleList found = cluster(map, options);
      const std::vector<test::ListedObject> truth =
          test::read_xml_list(data / "data" / (name + "_objlist.xml"));
      INFO(name);
      std::vector<int> per_class(256);
      for (const Particle& particle : found.particles)
        ++per_class[static_cast<std::size_t>(particle.class_label)];
      for (std::size_t label = 1; label <= 9; ++label) CHECK(per_class[label] == 3);
      CHECK(found.particles.size() == 27);
      REQUIRE(truth.size() == 27);
      for (const test::ListedObject& object : truth) {
        const Point3 axis_0_first{object.x, object.y, object.z};
        int near = 0;
        for (const Particle& particle : found.particles)
          near += particle.class_label == object.label &&
                  distance(particle.position_voxels, axis_0_first) <= 5;
        INFO("class " << object.label << " at x=" << object.x << " y=" << object.y
                      << " z=" << object.z);
        CHECK(near == 1);
      }
    }
  }
}

}  // namespace
}  // namespace dfe
