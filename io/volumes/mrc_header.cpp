// SPDX-License-Identifier: Apache-2.0
// Interprets an MRC header. Each function answers one question, in the order in which the answers
// are needed: byte order, mode, axes, length, sign of bytes, scale, texts.
#include "io/volumes/mrc_header.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/byte_reader.hpp"
#include "io/volumes/mrc_fields.hpp"
#include "io/volumes/voxel_size.hpp"

namespace dfe::io {
namespace {

using namespace mrc;

constexpr std::int32_t kImod = 1146047817;  // "IMOD"
constexpr std::int32_t kImodSignedBytes = 1, kImodNibbles = 16;

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!text.empty()) text += ' ';
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

ByteReader reader(std::span<const std::byte> head, ByteOrder order, const std::string& name) {
  return {head, order, "mrc", name};
}

bool defined_mode(std::int32_t mode) {
  return (mode >= 0 && mode <= 4) || mode == 6 || mode == 12 || mode == 16 || mode == 101;
}

bool makes_sense(const ByteReader& header) {
  if (!defined_mode(header.at<std::int32_t>(kMode))) return false;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto size = header.at<std::int32_t>(kSizes + 4 * i);
    if (size < 1 || size > 1 << 20) return false;
  }
  return true;
}

bool has_map_word(const ByteReader& header) { return header.text(kMap, 3) == "MAP"; }

/// By the machine stamp, unless only the other order makes sense of mode and sizes.
ByteOrder byte_order(std::span<const std::byte> head, const std::string& name,
                     std::vector<std::string>& warnings) {
  const ByteReader little = reader(head, ByteOrder::Little, name),
                   big = reader(head, ByteOrder::Big, name);
  const std::string stamp = little.text(kMachineStamp, 4);
  std::optional<ByteOrder> stamped;
  if (stamp.starts_with("\x44\x44") || stamp.starts_with("\x44\x41")) stamped = ByteOrder::Little;
  if (stamp.starts_with("\x11\x11")) stamped = ByteOrder::Big;
  const bool little_fits = makes_sense(little), big_fits = makes_sense(big);
  const ByteOrder likely = big_fits && !little_fits ? ByteOrder::Big : ByteOrder::Little;
  if (stamped && (*stamped == likely || little_fits == big_fits)) return *stamped;
  warnings.push_back("The machine stamp (" + hex(stamp) + ") " +
                     (stamped ? "contradicts mode and sizes" : "is not a valid one") +
                     "; read as " + (likely == ByteOrder::Little ? "little" : "big") + "-endian.");
  return likely;
}

Element element_of(std::int32_t mode, const std::string& name) {
  const char* const remedy = "convert the file to mode 0, 1, 2, 6 or 12";
  switch (mode) {
    case 0:
      return Element::Int8;  // its sign is settled later
    case 1:
      return Element::Int16;
    case 2:
      return Element::Float32;
    case 6:
      return Element::UInt16;
    case 12:
      return Element::Float16;
    case 101:
      return Element::UInt4;
    case 3:
      throw Error("mrc", name, "mode 3 (complex 16-bit integers) is a transform, not a volume",
                  remedy);
    case 4:
      throw Error("mrc", name, "mode 4 (complex 32-bit floats) is a transform, not a volume",
                  remedy);
    case 16:
      throw Error("mrc", name, "mode 16 (RGB bytes) is an image, not a volume", remedy);
    default:
      throw Error("mrc", name, "mode " + std::to_string(mode) + " is not defined",
                  "expected 0, 1, 2, 6, 12 or 101; the file is damaged or of another format");
  }
}

std::array<int, 3> axes(const ByteReader& header, VolumeInfo& info) {
  std::array<int, 3> order{};
  for (std::size_t i = 0; i < 3; ++i) order[i] = header.at<std::int32_t>(kAxes + 4 * i);
  info.axis_order = order;
  std::array<int, 3> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != std::array<int, 3>{1, 2, 3}) {
    info.warnings.push_back("MAPC, MAPR, MAPS are " + std::to_string(order[0]) + ", " +
                            std::to_string(order[1]) + ", " + std::to_string(order[2]) +
                            ", which is not an axis order; 1, 2, 3 is assumed.");
    return {0, 1, 2};
  }
  return {order[0] - 1, order[1] - 1, order[2] - 1};
}

