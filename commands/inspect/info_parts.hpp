// SPDX-License-Identifier: Apache-2.0
// What `info` says about each kind of thing. Every function returns an object with the key "kind"
// first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/common/json_text.hpp"
#include "dfengine/observer.hpp"
#include "dfengine/volume_source.hpp"
#include "io/particle_list.hpp"

namespace dfe {

/// One thing as JSON and in words.
struct InfoPart {
  Json json;
  std::string text;
};

/// Least and greatest value, mean and population standard deviation of the finite voxels.
struct VolumeStatistics {
  std::int64_t finite = 0, nonfinite = 0;
  double min = 0, max = 0, mean = 0, std = 0;
};

/// Reads the volume once, a few planes at a time, and sums in double.
VolumeStatistics volume_statistics(const VolumeSource& source, Observer* observer);

InfoPart info_volume(const VolumeSource& source, bool statistics, Observer* observer);

/// A particle list; `frame` as list_frame gives it.
InfoPart info_list(const std::string& path, const io::ListOptions& frame);

InfoPart info_weights(const std::string& path);
InfoPart info_scores(const std::string& path);
InfoPart info_machine();

/// Kernels of every op of the network in the one file of weights, or of the default one.
InfoPart info_ops(const std::vector<std::string>& files);

}  // namespace dfe
