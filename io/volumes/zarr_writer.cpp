// SPDX-License-Identifier: Apache-2.0
// OME-Zarr images with levels of resolution. Every chunk is written, so that a copy which lost some
// can be told from a whole one. Source: the specifications of OME-Zarr 0.4 and 0.5.
#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "core/file_names.hpp"
#include "dfengine/error.hpp"
#include "io/atomic_folder.hpp"
#include "io/byte_reader.hpp"
#include "io/volumes/pyramid.hpp"
#include "io/volumes/writers.hpp"
#include "io/volumes/zarr/codecs.hpp"
#include "io/volumes/zarr/node.hpp"
#include "io/volumes/zarr_volume.hpp"

namespace dfe::io {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kChunk = 256;  // the edge that the CryoET Data Portal and copick write
constexpr char kCompressor[] = "lz4";

std::array<std::int64_t, 3> sizes_of(const Extent3& extent) {
  return {extent.z, extent.y, extent.x};
}

Extent3 chunk_of(const Extent3& extent) {
  return {std::min(extent.z, kChunk), std::min(extent.y, kChunk), std::min(extent.x, kChunk)};
}

/// The finest level and those below it, until one fits into a chunk.
std::vector<Extent3> levels_of(Extent3 extent) {
  std::vector<Extent3> levels{extent};
  while (std::max({extent.z, extent.y, extent.x}) > kChunk)
    levels.push_back(extent = halved(extent));
  return levels;
}

template <class T>
Json array_metadata(const Extent3& extent, OmeZarr version) {
  const Extent3 chunk = chunk_of(extent);
  const bool bytes = std::is_same_v<T, std::uint8_t>;
  Json json;
  if (version == OmeZarr::V04) {
    json["zarr_format"] = 2;
    json["shape"] = sizes_of(extent);
    json["chunks"] = sizes_of(chunk);
    json["dtype"] = bytes ? "|u1" : "<f4";
    json["compressor"] = {
        {"id", "blosc"}, {"cname", kCompressor}, {"clevel", 5}, {"shuffle", 1}, {"blocksize", 0}};
    json["fill_value"] = bytes ? Json(0) : Json(0.0);
    json["filters"] = nullptr;
    json["order"] = "C";
    json["dimension_separator"] = "/";
    return json;
  }
  json["zarr_format"] = 3;
  json["node_type"] = "array";
  json["shape"] = sizes_of(extent);
  json["data_type"] = bytes ? "uint8" : "float32";
  json["chunk_grid"] = {{"name", "regular"}, {"configuration", {{"chunk_shape", sizes_of(chunk)}}}};
  json["chunk_key_encoding"] = {{"name", "default"}, {"configuration", {{"separator", "/"}}}};
  json["fill_value"] = bytes ? Json(0) : Json(0.0);
  json["codecs"] = Json::array({{{"name", "bytes"}, {"configuration", {{"endian", "little"}}}},
                                {{"name", "blosc"},
                                 {"configuration",
                                  {{"cname", kCompressor},
                                   {"clevel", 5},
                                   {"shuffle", "shuffle"},
                                   {"typesize", sizeof(T)},
                                   {"blocksize", 0}}}}});
  json["attributes"] = Json::object();
  json["dimension_names"] = {"z", "y", "x"};
  return json;
}

/// Scale and place of a level: a voxel of it is a block of the finest, whose centre is its own.
Json transformations(const VolumeGeometry& geometry, const std::vector<Extent3>& levels,
                     std::size_t level) {
  const bool known = geometry.voxel_size.known();
  const VoxelSize voxel = known ? geometry.voxel_size : VoxelSize::cubic(1);
  const std::array edge{voxel.z_angstrom, voxel.y_angstrom, voxel.x_angstrom};
  const std::array origin{geometry.origin_angstrom.z, geometry.origin_angstrom.y,
                          geometry.origin_angstrom.x};
  std::array<double, 3> scale{}, translation{};
  for (std::size_t i = 0; i < 3; ++i) {
    double factor = 1;
    for (std::size_t above = 0; above < level; ++above)
      factor *= sizes_of(levels[above])[i] > 1 ? 2 : 1;
    scale[i] = edge[i] * factor;
    translation[i] = (known ? origin[i] : 0) + edge[i] * (factor - 1) / 2;
  }
  Json steps = Json::array({{{"type", "scale"}, {"scale", scale}}});
  if (std::any_of(translation.begin(), translation.end(), [](double t) { return t != 0; }))
    steps.push_back({{"type", "translation"}, {"translation", translation}});
  return steps;
}

Json multiscales(const std::string& name, const VolumeGeometry& geometry,
                 const std::vector<Extent3>& levels, bool labels, OmeZarr version) {
  Json image;
  if (version == OmeZarr::V04) image["version"] = "0.4";
  image["name"] = name;
  image["type"] = labels ? "mode" : "mean";
  for (const char* axis : {"z", "y", "x"}) {
    Json entry = {{"name", axis}, {"type", "space"}};
    if (geometry.voxel_size.known()) entry["unit"] = "angstrom";
    image["axes"].push_back(std::move(entry));
  }
  for (std::size_t level = 0; level < levels.size(); ++level)
    image["datasets"].push_back(
        {{"path", std::to_string(level)},
         {"coordinateTransformations", transformations(geometry, levels, level)}});
  return Json::array({image});
}

Json image_label(const std::vector<std::string>& class_names, OmeZarr version) {
  Json label;
  if (version == OmeZarr::V04) label["version"] = "0.4";
  label["properties"] = Json::array();
  for (std::size_t i = 0; i < class_names.size(); ++i)
    if (!class_names[i].empty())
      label["properties"].push_back({{"label-value", i}, {"name", class_names[i]}});
  return label;
}

void write_json(AtomicFolder& folder, const std::filesystem::path& inner, const Json& json) {
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  folder.write(inner, std::as_bytes(std::span(text)));
}

/// The chunk at a place of the grid, little-endian; zeros beyond the volume.
template <class T>
void gather(VolumeView<const T> volume, const Index3& grid, const Extent3& chunk,
            std::vector<T>& out) {
  std::fill(out.begin(), out.end(), T{});
  const Index3 begin{grid.z * chunk.z, grid.y * chunk.y, grid.x * chunk.x};
  const Extent3 n{std::min(chunk.z, volume.extent.z - begin.z),
                  std::min(chunk.y, volume.extent.y - begin.y),
                  std::min(chunk.x, volume.extent.x - begin.x)};
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      std::copy_n(&volume(begin.z + z, begin.y + y, begin.x), n.x,
                  out.begin() + (z * chunk.y + y) * chunk.x);
  if (kNativeOrder != ByteOrder::Little)
    swap_bytes(reinterpret_cast<std::byte*>(out.data()), sizeof(T), out.size());
}

template <class T>
void write_level(AtomicFolder& folder, const std::string& path, VolumeView<const T> volume,
                 OmeZarr version, const std::string& name) {
  const bool v2 = version == OmeZarr::V04;
  write_json(folder, path + (v2 ? "/.zarray" : "/zarr.json"),
             array_metadata<T>(volume.extent, version));
  const Extent3 chunk = chunk_of(volume.extent);
  std::vector<T> voxels(static_cast<std::size_t>(chunk.voxels()));
  const auto count = [](std::int64_t size, std::int64_t edge) { return (size + edge - 1) / edge; };
  for (std::int64_t z = 0; z < count(volume.extent.z, chunk.z); ++z)
    for (std::int64_t y = 0; y < count(volume.extent.y, chunk.y); ++y)
      for (std::int64_t x = 0; x < count(volume.extent.x, chunk.x); ++x) {
        gather(volume, {z, y, x}, chunk, voxels);
        folder.write(path + (v2 ? "/" : "/c/") + std::to_string(z) + "/" + std::to_string(y) + "/" +
                         std::to_string(x),
                     zarr::compress_blosc(std::as_bytes(std::span(voxels)), sizeof(T), name));
      }
}

void write_group(AtomicFolder& folder, Json attributes, Json extras, OmeZarr version) {
  if (version == OmeZarr::V04) {
    attributes[kZarrExtras] = std::move(extras);
    write_json(folder, ".zgroup", {{"zarr_format", 2}});
    write_json(folder, ".zattrs", attributes);
    return;
  }
  Json ome = {{"version", "0.5"}};
  ome.update(attributes);
  write_json(folder, "zarr.json",
             {{"zarr_format", 3},
              {"node_type", "group"},
              {"attributes", {{"ome", std::move(ome)}, {kZarrExtras, std::move(extras)}}}});
}

/// Refuses to replace what is no store.
void check_target(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, error)) && !zarr::is_node(path))
    throw Error("write", path.string(), "exists and is no Zarr store",
                "remove it or choose another name");
}

