// SPDX-License-Identifier: Apache-2.0
// The axis order of XML and SHREC lists where a tomogram is at hand: what reading alone cannot tell
// is told by the tomogram's grey values at the positions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dfengine/volume_source.hpp"
#include "io/particle_list.hpp"

namespace dfe {

/// The particles of the tomogram out of a list, or nothing where it is not known which they are.
using ChooseParticles = std::function<std::optional<ParticleList>(const ParticleList&)>;

/// Lets `options` find the order in the tomogram. Reading then throws a usage `Error` that names
/// `options.settings.axes` for a list whose order the tomogram does not tell.
void find_axes_in(io::ListOptions& options, std::shared_ptr<const VolumeSource> tomogram,
                  ChooseParticles choose);

/// For commands that take a list of several tomograms whole: those of the tomogram called `wanted`,
/// else of `file_name`, else the only ones.
ChooseParticles any_of_tomogram(std::string wanted, std::string file_name);

}  // namespace dfe