/// Where the voxels begin, and whether the file is long enough.
void place_data(const ByteReader& header, std::int64_t file_bytes, const std::string& name,
                RawHeader& result) {
  VolumeInfo& info = result.info;
  const std::int64_t bytes = data_bytes(result.layout);
  if (bytes < 0)
    throw Error(
        "mrc", name,
        "sizes " + extent_of(result.layout).to_string() + " need more bytes than any file has",
        "the header is damaged");
  std::int64_t extended = header.at<std::int32_t>(kExtendedBytes);
  const std::int64_t bare = static_cast<std::int64_t>(kHeaderBytes) + bytes;
  if (extended != 0 && (extended < 0 || bare + extended > file_bytes) && file_bytes >= bare) {
    // A copied header whose extended part was not written: the voxels follow at once and end with
    // the file.
    if (file_bytes == bare) {
      info.warnings.push_back("The header announces an extended header of " +
                              std::to_string(extended) +
                              " bytes that the file does not contain; it is ignored.");
      extended = 0;
    } else if (extended < 0) {
      throw Error("mrc", name, "extended header of " + std::to_string(extended) + " bytes",
                  "the header is damaged");
    }
  }
  const std::int64_t expected = bare + std::max<std::int64_t>(extended, 0);
  if (file_bytes < expected)
    throw Error("mrc", name,
                "has " + std::to_string(file_bytes) + " bytes but its header says " +
                    std::to_string(expected) + " (" + extent_of(result.layout).to_string() + " " +
                    element_name(result.layout.element) + " and " +
                    std::to_string(kHeaderBytes +
                                   static_cast<std::size_t>(std::max<std::int64_t>(extended, 0))) +
                    " of header)",
                "the file is incomplete; copy it again");
  if (file_bytes > expected)
    info.warnings.push_back("The file is longer than the " + std::to_string(expected) +
                            " bytes that its header says; the rest is ignored.");
  info.extended_header_bytes = extended;
  if (extended > 0) {
    info.extended_header_type = header.text(kExtendedType, 4);
    // CCP4's symmetry records stand without a type.
    if (!std::all_of(info.extended_header_type.begin(), info.extended_header_type.end(),
                     [](unsigned char c) { return c > 32 && c < 127; }))
      info.extended_header_type.clear();
  }
  result.layout.offset = static_cast<std::int64_t>(kHeaderBytes) + extended;
}

/// Mode 0 is signed in the standard, but IMOD and SerialEM wrote unsigned bytes for decades.
Element sign_of_bytes(const ByteReader& header, const std::string& name,
                      const VolumeReadOptions& options, std::vector<std::string>& warnings) {
  const bool imod = header.at<std::int32_t>(kImodStamp) == kImod;
  const std::int32_t flags = imod ? header.at<std::int32_t>(kImodFlags) : 0;
  if (flags & kImodNibbles)
    throw Error("mrc", name, "has two 4-bit voxels in each byte (IMOD's flag 16)",
                "convert it with IMOD's newstack -mode 0");
  if (options.signed_bytes) return *options.signed_bytes ? Element::Int8 : Element::UInt8;
  if (imod) return flags & kImodSignedBytes ? Element::Int8 : Element::UInt8;
  const auto minimum = header.at<float>(kMinimum), maximum = header.at<float>(kMaximum);
  if (maximum > 127 && maximum <= 255) {
    warnings.push_back("Bytes (mode 0) are read as unsigned, because the header's maximum is " +
                       number_text(maximum) +
                       (minimum < 0 ? ", although its minimum is " + number_text(minimum) : "") +
                       "; use --bytes signed if that is wrong.");
    return Element::UInt8;
  }
  if (!(minimum >= -128 && minimum <= maximum && maximum <= 127))
    warnings.push_back(
        "Bytes (mode 0) are read as signed, as the standard says; the header's minimum and maximum "
        "do not show which they are. Use --bytes unsigned if that is wrong.");
  return Element::Int8;
}

VoxelSize voxel_size(const ByteReader& header, const std::array<std::int64_t, 3>& extent_xyz,
                     std::vector<std::string>& warnings) {
  std::array<double, 3> size{};
  bool no_sampling = false;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto cell = header.at<float>(kCell + 4 * axis);
    std::int64_t sampling = header.at<std::int32_t>(kSampling + 4 * axis);
    if (sampling <= 0) {
      no_sampling = true;
      sampling = extent_xyz[axis];
    }
    if (std::isfinite(cell) && cell > 0)
      size[axis] = static_cast<double>(cell) / static_cast<double>(sampling);
  }
  if (no_sampling)
    warnings.push_back(
        "MX, MY, MZ are not all positive; the voxel size is computed from the number of voxels "
        "instead.");
  if (size[2] == 0 && extent_xyz[2] == 1 && size[0] > 0 && size[1] > 0) {
    size[2] = size[0];
    warnings.push_back("The single section has no thickness; its voxel size in z is taken from x.");
  }
  return {size[2], size[1], size[0]};
}

