// SPDX-License-Identifier: Apache-2.0
// Which writer a file extension stands for.
#include <string>

#include "core/file_names.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/volume.hpp"
#include "io/volumes/writers.hpp"
#include "io/volumes/zarr/node.hpp"

namespace dfe::io {
namespace {

enum class Format { Unknown, Mrc, Hdf5, Em, Zarr, Tiff };

/// MRC alone can be compressed: HDF5 is written at any place, and EM is not read so.
Format format_of(const std::filesystem::path& path) {
  // a folder's name may end with a slash
  std::string ending =
      to_lower((path.has_filename() ? path : path.parent_path()).extension().string());
  const bool compressed = ending == ".gz" || ending == ".bz2";
  if (compressed) ending = to_lower(path.stem().extension().string());
  for (const char* const known : {".mrc", ".rec", ".map", ".st", ".ali", ".mrcs", ".ccp4"})
    if (ending == known) return Format::Mrc;
  if (compressed) return Format::Unknown;
  for (const char* const known : {".h5", ".hdf5", ".hdf"})
    if (ending == known) return Format::Hdf5;
  if (ending == ".zarr") return Format::Zarr;
  if (ending == ".tif" || ending == ".tiff") return Format::Tiff;
  return ending == ".em" ? Format::Em : Format::Unknown;
}

[[noreturn]] void refuse(const std::filesystem::path& path) {
  throw Error(ErrorKind::Usage, "volume", path.string(),
              "has no file extension of a volume format that can be written",
              "use .mrc, .rec, .map (also .gz and .bz2), .h5, .zarr, .tif or .em");
}

void check_shape(const std::filesystem::path& path, Extent3 volume, Extent3 geometry) {
  if (volume.voxels() == 0)
    throw Error("volume", path.string(),
                "a volume of " + volume.to_string() + " has no voxels to write");
  if (volume != geometry)
    throw Error("volume", path.string(),
                "voxels of " + volume.to_string() + " with a geometry of " + geometry.to_string());
}

}  // namespace

std::string program_and_version() { return "dfengine " DFENGINE_VERSION; }

bool is_volume_file_name(const std::filesystem::path& path) {
  return format_of(split_volume_name(path).file) != Format::Unknown;
}

bool is_zarr_file_name(const std::filesystem::path& path) {
  return format_of(path) == Format::Zarr;
}

bool is_volume_folder(const std::filesystem::path& path) { return zarr::is_node(path); }

void check_volume_file_name(const std::filesystem::path& path) {
  if (format_of(path) == Format::Unknown) refuse(path);
}

}  // namespace dfe::io

namespace dfe {

using namespace io;

void write_labels(const std::filesystem::path& path, const LabelMap& map,
                  const VolumeWriteOptions& options) {
  check_shape(path, map.labels.extent(), map.geometry.extent);
  switch (format_of(path)) {
    case Format::Mrc:
      return write_mrc(path, map.labels.view(), map.geometry);
    case Format::Hdf5:
      return write_hdf5(path, map.labels.view(), map.geometry, map.class_names);
    case Format::Em:
      return write_em(path, map.labels.view(), map.geometry);
    case Format::Zarr:
      return write_zarr(path, map.labels.view(), map.geometry, map.class_names, options.ome_zarr);
    case Format::Tiff:
      return write_tiff(path, map.labels.view(), map.geometry);
    case Format::Unknown:
      refuse(path);
  }
}

void write_volume(const std::filesystem::path& path, VolumeView<const float> volume,
                  const VolumeGeometry& geometry, const VolumeWriteOptions& options) {
  check_shape(path, volume.extent, geometry.extent);
  switch (format_of(path)) {
    case Format::Mrc:
      return write_mrc(path, volume, geometry);
    case Format::Hdf5:
      return write_hdf5(path, volume, geometry);
    case Format::Em:
      return write_em(path, volume, geometry);
    case Format::Zarr:
      return write_zarr(path, volume, geometry, options.ome_zarr);
    case Format::Tiff:
      return write_tiff(path, volume, geometry);
    case Format::Unknown:
      refuse(path);
  }
}

}  // namespace dfe
