// SPDX-License-Identifier: Apache-2.0
// A task that a tiny network learns within seconds: bright balls and dark balls in noise, as files
// with a configuration.
#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/philox.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe::test {

inline constexpr double kToyRadius = 3.5;

/// NAME.mrc, NAME_target.mrc and NAME.star: 3 x 3 x 3 balls, every other one dark, in 40 x 48 x 48
/// voxels of 10 Å.
inline void write_toy_tomogram(const std::filesystem::path& folder, const std::string& name,
                               std::uint64_t seed) {
  const Extent3 n{40, 48, 48};
  const Philox random(seed, RandomPurpose{77});
  VolumeGeometry geometry;
  geometry.extent = n;
  geometry.voxel_size = VoxelSize::cubic(10);
  Volume<float> voxels(n, 0);
  LabelMap target{Volume<std::uint8_t>(n, 0), geometry, {"background", "bright", "dark"}};
  ParticleList list;
  list.class_names = target.class_names;
  list.tomograms = {ListTomogram::of(name, n, geometry.voxel_size)};
  for (std::int64_t i = 0; i < 27; ++i) {
    const auto jitter = [&](std::uint64_t axis) {
      return 4 * random.uniform(1, 3 * static_cast<std::uint64_t>(i) + axis) - 2;
    };
    Particle p;
    p.class_label = i % 2 == 0 ? 1 : 2;
    const std::int64_t plane = i / 9, row = i / 3 % 3, column = i % 3;
    p.position_voxels = {static_cast<double>(7 + 12 * plane) + jitter(0),
                         static_cast<double>(8 + 15 * row) + jitter(1),
                         static_cast<double>(8 + 15 * column) + jitter(2)};
    p.tomogram = 0;
    list.particles.push_back(p);
  }
  for (std::int64_t z = 0, index = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < n.x; ++x, ++index) {
        voxels(z, y, x) = static_cast<float>(random.normal(2, static_cast<std::uint64_t>(index)));
        for (const Particle& p : list.particles) {
          const Point3& c = p.position_voxels;
          const double distance =
              std::hypot(static_cast<double>(z) - c.z, static_cast<double>(y) - c.y,
                         static_cast<double>(x) - c.x);
          if (distance > kToyRadius) continue;
          voxels(z, y, x) += p.class_label == 1 ? 3.0f : -3.0f;
          target.labels(z, y, x) = static_cast<std::uint8_t>(p.class_label);
        }
      }
  io::write_volume(folder / (name + ".mrc"), voxels.view(), geometry);
  io::write_labels(folder / (name + "_target.mrc"), target);
  io::write_list(folder / (name + ".star"), list);
}

/// toy.yaml with two tomograms to train on and one to validate; `more` is YAML that is added.
inline void write_toy(const std::filesystem::path& folder, const std::string& more = "") {
  for (const char* name : {"a", "b", "v"})
    write_toy_tomogram(folder, name, static_cast<std::uint64_t>(name[0]));
  std::ofstream(folder / "toy.yaml")
      << "output: run\n"
         "classes: [background, bright, dark]\n"
         "seed: 3\n"
         "data:\n"
         "  train:\n"
         "    - {tomogram: a.mrc, target: a_target.mrc, list: a.star}\n"
         "    - {tomogram: b.mrc, target: b_target.mrc, list: b.star}\n"
         "  valid:\n"
         "    - {tomogram: v.mrc, target: v_target.mrc, list: v.star}\n"
         "network: {widths: [6, 8, 8], start: he}\n"
         "patches: {size: 16, shift: 5}\n"
         "augmentation: {turn_z: 0.5, rotation: 0.3, noise: 0.3}\n"
         "loss: {foreground_weight: 3}\n"
         "optimizer: {rate: 5e-3, average_decay: 0.9, clip_norm: 3}\n"
         "training: {epochs: 8, steps: 5, batch: 2}\n"
         "validation: {every: 2, radius: 4, min_size: 20, distance: 4}\n"
      << more;
}

}  // namespace dfe::test
