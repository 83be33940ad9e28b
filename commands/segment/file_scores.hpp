// SPDX-License-Identifier: Apache-2.0
// Score maps on disk as clustering wants them.
#pragma once

#include <memory>
#include <string>

#include "core/class_names.hpp"
#include "dfengine/cluster.hpp"

namespace dfe {

/// Opens the scores of a label map of these classes and this extent; null where `path` is empty.
/// Classes are matched by name where both have names. `renumbered` says what the map's labels
/// become before they are clustered. Throws `Error` where extent or classes do not fit the map.
std::unique_ptr<ScoreLookup> open_scores(const std::string& path, const FileClasses& map,
                                         const Extent3& extent, const LabelMatch& renumbered);

}  // namespace dfe
