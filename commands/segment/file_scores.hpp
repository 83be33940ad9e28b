// SPDX-License-Identifier: Apache-2.0
// Score maps on disk as clustering wants them.
#pragma once

#include <memory>
#include <string>

#include "dfengine/cluster.hpp"

namespace dfe {

/// Opens the scores of a label map; null where `path` is empty. Throws `Error` where extent or
/// number of classes do not fit the map.
std::unique_ptr<ScoreLookup> open_scores(const std::string& path, const LabelMap& map);

}  // namespace dfe