/// Of a stack of volumes (ISPG 401 up, MZ sections each) the one that `part` numbers from 1, as
/// RELION counts. A stack of images is read as one volume.
void choose_volume(const ByteReader& header, const std::string& name, const std::string& part,
                   RawHeader& result) {
  RawLayout& layout = result.layout;
  const int group = header.at<std::int32_t>(kSpaceGroup);
  const std::int64_t sections = layout.sizes[2],
                     each = header.at<std::int32_t>(kSampling +
                                                    4 * static_cast<std::size_t>(layout.axes[2]));
  const bool stack = group >= 401 && group <= 630 && each > 0 && sections > each;
  if (!stack && part.empty() && group == 0 && each == 1 && sections > 1)
    result.info.warnings.push_back("The header calls the file a stack of " +
                                   std::to_string(sections) +
                                   " images (ISPG 0, MZ 1); it is read as one volume.");
  if (!stack && part.empty()) return;
  if (stack && sections % each != 0)
    throw Error("mrc", name,
                std::to_string(sections) + " sections are not a multiple of MZ " +
                    std::to_string(each) + " (space group " + std::to_string(group) + ")",
                "the header is damaged");
  const std::int64_t volumes = stack ? sections / each : 1;
  const std::string all =
      volumes == 1 ? "it has one volume: leave out ':" + part + "'"
                   : "name one: " + name + ":1 to " + name + ":" + std::to_string(volumes);
  if (part.empty())
    throw Error(ErrorKind::Usage, "mrc", name,
                "is a stack of " + std::to_string(volumes) + " volumes (space group " +
                    std::to_string(group) + ", MZ " + std::to_string(each) + ")",
                all);
  const auto index = parse_whole(part);
  if (!index || *index < 1 || *index > volumes)
    throw Error(ErrorKind::Usage, "mrc", name, "has no volume '" + part + "'", all);
  if (stack) layout.sizes[2] = each;
  layout.offset += (*index - 1) * data_bytes(layout);
  result.info.path = name + ":" + part;
}

void read_geometry(const ByteReader& header, RawHeader& result) {
  VolumeGeometry& geometry = result.info.geometry;
  std::vector<std::string>& warnings = result.info.warnings;
  geometry.extent = extent_of(result.layout);
  geometry.space_group = header.at<std::int32_t>(kSpaceGroup);
  geometry.voxel_size =
      voxel_size(header, {geometry.extent.x, geometry.extent.y, geometry.extent.z}, warnings);

  std::array<std::int64_t, 3> start{}, sampling{};
  for (std::size_t i = 0; i < 3; ++i) {
    start[static_cast<std::size_t>(result.layout.axes[i])] =
        header.at<std::int32_t>(kStart + 4 * i);  // starts follow the file's axes
    sampling[i] = std::max<std::int64_t>(header.at<std::int32_t>(kSampling + 4 * i),
                                         0);  // samplings follow x, y, z
  }
  geometry.start = {start[2], start[1], start[0]};
  geometry.sampling = {sampling[2], sampling[1], sampling[0]};

  std::array<double, 3> origin{}, angles{};
  bool finite = true, angles_valid = true;
  for (std::size_t i = 0; i < 3; ++i) {
    origin[i] = header.at<float>(kOrigin + 4 * i);
    finite = finite && std::isfinite(origin[i]);
    angles[i] = header.at<float>(kAngles + 4 * i);
    angles_valid = angles_valid && angles[i] > 0 && angles[i] < 180;
  }
  if (!finite) {
    warnings.push_back("The origin is not a number; 0 is assumed.");
    origin = {};
  }
  if (!angles_valid) {
    warnings.push_back("The cell angles are not between 0 and 180 degrees; 90 is assumed.");
    angles = {90, 90, 90};
  }
  if (angles != std::array<double, 3>{90, 90, 90})
    warnings.push_back("The cell angles are " + number_text(angles[0]) + ", " +
                       number_text(angles[1]) + ", " + number_text(angles[2]) +
                       " degrees; voxels are treated as if their edges were perpendicular.");
  geometry.origin_angstrom = {origin[2], origin[1], origin[0]};
  geometry.cell_angles_deg = angles;
}

