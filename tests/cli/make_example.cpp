// SPDX-License-Identifier: Apache-2.0
// Makes a small example: a noisy tomogram with balls of two densities, the list of where they are, and weights of the network built by
// hand that find them. Nothing is trained: the first two layers smooth, the last one compares with two thresholds, and the layers
// between pass the smoothed volume through the uppermost skip connection.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "core/philox.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"

namespace {

constexpr dfe::Extent3 kExtent{64, 96, 96};
constexpr double kVoxelAngstrom = 10;
constexpr double kLeastDistance = 22;  // between centres: balls do not touch
constexpr double kMargin = 12;         // from the faces

struct Kind {
  const char* name;
  double radius, density;  // voxels; standard deviations of the noise
  int count;
};
constexpr Kind kKinds[] = {{"light", 6, 1.2, 7}, {"dense", 7, 3.0, 5}};

double distance(const dfe::Point3& a, const dfe::Point3& b) { return std::hypot(a.z - b.z, a.y - b.y, a.x - b.x); }

/// Random places, each far enough from all before.
std::vector<dfe::Particle> place_particles(const dfe::Philox& random) {
  std::vector<dfe::Particle> particles;
  std::uint64_t index = 0;
  const auto along = [&](std::int64_t size) {
    return kMargin + random.uniform(0, index++) * (static_cast<double>(size) - 1 - 2 * kMargin);
  };
  for (int label = 1; label <= 2; ++label)
    for (int placed = 0; placed < kKinds[label - 1].count;) {
      dfe::Particle particle;
      particle.position_voxels = {along(kExtent.z), along(kExtent.y), along(kExtent.x)};
      particle.class_label = label;
      bool free = true;
      for (const dfe::Particle& other : particles)
        free = free && distance(other.position_voxels, particle.position_voxels) >= kLeastDistance;
      if (!free) continue;
      particles.push_back(particle);
      ++placed;
    }
  return particles;
}

dfe::Volume<float> draw(const std::vector<dfe::Particle>& particles, const dfe::Philox& random) {
  dfe::Volume<float> volume(kExtent);
  std::uint64_t index = 0;
  for (std::int64_t z = 0; z < kExtent.z; ++z)
    for (std::int64_t y = 0; y < kExtent.y; ++y)
      for (std::int64_t x = 0; x < kExtent.x; ++x) {
        double value = random.normal(1, index++);
        for (const dfe::Particle& particle : particles) {
          const Kind& kind = kKinds[particle.class_label - 1];
          const dfe::Point3 here{static_cast<double>(z), static_cast<double>(y), static_cast<double>(x)};
          if (distance(here, particle.position_voxels) <= kind.radius) value += kind.density;
        }
        volume(z, y, x) = static_cast<float>(value);
      }
  return volume;
}

struct Shape {
  std::int64_t kernel, in, out;
};
// The 15 convolutions. A decoder layer sees the up-sampled channels first, then those of the skip connection.
constexpr Shape kShapes[] = {{3, 1, 32},  {3, 32, 32},  {3, 32, 48}, {3, 48, 48}, {3, 48, 64}, {3, 64, 64}, {3, 64, 64}, {3, 64, 64},
                             {2, 64, 64}, {3, 112, 48}, {3, 48, 48}, {2, 48, 48}, {3, 80, 32}, {3, 32, 32}, {1, 32, 3}};

dfe::Weights make_weights() {
  dfe::Weights weights;
  for (const Shape& s : kShapes) {
    dfe::LayerWeights layer;
    layer.kernel_shape = {s.kernel, s.kernel, s.kernel, s.in, s.out};
    layer.kernel.assign(static_cast<std::size_t>(s.kernel * s.kernel * s.kernel * s.in * s.out), 0.0f);
    layer.bias.assign(static_cast<std::size_t>(s.out), 0.0f);
    weights.layers.push_back(std::move(layer));
  }
  // Index of the weight from channel `in` to channel 0 at a tap.
  const auto tap = [](const Shape& s, std::int64_t place, std::int64_t in) {
    return static_cast<std::size_t>((place * s.in + in) * s.out);
  };

  constexpr float kOffset = 10;  // keeps the smoothed values above 0, where ReLU is linear
  for (int layer : {0, 1})
    for (std::int64_t place = 0; place < 27; ++place) weights.layers[layer].kernel[tap(kShapes[layer], place, 0)] = 1.0f / 27;
  weights.layers[0].bias[0] = kOffset;
  weights.layers[12].kernel[tap(kShapes[12], 13, 48)] = 1;  // 13: the middle of 27; 48: the first channel of the skip
  weights.layers[13].kernel[tap(kShapes[13], 13, 0)] = 1;

  // Logits: 0, k(s - t1), k(s - t1) + k(s - t2), of the smoothed value s. Background wins below t1, "dense" above t2.
  constexpr float k = 8, t1 = 0.6f, t2 = 1.6f;
  dfe::LayerWeights& head = weights.layers[14];
  head.kernel[1] = k;
  head.bias[1] = -k * (kOffset + t1);
  head.kernel[2] = 2 * k;
  head.bias[2] = -k * (2 * kOffset + t1 + t2);

  weights.classes = 3;
  weights.class_names = {"background", kKinds[0].name, kKinds[1].name};
  weights.voxel_size_angstrom = kVoxelAngstrom;
  weights.normalization = dfe::Normalization::Tomogram;
  weights.provenance = {{"origin", "built by hand: smoothing and two thresholds, for the example of dfengine"}};
  return weights;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_example FOLDER\n");
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    const dfe::Philox random(20, 1);
    dfe::ParticleList list;
    list.particles = place_particles(random);
    list.tomograms = {"tomo"};
    for (dfe::Particle& particle : list.particles) particle.tomogram = 0;
    list.class_names = {"background", kKinds[0].name, kKinds[1].name};
    list.voxel_size = dfe::VoxelSize::cubic(kVoxelAngstrom);
    list.tomogram_extent = kExtent;
    dfe::VolumeGeometry geometry;
    geometry.extent = kExtent;
    geometry.voxel_size = list.voxel_size;
    geometry.labels = {"dfengine example: balls of two densities in noise"};

    dfe::io::write_volume(folder / "tomo.mrc", draw(list.particles, random).view(), geometry);
    dfe::io::write_weights(folder / "model.h5", make_weights());
    dfe::io::write_particle_list(folder / "truth.csv", list);
    std::printf("%s: tomo.mrc (%s voxels), model.h5, truth.csv (%zu particles)\n", argv[1], kExtent.to_string().c_str(),
                list.particles.size());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_example: %s\n", error.what());
    return 1;
  }
}
