// SPDX-License-Identifier: Apache-2.0
// All that a training run can be told. docs/train.md lists every setting; the defaults stand in the
// structs that the settings fill, commands/train/read_settings.hpp fills them from YAML.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dfengine/cluster.hpp"
#include "dfengine/evaluate.hpp"
#include "engine/sampling/sampler.hpp"
#include "engine/training/train_step.hpp"
#include "layers/op_facts.hpp"

namespace dfe {

/// One annotated tomogram as the user names it.
struct TrainingFiles {
  std::filesystem::path tomogram;
  std::filesystem::path target;  ///< label map; empty: painted from the list
  std::filesystem::path list;    ///< objects; empty: patches are put on labelled voxels, and there
                                 ///< are no scores of objects
  std::string name;              ///< of the tomogram in a list of several; empty: the file's name
};

struct DataSettings {
  std::vector<TrainingFiles> train, valid;
  std::string
      spheres;  ///< what objects look like where there is no target, as `target --spheres` takes it
  std::filesystem::path masks;  ///< as `target --masks`
  std::string axes = "detect";  ///< of XML lists
  std::optional<double> input_binning;
  std::optional<double> voxel_size_angstrom;  ///< of the tomograms, instead of what their files say
  std::optional<bool> signed_bytes;           ///< of 8-bit volumes, in the same way
};

struct NetworkSettings {
  std::array<std::int64_t, 3> widths{32, 48, 64};
  Start start = Start::Glorot;
  std::filesystem::path weights;  ///< to start from; empty: random
};

struct ValidationSettings {
  std::int64_t every = 1;  ///< epochs between validations
  ClusterOptions cluster;  ///< a radius of 0: no scores of objects
  EvaluateOptions match;
  std::string best = "auto";  ///< auto, objects, voxels, loss: what the best weights are best in
};

struct TrainSettings {
  std::filesystem::path output;
  std::vector<std::string> class_names;
  DataSettings data;
  NetworkSettings network;
  sampling::SamplerOptions sampler;
  LossSpec loss;
  OptimizerOptions optimizer;
  std::int64_t epochs = 100, steps = 100;  ///< batches per epoch
  std::int64_t batch = 25;
  std::int64_t most_bad_batches = 10;  ///< in a row that are not finite; then training ends
  double checkpoint_minutes =
      10;  ///< between checkpoints within an epoch; there is one at the end of each
  ValidationSettings validation;

  std::int64_t classes() const { return static_cast<std::int64_t>(class_names.size()); }
  std::int64_t total_batches() const { return epochs * steps; }
};

}  // namespace dfe