/// IMOD's `tilt` writes slices through the specimen, with y along the beam; a tomogram is rotated
/// afterwards, and its thin axis is z.
void warn_of_thin_y(const ByteReader& header, VolumeInfo& info) {
  const Extent3& n = info.geometry.extent;
  if (header.at<std::int32_t>(kImodStamp) == kImod && 2 * n.y <= std::min(n.z, n.x))
    info.warnings.push_back("The thin axis of the volume is y (" + n.to_string() +
                            " voxels, z, y, x), as IMOD's tilt writes it; give --rotate-x to pick "
                            "and segment, or rotate the file: trimvol -rx IN OUT.");
}

void read_labels(const ByteReader& header, VolumeInfo& info) {
  const std::int32_t count = header.at<std::int32_t>(kLabelCount);
  if (count < 0 || count > 10)
    info.warnings.push_back("The header counts " + std::to_string(count) +
                            " labels, expected 0 to 10; they are ignored.");
  if (count < 0 || count > 10) return;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    std::string label = header.text(kLabels + i * kLabelBytes, kLabelBytes);
    label.resize(std::min(label.find('\0'), label.size()));
    for (char& c : label)
      if (static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) > 126) c = '?';
    label.erase(label.find_last_not_of(' ') + 1);
    info.geometry.labels.push_back(std::move(label));
  }
}

/// What can be said before the length of the file is known.
RawHeader parse_shape(std::span<const std::byte> head, const std::string& name) {
  if (head.size() < kHeaderBytes)
    throw Error("mrc", name, "has " + std::to_string(head.size()) + " bytes",
                "an MRC file begins with a header of 1024 bytes");
  RawHeader result;
  VolumeInfo& info = result.info;
  info.path = name;
  info.format = "mrc";
  const ByteOrder order = byte_order(head, name, info.warnings);
  const ByteReader header = reader(head, order, name);
  info.byte_order = order == ByteOrder::Little ? "little" : "big";
  info.mrc_mode = header.at<std::int32_t>(kMode);
  RawLayout& layout = result.layout;
  layout.swapped = order != kNativeOrder;
  for (std::size_t i = 0; i < 3; ++i) {
    layout.sizes[i] = header.at<std::int32_t>(kSizes + 4 * i);
    if (layout.sizes[i] < 1)
      throw Error("mrc", name,
                  "sizes " + std::to_string(layout.sizes[0]) + ", " +
                      std::to_string(header.at<std::int32_t>(kSizes + 4)) + ", " +
                      std::to_string(header.at<std::int32_t>(kSizes + 8)) +
                      " of columns, rows and sections",
                  "each must be at least 1; the file is damaged or of another format");
  }
  layout.element = element_of(info.mrc_mode, name);
  return result;
}

}  // namespace

bool looks_like_mrc(std::span<const std::byte> head) {
  if (head.size() < kHeaderBytes) return false;
  const ByteReader little = reader(head, ByteOrder::Little, ""),
                   big = reader(head, ByteOrder::Big, "");
  return has_map_word(little) || makes_sense(little) || makes_sense(big);
}

std::int64_t mrc_file_bytes(std::span<const std::byte> head, const std::string& name) {
  const RawHeader shape = parse_shape(head, name);
  const std::int64_t bytes = data_bytes(shape.layout);
  if (bytes < 0)
    throw Error("mrc", name, "sizes need more bytes than any file has", "the header is damaged");
  const ByteReader header =
      reader(head, shape.info.byte_order == "little" ? ByteOrder::Little : ByteOrder::Big, name);
  return static_cast<std::int64_t>(kHeaderBytes) + bytes +
         std::max<std::int64_t>(header.at<std::int32_t>(kExtendedBytes), 0);
}

RawHeader parse_mrc(std::span<const std::byte> head, std::int64_t file_bytes,
                    const std::string& name, const VolumeReadOptions& options) {
  RawHeader result = parse_shape(head, name);
  VolumeInfo& info = result.info;
  const ByteReader header =
      reader(head, info.byte_order == "little" ? ByteOrder::Little : ByteOrder::Big, name);
  if (!has_map_word(header))
    info.warnings.push_back(
        "The word MAP is missing from the header; the file is read as MRC because mode and sizes "
        "fit.");
  result.layout.axes = axes(header, info);
  place_data(header, file_bytes, name, result);
  if (info.mrc_mode == 0)
    result.layout.element = sign_of_bytes(header, name, options, info.warnings);
  info.mode = element_name(result.layout.element);
  choose_volume(header, name, options.part, result);
  read_geometry(header, result);
  warn_of_thin_y(header, info);
  read_labels(header, info);
  settle_voxel_size(info, options);
  return result;
}

}  // namespace dfe::io
