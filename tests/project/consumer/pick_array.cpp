// SPDX-License-Identifier: Apache-2.0
// The example of docs/building.md; a test compares the two.
#include <dfengine/dfengine.hpp>
#include <iostream>
#include <random>

// Particles in an array of voxels: (z, y, x) order, x fastest.
dfe::ParticleList pick(const dfe::Volume<float>& voxels, const dfe::Weights& weights) {
  const dfe::ArrayVolume tomogram(voxels.view(), dfe::VoxelSize::cubic(10));  // Å
  dfe::Segmenter segmenter(weights, {});  // once for any number of tomograms
  const dfe::LabelMap labels = segmenter.segment(tomogram);
  dfe::ClusterOptions options;
  options.radius = dfe::Length::parse("80A", "radius");  // or voxels: "8"
  return dfe::cluster(labels, options);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    const dfe::Weights weights = dfe::read_weights(argv[1]);
    dfe::Volume<float> voxels({32, 48, 40});  // z, y, x; here your voxels, not noise
    std::mt19937 random(1);
    std::normal_distribution<float> noise;
    for (float& voxel : voxels.span()) voxel = noise(random);
    const dfe::ParticleList particles = pick(voxels, weights);
    dfe::write_list(argv[2], particles);  // .star, .xml, .csv or .tsv
    std::cout << particles.particles.size() << " particles\n";
  } catch (const dfe::Error& error) {  // area, object, fact and remedy in one line
    std::cerr << error.what() << "\n";
    return 1;
  }
}
