// SPDX-License-Identifier: Apache-2.0
// Which writer a file extension stands for.
#include <string>

#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/volume.hpp"
#include "io/volumes/writers.hpp"

namespace dfe::io {
namespace {

enum class Format { Unknown, Mrc, Hdf5, Em };

Format format_of(const std::filesystem::path& path) {
  const std::string ending = to_lower(path.extension().string());
  for (const char* const known : {".mrc", ".rec", ".map", ".st", ".ali", ".mrcs", ".ccp4"})
    if (ending == known) return Format::Mrc;
  for (const char* const known : {".h5", ".hdf5", ".hdf"})
    if (ending == known) return Format::Hdf5;
  return ending == ".em" ? Format::Em : Format::Unknown;
}

[[noreturn]] void refuse(const std::filesystem::path& path) {
  throw Error(ErrorKind::Usage, "volume", path.string(),
              "has no file extension of a volume format that can be written",
              "use .mrc, .rec, .map, .h5 or .em");
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
  return format_of(path) != Format::Unknown;
}

void check_volume_file_name(const std::filesystem::path& path) {
  if (!is_volume_file_name(path)) refuse(path);
}

}  // namespace dfe::io

namespace dfe {

using namespace io;

void write_labels(const std::filesystem::path& path, const LabelMap& map) {
  check_shape(path, map.labels.extent(), map.geometry.extent);
  switch (format_of(path)) {
    case Format::Mrc:
      return write_mrc(path, map.labels.view(), map.geometry);
    case Format::Hdf5:
      return write_hdf5(path, map.labels.view(), map.geometry, map.class_names);
    case Format::Em:
      return write_em(path, map.labels.view(), map.geometry);
    case Format::Unknown:
      refuse(path);
  }
}

void write_volume(const std::filesystem::path& path, VolumeView<const float> volume,
                  const VolumeGeometry& geometry) {
  check_shape(path, volume.extent, geometry.extent);
  switch (format_of(path)) {
    case Format::Mrc:
      return write_mrc(path, volume, geometry);
    case Format::Hdf5:
      return write_hdf5(path, volume, geometry);
    case Format::Em:
      return write_em(path, volume, geometry);
    case Format::Unknown:
      refuse(path);
  }
}

}  // namespace dfe
