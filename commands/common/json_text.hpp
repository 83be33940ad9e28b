// SPDX-License-Identifier: Apache-2.0
// JSON as the commands report it: keys in the order they were set, file names that are not UTF-8
// made printable.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/voxel_size.hpp"
#include "dfengine/geometry.hpp"
#include "dfengine/label_map.hpp"
#include "io/run_record.hpp"

namespace dfe {

using Json = nlohmann::ordered_json;

/// One line.
std::string json_text(const Json& value);

/// [z, y, x].
Json json_extent(const Extent3& extent);

/// A number where the voxel is a cube (to 0.1 %, the rounding of headers), [z, y, x] where it is
/// not, null where unknown.
Json json_voxel_size(const VoxelSize& voxel_size);

/// A number as a person wants to read it: up to six digits, no trailing zeros.
std::string number_text(double value);

/// {"<stage>": seconds, ...}
Json stage_seconds(const io::RunRecord& record);

/// {"<name or label>": voxels, ...} of every class, background included.
Json label_counts(const LabelMap& map, std::int64_t classes);

}  // namespace dfe
