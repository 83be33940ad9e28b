// SPDX-License-Identifier: Apache-2.0
// A volume with inverted contrast: dark becomes bright.
#pragma once

#include <memory>

#include "dfengine/volume_source.hpp"

namespace dfe {

/// The volume with every value negated, as it is read.
std::unique_ptr<VolumeSource> invert_volume(std::unique_ptr<VolumeSource> volume);

}  // namespace dfe
