// SPDX-License-Identifier: Apache-2.0
// Columns of a RELION list that are kept as texts, but state a pixel size. They must not contradict
// the one that is written.
#pragma once

#include <string>
#include <vector>

#include "dfengine/particle.hpp"

namespace dfe::io::lists {

/// Leaves out of `pixels`, which is `list` on the pixels that are written, the columns that are
/// wrong for these pixels. Returns a sentence for each.
std::vector<std::string> drop_stale_columns(ParticleList& pixels, const ParticleList& list);

}  // namespace dfe::io::lists