template <class T>
void write(std::filesystem::path path, VolumeView<const T> volume, const VolumeGeometry& geometry,
           const std::vector<std::string>* class_names, OmeZarr version) {
  if (!path.has_filename()) path = path.parent_path();
  check_target(path);
  AtomicFolder folder(path);
  const std::vector<Extent3> levels = levels_of(volume.extent);
  Json attributes;
  attributes["multiscales"] =
      multiscales(base_name(path), geometry, levels, class_names != nullptr, version);
  if (class_names) attributes["image-label"] = image_label(*class_names, version);
  Json extras = {{"program", program_and_version()},
                 {"voxel_size_known", geometry.voxel_size.known()},
                 {"start_voxels", {geometry.start.z, geometry.start.y, geometry.start.x}},
                 {"labels", geometry.labels}};
  write_group(folder, std::move(attributes), std::move(extras), version);
  Volume<T> smaller;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    if (level > 0) smaller = halved(level == 1 ? volume : std::as_const(smaller).view());
    write_level(folder, std::to_string(level), level == 0 ? volume : std::as_const(smaller).view(),
                version, path.string());
  }
  folder.commit();
}

}  // namespace

void write_zarr(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
                const VolumeGeometry& geometry, const std::vector<std::string>& class_names,
                OmeZarr version) {
  write(path, labels, geometry, &class_names, version);
}

void write_zarr(const std::filesystem::path& path, VolumeView<const float> volume,
                const VolumeGeometry& geometry, OmeZarr version) {
  write(path, volume, geometry, nullptr, version);
}

}  // namespace dfe::io
