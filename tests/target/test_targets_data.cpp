// SPDX-License-Identifier: Apache-2.0
// Targets of a SHREC'19 tomogram against those that DeepFinder makes: sums of whole volumes, and
// rotated masks one by one.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "dfengine/target.hpp"
#include "io/lists/euler.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"
#include "tests/target/sha256.hpp"

using namespace dfe;

namespace {

const std::array<std::string, 12> kMasks = {"1bxn", "1qvr", "1s3x", "1u6g", "2cg9", "3cf3",
                                            "3d2f", "3gl1", "3h84", "3qm1", "4b4t", "4d8q"};
const std::filesystem::path kShrec = test::data_dir() / "shrec19";

ParticleList tomogram_0() {
  io::ListOptions options;
  options.xml_axes = io::XmlAxes::Xyz;
  return io::read_list(kShrec / "object_list_tomo0.xml", options);
}

TargetShape mask_shape(const std::string& name) {
  const auto file = io::open_volume(kShrec / "masks" / (name + ".mrc"));
  TargetShape shape;
  shape.mask = io::read_volume(*file);
  shape.integer_mask = file->info().mode.find("int") != std::string::npos;
  return shape;
}

TargetOptions shapes(TargetRules rules) {
  TargetOptions options;
  options.rules = rules;
  for (std::size_t i = 0; i < kMasks.size(); ++i)
    options.shapes[static_cast<int>(i) + 1] = mask_shape(kMasks[i]);
  return options;
}

TargetOptions spheres(TargetRules rules) {
  TargetOptions options;
  options.rules = rules;
  const std::array<double, 12> radii = {6, 6, 3, 6, 6, 7, 6, 4, 4, 3, 10, 8};
  for (std::size_t i = 0; i < radii.size(); ++i)
    options.shapes[static_cast<int>(i) + 1].radii_voxels = {radii[i], radii[i], radii[i]};
  return options;
}

}  // namespace

TEST_CASE("SHA-256 of known texts") {
  const std::string text = "abc", longer(1000, 'a');
  const auto bytes = [](const std::string& s) {
    return std::span(reinterpret_cast<const std::uint8_t*>(s.data()), s.size());
  };
  CHECK(test::sha256(bytes(text)) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(test::sha256(bytes("")) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(test::sha256(bytes(longer)) ==
        "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}

TEST_CASE("DeepFinder's targets of SHREC'19 tomogram 0 come out bit for bit") {
  const ParticleList list = tomogram_0();
  REQUIRE(list.particles.size() == 2498);
  Volume<std::uint8_t> labels({200, 512, 512}, 0);
  SECTION("spheres") {
    paint_objects(list, spheres(TargetRules::DeepFinder), labels.view());
    CHECK(test::sha256(labels.span()) ==
          "efeb62bb1f2b384db93e27d83755597fdfe891bd77fe0042189b6334846e2562");
  }
  SECTION("shapes") {
    paint_objects(list, shapes(TargetRules::DeepFinder), labels.view());
    CHECK(test::sha256(labels.span()) ==
          "c8a38de7fadd7222fc3ba7a812dae203e6956f078dd349292c37bc59a1de605c");
  }
}

TEST_CASE("every SHREC'19 mask turns as DeepFinder turns it") {
  std::ifstream file(test::data_dir() / "golden" / "mask_rotation.json");
  const nlohmann::json golden = nlohmann::json::parse(file);
  REQUIRE(golden.size() == 12);
  for (const auto& [name, turns] : golden.items()) {
    TargetOptions options;
    options.rules = TargetRules::DeepFinder;
    options.shapes[1] = mask_shape(name);
    for (const auto& [angles, expected] : turns.items()) {
      INFO(name << " " << angles);
      io::lists::ZxzAngles zxz;
      REQUIRE(std::sscanf(angles.c_str(), "(%lf, %lf, %lf)", &zxz.phi, &zxz.psi, &zxz.the) == 3);
      ParticleList list;
      list.particles.resize(1);
      list.particles[0].class_label = 1;
      list.particles[0].position_voxels = {20, 20, 20};
      list.particles[0].orientation = io::lists::from_zxz(zxz);
      Volume<std::uint8_t> labels({40, 40, 40}, 0);
      paint_objects(list, options, labels.view());
      std::int64_t n = 0;
      std::array<double, 3> sum{};
      for (std::int64_t z = 0; z < 40; ++z)
        for (std::int64_t y = 0; y < 40; ++y)
          for (std::int64_t x = 0; x < 40; ++x)
            if (labels(z, y, x) == 1) {
              ++n;
              sum[0] += static_cast<double>(z), sum[1] += static_cast<double>(y),
                  sum[2] += static_cast<double>(x);
            }
      CHECK(n == expected["n"].get<std::int64_t>());
      for (std::size_t axis = 0; axis < 3; ++axis)
        CHECK(sum[axis] / static_cast<double>(n) ==
              Approx(expected["com_zyx"][axis].get<double>()).margin(6e-5));
    }
  }
}

TEST_CASE("the exact rules differ from DeepFinder's on real masks by the surface alone") {
  const ParticleList list = tomogram_0();
  Volume<std::uint8_t> exact({200, 512, 512}, 0), deepfinder({200, 512, 512}, 0);
  paint_objects(list, shapes(TargetRules::Exact), exact.view());
  paint_objects(list, shapes(TargetRules::DeepFinder), deepfinder.view());
  std::int64_t differ = 0, inside = 0;
  for (std::int64_t i = 0; i < exact.voxels(); ++i) {
    differ += exact.data()[i] != deepfinder.data()[i];
    inside += deepfinder.data()[i] != 0;
  }
  CHECK(differ <
        inside / 1000);  // positions are whole numbers here: only ties and box corners are left
}
