// SPDX-License-Identifier: Apache-2.0
// Boxes of an array in a file, in pieces that fit the second-level cache: read, convert, put in
// place.
#include "io/volumes/raw_volume.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/check_box.hpp"
#include "dfengine/error.hpp"

namespace dfe::io {
namespace {

constexpr std::int64_t kPieceBytes = 1 << 18;
constexpr std::int64_t kCallBytes =
    1 << 13;  // what one call of the system costs, in bytes that could be read meanwhile

/// A block of one section: rows [row, row + rows) and columns [column, column + columns).
struct Piece {
  std::int64_t section, row, rows, column, columns;
};

/// Rows of which much is wanted, and short ones, are read together with the gaps between them; else
/// each row's part by itself.
bool read_together(std::int64_t row_bytes, std::int64_t part_bytes) {
  return row_bytes <= kPieceBytes && row_bytes <= std::max(part_bytes * 8, kCallBytes);
}

/// Copies a block of `rows` x `columns` values to places with the given strides, in tiles, so that
/// neither side jumps through memory.
void scatter(const float* in, std::int64_t rows, std::int64_t columns, float* out,
             std::int64_t row_stride, std::int64_t column_stride) {
  constexpr std::int64_t kTile = 16;
  for (std::int64_t r0 = 0; r0 < rows; r0 += kTile)
    for (std::int64_t c0 = 0; c0 < columns; c0 += kTile) {
      const std::int64_t r1 = std::min(rows, r0 + kTile), c1 = std::min(columns, c0 + kTile);
      for (std::int64_t c = c0; c < c1; ++c)
        for (std::int64_t r = r0; r < r1; ++r)
          out[r * row_stride + c * column_stride] = in[r * columns + c];
    }
}

/// The format in which voxels can be handed on as they lie in the file, if there is one.
std::optional<VoxelFormat> format_of(const RawLayout& layout) {
  if (layout.axes != std::array<int, 3>{0, 1, 2}) return std::nullopt;
  switch (layout.element) {
    case Element::Int8:
      return VoxelFormat{VoxelType::Int8, false};
    case Element::UInt8:
      return VoxelFormat{VoxelType::UInt8, false};
    case Element::Int16:
      return VoxelFormat{VoxelType::Int16, layout.swapped};
    case Element::UInt16:
      return VoxelFormat{VoxelType::UInt16, layout.swapped};
    case Element::Float16:
      return VoxelFormat{VoxelType::Float16, layout.swapped};
    case Element::Float32:
      return VoxelFormat{VoxelType::Float32, layout.swapped};
    case Element::UInt4:
    case Element::Int32:
    case Element::UInt32:
    case Element::Int64:
    case Element::UInt64:
    case Element::Float64:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Extent3 extent_of(const RawLayout& layout) {
  std::array<std::int64_t, 3> size{};
  for (std::size_t i = 0; i < 3; ++i)
    size[static_cast<std::size_t>(layout.axes[i])] = layout.sizes[i];
  return {size[2], size[1], size[0]};
}

std::int64_t data_bytes(const RawLayout& layout) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 60;
  std::int64_t bytes =
      element_bytes(layout.element, layout.sizes[0]);  // sizes come from 32-bit fields
  for (const std::int64_t size : {layout.sizes[1], layout.sizes[2]}) {
    if (size != 0 && bytes > kLimit / size) return -1;
    bytes *= size;
  }
  return bytes;
}

RawVolume::RawVolume(RandomFile file, RawHeader header)
    : file_(std::move(file)), header_(std::move(header)) {}

void RawVolume::read_box(const Box3& box, float* out) const {
  check_box(box, extent(), file_.name());
  if (box.extent.voxels() == 0) return;
  const RawLayout& layout = header_.layout;
  const std::array<std::int64_t, 3> begin_xyz{box.begin.x, box.begin.y, box.begin.z};
  const std::array<std::int64_t, 3> count_xyz{box.extent.x, box.extent.y, box.extent.z};
  const std::array<std::int64_t, 3> stride_xyz{1, box.extent.x, box.extent.x * box.extent.y};
  std::array<std::int64_t, 3> begin{}, count{}, stride{};  // along columns, rows, sections
  for (std::size_t i = 0; i < 3; ++i) {
    const auto axis = static_cast<std::size_t>(layout.axes[i]);
    begin[i] = begin_xyz[axis];
    count[i] = count_xyz[axis];
    stride[i] = stride_xyz[axis];
  }
  const std::int64_t row_bytes = element_bytes(layout.element, layout.sizes[0]);
  const bool in_order = stride[0] == 1;  // a row of the file is a row of the box
  const bool as_it_is = in_order && layout.element == Element::Float32 && !layout.swapped;
  const bool block = as_it_is && count[0] == layout.sizes[0] &&
                     stride[1] == count[0];  // whole rows go to the box in one read
  const bool together = read_together(row_bytes, element_bytes(layout.element, count[0]));
  const std::int64_t rows_each =
      block      ? count[1]
      : together ? std::clamp<std::int64_t>(kPieceBytes / row_bytes, 1, count[1])
                 : 1;
  const std::int64_t columns_each = as_it_is ? count[0] : std::min(count[0], kPieceBytes / 8);
  std::vector<std::byte> raw;
  std::vector<float> values;

  const auto copy = [&](const Piece& piece) {
    const bool nibbles = layout.element == Element::UInt4;
    const std::int64_t first =
        nibbles ? piece.column / 2 : element_bytes(layout.element, piece.column);
    const std::int64_t last = element_bytes(layout.element, piece.column + piece.columns);
    const std::int64_t start =
        layout.offset + (piece.section * layout.sizes[1] + piece.row) * row_bytes + first;
    const auto bytes = static_cast<std::size_t>((piece.rows - 1) * row_bytes + last - first);
    float* const target = out + (piece.section - begin[2]) * stride[2] +
                          (piece.row - begin[1]) * stride[1] +
                          (piece.column - begin[0]) * stride[0];
    if (block || (as_it_is && piece.rows == 1)) return file_.read(start, target, bytes);
    raw.resize(std::max(raw.size(), bytes));
    file_.read(start, raw.data(), bytes);
    if (!in_order) values.resize(static_cast<std::size_t>(piece.rows * piece.columns));
    for (std::int64_t r = 0; r < piece.rows; ++r)
      decode(layout.element, layout.swapped, raw.data() + r * row_bytes, piece.columns,
             in_order ? target + r * stride[1] : values.data() + r * piece.columns,
             nibbles ? static_cast<int>(piece.column % 2) : 0);
    if (!in_order) scatter(values.data(), piece.rows, piece.columns, target, stride[1], stride[0]);
  };

  for (std::int64_t s = 0; s < count[2]; ++s)
    for (std::int64_t r = 0; r < count[1]; r += rows_each)
      for (std::int64_t c = 0; c < count[0]; c += columns_each)
        copy({begin[2] + s, begin[1] + r, std::min(rows_each, count[1] - r), begin[0] + c,
              std::min(columns_each, count[0] - c)});
}

VoxelFormat RawVolume::stored_format() const {
  return format_of(header_.layout).value_or(VoxelFormat{});
}

void RawVolume::read_stored(const Box3& box, std::byte* out) const {
  if (!format_of(header_.layout)) return VolumeSource::read_stored(box, out);
  check_box(box, extent(), file_.name());
  if (box.extent.voxels() == 0) return;
  const Extent3 e = extent();
  const std::int64_t row_bytes = element_bytes(header_.layout.element, e.x),
                     part_bytes = element_bytes(header_.layout.element, box.extent.x);
  const bool whole = box.extent.x == e.x;  // rows that lie behind each other in the box, too
  const std::int64_t rows_each =
      whole ? box.extent.y
      : read_together(row_bytes, part_bytes)
          ? std::clamp<std::int64_t>(kPieceBytes / row_bytes, 1, box.extent.y)
          : 1;
  std::vector<std::byte> with_gaps;
  for (std::int64_t z = box.begin.z; z < box.begin.z + box.extent.z; ++z)
    for (std::int64_t y = 0; y < box.extent.y; y += rows_each) {
      const std::int64_t rows = std::min(rows_each, box.extent.y - y);
      const std::int64_t start = header_.layout.offset + (z * e.y + box.begin.y + y) * row_bytes +
                                 element_bytes(header_.layout.element, box.begin.x);
      if (whole || rows == 1) {
        file_.read(start, out, static_cast<std::size_t>(rows * part_bytes));
        out += rows * part_bytes;
        continue;
      }
      with_gaps.resize(static_cast<std::size_t>((rows - 1) * row_bytes + part_bytes));
      file_.read(start, with_gaps.data(), with_gaps.size());
      for (std::int64_t r = 0; r < rows; ++r, out += part_bytes)
        std::copy_n(with_gaps.data() + r * row_bytes, part_bytes, out);
    }
}

}  // namespace dfe::io
