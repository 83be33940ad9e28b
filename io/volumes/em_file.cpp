// SPDX-License-Identifier: Apache-2.0
// Reader and writer of EM files stand together, because both are short and share the layout of the
// header.
#include "io/volumes/em_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "core/binning_note.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/byte_reader.hpp"
#include "io/volumes/geometry_text.hpp"
#include "io/volumes/output_file.hpp"
#include "io/volumes/stream_planes.hpp"
#include "io/volumes/voxel_size.hpp"
#include "io/volumes/writers.hpp"

namespace dfe::io {
namespace {

constexpr std::size_t kMachine = 0, kType = 3, kSizes = 4, kComment = 16, kCommentBytes = 80,
                      kUserText = 256, kUserBytes = 256;
// In the comment: "dfengine 0.1.0, voxel size 13.68 A", or "voxel size 30 10 10 A" (z, y, x).
constexpr char kVoxelKey[] = "voxel size ";

std::optional<Element> element_of(int type) {
  switch (type) {
    case 1:
      return Element::Int8;
    case 2:
      return Element::Int16;
    case 4:
      return Element::Int32;
    case 5:
      return Element::Float32;
    case 9:
      return Element::Float64;
    default:
      return std::nullopt;
  }
}

RawLayout layout_of(std::span<const std::byte> head, ByteOrder order, Element element) {
  const ByteReader header(head, order, "em", "");
  RawLayout layout;
  layout.offset = kEmHeaderBytes;
  layout.element = element;
  layout.swapped = order != kNativeOrder;
  for (std::size_t i = 0; i < 3; ++i) layout.sizes[i] = header.at<std::int32_t>(kSizes + 4 * i);
  return layout;
}

bool positive(const RawLayout& layout) {
  return std::all_of(layout.sizes.begin(), layout.sizes.end(),
                     [](std::int64_t size) { return size >= 1; });
}

/// Bytes of the whole file, or -1 where the sizes make no sense.
std::int64_t file_bytes_of(const RawLayout& layout) {
  const std::int64_t bytes = positive(layout) ? data_bytes(layout) : -1;
  return bytes < 0 ? -1 : bytes + static_cast<std::int64_t>(kEmHeaderBytes);
}

/// What the machine's number says: 6 is the PC and 1 the VAX; OS-9, Convex, SGI, Sun and Mac are
/// big-endian.
ByteOrder order_of_machine(int machine) {
  return machine == 6 || machine == 1 ? ByteOrder::Little : ByteOrder::Big;
}

/// One number or three, as `write` puts them; unknown for anything else.
VoxelSize voxel_size_of(const std::vector<std::string_view>& words) {
  std::vector<double> sizes;
  for (const std::string_view word : words) {
    const auto size = parse_as<double>(word);
    if (!size || *size <= 0 || sizes.size() == 3) break;
    sizes.push_back(*size);
  }
  if (sizes.size() == 3) return {sizes[0], sizes[1], sizes[2]};
  return sizes.size() == 1 ? VoxelSize::cubic(sizes[0]) : VoxelSize{};
}

/// What dfengine has written into comment and user data; those of other programs say nothing here.
void read_texts(std::string comment, const std::string& user, VolumeGeometry& geometry) {
  comment.resize(std::min(comment.size(), comment.find('\0')));  // zeros fill the field
  if (!comment.starts_with("dfengine ")) return;
  if (const auto place = comment.find(kVoxelKey); place != std::string::npos) {
    geometry.voxel_size =
        voxel_size_of(words_of(std::string_view(comment).substr(place + sizeof kVoxelKey - 1)));
  }
  if (const auto comma = comment.rfind(", "); comma != std::string::npos)
    if (const auto note = parse_binning_note(std::string_view(comment).substr(comma + 2)))
      geometry.labels = {note->to_string()};
  if (user.starts_with("dfengine_")) {
    geometry.labels.clear();
    read_geometry_text(std::string_view(user).substr(0, user.find('\0')), geometry);
  }
}

template <class Stored, class T>
void write(const std::filesystem::path& path, VolumeView<const T> volume,
           const VolumeGeometry& geometry, int type) {
  std::array<std::byte, kEmHeaderBytes> header{};
  header[kMachine] = std::byte{6};
  header[kType] = static_cast<std::byte>(type);
  const std::array<std::int64_t, 3> sizes{volume.extent.x, volume.extent.y, volume.extent.z};
  for (std::size_t i = 0; i < 3; ++i) {
    if (sizes[i] > std::numeric_limits<std::int32_t>::max())
      throw Error("em", path.string(),
                  "size of " + std::to_string(sizes[i]) + " does not fit the header",
                  "write HDF5 instead");
    for (std::size_t byte = 0; byte < 4; ++byte)
      header[kSizes + 4 * i + byte] = static_cast<std::byte>(sizes[i] >> (8 * byte) & 255);
  }
  std::string comment = program_and_version();
  if (const VoxelSize& v = geometry.voxel_size; v.known()) {
    char text[80];
    if (v.is_cubic())
      std::snprintf(text, sizeof text, ", %s%.9g A", kVoxelKey, v.mean_angstrom());
    else
      std::snprintf(text, sizeof text, ", %s%.7g %.7g %.7g A", kVoxelKey, v.z_angstrom,
                    v.y_angstrom, v.x_angstrom);
    comment += text;
  }
  // People read the comment, so the note is there as well where it fits.
  if (const auto note = find_binning_note(geometry.labels))
    if (comment.size() + 2 + note->to_string().size() <= kCommentBytes)
      comment += ", " + note->to_string();
  std::memcpy(header.data() + kComment, comment.data(), std::min(comment.size(), kCommentBytes));
  const std::string user = geometry_text(geometry, kUserBytes);
  std::memcpy(header.data() + kUserText, user.data(), std::min(user.size(), kUserBytes));
  OutputFile file(path);
  file.write(header.data(), header.size());
  stream_planes<Stored>(file, volume);
  file.commit();
}

}  // namespace

bool looks_like_em(std::span<const std::byte> head, std::int64_t file_bytes) {
  if (head.size() < kEmHeaderBytes) return false;
  const auto element = element_of(std::to_integer<int>(head[kType]));
  if (!element || std::to_integer<int>(head[kMachine]) > 6) return false;
  return file_bytes_of(layout_of(head, ByteOrder::Little, *element)) == file_bytes ||
         file_bytes_of(layout_of(head, ByteOrder::Big, *element)) == file_bytes;
}

RawHeader parse_em(std::span<const std::byte> head, std::int64_t file_bytes,
                   const std::string& name, const VolumeReadOptions& options) {
  if (head.size() < kEmHeaderBytes)
    throw Error("em", name, "has " + std::to_string(head.size()) + " bytes",
                "an EM file begins with a header of 512 bytes");
  const int machine = std::to_integer<int>(head[kMachine]),
            type = std::to_integer<int>(head[kType]);
  auto element = element_of(type);
  if (!element)
    throw Error("em", name,
                type == 8 ? "type 8 (complex) is a transform, not a volume"
                          : "element type " + std::to_string(type) + " is not defined",
                "expected 1, 2, 4, 5 or 9 (byte, short, int, float, double)");
  RawHeader result;
  VolumeInfo& info = result.info;
  info.path = name;
  info.format = "em";
  if (*element == Element::Int8 && options.signed_bytes && !*options.signed_bytes)
    element = Element::UInt8;
  ByteOrder order = order_of_machine(machine);
  const ByteOrder other = order == ByteOrder::Little ? ByteOrder::Big : ByteOrder::Little;
  if (file_bytes_of(layout_of(head, order, *element)) != file_bytes &&
      file_bytes_of(layout_of(head, other, *element)) == file_bytes) {
    order = other;
    info.warnings.push_back("The machine number " + std::to_string(machine) +
                            " contradicts the sizes; read as " +
                            (order == ByteOrder::Little ? "little" : "big") + "-endian.");
  }
  result.layout = layout_of(head, order, *element);
  const std::int64_t expected = file_bytes_of(result.layout);
  if (expected < 0)
    throw Error("em", name,
                "sizes " + std::to_string(result.layout.sizes[0]) + ", " +
                    std::to_string(result.layout.sizes[1]) + ", " +
                    std::to_string(result.layout.sizes[2]) +
                    " of x, y, z are not those of a volume",
                "the file is damaged or of another format");
  if (file_bytes < expected)
    throw Error("em", name,
                "has " + std::to_string(file_bytes) + " bytes but its header says " +
                    std::to_string(expected),
                "the file is incomplete; copy it again");
  if (file_bytes > expected)
    info.warnings.push_back("The file is longer than the " + std::to_string(expected) +
                            " bytes that its header says; the rest is ignored.");
  info.mode = element_name(*element);
  info.byte_order = order == ByteOrder::Little ? "little" : "big";
  info.geometry.extent = extent_of(result.layout);
  const ByteReader header(head, order, "em", name);
  read_texts(header.text(kComment, kCommentBytes), header.text(kUserText, kUserBytes),
             info.geometry);
  settle_voxel_size(info, options);
  return result;
}

void write_em(const std::filesystem::path& path, VolumeView<const std::uint8_t> labels,
              const VolumeGeometry& geometry) {
  if (fits_signed_byte(count_labels(labels.span())))
    write<std::int8_t>(path, labels, geometry, 1);
  else
    write<std::int16_t>(path, labels, geometry, 2);
}

void write_em(const std::filesystem::path& path, VolumeView<const float> volume,
              const VolumeGeometry& geometry) {
  write<float>(path, volume, geometry, 5);
}

}  // namespace dfe::io
