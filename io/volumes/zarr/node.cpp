// SPDX-License-Identifier: Apache-2.0
// Metadata of a folder, see the header. Consolidated metadata are copies, which may be out of date,
// and are not read.
#include "io/volumes/zarr/node.hpp"

#include "dfengine/error.hpp"
#include "io/random_file.hpp"

namespace dfe::io::zarr {
namespace {

constexpr char kV3[] = "zarr.json", kGroup[] = ".zgroup", kArray[] = ".zarray",
               kAttributes[] = ".zattrs";

bool has(const std::filesystem::path& folder, const char* name) {
  std::error_code error;
  return std::filesystem::is_regular_file(folder / name, error);
}

Json read_json(const std::filesystem::path& path) {
  constexpr std::int64_t kMostBytes = std::int64_t{16} << 20;
  const RandomFile file(path);
  if (file.size() > kMostBytes)
    throw Error("zarr", path.string(), "has " + std::to_string(file.size()) + " bytes",
                "metadata have at most 16 MiB; the file is damaged");
  return parse_json(file.text(), path.string());
}

}  // namespace

bool is_node(const std::filesystem::path& folder) {
  return has(folder, kV3) || has(folder, kArray) || has(folder, kGroup);
}

Node read_node(const std::filesystem::path& folder) {
  Node node;
  if (has(folder, kV3)) {
    node.format = 3;
    node.metadata = read_json(folder / kV3);
    const std::string type = text_member(node.metadata, "node_type");
    if (type != "group" && type != "array")
      throw Error("zarr", (folder / kV3).string(), "has no node_type",
                  "expected \"group\" or \"array\"");
    node.kind = type == "group" ? NodeKind::Group : NodeKind::Array;
    node.attributes = member(node.metadata, "attributes");
    return node;
  }
  if (has(folder, kArray)) {
    node.kind = NodeKind::Array;
    node.metadata = read_json(folder / kArray);
  } else if (has(folder, kGroup)) {
    node.kind = NodeKind::Group;
  }
  if (node.kind != NodeKind::None && has(folder, kAttributes))
    node.attributes = read_json(folder / kAttributes);
  return node;
}

ArrayFacts array_facts(const Node& node, const std::filesystem::path& folder) {
  return node.format == 3 ? parse_array_v3(node.metadata, (folder / kV3).string())
                          : parse_array_v2(node.metadata, (folder / kArray).string());
}

}  // namespace dfe::io::zarr
