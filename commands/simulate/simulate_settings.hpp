// SPDX-License-Identifier: Apache-2.0
// The configuration of `simulate` as values: what docs/simulate.md describes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dfengine/simulate.hpp"
#include "io/config/config.hpp"

namespace dfe {

/// Where an object's density comes from: exactly one of the three is given.
struct ObjectSource {
  std::string shape;
  std::filesystem::path structure, map;
  std::array<double, 3> size_angstrom{};
  double map_voxel_size_angstrom = 0;  ///< 0: as the map's file says
  std::optional<double> threshold;
  double potential = 3;  ///< V
  DensityOptions density;
};

struct SimulateSettings {
  struct Part {
    std::string name;  ///< train, valid, test; empty for a single tomogram
    std::int64_t count = 0;
  };
  std::vector<Part> parts;
  std::uint64_t seed = 0;
  SceneOptions scene;                 ///< its classes have no density yet
  std::vector<ObjectSource> sources;  ///< one per class of the scene
  std::filesystem::path list;         ///< places and orientations, or empty
  std::string list_axes, list_tomogram;
  std::optional<double> list_binning;
  double output_binning = 1;  ///< of STAR lists, as ListOptions::binning
  ImagingOptions imaging;
  std::vector<double> snrs,
      ranges_deg;  ///< every combination is a data set of its own where there are several
  std::vector<std::string> outputs;
  std::string effective;  ///< YAML

  bool wants(const std::string& output) const;
  /// Index = label, background first.
  std::vector<std::string> class_names() const;
};

/// Asks for every setting. Throws a usage `Error` for those that make no sense or that nobody
/// knows.
SimulateSettings read_simulate_settings(const io::Config& config);

}  // namespace dfe
