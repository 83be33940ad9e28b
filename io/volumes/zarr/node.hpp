// SPDX-License-Identifier: Apache-2.0
// A folder of a Zarr store: a group or an array of format 2 (.zgroup, .zarray, .zattrs) or 3
// (zarr.json).
#pragma once

#include <filesystem>

#include "io/volumes/zarr/array_facts.hpp"
#include "io/volumes/zarr/json_fields.hpp"

namespace dfe::io::zarr {

enum class NodeKind { None, Group, Array };

struct Node {
  NodeKind kind = NodeKind::None;
  int format = 2;
  Json metadata;    ///< of an array
  Json attributes;  ///< an object, or null
};

/// Whether the folder is a group or an array of a store.
bool is_node(const std::filesystem::path& folder);

/// Reads the metadata of a folder. Throws `Error` where they are damaged.
Node read_node(const std::filesystem::path& folder);

/// The facts of an array node. `folder` is for messages.
ArrayFacts array_facts(const Node& node, const std::filesystem::path& folder);

}  // namespace dfe::io::zarr
