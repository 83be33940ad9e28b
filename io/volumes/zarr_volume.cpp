// SPDX-License-Identifier: Apache-2.0
// Which array of a store is meant, and what its group says of it.
#include "io/volumes/zarr_volume.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/volumes/voxel_size.hpp"
#include "io/volumes/zarr/array.hpp"
#include "io/volumes/zarr/multiscales.hpp"
#include "io/volumes/zarr/node.hpp"

namespace dfe::io {
namespace {

namespace fs = std::filesystem;
using zarr::Json;
using zarr::Node;
using zarr::NodeKind;

constexpr int kMostParents = 4;             // levels are at most that deep in their group
constexpr std::int64_t kMostFiles = 10000;  // which are looked for when a volume is opened
constexpr std::int64_t kMostVoxels = std::int64_t{1} << 40;

/// An array, and the level of an image that it is.
struct Found {
  fs::path array;
  Node node;        ///< of the array
  Json attributes;  ///< of the group
  std::vector<zarr::Axis> axes;
  zarr::Level level;
};

/// "tomo.zarr/" is "tomo.zarr".
fs::path without_slash(const fs::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

/// The folders in a group that are nodes themselves, the first twenty.
std::string children(const fs::path& folder) {
  constexpr std::size_t kMost = 20;
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (zarr::is_node(entry.path())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  if (names.size() > kMost) names.resize(kMost);
  return join(names);
}

Found level_of_group(const fs::path& folder, Node group) {
  const std::string name = folder.string();
  auto image = zarr::parse_multiscales(group.attributes, name);
  if (!image) {
    const std::string inside = children(folder);
    throw Error("zarr", name, "is a group without multiscales",
                inside.empty()
                    ? "expected an OME-Zarr image"
                    : "name the image in it: " + name + "/NAME with NAME one of " + inside);
  }
  Found found{folder / image->levels.front().path,
              {},
              std::move(group.attributes),
              std::move(image->axes),
              std::move(image->levels.front())};
  found.node = zarr::read_node(found.array);
  if (found.node.kind != NodeKind::Array)
    throw Error("zarr", found.array.string(), "is not an array, but multiscales name it",
                "the copy is incomplete; copy it again");
  return found;
}

/// Looks in the groups above for the image of which the array is a level.
Found level_of_array(const fs::path& folder, Node array) {
  Found found{folder, std::move(array), {}, {}, {}};
  std::error_code error;
  const fs::path here = fs::weakly_canonical(folder, error);
  fs::path above = here.parent_path();
  for (int i = 0; i < kMostParents && zarr::is_node(above); ++i, above = above.parent_path()) {
    const Node group = zarr::read_node(above);
    auto image = zarr::parse_multiscales(group.attributes, above.string());
    if (!image) continue;
    const fs::path inner = here.lexically_relative(above);
    for (zarr::Level& level : image->levels)
      if (fs::path(level.path).lexically_normal() == inner) {
        found.level = std::move(level);
        found.axes = std::move(image->axes);
        found.attributes = group.attributes;
        return found;
      }
  }
  return found;
}

Found find_level(const fs::path& folder) {
  Node node = zarr::read_node(folder);
  switch (node.kind) {
    case NodeKind::Group:
      return level_of_group(folder, std::move(node));
    case NodeKind::Array:
      return level_of_array(folder, std::move(node));
    case NodeKind::None:
      break;
  }
  throw Error("volume", folder.string(), "is a folder and no Zarr store",
              "name a file, or a folder with .zgroup, .zarray or zarr.json");
}

class ZarrVolume final : public VolumeSource {
 public:
  ZarrVolume(const Found& found, zarr::ArrayFacts facts, const std::array<int, 3>& zyx,
             VolumeInfo info)
      : array_(found.array, std::move(facts), zyx), info_(std::move(info)) {
    info_.geometry.extent = array_.extent();
  }

  const VolumeInfo& info() const override { return info_; }
  std::int64_t resident_bytes() const override { return array_.kept_bytes(); }
  void read_box(const Box3& box, float* out) const override { array_.read_box(box, out); }

  void warn_of_missing_files() {
    const auto files = array_.missing_files(kMostFiles);
    if (files.missing > 0)
      info_.warnings.push_back(
          std::to_string(files.missing) + " of " + std::to_string(files.all) +
          " chunk files do not exist; their voxels are read as the fill value " +
          number_text(static_cast<double>(array_.facts().fill)) +
          ". Programs leave out empty chunks, but an incomplete copy looks the same.");
  }

 private:
  zarr::Array array_;
  VolumeInfo info_;
};

/// MRC's way to say it: 1 is x; the fastest dimension comes first.
std::array<int, 3> axis_order_of(const std::array<int, 3>& zyx) {
  std::array<int, 3> order{1, 2, 3};
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    return zyx[static_cast<std::size_t>(3 - a)] > zyx[static_cast<std::size_t>(3 - b)];
  });
  return order;
}

void read_extras(const Json& attributes, VolumeGeometry& geometry) {
  const Json& extras = zarr::member(attributes, kZarrExtras);
  const std::vector<double> start = zarr::numbers(zarr::member(extras, "start_voxels"));
  constexpr double kMost = 1e9;
  if (start.size() == 3 && std::all_of(start.begin(), start.end(), [](double value) {
        return value >= -kMost && value <= kMost;
      }))
    geometry.start = {static_cast<std::int64_t>(start[0]), static_cast<std::int64_t>(start[1]),
                      static_cast<std::int64_t>(start[2])};
  constexpr std::size_t kMostLabels = 10, kMostLetters = 80;
  const Json& labels = zarr::member(extras, "labels");
  if (!labels.is_array() || labels.size() > kMostLabels) return;
  for (const Json& label : labels)
    if (label.is_string())
      geometry.labels.push_back(label.get<std::string>().substr(0, kMostLetters));
}

/// Index = label; empty where the image does not name its labels.
std::vector<std::string> read_class_names(const Json& attributes) {
  const Json& ome = zarr::member(attributes, "ome");
  const Json& image = zarr::member(ome.is_object() ? ome : attributes, "image-label");
  const Json& properties = zarr::member(image, "properties");
  constexpr std::int64_t kMostLabel = 255;
  std::vector<std::string> names;
  if (!properties.is_array()) return names;
  for (const Json& entry : properties) {
    const Json& label = zarr::member(entry, "label-value");
    const std::string name(trim(zarr::text_member(entry, "name")));
    if (!label.is_number_integer() || name.empty()) continue;
    const auto value = label.get<std::int64_t>();
    if (value < 0 || value > kMostLabel) continue;
    if (names.size() <= static_cast<std::size_t>(value))
      names.resize(static_cast<std::size_t>(value) + 1);
    names[static_cast<std::size_t>(value)] = name;
  }
  return names;
}

}  // namespace

std::unique_ptr<VolumeSource> open_zarr_volume(const fs::path& path,
                                               const VolumeReadOptions& options) {
  Found found = find_level(without_slash(path));
  if (zarr::member(zarr::member(found.attributes, kZarrExtras), "voxel_size_known") == false)
    found.level.scale.clear();  // OME-Zarr wants a scale all the same
  const std::string name = found.array.string();
  zarr::ArrayFacts facts = zarr::array_facts(found.node, found.array);
  const auto zyx = zarr::find_axes(found.axes, facts.shape, name);
  double voxels = 1;
  for (const std::int64_t n : facts.shape) voxels *= static_cast<double>(n);
  if (voxels < 1) throw Error("zarr", name, "contains no voxels", "expected at least 1x1x1");
  if (voxels > static_cast<double>(kMostVoxels))
    throw Error("zarr", name, "has more than 2^40 voxels", "the metadata are damaged");
  VolumeInfo info;
  info.path = path.string();
  info.format = "zarr";
  info.mode = facts.type;
  info.byte_order = facts.big_endian ? "big" : "little";
  info.compression = facts.compression;
  info.axis_order = axis_order_of(zyx);
  zarr::set_geometry(info, found.axes, found.level, zyx);
  if (options.voxel_size_angstrom) info.warnings.clear();  // which are about the file's voxel size
  read_extras(found.attributes, info.geometry);
  info.class_names = read_class_names(found.attributes);
  settle_voxel_size(info, options);
  auto volume = std::make_unique<ZarrVolume>(found, std::move(facts), zyx, std::move(info));
  volume->warn_of_missing_files();
  return volume;
}

}  // namespace dfe::io
