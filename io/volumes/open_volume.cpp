// SPDX-License-Identifier: Apache-2.0
// Which format a file has, by its content; and whole volumes from sources.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "dfengine/error.hpp"
#include "io/input_file.hpp"
#include "io/volume.hpp"
#include "io/volumes/em_file.hpp"
#include "io/volumes/hdf5_volume.hpp"
#include "io/volumes/inflate.hpp"
#include "io/volumes/mrc_fields.hpp"
#include "io/volumes/mrc_header.hpp"
#include "io/volumes/open_bytes.hpp"
#include "io/volumes/tiff_volume.hpp"
#include "io/volumes/zarr_volume.hpp"

namespace dfe::io {
namespace {

std::vector<std::byte> head_of(const RandomFile& file) {
  std::vector<std::byte> head(
      static_cast<std::size_t>(std::min<std::int64_t>(file.size(), mrc::kHeaderBytes)));
  file.read(0, head.data(), head.size());
  return head;
}

bool begins_with(std::span<const std::byte> head, std::string_view text) {
  return head.size() >= text.size() && std::memcmp(head.data(), text.data(), text.size()) == 0;
}

std::unique_ptr<VolumeSource> open_compressed(const RandomFile& file,
                                              const std::string& compression,
                                              const VolumeReadOptions& options) {
  RandomFile plain = decompress(
      file, compression, mrc::kHeaderBytes,
      [&](std::span<const std::byte> head) { return mrc_file_bytes(head, file.name()); });
  RawHeader header = parse_mrc(head_of(plain), plain.size(), plain.name(), options);
  header.info.compression = compression;
  return std::make_unique<RawVolume>(std::move(plain), std::move(header));
}

/// The name of a format that people try in vain, or "".
std::string known_stranger(std::span<const std::byte> head) {
  using namespace std::string_view_literals;
  if (begins_with(head, "PK\3\4"sv)) return "a zip archive";
  if (begins_with(head, "\x93NUMPY"sv)) return "a NumPy array";
  if (begins_with(head, "\x89PNG"sv)) return "a PNG picture";
  return "";
}

}  // namespace

std::unique_ptr<VolumeSource> open_bytes(RandomFile file, const VolumeReadOptions& options) {
  const std::string name = file.name();
  if (file.size() == 0) throw Error("volume", name, "is empty", "copy it again");
  const std::vector<std::byte> head = head_of(file);
  if (const std::string compression = compression_of(head); !compression.empty())
    return open_compressed(file, compression, options);
  if (looks_like_tiff(head)) return open_tiff(std::move(file), options);
  if (const std::string stranger = known_stranger(head); !stranger.empty())
    throw Error("volume", name, "is " + stranger, "convert it to MRC");
  // EM has no magic word but must fit its length to the byte; MRC files with their word are never
  // taken for it.
  const bool word =
      head.size() == mrc::kHeaderBytes && std::memcmp(head.data() + mrc::kMap, "MAP", 3) == 0;
  const bool em = !word && looks_like_em(head, file.size());
  const std::filesystem::path ending = std::filesystem::path(name).extension();
  if ((em || ending == ".em") && !options.part.empty())
    throw Error("em", name, "has no volume " + options.part, "the file has one; name it alone");
  if (!em && !looks_like_mrc(head) && ending != ".em" && !is_volume_file_name(name))
    throw Error("volume", name, "is neither MRC, HDF5, TIFF nor EM",
                "expected .mrc .rec .map .st .ali (also .gz and .bz2), .h5, .zarr, .tif or .em");
  RawHeader header = em || ending == ".em" ? parse_em(head, file.size(), name, options)
                                           : parse_mrc(head, file.size(), name, options);
  return std::make_unique<RawVolume>(std::move(file), std::move(header));
}

bool is_about_thin_y(const std::string& warning) {
  return warning.starts_with("The thin axis of the volume is y");
}

bool looks_like_hdf5(const RandomFile& file) {
  constexpr char kSignature[] = "\x89HDF\r\n\x1a\n";
  std::array<char, 8> bytes{};
  // A user block of 512, 1024, ... bytes may come first.
  for (std::int64_t offset = 0; offset + 8 <= file.size();
       offset = offset == 0 ? 512 : offset * 2) {
    file.read(offset, bytes.data(), bytes.size());
    if (std::memcmp(bytes.data(), kSignature, bytes.size()) == 0) return true;
  }
  return false;
}

}  // namespace dfe::io

namespace dfe {

using namespace io;

std::unique_ptr<VolumeSource> open_volume(const std::filesystem::path& path,
                                          const VolumeReadOptions& options) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return open_zarr_volume(path, options);
  const VolumeName name = named_volume(path);
  VolumeReadOptions settled = options;
  if (!name.part.empty()) settled.part = name.part;
  RandomFile file(name.file);
  if (looks_like_hdf5(file)) return open_hdf5_volume(name.file, settled);
  return open_bytes(std::move(file), settled);
}

Volume<float> read_volume(const VolumeSource& source) {
  Volume<float> volume(source.extent());
  source.read_box({{}, source.extent()}, volume.data());
  return volume;
}

LabelMap read_labels(const std::filesystem::path& path, const VolumeReadOptions& options) {
  const auto source = open_volume(path, options);
  const Extent3 extent = source->extent();
  LabelMap map;
  map.geometry = source->info().geometry;
  map.labels = Volume<std::uint8_t>(extent);
  std::int64_t bad = 0;
  std::string first;
  const std::int64_t plane = extent.y * extent.x;
  const std::int64_t planes_each = std::clamp<std::int64_t>((1 << 20) / plane, 1, extent.z);
  std::vector<float> values(static_cast<std::size_t>(planes_each * plane));
  for (std::int64_t z = 0; z < extent.z; z += planes_each) {
    const std::int64_t planes = std::min(planes_each, extent.z - z);
    source->read_box({{z, 0, 0}, {planes, extent.y, extent.x}}, values.data());
    std::uint8_t* const labels = map.labels.data() + z * plane;
    for (std::int64_t i = 0; i < planes * plane; ++i) {
      const float value = values[static_cast<std::size_t>(i)];
      const bool good = value >= 0 && value <= 255 && value == std::floor(value);  // false for NaN
      labels[i] = good ? static_cast<std::uint8_t>(value) : std::uint8_t{0};
      if (!good && bad++ == 0)
        first = std::to_string(value) + " at z,y,x " + std::to_string(z + i / plane) + "," +
                std::to_string(i % plane / extent.x) + "," + std::to_string(i % extent.x);
    }
  }
  if (bad > 0 && first.starts_with('-') && source->info().mode == "int8")
    throw Error("labels", path.string(),
                std::to_string(bad) + " of " + std::to_string(extent.voxels()) +
                    " voxels are negative as signed bytes, the first is " + first,
                "read them with --bytes unsigned if labels go beyond 127");
  if (bad > 0)
    throw Error("labels", path.string(),
                std::to_string(bad) + " of " + std::to_string(extent.voxels()) +
                    " voxels are not labels, the first is " + first,
                "labels are whole numbers from 0 to 255; is this a tomogram?");
  map.class_names = source->info().class_names;
  return map;
}

}  // namespace dfe
