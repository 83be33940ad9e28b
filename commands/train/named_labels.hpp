// SPDX-License-Identifier: Apache-2.0
// Targets and lists of a training run, brought to the labels of its classes: by name where a file
// names its classes, else by label. Everything is checked before the first target is painted, so a
// target is read once for that.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/common/job.hpp"
#include "dfengine/particle.hpp"
#include "dfengine/volume_source.hpp"

namespace dfe {

/// The target with the labels of `classes`, the setting of that name. Throws `Error` for voxels
/// that are no labels, and for classes that occur and are not among `classes`.
std::shared_ptr<const VolumeSource> match_target(std::shared_ptr<const VolumeSource> target,
                                                 const std::string& file,
                                                 const std::vector<std::string>& classes, Job& job);

/// The same for the particles of a list, which has `classes` afterwards.
void match_list(ParticleList& list, const std::string& file,
                const std::vector<std::string>& classes, Job& job);

/// Warns of classes most of whose particles are in voxels of another class of the target: then the
/// two number their classes in different ways, and one of them has no names. `file` has the target.
void compare_labels(const VolumeSource& target, const std::string& file, const ParticleList& list,
                    Job& job);

}  // namespace dfe
